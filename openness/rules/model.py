"""The shapes of the rules once loaded: clause types, clauses, licenses, uses and the vocabulary of declared facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

#: Categories of licenses, mildest first: the terms of a stack are those of its strictest member (DESIGN.md section 3).
CATEGORIES = ("open", "source-available", "research-only")


class EffectRow(msgspec.Struct, frozen=True):
    """One row of a clause type's effects; see the head of ``rules/clauses.yaml`` for what each part means."""

    effect: str
    uses: frozenset[str] | None = None
    guard: Mapping[str, Any] = msgspec.field(default_factory=dict)
    when: Mapping[str, Any] | None = None
    undecided: str = "ask"
    proviso: str = ""


class ClauseType(msgspec.Struct, frozen=True):
    """What a kind of clause means for each use. ``params`` maps a parameter to what it may hold."""

    id: str
    kind: str
    means: str
    params: Mapping[str, Any]
    reach: frozenset[str]
    effects: tuple[EffectRow, ...]


class Clause(msgspec.Struct, frozen=True):
    """One clause of one license: where it stands and what it says, in our words.

    ``lines`` are the first and last line in the text that ``License.text`` pins by hash; they let the user's own copy be
    quoted. ``reach`` is None where the clause touches the uses that its type names.
    """

    type: str
    section: str
    summary: str
    params: Mapping[str, Any]
    reach: frozenset[str] | None = None
    duty: str = ""
    ask: str = ""
    lines: tuple[int, int] | None = None


class LicenseText(msgspec.Struct, frozen=True):
    """The text that was read. ``status``: whole, partly, secondary (other people's accounts) or missing."""

    status: str
    url: str | None = None
    sha256: str | None = None
    words_sha256: str | None = None
    source: str | None = None
    exact: bool = True
    why: str = ""

    @property
    def was_read(self) -> bool:
        return self.status == "whole"


class License(msgspec.Struct, frozen=True):
    """A license as data. ``category``: open, source-available or research-only, as its clauses make it."""

    id: str
    spdx: str
    title: str
    publisher: str
    version: str
    category: str
    approved: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]]
    text: LicenseText
    verified: str
    how: str
    clauses: tuple[Clause, ...]
    kind: str = "license"


class Use(msgspec.Struct, frozen=True):
    """A use a person can state. ``implies`` always holds for it; ``presumes`` holds unless declared otherwise."""

    id: str
    means: str
    implies: Mapping[str, frozenset[str]] = msgspec.field(default_factory=dict)
    presumes: Mapping[str, frozenset[str]] = msgspec.field(default_factory=dict)


class FactType(msgspec.Struct, frozen=True):
    """One key of the vocabulary of declared facts (``rules/uses.yaml``)."""

    id: str
    type: str
    means: str
    question: str = ""
    values: tuple[str, ...] = ()
    many: bool = False
    sets: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    kinds: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    similar: Mapping[str, str] = msgspec.field(default_factory=dict)
    synonyms: Mapping[str, str] = msgspec.field(default_factory=dict)


class Vocabulary(msgspec.Struct, frozen=True):
    """Uses, named sets of uses, declared facts, places and currencies."""

    uses: Mapping[str, Use]
    sets: Mapping[str, tuple[str, ...]]
    facts: Mapping[str, FactType]
    currencies: Mapping[str, float]
    regions: Mapping[str, tuple[str, ...]]
    place_aliases: Mapping[str, str]
    countries: frozenset[str]
    verified: str


class Money(msgspec.Struct, frozen=True):
    """An amount; ``period``: year, month or total."""

    amount: float
    currency: str
    period: str = "year"


#: What is known of a user when a condition is tested: words, a count, or an amount.
FactValue = frozenset[str] | float | Money
FactSet = Mapping[str, FactValue]
