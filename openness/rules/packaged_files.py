"""Definitions and words of evidence, which every classification reads: from one compiled JSON while it matches the YAML files.

As with ``loader``, the compiled file is made when the package is built and exists only for speed: these files cost 0.2 s as YAML.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openness.packaged import from_compiled, packaged, write_compiled
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
    name = _name_of(path)
    found = None if name is None else from_compiled(packaged("rules") / COMPILED, name, path)
    return read_yaml(path) if found is None else found


def _name_of(path: Path) -> str | None:
    for folder in FILES:
        root = packaged(folder)
        if path.is_relative_to(root):
            return f"{folder}/{path.relative_to(root).as_posix()}"
    return None


def compile_files(root: Path) -> Path:
    """Write the compiled JSON of the checkout at ``root``."""
    found = (path for folder, patterns in FILES.items() for pattern in patterns for path in sorted((root / folder).glob(pattern)))
    names = [path.relative_to(root).as_posix() for path in found]
    return write_compiled(root / "rules" / COMPILED, root, names, read_yaml)
