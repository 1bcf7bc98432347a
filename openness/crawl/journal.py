"""The journal of a crawl in the store: which listings and repositories are to be done, by whom, and what came of them.

Work is leased. A lease ends with its process, or after some time without a sign of life; then another process takes it.
Times are of ``time.monotonic``: a clock that is set does not end a lease, nor make it last.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from openness.crawl.outcomes import Outcomes
from openness.crawl.selection import Listing, Selection
from openness.sources.pacing import alive
from openness.sources.snapshot import Kind, Reference
from openness.store.database import Database
from openness.store.quotas import forget_other_boots

#: License texts of models whose description came with a listing; descriptions, with the license texts; everything else.
TEXTS, DESCRIBE, REST = range(3)
#: A process that renews nothing for so long has stopped, though it may still be there.
LEASE_SECONDS = 120.0
#: A crawl that was ended is gone on with on the same day; later, what it has is asked for anew.
RESUME_SECONDS = 86_400
#: Tries of one repository in one crawl, each with the retries of the transport, and the pause before the next.
TRIES = 3
PAUSE_SECONDS = 2.0
QUEUED = """
    SELECT kind, name, ref, phase, rank, depth, attempts FROM item
    WHERE run = ? AND state = 'queued' AND not_before <= ? AND kind IN (SELECT value FROM json_each(?))
    ORDER BY phase, rank DESC, kind, name, ref LIMIT 1
"""
LEASED = """
    SELECT kind, name, ref, phase, rank, depth, attempts, owner, lease FROM item
    WHERE run = ? AND state = 'leased' AND kind IN (SELECT value FROM json_each(?))
