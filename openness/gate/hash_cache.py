"""Remembers the sha256 of files that have not changed, so that a second audit or run reads nothing but the header.

The key is (device, inode, size, mtime, ctime): an in-place write with its mtime restored still moves ctime. An entry is sealed
with a key that lies in the user's state folder, for that user alone: a cache in a shared place can be emptied by others, not
forged. A file that was changed a moment ago is not remembered: another change within the same tick of the clock would look the
same. Losing the cache, or the key, loses nothing but time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from pathlib import Path

from openness.gate.held_file import Fingerprint, HeldFile
from openness.gate.state import state_folder

HEX_DIGITS = 64
KEY_NAME, KEY_BYTES = "cache.key", 32
#: Nanoseconds for which a file must have been left alone. Times that are whole seconds come from a file system that knows no
#: finer ones; local file systems of Linux stamp with the clock's tick of at most 10 ms.
_REST, _REST_WHOLE_SECONDS = 100_000_000, 3_000_000_000


def recall(held: HeldFile, cache: Path) -> bool:
    """Give ``held`` its remembered digest. True when there was one for exactly this state of the file, sealed by this user."""
    key = _key(make=False)
    try:
        entry = json.loads(_entry(held, cache).read_text("ascii"))
        state, digest, seal = entry["state"], entry["sha256"], entry["seal"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    if key is None or state != list(held.fingerprint) or not isinstance(digest, str) or len(digest) != HEX_DIGITS:
        return False
    if seal != _seal(key, held.fingerprint, digest):
        return False
    held.remember_sha256(digest)
    return True


def remember(held: HeldFile, cache: Path) -> None:
    """Store the digest of ``held``; a cache that cannot be written is no error."""
    if held.known_sha256 is None or not _at_rest(held.fingerprint):
        return
    path = _entry(held, cache)
    draft = path.with_suffix(f".{os.getpid()}.draft")  # not by tempfile, which takes 10 ms to load
    with contextlib.suppress(OSError):
        key = _key(make=True)
        if key is None:
            return
        seal = _seal(key, held.fingerprint, held.known_sha256)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.write_text(json.dumps({"state": list(held.fingerprint), "sha256": held.known_sha256, "seal": seal}), "ascii")
        os.replace(draft, path)


def _at_rest(state: Fingerprint) -> bool:
    wanted = _REST_WHOLE_SECONDS if state.ctime_ns % 1_000_000_000 == 0 else _REST
    return time.time_ns() - state.ctime_ns >= wanted


def _seal(key: bytes, state: Fingerprint, digest: str) -> str:
    return hashlib.blake2b(json.dumps([list(state), digest]).encode("ascii"), key=key, digest_size=32).hexdigest()


def _key(*, make: bool) -> bytes | None:
    """The user's key; None where there is none, or it is not one."""
    path = state_folder() / KEY_NAME
    try:
        found = path.read_bytes()
    except OSError:
        if not make:
            return None
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            try:
                os.write(descriptor, os.urandom(KEY_BYTES))
            finally:
                os.close(descriptor)
        found = path.read_bytes()
    return found if len(found) == KEY_BYTES else None


def _entry(held: HeldFile, cache: Path) -> Path:
    return cache / "sha256" / f"{held.fingerprint.device}-{held.fingerprint.inode}.json"
