"""Where the data that travel with the package lie."""

from __future__ import annotations

from pathlib import Path


def packaged(folder: str) -> Path:
    """``rules`` or ``corpus`` as the wheel carries them, or of the checkout when running from one."""
    inside = Path(__file__).parent / "data" / folder
    return inside if inside.is_dir() else Path(__file__).parent.parent / folder
