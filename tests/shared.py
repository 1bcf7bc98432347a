"""The data beside the checkout (``../shared``): tests that use it skip with one line where it is absent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

SHARED = Path(__file__).parent.parent.parent / "shared"


def shared_yaml(name: str) -> Any:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"the data folder ../shared is not here ({name})")
    return yaml.safe_load(path.read_text("utf-8"))


def license_text(id: str) -> Path:
    path = SHARED / "license-texts" / f"{id}.txt"
    if not path.is_file():
        pytest.skip(f"the data folder ../shared is not here ({path.name})")
    return path
