"""Documents by the sha256 of their bytes: each is kept once, packed, and never given back unless it still has that hash."""

from __future__ import annotations

import hashlib
import zlib

from openness.store.database import Database, damaged

#: How a blob is packed. zlib is what the standard library of every supported Python has; a license text shrinks to a third.
RAW, ZLIB = 0, 1
LEVEL = 6
#: No document is larger than a card may be (openness.sources.documents): a bomb cannot fill the memory.
MAX_UNPACKED = 64 << 20


def put(database: Database, data: bytes) -> int:
    """Keep these bytes; the row's id. Bytes that are there already cost one look-up."""
    digest = hashlib.sha256(data).digest()
    found = database.rows("SELECT id FROM blob WHERE sha256 = ?", (digest,))
    if found:
        return int(str(found[0][0]))
    packed = zlib.compress(data, LEVEL)
    codec, stored = (ZLIB, packed) if len(packed) < len(data) else (RAW, data)
    row = (digest, len(data), codec, stored)
    return database.execute("INSERT INTO blob (sha256, size, codec, data) VALUES (?, ?, ?, ?)", row).lastrowid or 0


def get(database: Database, id: int) -> bytes:
    """The bytes of a row. Raises StoreDamaged where they are not what was stored."""
    found = database.rows("SELECT sha256, codec, data FROM blob WHERE id = ?", (id,))
    data = unpacked(*found[0]) if found else None
    if data is None:
        raise damaged(database.path, f"blob {id}")
    return data


def unpacked(digest: object, codec: object, stored: object) -> bytes | None:
    """The bytes, or None where they do not have this sha256."""
    if not isinstance(stored, bytes) or codec not in (RAW, ZLIB):
        return None
    try:
        data = inflate(stored) if codec == ZLIB else stored
    except zlib.error:
        return None
    return data if hashlib.sha256(data).digest() == digest else None


def inflate(stored: bytes) -> bytes:
    """Unpack within bounds. Raises zlib.error for anything damaged."""
    machine = zlib.decompressobj()
    data = machine.decompress(stored, MAX_UNPACKED)
    if not machine.eof or machine.unconsumed_tail:
        raise zlib.error("cut or too large")
    return data
