"""The tables of the store, as the migrations that lead to them. A migration is never changed once it was released.

``blob``     bytes by their sha256, each stored once, however many repositories have them.
``snapshot`` one repository at one revision (``''`` where it has none, ``!`` where it could not be had), without the bytes
             of its documents; ``license`` is what it said of its license then, so that a change can be told.
``document`` which blobs a snapshot needs.
``pointer``  what a name, asked for at a branch (``''``: the default one), led to, and when that was last checked. A name
             that differs from its snapshot's is one that moved.
``boot``     the start of this machine that the times of ``quota``, ``listing`` and ``item`` count from.
``quota``    what hosts announced (openness.sources.pacing), for all processes.
``run``      one crawl of a selection, with its ``listing`` cursors and its work, one ``item`` a repository, both leased.
``page``     the validator of a page of a listing, and the names on it; ``watermark`` up to when a listing is known.
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
    """
    CREATE TABLE boot (id TEXT NOT NULL);
    CREATE TABLE quota (bucket TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE run (
        id INTEGER PRIMARY KEY,
        selection TEXT NOT NULL,
        started INTEGER NOT NULL,
        finished INTEGER
    );
    CREATE TABLE listing (
        run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        next TEXT,
        pages INTEGER NOT NULL,
        rows INTEGER NOT NULL,
        began TEXT,
        owner TEXT,
        lease REAL NOT NULL,
        attempts INTEGER NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        detail TEXT,
        PRIMARY KEY (run, name)
    ) WITHOUT ROWID;
    CREATE TABLE item (
        run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        name TEXT NOT NULL COLLATE NOCASE,
        ref TEXT NOT NULL,
        phase INTEGER NOT NULL,
        rank INTEGER NOT NULL,
        depth INTEGER NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        not_before REAL NOT NULL,
        owner TEXT,
        lease REAL NOT NULL,
        reason TEXT,
        detail TEXT,
        PRIMARY KEY (run, kind, name, ref)
    ) WITHOUT ROWID;
    CREATE INDEX item_queue ON item (run, state, phase, rank DESC, kind, name, ref);
    CREATE TABLE page (url TEXT PRIMARY KEY, etag TEXT NOT NULL, next TEXT, names BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE watermark (listing TEXT PRIMARY KEY, date TEXT NOT NULL) WITHOUT ROWID;
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
    # the newest snapshot when a run began: what is younger is what that run came upon, whatever the clock says
    """
    ALTER TABLE run ADD COLUMN newest INTEGER NOT NULL DEFAULT 0;
    """,
)
