"""Bounded sequential reads of a GGUF header, and the one form of its errors.

Why ``pread`` and not ``mmap``: a file that is cut while it is mapped kills the process with SIGBUS, and a header is
read once from front to back, so a window of 256 KiB is as fast (measured: both 25 ms CPU for 262,144 tokens) and takes
less memory. ``pread`` leaves the position of the descriptor alone, which the runner may share.
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct

from ..errors import GGUFError
from .exact_read import pread
from .gguf_types import MAX_HEADER, MAX_STRING

WINDOW = 1 << 18

REFETCH = "the download may be incomplete or the file damaged, so fetch it again"
DISTRUST = "the file is damaged or was made to mislead, so get it again from its publisher"
OUTDATED = "update openness, or convert the model again with a current llama.cpp"


def bad(what: str, at: int, advice: str = REFETCH) -> GGUFError:
    """One sentence: what is wrong, at which byte, what to do. ``what`` must be free of control characters already."""
    return GGUFError(f"{what} (at byte {at}): {advice}")


def regular_size(fd: int) -> int:
    """The size in bytes; a pipe, a device or a folder is refused before anything is read, since reading might block."""
    try:
        status = os.fstat(fd)
    except OSError as error:
        raise GGUFError(f"the file cannot be read: {error.strerror}; open it again") from error
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe, socket or device"
        raise GGUFError(f"not a regular file: this is {kind} (at byte 0); give the path of a .gguf file")
    return status.st_size


class Cursor:
    """A position in ``size`` bytes of an open file, from its byte ``start``, that only moves forward over bytes that exist.

    Every method names what it reads (``what``) for the error; all raise :class:`GGUFError` and nothing else.
    """

    __slots__ = ("_base", "_buffer", "_fd", "_start", "_u32", "_u64", "order", "pos", "size")

    def __init__(self, fd: int, size: int, start: int = 0) -> None:
        self._fd = fd
        self._start = start
        self.size = size
        self.pos = 0
        self._base = 0
        self._buffer = b""
        self.set_byte_order("little")

    def set_byte_order(self, name: str) -> None:
        self.order = "<" if name == "little" else ">"
        self._u32 = struct.Struct(self.order + "I")
        self._u64 = struct.Struct(self.order + "Q")

    def peek(self, count: int) -> bytes:
        """Up to ``count`` bytes from here, fewer at the end of the file; does not move."""
        count = min(count, self.size - self.pos)
        at = self._load(count)
        return self._buffer[at : at + count]

    def u32(self, what: str) -> int:
        at = self._advance(4, what)
        return int(self._u32.unpack_from(self._buffer, at)[0])

    def u64(self, what: str) -> int:
        at = self._advance(8, what)
        return int(self._u64.unpack_from(self._buffer, at)[0])

    def take(self, count: int, what: str) -> bytes:
        at = self._advance(count, what)
        return self._buffer[at : at + count]

    def string(self, longest: int, what: str) -> bytes:
        """A GGUF string: u64 length, then that many bytes, which are kept as they are."""
        start = self.pos
        length = self.u64(f"the length of {what}")
        if length > longest:
            raise bad(f"{what} claims {length} bytes, more than the limit of {longest}", start, DISTRUST)
        return self.take(length, what)

    def skip(self, count: int, what: str) -> None:
        self._need(count, what)
        self.pos += count

    def skip_strings(self, count: int, what: str) -> None:
        """Moves over ``count`` strings without making an object of any: the hot loop of large vocabularies."""
        unpack = self._u64.unpack_from
        length = 0
        while count:
            self._need(8, what)
            at = self._load(8)
            buffer = self._buffer
            try:
                for left in range(count, 0, -1):  # noqa: B007 - read behind the loop
                    (length,) = unpack(buffer, at)
                    at += 8 + length
                left = 0
            except (struct.error, OverflowError):
                pass  # the next length lies outside the window; ``left`` strings are still to come
            if length > MAX_STRING:  # only the last one can be: any string longer than the window ends the loop
                claim = f"an element of {what} claims {length} bytes, more than the limit of {MAX_STRING}"
                raise bad(claim, self._base + at - length - 8, DISTRUST)
            count = left
            self.skip(self._base + at - self.pos, what)

    def sha256(self, start: int, end: int) -> str:
        """The digest of the bytes ``start`` to ``end``, which must have been passed already."""
        digest = hashlib.sha256()
        while start < end:
            part = self._pread(min(end - start, WINDOW), start)
            digest.update(part)
            start += len(part)
        return digest.hexdigest()

    def only_bools(self, start: int, end: int) -> bool:
        """Whether the bytes ``start`` to ``end`` are all 0 or 1."""
        while start < end:
            part = self._pread(min(end - start, WINDOW), start)
            if part.translate(None, b"\0\1"):
                return False
            start += len(part)
        return True

    def _need(self, count: int, what: str) -> None:
        end = self.pos + count
        if end > self.size:
            raise bad(f"{what} is truncated: it ends {end - self.size} bytes beyond the end of the file", self.pos)
        if end > MAX_HEADER:
            raise bad(f"{what} makes the header larger than the limit of {MAX_HEADER} bytes", self.pos, DISTRUST)

    def _advance(self, count: int, what: str) -> int:
        """Where in the window the next ``count`` bytes are; moves over them."""
        self._need(count, what)
        at = self._load(count)
        self.pos += count
        return at

    def _load(self, count: int) -> int:
        at = self.pos - self._base
        if at < 0 or at + count > len(self._buffer):
            self._buffer = self._pread(min(max(count, WINDOW), self.size - self.pos), self.pos)
            self._base, at = self.pos, 0
        return at

    def _pread(self, count: int, at: int) -> bytes:
        """Exactly ``count`` bytes; a short read is tried again, the end of the file is an error."""
        try:
            data = pread(self._fd, count, self._start + at)
            while len(data) < count:
                more = pread(self._fd, count - len(data), self._start + at + len(data))
                if not more:
                    raise bad("the file became shorter while it was read", at + len(data))
                data += more
        except OSError as error:
            raise bad(f"the file cannot be read: {error.strerror}", at, "check the disk and open it again") from error
        return data
