"""Remembers the sha256 of files that have not changed, so that a second audit reads nothing but the header.

The key is (device, inode, size, mtime, ctime): an in-place write with its mtime restored still moves ctime. Only an audit
trusts it; a run always hashes what it is about to load. Losing the cache loses nothing but time.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from openness.gate.held_file import HeldFile

HEX_DIGITS = 64


def recall(held: HeldFile, cache: Path) -> bool:
    """Give ``held`` its remembered digest. True when there was one for exactly this state of the file."""
    try:
        entry = json.loads(_entry(held, cache).read_text("ascii"))
    except (OSError, ValueError):
        return False
    if not isinstance(entry, dict) or entry.get("state") != list(held.fingerprint):
        return False
    digest = entry.get("sha256")
    if not isinstance(digest, str) or len(digest) != HEX_DIGITS:
        return False
    held.remember_sha256(digest)
    return True


def remember(held: HeldFile, cache: Path) -> None:
    """Store the digest of ``held``; a cache that cannot be written is no error."""
    if held.known_sha256 is None:
        return
    path = _entry(held, cache)
    draft = path.with_suffix(f".{os.getpid()}.draft")  # not by tempfile, which takes 10 ms to load
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.write_text(json.dumps({"state": list(held.fingerprint), "sha256": held.known_sha256}), "ascii")
        os.replace(draft, path)


def _entry(held: HeldFile, cache: Path) -> Path:
    return cache / "sha256" / f"{held.fingerprint.device}-{held.fingerprint.inode}.json"
