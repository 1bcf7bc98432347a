"""What has come of a crawl, read from its journal: counts, reasons, each listing, each repository."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from openness.crawl.selection import Listing
from openness.sources.snapshot import Kind, Reference
from openness.store.database import Database

OUTCOME = "SELECT kind, name, ref, state, depth, reason, detail FROM item WHERE run = ?"


class Outcome(msgspec.Struct, frozen=True):
    """What came of one repository: ``state`` is stored, partial, absent, failed, or queued and leased while it is to do."""

    kind: Kind
    name: str
    ref: str
    state: str
    depth: int
    reason: str | None
    detail: str | None


class Outcomes:
    """One run, as its journal has it now."""

    def __init__(self, database: Database, run: int) -> None:
        self._database = database
        self._run = run

    def counts(self) -> dict[str, int]:
        """Repositories by state."""
        rows = self._database.rows("SELECT state, count(*) FROM item WHERE run = ? GROUP BY state", (self._run,))
        return {str(state): _int(count) for state, count in rows}

    def reasons(self) -> dict[str, int]:
        """Repositories that could not be had (whole), by reason."""
        query = "SELECT reason, count(*) FROM item WHERE run = ? AND state IN ('partial', 'absent', 'failed') GROUP BY reason"
        return {str(reason): _int(count) for reason, count in self._database.rows(query, (self._run,))}

    def listings(self) -> list[tuple[Listing, str, int, str | None, str | None]]:
        """Each listing with its state, its rows, and why it failed."""
        rows = self._database.rows(
            "SELECT name, state, rows, reason, detail FROM listing WHERE run = ? ORDER BY name", (self._run,)
        )
        return [
            (msgspec.json.decode(str(name), type=Listing), str(state), _int(count), _word(reason), _word(detail))
            for name, state, count, reason, detail in rows
        ]

    def outcomes(self) -> Iterator[Outcome]:
        """Every repository of the run: first those asked for."""
        for row in self._database.each(f"{OUTCOME} ORDER BY depth > 0, kind, name, ref", (self._run,)):
            yield _outcome(row)

    def outcome(self, reference: Reference) -> Outcome | None:
        """What came of one repository."""
        query = (
            "SELECT kind, name, ref, state, depth, reason, detail FROM item WHERE run = ? AND kind = ? AND name = ? AND ref = ?"
        )
        found = self._database.rows(query, (self._run, reference.kind, reference.name, reference.revision or ""))
        return _outcome(found[0]) if found else None

    def ends(self) -> list[tuple[str, str, str | None]]:
        """Each kind, state and reason that came up."""
        query = "SELECT DISTINCT kind, state, reason FROM item WHERE run = ?"
        return [(str(kind), str(state), _word(reason)) for kind, state, reason in self._database.rows(query, (self._run,))]


def _outcome(row: tuple[object, ...]) -> Outcome:
    return msgspec.convert(dict(zip(Outcome.__struct_fields__, row, strict=True)), Outcome)


def _int(value: Any) -> int:
    return int(value)


def _word(value: object) -> str | None:
    return None if value is None else str(value)
