"""What a classification means for uses: the verdict of each use of a model, and the edges of its lineage where rights are lost.

A pure function: nothing is read or fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from openness.records import Permission, Standing, UseVerdict
from openness.rules.loader import Ruleset
from openness.rules.model import FactSet
from openness.verdict.audit import Question
from openness.verdict.classified import Classification, LineageEntry
from openness.verdict.model_uses import judge_uses, strength_of
from openness.verdict.stack import all_of, judge_license

#: Findings of the lineage that name an edge in their id carry one of these effects where something is lost on it.
LOSING = frozenset({"denies", "unknown", "lowers"})


class LostUse(msgspec.Struct, frozen=True):
    """A use that the maker's own license gives, and a base's license does not: with the verdict of the base's terms."""

    use: str
    verdict: Permission
    licenses: tuple[str, ...]


class Edge(msgspec.Struct, frozen=True):
    """One step of the lineage: what is lost on it, and the ids of findings about it."""

    child: str
    base: str
    lost: tuple[LostUse, ...] = ()
    findings: tuple[str, ...] = ()


class ModelVerdicts(msgspec.Struct, frozen=True):
    """The verdicts of a model, each use in the order asked; ``strength`` of the evidence for its license."""

    uses: tuple[UseVerdict, ...]
    strength: Standing | None
    edges: tuple[Edge, ...] = ()


def verdicts_of(found: Classification, question: Question, ruleset: Ruleset) -> ModelVerdicts:
    """The verdict for each use of the question, with the edges of the lineage."""
    uses = judge_uses(found, question, ruleset)
    return ModelVerdicts(uses, strength_of(found), tuple(_edges(found, question, ruleset)))


def _edges(found: Classification, question: Question, ruleset: Ruleset) -> Iterator[Edge]:
    own = {license.id for license in found.licenses if license.source in ("", found.model)}
    by_name = {entry.model.casefold(): entry.license for entry in found.lineage}
    for entry in found.lineage:
        child = entry.parent or found.model
        makers = tuple(own) if child.casefold() == found.model.casefold() else by_name.get(child.casefold(), ())
        lost = tuple(_lost(makers, entry, question, ruleset)) if entry.license else ()
        yield Edge(child, entry.model, lost, _findings(found, child, entry))


def _lost(makers: Sequence[str], entry: LineageEntry, question: Question, ruleset: Ruleset) -> Iterator[LostUse]:
    """Where a maker states no license of his own he hands on the base's: nothing is lost."""
    if not makers or set(entry.license) <= set(makers):
        return
    for use in question.uses:
        before = _together(makers, use, question.declared, ruleset)
        after = _together(entry.license, use, question.declared, ruleset)
        if before.passes and not after.passes:
            yield LostUse(use, after, entry.license)


def _together(ids: Iterable[str], use: str, declared: FactSet, ruleset: Ruleset) -> Permission:
    known = [id for id in ids if id in ruleset.license_ids]
    if not known:
        return Permission.UNKNOWN
    return all_of([judge_license(id, use, declared, ruleset) for id in known], use).verdict


def _findings(found: Classification, child: str, entry: LineageEntry) -> tuple[str, ...]:
    """Ids of findings about this edge: they end in ``:child:base:license:clause``, or name the base of the model itself."""
    middle = f":{child}:{entry.model}:"
    own = f"looser-than-base:{entry.model}" if child == found.model else None
    return tuple(f.id for f in found.findings if f.effect in LOSING and (middle in f.id or f.id == own))
