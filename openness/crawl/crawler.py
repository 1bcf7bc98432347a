"""The crawl itself: claims work, lets a few threads fetch it, and stores each answer with its place in the journal in one
transaction. Ended at any point, it goes on from there; run again when done, it asks what has changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec

from openness.crawl.again import MOST_LINKS, lasting, owners_worth_a_list, present_name
from openness.crawl.fetcher import Fetcher
from openness.crawl.hosts import CONNECTIONS, REALMS, Host, connections, realm_of
from openness.crawl.journal import DESCRIBE, REST, TEXTS, Journal, Work, earlier_selections
from openness.crawl.pages import Pages, PageTask, pending
from openness.crawl.selection import Listing, Selection
from openness.crawl.workers import Workers
from openness.records import Absent
from openness.sources.documents import LISTING
from openness.sources.hub import NOT_YET
from openness.sources.hub_listing import Page
from openness.sources.snapshot import PASSING, Fetched, Reference, RepositorySnapshot
from openness.store.known import known_of, newly_authorized
from openness.store.snapshots import Store, Stored

RENEW_SECONDS = 20.0
SHOW_SECONDS = 0.25
LOOK_SECONDS = 0.1


class Task(msgspec.Struct, frozen=True):
    """A repository in hand: what is stored of it, what of it is asked for, and under which name."""

    work: Work
    reference: Reference
    phase: int
    known: Fetched | None


class Crawler:
    """One crawl, in the thread that owns the store."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        fetcher: Fetcher,
        links_of: Callable[[RepositorySnapshot], list[Reference]],
        *,
        show: Callable[[], None] = lambda: None,
    ) -> None:
        self.hosts = {realm: Host() for realm in REALMS}
        self._store = store
        self._journal = journal
        self._fetcher = fetcher
        self._links_of = links_of
        self._show = show
        self._pages = Pages(store, journal, fetcher, self._follow)
        self._workers: Workers[Task | PageTask, Fetched | Page | Absent] = Workers(CONNECTIONS, self._ask)
        self._in_hand = dict.fromkeys(REALMS, 0)

    def run(self, selection: Selection) -> None:
        """Do all of it, as far as its hosts allow. Raises the store's errors; the journal keeps what is left."""
        self._begin(selection)
        renewed = shown = time.monotonic()
        try:
            while True:
                self._start()
                done = self._workers.finished(LOOK_SECONDS if self._workers.busy else 0)
                if done is not None:
                    self._keep(*done)
                elif not self._workers.busy and not self._rest():
                    break
                now = time.monotonic()
                if now - renewed > RENEW_SECONDS:
                    self._journal.renew()
                    renewed = now
                if now > shown:
                    self._show()
                    # counting millions takes a while: never more than a twentieth of the time
                    shown = time.monotonic() + max(SHOW_SECONDS, 20 * (time.monotonic() - now))
        finally:
            self._journal.release()
        if not self._broken_off() and not any(host.given_up for host in self.hosts.values()):
            self._journal.close()
        self._show()

    def unreachable(self) -> list[str]:
        """Realms of which something could not be had because they did not answer, or not any more."""
        reasons: dict[str, set[str]] = {realm: set() for realm in REALMS}
        for kind, state, reason in self._journal.so_far.ends():
            reasons[realm_of(kind)].add(str(reason) if state in ("failed", "partial") else "had")
            if state == "partial":
                reasons[realm_of(kind)].add("had")
        transport = self._fetcher.transport
        found = []
        for realm, why in reasons.items():
            silent = transport.unheard.get(realm, 0.0) > transport.heard.get(realm, 0.0)
            if self.hosts[realm].given_up or "rate-limited" in why or ("unreachable" in why and (silent or "had" not in why)):
                found.append(realm)
        return found if "hub" in found or not self._broken_off() else ["hub", *found]

    def _broken_off(self) -> bool:
        """Whether a listing ended before its end: then there is more than the journal knows of."""
        return any(state == "failed" and not listing.check for listing, state, _, _, _ in self._journal.so_far.listings())

    # --- what to do

    def _begin(self, selection: Selection) -> None:
        if selection.since_last:
            earlier = earlier_selections(self._store.database)
            selection = selection.joined(earlier)
            newer = tuple(msgspec.structs.replace(one, since=self._journal.watermark(one)) for one in selection.listings)
            selection = msgspec.structs.replace(selection, listings=newer)
        self._journal.open(selection)
        if self._journal.resumed:
            return
        with self._store.transaction():
            token = self._fetcher.access.token("hub") is not None
            for owner in owners_worth_a_list(self._store, selection.references, self._pages.known, token=token):
                self._journal.add_listing(Listing(owner, check=True))

    def _start(self) -> None:
        """Hand out work while there is any and a thread is free; repositories come after all listings, by popularity."""
        while self._workers.free:
            if self._journal.listing_left():
                task: Task | PageTask | None = self._pages.claim() if self._may("hub") else None
            else:
                task = self._claim()
            if task is None:
                return
            realm = "hub" if isinstance(task, PageTask) else realm_of(task.work.kind)
            self._in_hand[realm] += 1
            self.hosts[realm].asked()
            self._workers.start(task)

    def _may(self, realm: str) -> bool:
        """Whether one more request may be under way. GitHub asks clients to send one at a time (REST best practices)."""
        return self.hosts[realm].open and self._in_hand[realm] < (1 if realm == "github" else self._connections())

    def _connections(self) -> int:
        transport = self._fetcher.transport
        states = [transport.quotas.state(name) for name in transport.buckets.copy() if name.startswith("hub")]
        return connections(states, transport.latency.get("hub"))

    def _claim(self) -> Task | None:
        while True:
            kinds = [kind for realm, kinds in REALMS.items() if self._may(realm) for kind in kinds]
            work = self._journal.claim(kinds) if kinds else None
            if work is None:
                return None
            task = self._task(work)
            if task is not None:
                return task

    def _task(self, work: Work) -> Task | None:
        """What is to be asked of a repository; None where it was asked meanwhile by another crawl."""
        reference, stored = present_name(self._store, work.reference)
        if stored is None:
            return Task(work, reference, DESCRIBE, None)
        again = newly_authorized(stored, self._fetcher.access.token(realm_of(work.kind)) is not None)
        if work.phase != TEXTS and stored.complete and not again and self._asked_lately(work, reference, stored):
            with self._store.transaction():
                self._settle(work, stored.snapshot)
            return None
        whole = work.kind == "github" or stored.snapshot.absent is not None
        return Task(work, reference, DESCRIBE if whole else work.phase, known_of(stored, again=again))

    def _asked_lately(self, work: Work, reference: Reference, stored: Stored) -> bool:
        """Whether it was asked since this crawl began, under its new name or by another crawl; or not long ago, where only a
        link leads to nothing."""
        if reference != work.reference and (done := self._journal.so_far.outcome(reference)) and done.state == "stored":
            return True
        if stored.snapshot.absent is not None and work.depth > 0 and lasting(stored):
            return True
        return self._journal.started < stored.checked <= time.time() and work.attempts == 0

    def _ask(self, task: Task | PageTask) -> Fetched | Page | Absent:
        """In a thread of its own: the network, and nothing else."""
        if isinstance(task, PageTask):
            return self._fetcher.page(task.url, task.etag)
        if task.phase == DESCRIBE or task.known is None:
            return self._fetcher.describe(task.reference, task.known)
        return self._fetcher.documents(task.reference, task.known.snapshot, texts=task.phase == TEXTS)

    def _rest(self) -> bool:
        """With nothing in hand: wait for what may come; False where nothing will."""
        for realm, host in self.hosts.items():
            if host.given_up:
                self._journal.give_up(
                    REALMS[realm], "unreachable", "its host did not answer; it is asked again in the next crawl"
                )
        wait = self._journal.waits()
        if wait is None:
            return False
        time.sleep(min(max(wait, LOOK_SECONDS / 5), LOOK_SECONDS))
        return True

    # --- what came

    def _keep(self, task: Task | PageTask, answer: Any) -> None:
        realm = "hub" if isinstance(task, PageTask) else realm_of(task.work.kind)
        self._in_hand[realm] -= 1
        absent = self._pages.keep(task, answer) if isinstance(task, PageTask) else self._repository(task, answer)
        if absent is None or absent.reason not in ("unreachable", "rate-limited"):
            self.hosts[realm].answered()
        elif absent.retry_in is not None and absent.retry_in > self._fetcher.transport.limits.patience_seconds:
            self.hosts[realm].given_up = True
            text = f"its quota is spent for {absent.retry_in:.0f} s; run the same command again after that"
            self._journal.give_up(REALMS[realm], "rate-limited", text)
        else:
            self.hosts[realm].failed()

    def _repository(self, task: Task, fetched: Fetched) -> Absent | None:
        """Store an answer; an absence that counts against its host is returned."""
        work, found = task.work, fetched.snapshot
        with self._store.transaction():
            if found.absent is not None and found.absent.reason in PASSING:
                self._failed(work, found.absent, DESCRIBE, whole=task.known is None)
                return found.absent
            kept = self._store_answer(task, fetched)
            if kept.absent is not None and task.reference != work.reference:
                self._journal.advance(work, DESCRIBE)  # the new name leads to nothing any more: what does the old one lead to?
                return None
            if pending(kept):
                self._follow(kept, work.rank, work.depth)
                self._journal.advance(work, REST)
                return None
            return self._settle(work, kept)

    def _store_answer(self, task: Task, fetched: Fetched) -> RepositorySnapshot:
        """Keep what came; what is known already is only confirmed."""
        reference, found, known = task.reference, fetched.snapshot, task.known
        authorized = self._fetcher.access.token(realm_of(task.work.kind)) is not None
        same = known is not None and msgspec.structs.replace(found, requested=known.snapshot.requested) == known.snapshot
        if same and known is not None and fetched.etag == known.etag and fetched.url in (None, known.url):
            self._store.confirm(reference, authorized=authorized)
            return found
        asked = fetched if task.phase == DESCRIBE or known is None else known
        return self._store.put(reference, found, etag=asked.etag, url=asked.url, authorized=authorized)

    def _settle(self, work: Work, kept: RepositorySnapshot) -> Absent | None:
        """The end of one repository, or another try for the documents that it lacks."""
        self._follow(kept, work.rank, work.depth)
        if kept.absent is not None:
            self._journal.finish(work, "absent", kept.absent.reason, kept.absent.detail)
            return None
        lacking = [absent for absent in kept.absences if absent.reason in PASSING and absent.detail != NOT_YET]
        if not lacking:
            self._journal.finish(work, "stored")
            return None
        worst = next((absent for absent in lacking if _helped_by_time(absent)), lacking[0])
        listing = any(absent.what == LISTING for absent in lacking)
        self._failed(work, worst, DESCRIBE if listing else REST, whole=False)
        return worst

    def _failed(self, work: Work, absent: Absent, phase: int, *, whole: bool) -> None:
        """Tried again later where that can help, else accounted for: failed, or partial where something is stored."""
        detail = f"{absent.what}: {absent.detail}" if absent.what != work.name else absent.detail
        if _helped_by_time(absent) and self._journal.retry(work, absent.reason, detail, phase=phase, wait=absent.retry_in):
            return
        self._journal.finish(work, "failed" if whole else "partial", absent.reason, detail)

    def _follow(self, snapshot: RepositorySnapshot, rank: int, depth: int) -> None:
        if depth >= MOST_LINKS:
            return
        for reference in self._links_of(snapshot):
            phase = REST if reference.kind == "github" else DESCRIBE
            self._journal.add(reference, phase, rank=rank, depth=depth + 1)


def _helped_by_time(absent: Absent) -> bool:
    """Whether another try in this crawl can bring what is lacking."""
    return absent.reason in ("unreachable", "rate-limited") or absent.retry_in is not None