"""


class Work(msgspec.Struct, frozen=True):
    """One repository to do. ``depth`` is the number of links from what was asked for."""

    kind: Kind
    name: str
    ref: str
    phase: int
    rank: int
    depth: int
    attempts: int

    @property
    def reference(self) -> Reference:
        return Reference(self.kind, self.name, self.ref or None)


class Journal:
    """The work of one run, claimed by this process."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._owner = f"{os.getpid()} {uuid.uuid4().hex}"
        self.run = 0
        self.resumed = False
        self.started = 0
        #: The newest snapshot when the run began.
        self.newest = 0
        forget_other_boots(database)

    def open(self, selection: Selection) -> None:
        """Go on with the run of this selection that was not finished, or begin one."""
        now = int(time.time())
        with self._database.transaction():
            query = "SELECT id, started, newest FROM run WHERE selection = ?"
            query += " AND finished IS NULL AND abs(? - started) < ? ORDER BY id DESC"
            found = self._database.rows(query, (selection.key, now, RESUME_SECONDS))
            self.resumed = bool(found)
            if found:
                self.run, self.started, self.newest = _int(found[0][0]), _int(found[0][1]), _int(found[0][2])
                self._reopen()
                return
            self._database.execute("DELETE FROM item WHERE run IN (SELECT id FROM run WHERE finished < ?)", (now - 3600,))
            self.newest = _int(self._database.rows("SELECT coalesce(max(id), 0) FROM snapshot")[0][0])
            row = (selection.key, now, self.newest)
            insert = "INSERT INTO run (selection, started, newest) VALUES (?, ?, ?)"
            self.run = self._database.execute(insert, row).lastrowid or 0
            self.started = now
            for listing in selection.listings:
                self.add_listing(listing)
            for reference in selection.references:
                self.add(reference, DESCRIBE)

    def _reopen(self) -> None:
        """What failed the last time is tried again; what a process that died had in hand is free."""
        query = "UPDATE item SET state = 'queued', attempts = 0, not_before = 0 WHERE run = ? AND state IN ('failed', 'partial')"
        self._database.execute(query, (self.run,))
        query = "UPDATE listing SET state = 'open', attempts = 0 WHERE run = ? AND state = 'failed'"
        self._database.execute(query, (self.run,))

    def add_listing(self, listing: Listing) -> None:
        name = msgspec.json.encode(listing, order="sorted").decode()
        query = "INSERT OR IGNORE INTO listing (run, name, pages, rows, lease, attempts, state) VALUES (?, ?, 0, 0, 0, 0, 'open')"
        self._database.execute(query, (self.run, name))

    def add(self, reference: Reference, phase: int, *, rank: int = 0, depth: int = 0, state: str = "queued") -> None:
        """A repository to do, or one that is done already; what is in the journal stays as it is, but for its rank."""
        query = "INSERT INTO item (run, kind, name, ref, phase, rank, depth, state, attempts, not_before, lease)"
        query += " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0) ON CONFLICT DO UPDATE SET rank = max(rank, excluded.rank)"
        key = (self.run, reference.kind, reference.name, reference.revision or "")
        self._database.execute(query, (*key, phase, rank, depth, state))

    def listed_model(self, reference: Reference, phase: int, *, rank: int, state: str = "queued") -> None:
        """A model that a listing has described: what is to do of it; one that was asked for by name stays in its place."""
        query = "UPDATE item SET phase = ?, rank = max(rank, ?), state = ? WHERE run = ? AND kind = ? AND name = ? AND ref = ''"
        query += " AND state = 'queued' AND phase = ?"
        row = (phase, rank, state, self.run, reference.kind, reference.name, DESCRIBE)
        if not self._database.execute(query, row).rowcount:
            self.add(reference, phase, rank=rank, state=state)

    def has(self, reference: Reference) -> bool:
        """Whether a repository is still to be described in this run."""
        query = "SELECT 1 FROM item WHERE run = ? AND kind = ? AND name = ? AND ref = '' AND state = 'queued' AND phase = ?"
        return bool(self._database.rows(query, (self.run, reference.kind, reference.name, DESCRIBE)))

    def undescribed(self, owner: str) -> list[str]:
        """The models of an owner that are still to be described."""
        query = "SELECT name FROM item WHERE run = ? AND kind = 'hub-model' AND name > ? AND name < ? AND ref = ''"
        query += " AND state = 'queued' AND phase = ?"
        # "0" is the character behind the slash
        return [str(row[0]) for row in self._database.rows(query, (self.run, f"{owner}/", f"{owner}0", DESCRIBE))]

    # --- claims

    def claim_listing(self) -> tuple[Listing, str | None, int, int] | None:
        """A listing to go on with, leased: with the address of its next page, and the pages and rows so far."""
        with self._database.transaction():
            query = "SELECT name, next, pages, rows, owner, lease FROM listing WHERE run = ? AND state = 'open' ORDER BY name"
            for name, following, pages, rows, owner, lease in self._database.rows(query, (self.run,)):
                if self._free(owner, lease):
                    change = "UPDATE listing SET owner = ?, lease = ? WHERE run = ? AND name = ?"
                    self._database.execute(change, (self._owner, self._clock() + LEASE_SECONDS, self.run, name))
                    listing = msgspec.json.decode(str(name), type=Listing)
                    return listing, None if following is None else str(following), _int(pages), _int(rows)
        return None

    def listing_left(self) -> bool:
        """Whether a listing still brings models: the most used of them come first."""
        return bool(self._database.rows("SELECT 1 FROM listing WHERE run = ? AND state = 'open' LIMIT 1", (self.run,)))

    def claim(self, kinds: Sequence[str]) -> Work | None:
        """The next repository of these kinds, leased: license texts first, then by popularity."""
        now, wanted = self._clock(), msgspec.json.encode(list(kinds)).decode()
        with self._database.transaction():
            found = self._database.rows(QUEUED, (self.run, now, wanted))
            if not found:
                rows = self._database.rows(LEASED, (self.run, wanted))
                found = [row[:-2] for row in rows if self._free(row[-2], row[-1])][:1]
            if not found:
                return None
            work = msgspec.convert(dict(zip(Work.__struct_fields__, found[0], strict=True)), Work)
            change = "UPDATE item SET state = 'leased', owner = ?, lease = ? WHERE run = ? AND kind = ? AND name = ? AND ref = ?"
            self._database.execute(change, (self._owner, now + LEASE_SECONDS, *self._key(work)))
        return work

    def _free(self, owner: object, lease: Any) -> bool:
        """Whether nobody works on it: no owner, an owner that died, or one that gave no sign of life."""
        if owner is None or owner == self._owner:
            return owner is None
        return float(lease) < self._clock() or not alive(_int(str(owner).partition(" ")[0]))

    def renew(self) -> None:
        """A sign of life for all that this process has in hand."""
        until = self._clock() + LEASE_SECONDS
        with self._database.transaction():
            query = "UPDATE item SET lease = ? WHERE run = ? AND owner = ? AND state = 'leased'"
            self._database.execute(query, (until, self.run, self._owner))
            self._database.execute("UPDATE listing SET lease = ? WHERE run = ? AND owner = ?", (until, self.run, self._owner))

    def release(self) -> None:
        """Give back what this process has in hand."""
        with self._database.transaction():
            query = "UPDATE item SET state = 'queued', owner = NULL WHERE run = ? AND owner = ? AND state = 'leased'"
            self._database.execute(query, (self.run, self._owner))
            self._database.execute("UPDATE listing SET owner = NULL WHERE run = ? AND owner = ?", (self.run, self._owner))

    # --- what came of it

    def listed(self, listing: Listing, following: str | None, *, rows: int, done: bool, began: str | None) -> None:
        """A page is stored: the cursor moves, in the caller's transaction."""
        query = "UPDATE listing SET next = ?, pages = pages + 1, rows = rows + ?, state = ?, owner = NULL, attempts = 0,"
        query += " began = coalesce(began, ?) WHERE run = ? AND name = ? RETURNING began"
        name = msgspec.json.encode(listing, order="sorted").decode()
        row = (following, rows, "done" if done else "open", began, self.run, name)
        (start,) = self._database.execute(query, row).fetchone()
        if done and start is not None and not listing.check:
            self._database.execute("INSERT OR REPLACE INTO watermark VALUES (?, ?)", (listing.key, str(start)))

    def move_cursor(self, listing: Listing, url: str) -> None:
        """The same page again, in another size."""
        name = msgspec.json.encode(listing, order="sorted").decode()
        self._database.execute("UPDATE listing SET next = ?, owner = NULL WHERE run = ? AND name = ?", (url, self.run, name))

    def listing_failed(self, listing: Listing, reason: str, detail: str) -> bool:
        """A page could not be had; whether the listing is given up now."""
        query = "UPDATE listing SET owner = NULL, attempts = attempts + 1, reason = ?, detail = ?,"
        query += " state = CASE WHEN attempts + 1 >= ? THEN 'failed' ELSE 'open' END WHERE run = ? AND name = ? RETURNING state"
        name = msgspec.json.encode(listing, order="sorted").decode()
        with self._database.transaction():
            (state,) = self._database.execute(query, (reason, detail, TRIES, self.run, name)).fetchone()
        return bool(state == "failed")

    def watermark(self, listing: Listing) -> str | None:
        """Up to when all of this listing is known."""
        rows = self._database.rows("SELECT date FROM watermark WHERE listing = ?", (listing.key,))
        return str(rows[0][0]) if rows else None

    def advance(self, work: Work, phase: int) -> None:
        """One part is done, ``phase`` is left."""
        query = "UPDATE item SET state = 'queued', owner = NULL, phase = ? WHERE run = ? AND kind = ? AND name = ? AND ref = ?"
        self._database.execute(query, (phase, *self._key(work)))

    def finish(self, work: Work, state: str, reason: str | None = None, detail: str | None = None) -> None:
        query = "UPDATE item SET state = ?, owner = NULL, reason = ?, detail = ?"
        query += " WHERE run = ? AND kind = ? AND name = ? AND ref = ?"
        self._database.execute(query, (state, reason, detail, *self._key(work)))

    def retry(self, work: Work, reason: str, detail: str, *, phase: int, wait: float | None) -> bool:
        """Try again later; False where it was tried often enough."""
        if work.attempts + 1 >= TRIES:
            return False
        pause = PAUSE_SECONDS * 2**work.attempts if wait is None else wait
        query = "UPDATE item SET state = 'queued', owner = NULL, attempts = attempts + 1, not_before = ?, phase = ?, reason = ?,"
        query += " detail = ? WHERE run = ? AND kind = ? AND name = ? AND ref = ?"
        self._database.execute(query, (self._clock() + pause, phase, reason, detail, *self._key(work)))
        return True

    def give_up(self, kinds: Sequence[str], reason: str, detail: str) -> None:
        """A host is out of reach: all that is left of it failed, and is done first the next time."""
        wanted = msgspec.json.encode(list(kinds)).decode()
        with self._database.transaction():
            query = "UPDATE item SET state = 'failed', owner = NULL, reason = ?, detail = ? WHERE run = ? AND state = 'queued'"
            query += " AND kind IN (SELECT value FROM json_each(?))"
            self._database.execute(query, (reason, detail, self.run, wanted))
            if "hub-model" in kinds:
                query = "UPDATE listing SET state = 'failed', reason = ?, detail = ? WHERE run = ? AND state = 'open'"
                self._database.execute(query, (reason, detail, self.run))

    def close(self) -> None:
        """The run is over: the same selection begins anew the next time."""
        self._database.execute("UPDATE run SET finished = ? WHERE id = ?", (int(time.time()), self.run))

    # --- how far it is

    @property
    def so_far(self) -> Outcomes:
        """What has come of the run."""
        return Outcomes(self._database, self.run)

    def waits(self) -> float | None:
        """Seconds until something can be claimed; None where nothing is left to do, by anyone."""
        query = "SELECT min(CASE state WHEN 'queued' THEN not_before ELSE 0 END), count(*) FROM item"
        query += " WHERE run = ? AND state IN ('queued', 'leased')"
        soonest, count = self._database.rows(query, (self.run,))[0]
        open = _int(self._database.rows("SELECT count(*) FROM listing WHERE run = ? AND state = 'open'", (self.run,))[0][0])
        if not _int(count) and not open:
            return None
        return 0.0 if open else max(float(str(soonest)) - self._clock(), 0.0)

    def _key(self, work: Work) -> tuple[object, ...]:
        return (self.run, work.kind, work.name, work.ref)


def earlier_selections(database: Database) -> list[str]:
    """What was crawled before, each once."""
    return [str(row[0]) for row in database.rows("SELECT DISTINCT selection FROM run ORDER BY selection")]


def _int(value: Any) -> int:
    return int(value)


def _word(value: object) -> str | None:
    return None if value is None else str(value)
