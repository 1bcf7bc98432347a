"""The store: repositories as sources found them, by kind, name and revision, with what each name led to and when.

Of one revision the bytes never change, so what is there of it is kept when a later answer lacks it. What a host said about
a repository (gated, disabled, its tags) is that of the last answer.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from openness.sources.snapshot import PASSING, Kind, Reference, RepositorySnapshot
from openness.store import blobs
from openness.store.database import Database, StoreDamaged, damaged
from openness.store.license_state import LicenseChange, LicenseState, differences, lacking, license_state
from openness.store.packing import merged, packed, unpacked

COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
#: A commit, or as much of it as git takes for one.
ABBREVIATED = re.compile(r"[0-9a-f]{7,64}")
SHA256_DIGITS = 64
#: Before what was asked for, in the place of a revision: the row says only that it could not be had.
NO_REVISION = "!"
#: The only branch that a repository of the Hub has as its default.
HUB_BRANCH = "main"


class Stored(msgspec.Struct, frozen=True):
    """What is kept of a repository. ``checked`` is when its host last confirmed it (seconds since 1970), ``etag`` what
    confirms it again, ``authorized`` whether that was asked with a token. ``exact``: the revision asked for is a commit."""

    snapshot: RepositorySnapshot
    complete: bool
    exact: bool
    checked: int = 0
    etag: str | None = None
    url: str | None = None
    authorized: bool = False


class Held(msgspec.Struct, frozen=True):
    """A file that a stored listing names: the repository, its commit, the path in it."""

    kind: Kind
    name: str
    revision: str | None
    path: str


class Seen(msgspec.Struct, frozen=True):
    """One revision of a repository's history: when it was first and last met, and its license then. Ids grow with time."""

    id: int
    revision: str | None
    date: str | None
    first_seen: int
    last_seen: int
    absent: str | None
    license: LicenseState


