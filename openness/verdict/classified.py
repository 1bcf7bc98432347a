"""The records of a classification: what binds the weights, where they come from, and the result. No rules here."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from openness.records import Absent, Contradiction, Fact, Finding
from openness.rules.case import Case
from openness.rules.categories import CategoryResult
from openness.rules.dimensions import DimensionResult
from openness.rules.frameworks import FrameworkResult


class BoundLicense(msgspec.Struct, frozen=True):
    """A license that binds a component, and on whose word. ``basis``: text, card, metadata, lineage or name; ``source`` is
    the repository that brings it in (another one for what is inherited); ``changed``: its text was found with changes."""

    component: str
    id: str
    spdx: str
    basis: str
    evidence: tuple[str, ...]
    source: str = ""
    changed: bool = False


class LineageEntry(msgspec.Struct, frozen=True):
    """A model that the weights come from. ``license`` are its own terms, ``category`` its strictest; ``resolved`` says how
    they are known: evidence, table, own-publisher or None."""

    model: str
    relation: str
    license: tuple[str, ...]
    category: str | None
    parent: str = ""
    resolved: str | None = None


class Change(msgspec.Struct, frozen=True):
    """A single fact that would move the result: ``condition`` and what then follows. ``rule`` is its row in
    rules/would_change.yaml; ``improves``: towards more openness."""

    condition: str = msgspec.field(name="if")
    then: str = ""
    rule: str = ""
    improves: bool = True


class Classification(msgspec.Struct, frozen=True):
    """The answer of ``openness classify`` for one model."""

    input: str
    model: str
    source: str
    revision: str | None
    url: str | None
    result: CategoryResult
    dimensions: Mapping[str, DimensionResult]
    licenses: tuple[BoundLicense, ...]
    lineage: tuple[LineageEntry, ...]
    contradictions: tuple[Contradiction, ...]
    frameworks: Mapping[str, FrameworkResult]
    findings: tuple[Finding, ...]
    evidence: tuple[Fact, ...]
    would_change: tuple[Change, ...]
    case: Case
    absences: tuple[Absent, ...] = ()
