"""What every entry of a lock is made with."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import msgspec

from openness.policy.file import Policy
from openness.rules.loader import Ruleset
from openness.sources.snapshot import Kind, Source
from openness.sources.snapshot import Reference as Asked
from openness.store.stored_sources import StoredSources
from openness.verdict.audit import Question


class Context(msgspec.Struct, frozen=True):
    """What every entry is judged with. ``checked`` tells the day on which stored evidence was last known to hold."""

    source: Source
    ruleset: Ruleset
    policy: Policy
    question: Question
    today: datetime.date
    checked: Callable[[Kind, str, str | None], datetime.date | None] = lambda kind, name, revision: None


def checked_in(source: object) -> Callable[[Kind, str, str | None], datetime.date | None]:
    """Reads from the store on which day what it has of a repository was last known to hold."""

    def checked(kind: Kind, name: str, revision: str | None) -> datetime.date | None:
        if not isinstance(source, StoredSources):
            return None
        try:
            stored = source.store.find(Asked(kind, name, revision, name), documents=False)
        except Exception:  # a store that cannot be read has said so already
            return None
        return None if stored is None else datetime.datetime.fromtimestamp(stored.checked, datetime.UTC).date()

    return checked
