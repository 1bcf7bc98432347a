"""The data of the readers (``rules/refs/*.yaml``), each file read when a reader first needs it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from openness.errors import RuleError
from openness.packaged import packaged


@lru_cache(maxsize=None)
def table(name: str) -> dict[str, Any]:
    """``rules/refs/<name>.yaml``. Raises RuleError when it is not a mapping."""
    import yaml

    path = packaged("rules") / "refs" / f"{name}.yaml"
    data = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    if not isinstance(data, dict):
        raise RuleError(f"The rule file {path} must hold a mapping; reinstall openness.")
    return data


def words(value: str | list[str]) -> tuple[str, ...]:
    """A word list as the data write it: one text of words, or a list."""
    return tuple(value.split()) if isinstance(value, str) else tuple(map(str, value))
