"""Definitions and words of evidence, which every classification reads: from one compiled JSON while it matches the YAML files.

As with ``loader``, the compiled file is made when the package is built and exists only for speed: these files cost 0.2 s as YAML.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from openness.packaged import packaged
from openness.rules.loader import read_yaml

COMPILED = "definitions.json"
#: What is compiled, as patterns of paths below the folders that travel with the package.
FILES = {
    "rules": (
        "categories.yaml",
        "components.yaml",
        "dimensions.yaml",
        "license_lists.yaml",
        "limits.yaml",
        "lineage.yaml",
        "would_change.yaml",
        "frameworks/*.yaml",
        "evidence/*.yaml",
    ),
    "corpus": ("leaks.yaml", "models.yaml"),
}


def read_packaged(path: Path) -> Any:
    """The content of a YAML file, as ``read_yaml`` gives it and with its errors; quickly for a packaged one."""
    compiled = _compiled(packaged("rules") / COMPILED).get(str(path))
    try:
        if compiled is not None and compiled["size"] == path.stat().st_size:
            return compiled["content"]
    except OSError:
        pass
    return read_yaml(path)


@cache
def _compiled(path: Path) -> dict[str, Any]:
    """The compiled files by their paths here."""
    try:
        found = msgspec.json.decode(path.read_bytes())
        return {str(packaged(folder) / name): row for folder, rows in found.items() for name, row in rows.items()}
    except (OSError, msgspec.DecodeError, AttributeError):
        return {}


def compile_files(root: Path) -> Path:
    """Write the compiled JSON of the checkout at ``root``."""
    found = {
        folder: {
            path.relative_to(root / folder).as_posix(): {"size": path.stat().st_size, "content": read_yaml(path)}
            for pattern in patterns
            for path in sorted((root / folder).glob(pattern))
        }
        for folder, patterns in FILES.items()
    }
    target = root / "rules" / COMPILED
    target.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    return target
