"""Exactly the bytes asked for of an open file, without moving its position; less is an error, never a short answer."""

from __future__ import annotations

import os

from openness.errors import BuildError


def read_exactly(descriptor: int, start: int, length: int) -> bytes:
    """Bytes ``start`` to ``start + length``. Raises BuildError when the file ends before or cannot be read."""
    data = bytearray()
    while len(data) < length:
        try:
            more = pread(descriptor, length - len(data), start + len(data))
        except OSError as error:
            raise BuildError(f"the file cannot be read at byte {start + len(data)}: {error.strerror}") from error
        if not more:
            raise BuildError(f"the file ends at byte {start + len(data)}, before byte {start + length}; fetch it again")
        data += more
    return bytes(data)


def pread(descriptor: int, count: int, start: int) -> bytes:
    """``os.pread``; on Windows, which has none, by seeking there and back."""
    if hasattr(os, "pread"):
        return os.pread(descriptor, count, start)
    return pread_by_seeking(descriptor, count, start)


def pread_by_seeking(descriptor: int, count: int, start: int) -> bytes:
    """The same with a position that is put back."""
    before = os.lseek(descriptor, 0, os.SEEK_CUR)
    try:
        os.lseek(descriptor, start, os.SEEK_SET)
        return os.read(descriptor, count)
    finally:
        os.lseek(descriptor, before, os.SEEK_SET)
