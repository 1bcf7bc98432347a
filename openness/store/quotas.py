"""Quotas that all processes on this machine share through the store: two crawls at once do not spend one quota twice.

What is left survives the process: a crawl that was killed and run again knows how long it still has to wait.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from openness.errors import OpennessError
from openness.sources.pacing import Bucket, Quotas
from openness.store.database import Database, StoreFull

BOOT_FILE = Path("/proc/sys/kernel/random/boot_id")


class StoredQuotas(Quotas):
    """Buckets kept in the database at ``path``, over a connection of its own; safe to share between threads."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self._database = Database(path, shared=True)
        self._guard = threading.Lock()
        self._alone = False
        with self._guard:
            forget_other_boots(self._database)

    def state(self, bucket: str) -> Bucket:
        with self._guard:
            return self._read(bucket)

    def close(self) -> None:
        with self._guard:
            self._database.close()

    def _change(self, bucket: str, change: Callable[[Bucket, float], tuple[Bucket, float]]) -> float:
        if self._alone:
            return super()._change(bucket, change)
        try:
            return self._shared_change(bucket, change)
        except StoreFull:  # this process goes on by itself; whoever stores an answer says what is wrong
            self._alone = True
            return super()._change(bucket, change)

    def _shared_change(self, bucket: str, change: Callable[[Bucket, float], tuple[Bucket, float]]) -> float:
        with self._guard, self._database.transaction():
            before = self._read(bucket)
            after, wait = change(before, self._clock())
            if after != before:
                row = (bucket, msgspec.json.encode(after))
                self._database.execute("INSERT OR REPLACE INTO quota VALUES (?, ?)", row)
        return wait

    def _read(self, bucket: str) -> Bucket:
        rows = self._database.rows("SELECT state FROM quota WHERE bucket = ?", (bucket,))
        if not rows or not isinstance(rows[0][0], bytes):
            return Bucket()
        try:
            return msgspec.json.decode(rows[0][0], type=Bucket)
        except msgspec.MsgspecError:
            return Bucket()


def shared_quotas(path: Path) -> Quotas:
    """The quotas in the store at ``path``; those of this process alone where it cannot be written."""
    try:
        return StoredQuotas(path)
    except OpennessError:
        return Quotas()


def announced_policies(database: Database) -> dict[str, Bucket]:
    """What hosts have announced so far, by bucket."""
    found = {}
    for name, state in database.rows("SELECT bucket, state FROM quota ORDER BY bucket"):
        if isinstance(state, bytes):
            found[str(name)] = msgspec.json.decode(state, type=Bucket)
    return found


def forget_other_boots(database: Database) -> None:
    """Times of ``time.monotonic`` mean nothing after a restart of the machine: drop what was kept from before it."""
    current = boot()
    with database.transaction():
        if database.rows("SELECT id FROM boot") == [(current,)]:
            return
        database.execute("DELETE FROM boot")
        database.execute("INSERT INTO boot VALUES (?)", (current,))
        database.execute("UPDATE quota SET state = ?", (msgspec.json.encode(Bucket()),))
        database.execute("UPDATE listing SET owner = NULL, lease = 0")
        database.execute("UPDATE item SET owner = NULL, lease = 0, not_before = 0")


def boot() -> str:
    """What tells this start of the machine from others; where the system has no name for it, its time to the hour."""
    try:
        return BOOT_FILE.read_text("ascii").strip()
    except (OSError, ValueError):
        return f"about {round((time.time() - time.monotonic()) / 3600)}"
