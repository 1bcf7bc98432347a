"""Pages of listings into the store: rows and cursor in one transaction, so that a killed crawl never skips or repeats a page."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from openness.crawl.again import still_nothing
from openness.crawl.fetcher import Fetcher, described
from openness.crawl.journal import DESCRIBE, REST, TEXTS, Journal
from openness.crawl.selection import Listing
from openness.records import Absent
from openness.sources.hub import NOT_YET
from openness.sources.hub_listing import PAGE_SIZES, Page, Row, names_only, page_size, whole_rows, with_size
from openness.sources.snapshot import Reference, RepositorySnapshot
from openness.store import blobs
from openness.store.license_state import TEXTS as TEXT_KINDS
from openness.store.license_state import lacking
from openness.store.packing import merged
from openness.store.snapshots import Store

#: What was changed while a listing was read may have been missed: so much of it is read again the next time.
OVERLAP = timedelta(hours=1)
#: A list of an owner's models is given up as a way to check a few of them after so many pages.
CHECK_PAGES = 3


class Names(msgspec.Struct, frozen=True):
    """The models of a page whose validator is kept, with their downloads."""

    rows: tuple[tuple[str, int], ...]


class PageTask(msgspec.Struct, frozen=True):
    """A page to ask for, and where its listing stands."""

    listing: Listing
    url: str
    etag: str | None
    pages: int
    rows: int


class Pages:
    """Listings of one crawl. ``followed`` is told each snapshot that is complete, for the links in it."""

    def __init__(
        self, store: Store, journal: Journal, fetcher: Fetcher, followed: Callable[[RepositorySnapshot, int, int], None]
    ) -> None:
        self._store = store
        self._journal = journal
        self._fetcher = fetcher
        self._followed = followed
        #: The rows of the pages of each listing so far: one that comes again leads in a circle.
        self._seen: dict[Listing, set[int]] = {}

    def claim(self) -> PageTask | None:
        """The next page of a listing that nobody else has in hand."""
        found = self._journal.claim_listing()
        if found is None:
            return None
        listing, following, pages, rows = found
        url = following or self._first(listing)
        return PageTask(listing, url, self._etag(url), pages, rows)

    def known(self, listing: Listing) -> bool:
        """Whether the listing's first page can be answered with "unchanged"."""
        return self._etag(self._first(listing)) is not None

    def _first(self, listing: Listing) -> str:
        size = min(listing.limit or PAGE_SIZES[0], PAGE_SIZES[0])
        return self._fetcher.first_page(author=listing.author, filters=listing.filters, sort=listing.sort, size=size)

    def _etag(self, url: str) -> str | None:
        known = self._store.database.rows("SELECT etag FROM page WHERE url = ?", (url,))
        return str(known[0][0]) if known else None

    def keep(self, task: PageTask, answer: Page | Absent) -> Absent | None:
        """Store a page and move the cursor; an absence that counts against the host is returned."""
        if isinstance(answer, Absent):
            return self._failed(task, answer)
        with self._store.transaction():
            following, rows = answer.next, answer.rows
            if rows is None:
                following, rows = self._remembered(answer.url)
            elif answer.etag is not None and not answer.astray:
                names = Names(tuple((row.name, row.downloads) for row in rows))
                record = (answer.url, answer.etag, following, zlib.compress(msgspec.json.encode(names)))
                self._store.database.execute("INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?)", record)
            following = None if following is None else whole_rows(following)
            listing = task.listing
            if listing.limit is not None:
                rows = rows[: max(listing.limit - task.rows, 0)]
            fresh = [row for row in rows if not _older(row, listing.since)]
            for row in fresh:
                self._row(row, listing)
            if answer.astray:
                return self._failed(task, Absent("listing", "refused-host", "the next page lies elsewhere"))
            done = following is None or len(fresh) < len(rows) or self._in_a_circle(task, rows)
            done = done or (listing.limit is not None and task.rows + len(rows) >= listing.limit)
            done = done or (listing.check and task.pages + 1 >= CHECK_PAGES)
            if listing.check and task.pages == 0 and following is None:
                self._unlisted(listing.author or "", {row.name.casefold() for row in rows})
            self._journal.listed(listing, following, rows=len(fresh), done=done, began=_began(answer.date))
        return None

    def _in_a_circle(self, task: PageTask, rows: tuple[Row, ...]) -> bool:
        """Whether a page of this listing had the same rows already."""
        seen, these = self._seen.setdefault(task.listing, set()), hash(tuple(row.name for row in rows))
        found = these in seen
        seen.add(these)
        return found

    def _failed(self, task: PageTask, absent: Absent) -> Absent | None:
        if absent.reason in ("too-large", "malformed"):
            smaller = [size for size in PAGE_SIZES if size < page_size(task.url)]
            url = with_size(task.url, smaller[0]) if smaller else names_only(task.url)
            if url != task.url:
                self._journal.move_cursor(task.listing, url)
                return None
        self._journal.listing_failed(task.listing, absent.reason, absent.detail)
        return absent

    def _remembered(self, url: str) -> tuple[str | None, tuple[Row, ...]]:
        """The rows of a page that has not changed, by name alone."""
        following, names = self._store.database.rows("SELECT next, names FROM page WHERE url = ?", (url,))[0]
        found = msgspec.json.decode(blobs.inflate(names if isinstance(names, bytes) else b""), type=Names)
        return None if following is None else str(following), tuple(Row(name, None, rank) for name, rank in found.rows)

    def _unlisted(self, owner: str, listed: set[str]) -> None:
        """Names that led to nothing lately, and that are not among all the models of their owner, need no question."""
        token = self._fetcher.access.token("hub") is not None
        for name in self._journal.undescribed(owner):
            reference = Reference("hub-model", name)
            if name.casefold() not in listed and still_nothing(self._store.find(reference, documents=False), token=token):
                self._journal.listed_model(reference, DESCRIBE, rank=0, state="absent")

    def _row(self, row: Row, listing: Listing) -> None:
        reference = Reference("hub-model", row.name)
        if listing.check and not self._journal.has(reference):
            return
        stored = self._store.find(reference)
        kept = stored.snapshot if stored is not None else None
        if row.head is not None:
            now = described(row.head, kept)
            if kept is not None and (_as_absent(kept, now) or (kept.revision == now.revision and merged(kept, now) == kept)):
                self._store.confirm(reference, authorized=stored is not None and stored.authorized)
            else:
                kept = self._store.put(reference, now, authorized=self._fetcher.access.token("hub") is not None)
        phase, state = DESCRIBE, "queued"
        if kept is not None and kept.absent is not None and (row.head is not None or kept.revision is not None):
            state = "absent"  # a commit of what is absent is known from such a row alone
        elif kept is not None and kept.absent is None:
            phase = TEXTS if pending(kept, TEXT_KINDS) else REST
            state = "stored" if not lacking(kept) else "queued"
        if state == "stored" and kept is not None:
            self._followed(kept, row.downloads, 0)
        self._journal.listed_model(reference, phase, rank=row.downloads, state=state)


def pending(snapshot: RepositorySnapshot, kinds: frozenset[str] | None = None) -> bool:
    """Whether documents (of these kinds) were left for later."""
    left = tuple(absent for absent in snapshot.absences if absent.detail == NOT_YET)
    return bool(left) and lacking(msgspec.structs.replace(snapshot, absences=left), kinds)


def _as_absent(kept: RepositorySnapshot, now: RepositorySnapshot) -> bool:
    """Whether a row says no more than that a repository may still not be used."""
    return kept.absent is not None and now.absent is not None and kept.absent.reason == now.absent.reason


def _older(row: Row, since: str | None) -> bool:
    return since is not None and row.head is not None and row.head.date is not None and row.head.date < since


def _began(date: str | None) -> str:
    """When the host says a page was read, less the overlap, in the form of its own dates."""
    try:
        began = parsedate_to_datetime(date or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        began = datetime.now(UTC)
    return (began.astimezone(UTC) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%S.000Z")
