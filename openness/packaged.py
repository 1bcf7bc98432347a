"""Where the data that travel with the package lie, and quick reading of those that an audit needs every time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

#: Small YAML files of data, written once more as one JSON when the package is built: YAML costs an audit 15 ms.
QUICK = (
    "corpus/tensor_names.yaml",
    "rules/identity/weights.yaml",
    "rules/identity/templates.yaml",
    "rules/identity/runners.yaml",
    "rules/identity/runtimes.yaml",
    "rules/check.yaml",
)
COMPILED = "quick.json"


def packaged(folder: str) -> Path:
    """``rules`` or ``corpus`` as the wheel carries them, or of the checkout when running from one."""
    inside = Path(__file__).parent / "data" / folder
    return inside if inside.is_dir() else Path(__file__).parent.parent / folder


def quick_data(name: str) -> Any:
    """The content of one file of :data:`QUICK`: from the compiled JSON while that was made from a file of this size."""
    folder, _, rest = name.partition("/")
    path = packaged(folder) / rest
    found = from_compiled(packaged("rules") / "identity" / COMPILED, name, path)
    return read_quick(path) if found is None else found


def from_compiled(compiled: Path, name: str, path: Path) -> Any:
    """The content of one file as a compiled JSON has it; None where that was not made from a file of this size."""
    try:
        row = _compiled(compiled)[name]
        return row["content"] if row["size"] == path.stat().st_size else None
    except (OSError, KeyError, TypeError):
        return None


@cache
def _compiled(path: Path) -> Any:
    import msgspec

    try:
        return msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError):
        return {}


def read_quick(path: Path) -> Any:
    """The YAML file itself, as plain data; dates become texts."""
    import json

    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return json.loads(json.dumps(yaml.load(path.read_bytes(), Loader=loader), default=str))  # noqa: S506 - a safe loader


def compile_quick(root: Path) -> Path:
    """Write the compiled JSON of the checkout at ``root``."""
    return write_compiled(root / "rules" / "identity" / COMPILED, root, QUICK, read_quick)


def write_compiled(target: Path, root: Path, names: Iterable[str], read: Callable[[Path], Any]) -> Path:
    """Write the files with these names below ``root`` once more, as ``read`` gives them, for ``from_compiled``."""
    import json

    found = {name: {"size": (root / name).stat().st_size, "content": read(root / name)} for name in names}
    target.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    return target
