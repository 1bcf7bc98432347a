"""Hashes of real builds that a public gallery lists (``corpus/known_builds.csv``): which repository and file a sha256 is.

source: mudler/LocalAI, gallery, commit 82c191a (MIT), 2026-11. Hash, repository and file are facts that anyone can check. The
license column is what the gallery's volunteers wrote: it is never a permission, and can only lower a verdict.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from openness.packaged import packaged
from openness.sources.exact_read import pread

FILE = "known_builds.csv"
PLACE = f"corpus/{FILE}"
_DIGITS = 64
#: No line is longer; lines are found by stepping back to the line feed before a position.
_LINE = 1024


class KnownBuild(msgspec.Struct, frozen=True):
    """One line: the file ``file`` of ``repository`` has the hash. ``license`` is as listed, often empty."""

    repository: str
    file: str
    license: str


def lookup(sha256: str, path: Path | None = None) -> list[KnownBuild]:
    """The lines of this hash: a binary search in the sorted file, of which nothing else is read."""
    path = path or packaged("corpus") / FILE
    try:
        with path.open("rb") as file:
            return list(_found(file.fileno(), os.fstat(file.fileno()).st_size, sha256.encode("ascii")))
    except (OSError, UnicodeEncodeError):
        return []


def _found(descriptor: int, size: int, wanted: bytes) -> Iterator[KnownBuild]:
    low, high = 0, size
    while high - low > _LINE:
        middle = (low + high) // 2
        start, line = _line_after(descriptor, middle, size)
        if start >= high or not line:
            high = middle
        elif line[:_DIGITS] < wanted:
            low = start
        else:
            high = middle
    # the first line of this hash begins behind low; a few may follow
    start = low and _line_after(descriptor, max(0, low - _LINE), size)[0]
    while start < size:
        data = pread(descriptor, 4 * _LINE, start)
        lines = data.splitlines(keepends=True)
        for line in lines:
            if line[:_DIGITS] == wanted and line.endswith(b"\n"):
                _, repository, rest = line.decode("utf-8", "replace").rstrip("\n").split(",", 2)
                name, _, license = rest.rpartition(",")
                yield KnownBuild(repository, name, license)
            if line[:_DIGITS] > wanted and start:
                return
            if line.endswith(b"\n"):
                start += len(line)
        if not lines or not lines[0].endswith(b"\n"):
            return


def _line_after(descriptor: int, position: int, size: int) -> tuple[int, bytes]:
    """The first whole line that begins behind ``position``: where, and its bytes."""
    data = pread(descriptor, 2 * _LINE, position)
    feed = data.find(b"\n")
    if feed < 0:
        return size, b""
    start = position + feed + 1
    return start, data[feed + 1 :].partition(b"\n")[0]
