"""Real builds under other names, without their metadata, with another label."""

from __future__ import annotations

import struct
from pathlib import Path

from openness.sources.gguf import read_header

#: Without these keys the tensors cannot be told apart by any tool; all others say where a build comes from.
NOTHING: tuple[str, ...] = ()


def stripped(build: Path, target: Path) -> Path:
    """A copy without a single metadata key; names, shapes and bytes of the tensors stay."""
    data = build.read_bytes()
    with build.open("rb") as file:
        header = read_header(file.fileno())
    start = _first_tensor(data, header.header_end, header.tensors[0].name)
    head = data[:16] + struct.pack("<Q", 0) + data[start : header.header_end]
    target.write_bytes(head + bytes(-len(head) % 32) + data[header.data_start :])
    return target


def _first_tensor(data: bytes, end: int, name: str) -> int:
    """Where the descriptions of the tensors begin: the last place before their end that holds the first one's name."""
    needle = struct.pack("<Q", len(name)) + name.encode()
    found = data.index(needle, 24, end)
    assert data.find(needle, found + 1, end) < 0, "the name stands once"
    return found
