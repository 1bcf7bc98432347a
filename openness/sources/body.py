"""A response body read whole, but never more of it than was allowed, neither on the wire nor unpacked, nor for too long."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Iterator

#: The only packing that is asked for, because it can be unpacked in bounded steps.
ACCEPTED = "gzip"
_GZIP_WINDOW = 31  # zlib's number for "gzip header, largest window"


class TooLarge(Exception):
    """The body is larger than was allowed."""


class TooSlow(Exception):
    """The body did not arrive in the time allowed."""


class Broken(Exception):
    """The body is not what its headers say: an unknown packing, or one that is damaged or cut."""


def read(chunks: Iterable[bytes], encoding: str, limit: int, deadline: float, into: bytearray | None = None) -> bytes:
    """The unpacked body. ``deadline`` is of ``time.monotonic``; ``encoding`` is the Content-Encoding header.

    ``into`` has the beginning of the body where that is known, and what came of it when this raises.
    Raises TooLarge, TooSlow and Broken; errors of the connection come through as they are.
    """
    whole = bytearray() if into is None else into
    for piece in _unpacked(_timely(chunks, limit, deadline), encoding.strip().lower(), limit):
        whole += piece
        if len(whole) > limit:
            raise TooLarge
    return bytes(whole)


def _timely(chunks: Iterable[bytes], limit: int, deadline: float) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge
        if time.monotonic() > deadline:
            raise TooSlow
        yield chunk


def _unpacked(chunks: Iterator[bytes], encoding: str, limit: int) -> Iterator[bytes]:
    if encoding in ("", "identity"):
        yield from chunks
        return
    if encoding not in ("gzip", "x-gzip"):
        raise Broken
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        for chunk in chunks:
            # one step gives at most one byte more than may come: a small bomb cannot fill the memory
            yield unpacker.decompress(chunk, limit + 1)
            if unpacker.unconsumed_tail:
                raise TooLarge
    except zlib.error:
        raise Broken from None
    if not unpacker.eof:
        raise Broken
