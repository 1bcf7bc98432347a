"""What a crawl has done: figures while it runs, and at the end an account of every repository."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import msgspec

from openness.crawl.journal import Journal
from openness.crawl.outcomes import Outcome
from openness.sources.snapshot import Reference
from openness.sources.transport import Transport
from openness.store.license_state import LicenseChange
from openness.store.snapshots import Store

DONE = ("stored", "partial", "absent", "failed")


class Quota(msgspec.Struct, frozen=True):
    """A quota as last announced: requests left (None: not known), of how many, and seconds to wait now."""

    left: int | None
    limit: int | None
    wait: float


class Figures(msgspec.Struct, frozen=True):
    """How far a crawl is. ``requests`` by kind of quota, ``answers`` by status, ``errors`` by reason; ``eta`` in seconds,
    None while it cannot be told."""

    done: int
    queued: int
    states: dict[str, int]
    requests: dict[str, int]
    answers: dict[str, int]
    errors: dict[str, int]
    quotas: dict[str, Quota]
    seconds: float
    eta: float | None


class Account(msgspec.Struct, frozen=True):
    """One repository at the end: what is stored of it, and what could not be had, by path and reason."""

    kind: str
    input: str
    model: str
    revision: str | None
    state: str
    documents: int
    reason: str | None
    detail: str | None
    absences: dict[str, str]
    license_changes: tuple[LicenseChange, ...]


class Reporter:
    """Figures and accounts of one crawl."""

    def __init__(self, store: Store, journal: Journal, transport: Transport) -> None:
        self._store = store
        self._journal = journal
        self._transport = transport
        self._began = time.monotonic()
        self._done_before: int | None = None

    def figures(self) -> Figures:
        counts = self._journal.so_far.counts()
        done = sum(counts.get(state, 0) for state in DONE)
        queued = counts.get("queued", 0) + counts.get("leased", 0)
        if self._done_before is None:
            self._done_before = done
        seconds = time.monotonic() - self._began
        gained = done - self._done_before
        transport = self._transport
        return Figures(
            done=done,
            queued=queued,
            states=counts,
            requests=dict(sorted(transport.sent.copy().items())),
            answers={str(status): count for status, count in sorted(transport.answers.copy().items())},
            errors=self._journal.so_far.reasons(),
            quotas={name: self._quota(name) for name in sorted(transport.buckets.copy())},
            seconds=round(seconds, 3),
            eta=round(seconds / gained * queued, 1) if gained else None,
        )

    def _quota(self, bucket: str) -> Quota:
        state, now = self._transport.quotas.state(bucket), time.monotonic()
        left = state.left if now < state.reset_at else None
        until = max(state.blocked_until, state.reset_at if left == 0 else 0.0)
        return Quota(left, state.limit, max(round(until - now, 1), 0.0))

    def accounts(self, asked: Sequence[Reference] = ()) -> Iterator[Account]:
        """Every repository of the crawl: those that were ``asked`` for as they were given and in that order, then the others."""
        given = {_key(reference): reference.given for reference in asked}
        for reference in asked:
            outcome = self._journal.so_far.outcome(reference)
            if outcome is not None:
                yield self._account(outcome, reference.given)
        for outcome in self._journal.so_far.outcomes():
            if (outcome.kind, outcome.name.casefold(), outcome.ref) not in given:
                yield self._account(outcome)

    def notable(self) -> Iterator[Account]:
        """Those of which something could not be had, or whose license changed."""
        changed = {(kind, name.casefold()) for kind, name in self._store.revised(self._journal.newest)}
        for outcome in self._journal.so_far.outcomes():
            if outcome.state != "stored" or (outcome.kind, outcome.name.casefold()) in changed:
                yield self._account(outcome)

    def _account(self, outcome: Outcome, given: str = "") -> Account:
        reference = Reference(outcome.kind, outcome.name, outcome.ref or None)
        stored = self._store.find(reference, documents=False)
        given = given or ("github:" if outcome.kind == "github" else "") + outcome.name + (
            f"@{outcome.ref}" if outcome.ref else ""
        )
        base = {"kind": outcome.kind, "input": given, "state": outcome.state, "reason": outcome.reason, "detail": outcome.detail}
        if stored is None:
            return Account(**base, model=outcome.name, revision=None, documents=0, absences={}, license_changes=())  # type: ignore[arg-type]
        found = stored.snapshot
        reason = found.absent.reason if found.absent is not None and outcome.reason is None else outcome.reason
        return Account(
            **base | {"reason": reason},  # type: ignore[arg-type]
            model=found.name,
            revision=found.revision,
            documents=len(found.documents),
            absences={absent.what: absent.reason for absent in found.absences},
            license_changes=tuple(self.changes(outcome.kind, found.name)),
        )

    def changes(self, kind: str, name: str) -> list[LicenseChange]:
        """Changes of a license that this crawl came upon."""
        history = {seen.revision: seen.id for seen in self._store.history(kind, name)}  # type: ignore[arg-type]
        found = self._store.license_changes(kind, name)  # type: ignore[arg-type]
        return [change for change in found if history.get(change.after, 0) > self._journal.newest]


def _key(reference: Reference) -> tuple[str, str, str]:
    return reference.kind, reference.name.casefold(), reference.revision or ""
