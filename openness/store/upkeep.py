"""Upkeep of a store: what is in it, whether all of it is still what was written, and what nothing needs any more."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from openness.records import Absent
from openness.sources.snapshot import RepositorySnapshot
from openness.store import blobs
from openness.store.database import Database, damaged
from openness.store.snapshots import packed, unpacked

Progress = Callable[[int, int], None]
#: Deletes all but the newest revisions of each repository, except those that a name leads to.
OLD_REVISIONS = """
    DELETE FROM snapshot WHERE id NOT IN (SELECT snapshot FROM pointer) AND id IN (
        SELECT id FROM (
            SELECT id, row_number() OVER (PARTITION BY kind, name ORDER BY last_seen DESC, id DESC) AS age FROM snapshot
        ) WHERE age > ?
    )
"""


class Stats(msgspec.Struct, frozen=True):
    """What a store holds. Sizes are bytes; ``packed`` is what the documents take on disk; ``absent`` counts by reason."""

    path: str
    schema: int
    size: int
    repositories: dict[str, int]
    revisions: int
    incomplete: int
    absent: dict[str, int]
    moved: int
    documents: dict[str, int]
    blobs: int
    unpacked: int
    packed: int


class Problem(msgspec.Struct, frozen=True):
    """A thing in the store that is not what was written: ``what`` it is and ``detail``."""

    what: str
    detail: str


class Verification(msgspec.Struct, frozen=True):
    """``digest`` stands for the content (not for when it was fetched): equal stores have equal digests."""

    blobs: int
    snapshots: int
    problems: tuple[Problem, ...]
    repaired: bool
    digest: str


def stats(database: Database) -> Stats:
    """Counts and sizes."""
    one = "SELECT count(*) FROM snapshot WHERE absent IS NULL"
    size, held, raw = database.rows("SELECT count(*), coalesce(sum(size), 0), coalesce(sum(length(data)), 0) FROM blob")[0]
    moved = "SELECT count(*) FROM pointer p JOIN snapshot s ON s.id = p.snapshot WHERE p.name <> s.name COLLATE NOCASE"
    pages = _count(database, "PRAGMA page_count") * _count(database, "PRAGMA page_size")
    return Stats(
        path=str(database.path),
        schema=_count(database, "PRAGMA user_version"),
        size=pages,
        repositories=_table(database, "SELECT kind, count(DISTINCT name) FROM snapshot WHERE absent IS NULL GROUP BY kind"),
        revisions=_count(database, one),
        incomplete=_count(database, f"{one} AND complete = 0"),
        absent=_table(database, "SELECT absent, count(*) FROM snapshot WHERE absent IS NOT NULL GROUP BY absent"),
        moved=_count(database, moved),
        documents=_table(database, "SELECT kind, count(*) FROM document GROUP BY kind"),
        blobs=_int(size),
        unpacked=_int(held),
        packed=_int(raw),
    )


def verify(database: Database, *, repair: bool = False, progress: Progress = lambda done, total: None) -> Verification:
    """Read everything and check it. With ``repair``, drop what is damaged, so that it is fetched again.

    Raises StoreDamaged where SQLite itself cannot read the file.
    """
    for (text,) in database.rows("PRAGMA integrity_check(10)"):
        if text != "ok":
            raise damaged(database.path, str(text).partition("\n")[0])
    total = _count(database, "SELECT count(*) FROM blob") + _count(database, "SELECT count(*) FROM snapshot")
    problems: list[Problem] = []
    broken: set[int] = set()
    checked = 0
    for id, digest, codec, data in database.each("SELECT id, sha256, codec, data FROM blob ORDER BY id"):
        checked += 1
        progress(checked, total)
        if blobs.unpacked(digest, codec, data) is None:
            broken.add(_int(id))
            problems.append(Problem(f"blob {_hex(digest)}", "its bytes do not have the hash that they are stored under"))
    lost: list[int] = []
    lacking: list[tuple[int, RepositorySnapshot, set[str]]] = []
    snapshots = 0
    for id, kind, name, revision, body in database.each("SELECT id, kind, name, revision, body FROM snapshot ORDER BY id"):
        snapshots += 1
        progress(checked + snapshots, total)
        snapshot = unpacked(body)
        if snapshot is None:
            lost.append(_int(id))
            problems.append(Problem(f"{kind} {name} {revision}".strip(), "its record cannot be read"))
        elif gone := _lost_documents(database, _int(id), snapshot, broken):
            lacking.append((_int(id), snapshot, gone))
            problems.append(Problem(f"{kind} {name} {revision}".strip(), f"documents are lost: {', '.join(sorted(gone))}"))
    if repair and problems:
        _repair(database, broken, lost, lacking)
    return Verification(checked, snapshots, tuple(problems), repair and bool(problems), content_digest(database))


def _lost_documents(database: Database, id: int, snapshot: RepositorySnapshot, broken: set[int]) -> set[str]:
    query = "SELECT b.sha256, d.blob FROM document d LEFT JOIN blob b ON b.id = d.blob WHERE d.snapshot = ? ORDER BY d.position"
    rows = database.rows(query, (id,))
    if len(rows) != len(snapshot.documents):
        return {document.path for document in snapshot.documents}
    return {
        document.path
        for document, (digest, blob) in zip(snapshot.documents, rows, strict=True)
        if _hex(digest) != document.sha256 or _int(blob) in broken
    }


def _repair(
    database: Database, broken: set[int], lost: list[int], lacking: list[tuple[int, RepositorySnapshot, set[str]]]
) -> None:
    with database.transaction():
        for id in lost:
            database.execute("DELETE FROM snapshot WHERE id = ?", (id,))
        for id, snapshot, gone in lacking:
            kept = tuple(document for document in snapshot.documents if document.path not in gone)
            absences = tuple(Absent(path, "offline", "its stored copy was damaged") for path in sorted(gone))
            rest = msgspec.structs.replace(snapshot, documents=kept, absences=(*snapshot.absences, *absences))
            database.execute("UPDATE snapshot SET body = ?, complete = 0 WHERE id = ?", (packed(rest), id))
            rows = database.rows("SELECT position, blob FROM document WHERE snapshot = ?", (id,))
            have = {_int(number): blob for number, blob in rows}
            database.execute("DELETE FROM document WHERE snapshot = ?", (id,))
            position = {document.path: number for number, document in enumerate(snapshot.documents)}
            for number, document in enumerate(kept):
                row = (id, number, document.kind, document.path, have[position[document.path]])
                database.execute("INSERT INTO document VALUES (?, ?, ?, ?, ?)", row)
        for id in broken:
            database.execute("DELETE FROM document WHERE blob = ?", (id,))
            database.execute("DELETE FROM blob WHERE id = ?", (id,))


class Collected(msgspec.Struct, frozen=True):
    """What was removed, and the size of the file before and after, in bytes."""

    revisions: int
    blobs: int
    before: int
    after: int


def collect(database: Database, *, keep: int | None = None) -> Collected:
    """Remove blobs that no revision needs; with ``keep``, all but the newest so many revisions of each repository too.

    A revision that a name leads to always stays.
    """
    before = _count(database, "PRAGMA page_count") * _count(database, "PRAGMA page_size")
    revisions = 0
    with database.transaction():
        if keep is not None:
            revisions = database.execute(OLD_REVISIONS, (keep,)).rowcount
        gone = database.execute("DELETE FROM blob WHERE id NOT IN (SELECT blob FROM document)").rowcount
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.execute("VACUUM")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    after = _count(database, "PRAGMA page_count") * _count(database, "PRAGMA page_size")
    return Collected(revisions, gone, before, after)


def content_digest(database: Database) -> str:
    """A sha256 over what is stored: repositories, documents, names. Times, validators and row numbers do not count."""
    digest = hashlib.sha256()
    for line in _content(database):
        digest.update(hashlib.sha256(line).digest())
    return digest.hexdigest()


def _content(database: Database) -> Iterator[bytes]:
    query = "SELECT id, kind, name, revision, complete, absent, license, body FROM snapshot ORDER BY kind, name, revision"
    for id, kind, name, revision, complete, absent, license, body in database.each(query):
        try:
            text = blobs.inflate(body if isinstance(body, bytes) else b"")
        except zlib.error:
            text = b"damaged"
        found = (
            "SELECT d.path, d.kind, b.sha256 FROM document d JOIN blob b ON b.id = d.blob WHERE d.snapshot = ? ORDER BY position"
        )
        documents = [(path, form, _hex(digest)) for path, form, digest in database.rows(found, (_int(id),))]
        yield msgspec.json.encode((kind, name, revision, complete, absent, license, documents)) + text
    query = "SELECT p.kind, lower(p.name) AS low, p.ref, s.name, s.revision FROM pointer p JOIN snapshot s ON s.id = p.snapshot"
    for row in database.each(f"{query} ORDER BY p.kind, low, p.ref"):
        yield msgspec.json.encode(row)


def _table(database: Database, query: str) -> dict[str, int]:
    return {str(key): _int(value) for key, value in sorted(database.rows(query))}


def _count(database: Database, query: str) -> int:
    return _int(database.rows(query)[0][0])


def _int(value: Any) -> int:
    return int(value)


def _hex(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
