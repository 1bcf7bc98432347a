"""One row of a report: a model as classified, or a build as audited, with its verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from openness.model_verdicts import Edge, ModelVerdicts
from openness.outputs.discovery import Discovered
from openness.outputs.report import words
from openness.outputs.report.links import HOSTS
from openness.records import Contradiction, Fact, Finding, Permission, Standing, UseVerdict, worst
from openness.verdict.classified import Classification

DIMENSIONS = ("weights", "code", "data", "recipe")
NOT_IN_A_FILE = "a build does not show this; classify the model it comes from"


class Level(msgspec.Struct, frozen=True):
    """One dimension; ``score`` 0 to 100, None where a build shows nothing of it."""

    name: str
    level: str
    score: int | None
    why: str
    evidence: tuple[str, ...] = ()


class Entry(msgspec.Struct, frozen=True):
    """What the pages show of one model or build. ``found`` is set for a model, ``build`` for a build."""

    name: str
    category: str | None
    sub_label: str | None
    sentence: str
    rule: str
    why: str
    levels: tuple[Level, ...]
    licenses: tuple[str, ...]
    uses: tuple[UseVerdict, ...]
    strength: Standing | None
    facts: Mapping[str, Fact]
    contradictions: tuple[Contradiction, ...]
    findings: tuple[Finding, ...]
    revision: str | None = None
    url: str | None = None
    edges: tuple[Edge, ...] = ()
    found: Classification | None = None
    build: Discovered | None = None

    @property
    def verdict(self) -> Permission:
        """The worst of all uses that were asked."""
        return worst(use.verdict for use in self.uses)


class Report(msgspec.Struct, frozen=True):
    """What a report is made of. ``hosts`` are those that pages may link to; ``declared`` are facts as the user gave them;
    ``errors`` pairs of an input and why it is not shown."""

    entries: tuple[Entry, ...]
    uses: tuple[str, ...]
    rules: str
    declared: tuple[str, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    hosts: frozenset[str] = HOSTS
    date: str = ""


def of_model(found: Classification, verdicts: ModelVerdicts) -> Entry:
    """The row of a model."""
    result = found.result
    return Entry(
        name=found.model,
        category=result.category,
        sub_label=result.sub_label,
        sentence=words.category_sentence(found),
        rule=f"categories/{result.decided_by}",
        why=result.why,
        levels=tuple(Level(name, row.level, row.score, row.why, row.evidence) for name, row in found.dimensions.items()),
        licenses=tuple(dict.fromkeys(license.id for license in found.licenses)),
        uses=verdicts.uses,
        strength=verdicts.strength,
        facts={fact.id: fact for fact in found.evidence},
        contradictions=found.contradictions,
        findings=found.findings,
        revision=found.revision,
        url=found.url,
        edges=verdicts.edges,
        found=found,
    )


def of_build(discovered: Discovered) -> Entry:
    """The row of a build: a file shows its license claims, and nothing of code, data and recipe."""
    result = discovered.result
    name = discovered.names[0] if discovered.names else result.build.path
    licenses = ", ".join(result.licenses) or "no license that was found"
    why = discovered.error or f"it is judged by {licenses}, on the word of: {result.strength or 'nobody'}"
    return Entry(
        name=name,
        category=result.category,
        sub_label=None,
        sentence=f"This build is {result.category}: {why}.",
        rule="audit",
        why=why,
        levels=tuple(Level(name, "unknown", None, NOT_IN_A_FILE) for name in DIMENSIONS),
        licenses=result.licenses,
        uses=result.uses,
        strength=result.strength,
        facts={fact.id: fact for fact in result.evidence},
        contradictions=result.contradictions,
        findings=result.findings,
        build=discovered,
    )


def facts_of(entry: Entry, ids: Sequence[str], sources: Sequence[str] = ()) -> list[Fact]:
    """The facts with these ids, once each; one of another repository is listed under its id and ``@owner/name``."""
    found = []
    for id in dict.fromkeys(ids):
        fact = entry.facts.get(id) or next((f for s in sources if (f := entry.facts.get(f"{id}@{s}"))), None)
        if fact is not None:
            found.append(fact)
    return found
