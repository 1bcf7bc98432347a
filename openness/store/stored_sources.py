"""A source in front of the network: answers what the store has, asks the live source for the rest, and keeps what it gets.

Offline it answers from the store alone, and nothing that could open a connection is imported. What was fetched only in part
(the quota was spent, a host did not answer) is asked for again, and never taken for a final absence.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from openness.records import Absent
from openness.sources.snapshot import PASSING, Fetched, Reference, RepositorySnapshot, RevalidatingSource, Source, nothing
from openness.store.database import FILE, StoreDamaged, StoreFull, StoreUnusable
from openness.store.known import known_of, newly_authorized
from openness.store.snapshots import Store, Stored

#: How old what is kept may be before its host is asked whether it still holds, in seconds. A card changes a few times in
#: its life; a day keeps repeated checks of a repository's models off the network.
MAX_AGE = 86_400.0
LOCAL = frozenset({"folder", "evidence-file"})


class StoredSources:
    """A :class:`openness.sources.snapshot.Source`; a context manager that opens the store when it is first needed.

    ``live`` is asked for what is lacking (normally :class:`openness.sources.live.LiveSources`, opened by the caller; also for
    folders and evidence files, which are never stored). ``refresh`` asks each host again, once, whatever the age.
    ``warnings`` are sentences for the user: answers that could not be renewed, a store that could not be written.
    """

    def __init__(
        self,
        cache: Path,
        live: Source,
        *,
        offline: bool = False,
        refresh: bool = False,
        max_age: float = MAX_AGE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.warnings: list[str] = []
        self._path = cache / FILE
        self._live = live
        self._offline = offline
        self._refresh = refresh
        self._max_age = max_age
        self._clock = clock
        self._stack = ExitStack()
        self._store: Store | None = None
        self._full = False
        self._without = False
        #: What was asked in this session: a base model that ten models share is asked for once.
        self._answered: dict[tuple[str, str, str | None], RepositorySnapshot] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._store = None
        self._answered.clear()
        self._stack.close()

    def fetch(self, reference: Reference) -> RepositorySnapshot:
        """The snapshot for a reference. Raises StoreDamaged and StoreUnusable; what cannot be had is in the snapshot."""
        if reference.kind in LOCAL:
            return self._live.fetch(reference)
        if self._offline and not self._path.exists():
            return _lacking(reference)
        if not self._usable():
            return self._live.fetch(reference)
        key = (reference.kind, reference.name.casefold(), reference.revision)
        if key in self._answered:
            return msgspec.structs.replace(self._answered[key], requested=reference.name)
        stored = self._find(reference)
        if self._offline:
            return stored.snapshot if stored is not None else _lacking(reference)
        if stored is not None and self._holds(stored):
            return stored.snapshot
        found = self._ask(reference, stored)
        self._answered[key] = found
        return found

    @property
    def store(self) -> Store:
        """The store behind this source, opened."""
        if self._store is None:
            self._store = self._stack.enter_context(Store(self._path, clock=self._clock))
        return self._store

    def _usable(self) -> bool:
        """Whether there is a store to use. Online, an answer without one is better than none; offline there is none."""
        if self._without:
            return False
        try:
            return self.store is not None
        except StoreUnusable as error:
            if self._offline:
                raise
            self._without = True
            self.warnings.append(f"{error.message} Nothing is stored.")
            return False

    def _find(self, reference: Reference) -> Stored | None:
        try:
            return self.store.find(reference)
        except StoreDamaged as error:
            if self._offline:
                raise
            self.warnings.append(f"{error.message} {reference.name} is fetched again.")
            return None

    def _holds(self, stored: Stored) -> bool:
        """Whether the answer that is kept can be given without asking its host."""
        if not stored.complete or self._refresh or newly_authorized(stored, self._token(stored.snapshot.kind)):
            return False
        if stored.exact:
            return True
        age = self._clock() - stored.checked
        return 0 <= age <= self._max_age  # a time in the future: the clock was wrong once

    def _token(self, kind: str) -> bool:
        access = getattr(self._live, "access", None)
        return access is not None and access.token("github" if kind == "github" else "hub") is not None

    def _ask(self, reference: Reference, stored: Stored | None) -> RepositorySnapshot:
        known = known_of(stored, again=self._refresh or newly_authorized(stored, self._token(reference.kind)))
        if isinstance(self._live, RevalidatingSource):
            fetched = self._live.refetch(reference, known)
        else:
            fetched = Fetched(self._live.fetch(reference))
        absent = fetched.snapshot.absent
        if stored is not None and absent is not None and absent.reason in PASSING:
            self.warnings.append(
                f"{reference.name} could not be asked for again ({absent.reason}); what is stored of it was used."
            )
            return stored.snapshot
        return self._keep(reference, fetched)

    def _keep(self, reference: Reference, fetched: Fetched) -> RepositorySnapshot:
        """The answer, joined with what is kept of the same revision."""
        if self._full:
            return fetched.snapshot
        try:
            kept = self.store.put(
                reference, fetched.snapshot, etag=fetched.etag, url=fetched.url, authorized=self._token(reference.kind)
            )
        except (StoreFull, StoreUnusable) as error:  # the answer is there all the same
            self._full = True
            self.warnings.append(error.message)
            return fetched.snapshot
        return msgspec.structs.replace(kept, requested=reference.name)


def _lacking(reference: Reference) -> RepositorySnapshot:
    detail = "it is not in the local store; run once without --offline, or crawl it"
    return nothing(reference, Absent(reference.name, "offline", detail))