class Store:
    """The store at ``path``; a context manager. Raises the errors of :mod:`openness.store.database`."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.database = Database(path)
        self._clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.database.close()

    def transaction(self) -> AbstractContextManager[None]:
        return self.database.transaction()

    def find(self, reference: Reference, *, documents: bool = True) -> Stored | None:
        """What is kept for a reference: an exact revision, else what its branch led to; None for nothing.

        Without ``documents`` they come without their bytes, which is quicker. Raises StoreDamaged.
        """
        ref = branch(reference)
        query = "SELECT s.id, s.complete, p.checked, p.etag, p.url, p.authorized, s.body FROM pointer p JOIN snapshot s"
        query += " ON s.id = p.snapshot WHERE p.kind = ? AND p.name = ? AND p.ref = ?"
        found = self.database.rows(query, (reference.kind, reference.name, ref))
        row = found[0] if found else self._at_revision(reference, ref)
        if row is None:
            return None
        id, complete, checked, etag, url, authorized, body = row
        snapshot = self._snapshot(_integer(id), body, documents)
        snapshot = msgspec.structs.replace(snapshot, requested=reference.name)
        exact = COMMIT.fullmatch(ref) is not None and snapshot.revision == ref
        return Stored(snapshot, bool(complete), exact, _integer(checked), _word(etag), _word(url), bool(authorized))

    def _at_revision(self, reference: Reference, revision: str) -> tuple[object, ...] | None:
        """The row of a commit, whole or abbreviated, of the repository with this name or one that it led to."""
        if not ABBREVIATED.fullmatch(revision):
            return None
        names = "SELECT s.name FROM pointer p JOIN snapshot s ON s.id = p.snapshot WHERE p.kind = ?1 AND p.name = ?2"
        query = "SELECT id, complete, last_seen, NULL, NULL, 0, body FROM snapshot WHERE kind = ?1"
        query += f" AND name IN ({names}) AND revision GLOB ?3 LIMIT 2"
        found = self.database.rows(query, (reference.kind, reference.name, f"{revision}*"))
        return found[0] if len(found) == 1 else None

    def _snapshot(self, id: int, body: object, documents: bool) -> RepositorySnapshot:
        snapshot = unpacked(body)
        if snapshot is None:
            raise damaged(self.database.path, f"snapshot {id}")
        if not documents:
            return snapshot
        whole = []
        query = "SELECT b.sha256, b.codec, b.data FROM document d JOIN blob b ON b.id = d.blob WHERE d.snapshot = ?"
        query += " ORDER BY d.position"
        rows = self.database.rows(query, (id,))
        for document, (digest, codec, stored) in zip(snapshot.documents, rows, strict=False):
            data = blobs.unpacked(digest, codec, stored)
            if data is None or not isinstance(digest, bytes) or digest.hex() != document.sha256:
                raise damaged(self.database.path, f"{document.path} of {snapshot.name}")
            whole.append(msgspec.structs.replace(document, data=data))
        if len(whole) != len(snapshot.documents):
            raise damaged(self.database.path, f"documents of {snapshot.name} are lacking")
        return msgspec.structs.replace(snapshot, documents=tuple(whole))

    def put(
        self,
        reference: Reference,
        snapshot: RepositorySnapshot,
        *,
        etag: str | None = None,
        url: str | None = None,
        authorized: bool = False,
    ) -> RepositorySnapshot:
        """Keep what a source answered for a reference; returns what is now kept, which can be more than the answer.

        A repository that could not be had for a reason that passes is not kept: what was there stays.
        """
        if snapshot.absent is not None and snapshot.absent.reason in PASSING:
            return snapshot
        with self.transaction():
            before = self._same_revision(snapshot)
            kept = merged(before, snapshot) if before is not None else snapshot
            id = self._write(kept, branch(reference))
            self._point(reference, kept, id, etag, url, authorized)
        return kept

    def _same_revision(self, snapshot: RepositorySnapshot) -> RepositorySnapshot | None:
        if snapshot.revision is None:
            return None
        key = (snapshot.kind, snapshot.name, snapshot.revision)
        found = self.database.rows("SELECT id, body FROM snapshot WHERE kind = ? AND name = ? AND revision = ?", key)
        if not found:
            return None
        try:
            return self._snapshot(_integer(found[0][0]), found[0][1], documents=True)
        except StoreDamaged:
            return None  # what was just fetched takes its place

    def _write(self, snapshot: RepositorySnapshot, ref: str) -> int:
        now = int(self._clock())
        state = license_state(snapshot)
        revision = snapshot.revision or (f"{NO_REVISION}{ref}" if snapshot.absent is not None else "")
        row = {
            "kind": snapshot.kind, "name": snapshot.name, "revision": revision, "now": now,
            "complete": not lacking(snapshot), "absent": snapshot.absent.reason if snapshot.absent else None,
            "date": snapshot.date, "license": msgspec.json.encode(state, order="sorted").decode(), "body": packed(snapshot),
        }  # fmt: skip
        query = "INSERT INTO snapshot (kind, name, revision, complete, absent, date, license, body, first_seen, last_seen)"
        query += " VALUES (:kind, :name, :revision, :complete, :absent, :date, :license, :body, :now, :now)"
        query += " ON CONFLICT (kind, name, revision) DO UPDATE SET complete = :complete, absent = :absent, date = :date,"
        query += " license = :license, body = :body, last_seen = :now RETURNING id"
        id = _integer(self.database.execute(query, row).fetchone()[0])
        self.database.execute("DELETE FROM document WHERE snapshot = ?", (id,))
        for position, document in enumerate(snapshot.documents):
            place = (id, position, document.kind, document.path, blobs.put(self.database, document.data))
            self.database.execute("INSERT INTO document VALUES (?, ?, ?, ?, ?)", place)
        self.database.execute("DELETE FROM large_file WHERE snapshot = ?", (id,))
        for prefix in {_prefix(file.sha256) for file in snapshot.files if file.sha256}:
            if prefix is not None:
                self.database.execute("INSERT INTO large_file VALUES (?, ?)", (prefix, id))
        return id

    def holding(self, sha256: str) -> list[Held]:
        """The repositories that list a file with this sha256, the one met last first."""
        query = (
            "SELECT s.id, s.body FROM large_file f JOIN snapshot s ON s.id = f.snapshot WHERE f.prefix = ? AND s.absent IS NULL"
        )
        found = []
        for id, body in self.database.rows(query + " ORDER BY s.last_seen DESC LIMIT 64", (_prefix(sha256),)):
            snapshot = unpacked(body)
            if snapshot is None:
                raise damaged(self.database.path, f"snapshot {id}")
            found += [
                Held(snapshot.kind, snapshot.name, snapshot.revision, file.path)
                for file in snapshot.files
                if file.sha256 == sha256
            ]
        return found

    def _point(
        self, reference: Reference, snapshot: RepositorySnapshot, id: int, etag: str | None, url: str | None, authorized: bool
    ) -> None:
        now = int(self._clock())
        ref = branch(reference)
        refs = {ref}
        if ref == "" and snapshot.github is not None and snapshot.github.default_branch:
            refs.add(snapshot.github.default_branch)
        for one in refs:
            for name in {reference.name, snapshot.name}:
                row = (snapshot.kind, name, one, id, now, etag, url, authorized)
                self.database.execute("INSERT OR REPLACE INTO pointer VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            # other names that led to this repository, or to the name that now leads here, lead to where it stands now: not asked
            query = "UPDATE pointer SET snapshot = ?1 WHERE kind = ?2 AND ref = ?3 AND snapshot IN"
            query += " (SELECT id FROM snapshot WHERE kind = ?2 AND name IN (?4, ?5))"
            self.database.execute(query, (id, snapshot.kind, one, snapshot.name, reference.name))

    def confirm(self, reference: Reference, *, authorized: bool = False) -> None:
        """Its host has said that what is kept for this reference is still so."""
        now = int(self._clock())
        key = (reference.kind, reference.name, branch(reference))
        with self.transaction():
            query = "UPDATE pointer SET checked = ?, authorized = ? WHERE kind = ? AND name = ? AND ref = ? RETURNING snapshot"
            for (id,) in self.database.execute(query, (now, authorized, *key)).fetchall():
                self.database.execute("UPDATE snapshot SET last_seen = ? WHERE id = ?", (now, id))

    def history(self, kind: Kind, name: str) -> list[Seen]:
        """The revisions of a repository that were met, oldest first."""
        query = (
            "SELECT id, revision, date, first_seen, last_seen, absent, license FROM snapshot"
            " WHERE kind = ? AND name = ? ORDER BY id"
        )
        return [
            Seen(_integer(id), _commit(revision), _word(date), _integer(first), _integer(last), _word(absent), _state(license))
            for id, revision, date, first, last, absent, license in self.database.rows(query, (kind, name))
        ]

    def license_changes(self, kind: Kind, name: str) -> list[LicenseChange]:
        """Where two revisions that follow each other say different things of the license."""
        seen = [one for one in self.history(kind, name) if one.revision is not None and one.absent is None]
        found = []
        for before, after in itertools.pairwise(seen):
            if what := differences(before.license, after.license):
                found.append(LicenseChange(kind, name, before.revision or "", after.revision or "", what))
        return found

    def revised(self, since: int) -> list[tuple[str, str]]:
        """Kind and name of the repositories of which a revision was met for the first time behind the snapshot ``since``."""
        query = "SELECT DISTINCT n.kind, n.name FROM snapshot n WHERE n.id > ? AND n.absent IS NULL AND EXISTS"
        query += " (SELECT 1 FROM snapshot o WHERE o.kind = n.kind AND o.name = n.name AND o.id < n.id AND o.absent IS NULL)"
        return [(str(kind), str(name)) for kind, name in self.database.rows(query, (since,))]

    def names(self, kind: Kind | None = None) -> Iterator[tuple[str, str]]:
        """Kind and name of every repository that is kept, in order."""
        query = "SELECT DISTINCT kind, name FROM snapshot WHERE ?1 IS NULL OR kind = ?1 ORDER BY kind, name"
        for found, name in self.database.each(query, (kind,)):
            yield str(found), str(name)


def _prefix(sha256: str) -> int | None:
    """The first eight bytes of a digest as SQLite's signed integer; None for what is no digest."""
    try:
        return int.from_bytes(bytes.fromhex(sha256[:16]), "big", signed=True) if len(sha256) == SHA256_DIGITS else None
    except ValueError:
        return None


def branch(reference: Reference) -> str:
    """The branch, tag or commit that a reference asks for; ``''`` for the default."""
    revision = reference.revision or ""
    return "" if revision == HUB_BRANCH and reference.kind != "github" else revision


def _state(value: object) -> LicenseState:
    return msgspec.json.decode(str(value), type=LicenseState)


def _integer(value: Any) -> int:
    return int(value)


def _commit(value: object) -> str | None:
    return None if value == "" or str(value).startswith(NO_REVISION) else str(value)


def _word(value: object) -> str | None:
    return None if value is None else str(value)
