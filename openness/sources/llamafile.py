"""Finds the GGUF build inside a llamafile: a program with a zip archive at its end, in which the build is stored uncompressed.

Rules: the zip format's end record, its 64-bit form, and the central directory (PKWARE APPNOTE 4.3.12 to 4.3.16). Only the
directory is read; nothing is unpacked and nothing is run. Every size is bounded by the file.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from openness.errors import BuildError
from openness.sources.exact_read import read_exactly

#: An end record is followed by a comment of at most 64 KiB.
_TAIL = 22 + 0xFFFF
MAX_DIRECTORY = 16 << 20
MAX_MEMBERS = 1 << 16
_END, _END64, _LOCATOR64, _MEMBER, _LOCAL = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02", b"PK\x03\x04"
_DAMAGED = "the archive at the end of the program is damaged; fetch the llamafile again"


class Member(NamedTuple):
    """A file of the archive: where its bytes lie, ``stored`` as they are or compressed."""

    name: str
    start: int
    length: int
    stored: bool


def inner_builds(descriptor: int, size: int) -> list[Member]:
    """The members whose name ends in .gguf, in the order of the archive; empty for a file without an archive at its end.

    Raises BuildError for an archive that is damaged.
    """
    tail_start = max(0, size - _TAIL)
    tail = read_exactly(descriptor, tail_start, size - tail_start)
    at = tail.rfind(_END)
    if at < 0 or at + 22 > len(tail):
        return []
    start, length, count = _directory(descriptor, size, tail, tail_start, at)
    if length > MAX_DIRECTORY or count > MAX_MEMBERS or start + length > size:
        raise BuildError(_DAMAGED)
    return [
        _located(descriptor, size, member)
        for member in _members(read_exactly(descriptor, start, length))
        if _is_build(member.name)
    ]


def _directory(descriptor: int, size: int, tail: bytes, tail_start: int, at: int) -> tuple[int, int, int]:
    """Start, length and number of members of the central directory."""
    count, length, start = struct.unpack_from("<HII", tail, at + 10)
    if start != 0xFFFFFFFF and count != 0xFFFF and length != 0xFFFFFFFF:
        return start, length, count
    if at < 20 or tail[at - 20 : at - 16] != _LOCATOR64:
        raise BuildError(_DAMAGED)
    record = int.from_bytes(tail[at - 12 : at - 4], "little")
    if record + 56 > size:
        raise BuildError(_DAMAGED)
    data = read_exactly(descriptor, record, 56)
    if not data.startswith(_END64):
        raise BuildError(_DAMAGED)
    count, length, start = struct.unpack_from("<QQQ", data, 32)
    return start, length, count


def _members(directory: bytes) -> list[Member]:
    found: list[Member] = []
    at = 0
    while directory[at : at + 4] == _MEMBER and at + 46 <= len(directory):
        method, packed, unpacked, name_length, extra_length, comment_length = (
            *struct.unpack_from("<H", directory, at + 10), *struct.unpack_from("<IIHHH", directory, at + 20),
        )  # fmt: skip
        offset = int.from_bytes(directory[at + 42 : at + 46], "little")
        name = directory[at + 46 : at + 46 + name_length].decode("utf-8", "replace")
        extra = directory[at + 46 + name_length : at + 46 + name_length + extra_length]
        unpacked, packed, offset = _wide(extra, unpacked, packed, offset)
        found.append(Member(name, offset, packed, method == 0 and packed == unpacked))
        at += 46 + name_length + extra_length + comment_length
    return found


def _wide(extra: bytes, *fields: int) -> tuple[int, int, int]:
    """Sizes and offset, from the 64-bit extra field where the short ones are full."""
    values = list(fields)
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            inner = at + 4
            for number, value in enumerate(values):
                if value == 0xFFFFFFFF and inner + 8 <= min(at + 4 + length, len(extra)):
                    values[number] = int.from_bytes(extra[inner : inner + 8], "little")
                    inner += 8
        at += 4 + length
    return values[0], values[1], values[2]


def _is_build(name: str) -> bool:
    return name.casefold().endswith(".gguf")


def _located(descriptor: int, size: int, member: Member) -> Member:
    """The member with the start of its bytes, which follow its own header."""
    if member.start + 30 > size:
        raise BuildError(_DAMAGED)
    header = read_exactly(descriptor, member.start, 30)
    name_length, extra_length = struct.unpack_from("<HH", header, 26)
    start = member.start + 30 + name_length + extra_length
    if not header.startswith(_LOCAL) or start + member.length > size:
        raise BuildError(_DAMAGED)
    return member._replace(start=start)
