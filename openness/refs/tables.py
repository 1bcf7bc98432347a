"""The data of the readers (``rules/refs/*.yaml``): compiled to one JSON file when the package is built, else the YAML itself.

The compiled file exists only for speed, as that of the rules does (``rules/loader.py``): reading the YAML costs a check of one
file more than all else. It is used only while the name and size of every file are those it was made from.
"""

from __future__ import annotations

import json
import os
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from openness.errors import RuleError
from openness.packaged import packaged

COMPILED = "compiled.json"


def _folder() -> Path:
    return packaged("rules") / "refs"


def _sizes(folder: Path) -> dict[str, int]:
    with os.scandir(folder) as entries:
        return {entry.name: entry.stat().st_size for entry in entries if entry.name.endswith(".yaml")}


@lru_cache(maxsize=1)
def _compiled() -> dict[str, Any]:
    folder = _folder()
    try:
        data = json.loads((folder / COMPILED).read_bytes())
        return data["tables"] if data["files"] == _sizes(folder) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


@cache
def table(name: str) -> Any:
    """``rules/refs/<name>.yaml``. Raises RuleError when it is not a mapping."""
    compiled = _compiled()
    return compiled[name] if name in compiled else _read(_folder() / f"{name}.yaml")


def _read(path: Path) -> dict[str, Any]:
    import yaml

    data = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    if not isinstance(data, dict):
        raise RuleError(f"The rule file {path} must hold a mapping; reinstall openness.")
    data["verified"] = str(data.get("verified"))
    return data


def write_compiled(rules: Path) -> Path:
    """Compile the YAML files of a checkout's ``rules`` folder; the build calls this."""
    folder = rules / "refs"
    sizes = _sizes(folder)
    tables = {name.removesuffix(".yaml"): _read(folder / name) for name in sorted(sizes)}
    target = folder / COMPILED
    target.write_text(json.dumps({"files": sizes, "tables": tables}, ensure_ascii=False), encoding="utf-8")
    return target


def words(value: str | list[str]) -> tuple[str, ...]:
    """A word list as the data write it: one text of words, or a list."""
    return tuple(value.split()) if isinstance(value, str) else tuple(map(str, value))
