"""The SQLite file under the store: opened with what makes it safe, brought to the current schema, its errors in our words.

WAL lets one process write while others read. A transaction that was committed survives a killed process; one that was not
leaves no trace. ``synchronous=NORMAL`` can lose the last transactions, never the file, when the power fails: what is lost
is fetched again.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openness.errors import ExitCode, IntegrityError, OpennessError, UsageError
from openness.store.schema import MIGRATIONS

FILE = "openness.db"
#: Another process holds the write lock for a page of a listing at most.
BUSY_SECONDS = 60.0
#: "ONSS": tells our file from another program's.
APPLICATION_ID = 0x4F4E5353


class StoreFull(OpennessError):
    """Nothing more can be written: the disk, or a quota on it, is full. What was committed is kept."""

    exit_code = ExitCode.INTEGRITY
    code = "disk-full"


class StoreDamaged(IntegrityError):
    """What is stored is not what was written."""

    code = "damaged-store"


class StoreUnusable(OpennessError):
    """The file cannot be opened: its folder, its rights, or another process that holds it."""

    exit_code = ExitCode.INTEGRITY
    code = "store-unusable"


class Database:
    """One connection. Not to be shared between threads without a lock of the caller's own."""

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        """Open or make the file. ``shared``: another thread may use it, under a lock. Raises the errors of this module."""
        self.path = path
        self.readonly = False
        with self.errors():
            self._connection = self._open(shared)
        try:
            with self.errors():
                self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _open(self, shared: bool) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # what a token gave access to is in here: no other user reads it
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            if not (self.path.is_file() and os.access(self.path, os.R_OK)):
                raise StoreUnusable(
                    f"The store {self.path} cannot be opened ({error.strerror}); check its folder, or name another --cache-dir."
                ) from None
            self.readonly = True
        # a read-only folder can hold no write-ahead log of ours, so nobody writes while we read
        target = f"file:{_escaped(self.path)}?immutable=1" if self.readonly else f"file:{_escaped(self.path)}"
        return sqlite3.connect(
            target, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=not shared, cached_statements=256
        )

    def _prepare(self) -> None:
        run = self._connection.execute
        run("PRAGMA foreign_keys = ON")
        run("PRAGMA trusted_schema = OFF")
        if not self.readonly:
            self._use_write_ahead_log()
            run("PRAGMA synchronous = NORMAL")
        version = self._version()
        if version < len(MIGRATIONS) and not self.readonly:
            self._migrate()
        elif version != len(MIGRATIONS):
            newer = version > len(MIGRATIONS)
            remedy = "upgrade openness" if newer else "make it writable once"
            raise UsageError(
                f"The store {self.path} has schema {version} and this program knows {len(MIGRATIONS)}; {remedy}, "
                "or name another --cache-dir."
            )

    def _use_write_ahead_log(self) -> None:
        """SQLite answers busy at once, without waiting, while another process makes the same change to a new file."""
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(0.01)

    def _version(self) -> int:
        """The schema, seen with all else at one moment: another process may be making it."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN")
            try:
                return self._version()
            finally:
                self._connection.execute("ROLLBACK")
        version: int = self._connection.execute("PRAGMA user_version").fetchone()[0]
        owner: int = self._connection.execute("PRAGMA application_id").fetchone()[0]
        tables: int = self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if owner != APPLICATION_ID and (version or tables):
            raise UsageError(f"{self.path} is another program's database; name another --cache-dir.")
        return version

    def _migrate(self) -> None:
        with self.transaction():
            self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            # asked again under the write lock: another process may have been faster
            for number, script in enumerate(MIGRATIONS, 1):
                if number > self._version():
                    for statement in script.split(";\n"):
                        self._connection.execute(statement)
                    self._connection.execute(f"PRAGMA user_version = {number}")

    def execute(self, statement: str, parameters: tuple[object, ...] | dict[str, object] = ()) -> sqlite3.Cursor:
        with self.errors():
            return self._connection.execute(statement, parameters)

    def rows(self, statement: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """All rows of a query whose answer is known to be short."""
        with self.errors():
            return self._connection.execute(statement, parameters).fetchall()

    def each(self, statement: str, parameters: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
        """The rows of a query one by one."""
        cursor = self.execute(statement, parameters)
        while True:
            with self.errors():
                row = cursor.fetchone()
            if row is None:
                return
            yield row

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; within another one, part of it."""
        if self._connection.in_transaction:
            yield
            return
        try:
            # inside, so that Ctrl-C right behind it leaves no transaction open, for which others would wait
            self.execute("BEGIN IMMEDIATE")
            yield
            self.execute("COMMIT")
        except BaseException:
            # a full disk may have rolled back already
            if self._connection.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
            raise

    def close(self) -> None:
        # closing folds the log into the file; where that fails, the log stays and is read the next time
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """SQLite's errors as ours: one sentence on what failed, where, and what to do."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._translated(error) from None

    def _translated(self, error: sqlite3.DatabaseError) -> OpennessError:
        code = getattr(error, "sqlite_errorcode", 0)
        primary = code & 0xFF
        if primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            return StoreFull(
                f"The store {self.path} cannot be written ({error}); free some space on its disk and run the same command again: "
                "what was stored so far is kept."
            )
        if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return damaged(self.path, str(error))
        if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StoreUnusable(
                f"Another process has held the store {self.path} for {BUSY_SECONDS:.0f} s; wait for it to end and run again."
            )
        if primary in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
            return StoreUnusable(
                f"The store {self.path} cannot be written ({error}); check its rights, or name another --cache-dir."
            )
        raise error


def damaged(path: Path, what: str) -> StoreDamaged:
    """The error for a store that does not hold what was written."""
    return StoreDamaged(
        f"The store {path} is damaged ({what}); run `openness corpus verify --repair`, and where that fails, move the file away: "
        "all of it can be fetched again."
    )


def _escaped(path: Path) -> str:
    from urllib.parse import quote

    return quote(os.path.abspath(path))
