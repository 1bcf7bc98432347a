"""Names of tensors made comparable across GGUF and safetensors (``corpus/tensor_names.yaml``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

import msgspec

from openness.packaged import quick_data


class Row(msgspec.Struct, frozen=True, rename={"needs": "with"}):
    """One row of the table; ``hub`` and ``gguf`` as there."""

    hub: str
    gguf: str
    needs: str | None = None
    without: str | None = None


class NameTable(msgspec.Struct, frozen=True):
    """The file. ``kept``, ``shifted``: patterns of GGUF names, see there."""

    verified: object
    prefix: str
    kept: str
    shifted: str
    rows: list[Row]


@cache
def table() -> NameTable:
    return msgspec.convert(quick_data("corpus/tensor_names.yaml"), NameTable)


def kept(name: str) -> bool:
    """Whether a fingerprint is made of the tensor with this GGUF name."""
    return _pattern(table().kept).fullmatch(name) is not None


def shifted(name: str) -> bool:
    """Whether a converter may have added 1 to the values of the tensor with this GGUF name."""
    return _pattern(table().shifted).fullmatch(name) is not None


def gguf_names(names: Iterable[str]) -> Mapping[str, str]:
    """For each name that has one, its GGUF name; two never share one. All stay where blocks are named as GGUF names them."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    every = list(names)
    if any(name.startswith("blk.") for name in every):
        return {name: name for name in every}
    rows = [row for row in table().rows if _applies(row, every)]
    for name in every:
        other = _translated(name, rows)
        if other is not None and other not in taken:
            found[name] = other
            taken.add(other)
    return found


def _applies(row: Row, names: list[str]) -> bool:
    return (row.needs is None or any(row.needs in name for name in names)) and (
        row.without is None or not any(row.without in name for name in names)
    )


def _translated(name: str, rows: list[Row]) -> str | None:
    if kept(name):
        return name
    for row in rows:
        match = _pattern(table().prefix + row.hub).fullmatch(name)
        if match:
            return row.gguf.format(*match.groups())
    return None


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
