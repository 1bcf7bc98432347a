"""The tables of the store, as the migrations that lead to them. A migration is never changed once it was released.

``blob``     bytes by their sha256, each stored once, however many repositories have them.
``snapshot`` one repository at one revision (``''`` where it has none, ``!`` where it could not be had), without the bytes
             of its documents; ``license`` is what it said of its license then, so that a change can be told.
``document`` which blobs a snapshot needs.
``pointer``  what a name, asked for at a branch (``''``: the default one), led to, and when that was last checked. A name
             that differs from its snapshot's is one that moved.
"""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE blob (
        id INTEGER PRIMARY KEY,
        sha256 BLOB NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        codec INTEGER NOT NULL,
        data BLOB NOT NULL
    );
    CREATE TABLE snapshot (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        revision TEXT NOT NULL,
        complete INTEGER NOT NULL,
        absent TEXT,
        date TEXT,
        license TEXT NOT NULL,
        body BLOB NOT NULL,
        first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL,
        UNIQUE (kind, name, revision)
    );
    CREATE TABLE document (
        snapshot INTEGER NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        kind TEXT NOT NULL,
        path TEXT NOT NULL,
        blob INTEGER NOT NULL REFERENCES blob (id),
        PRIMARY KEY (snapshot, position)
    ) WITHOUT ROWID;
    CREATE INDEX document_blob ON document (blob);
    CREATE TABLE pointer (
        kind TEXT NOT NULL,
        name TEXT NOT NULL COLLATE NOCASE,
        ref TEXT NOT NULL,
        snapshot INTEGER NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE,
        checked INTEGER NOT NULL,
        etag TEXT,
        url TEXT,
        authorized INTEGER NOT NULL,
        PRIMARY KEY (kind, name, ref)
    ) WITHOUT ROWID;
    CREATE INDEX pointer_snapshot ON pointer (snapshot);
    """,
    # which snapshots list a large file: by the first eight bytes of its sha256, to be confirmed in the snapshot
    """
    CREATE TABLE large_file (
        prefix INTEGER NOT NULL,
        snapshot INTEGER NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE,
        PRIMARY KEY (prefix, snapshot)
    ) WITHOUT ROWID;
    CREATE INDEX large_file_snapshot ON large_file (snapshot);
    """,
)
