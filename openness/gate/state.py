"""Where the log of runs and the key of the caches are kept, for the user alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def state_folder() -> Path:
    """``$OPENNESS_STATE``, else the user's state folder; a relative ``XDG_STATE_HOME`` does not count (its spec)."""
    if chosen := os.environ.get("OPENNESS_STATE"):
        return Path(chosen)
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "openness"
    home = os.environ.get("XDG_STATE_HOME", "")
    return (Path(home) if os.path.isabs(home) else Path.home() / ".local" / "state") / "openness"
