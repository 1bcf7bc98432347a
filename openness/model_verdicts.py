"""What a classification means for uses: the verdict of each use of a model, and the edges of its lineage where rights are lost.

The terms are those that the classification found to bind the weights, the model's own and inherited ones; each is judged like
that of a build (:mod:`openness.verdict.audit`), and the category only lowers. A pure function: nothing is read or fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from openness.records import Fact, Permission, Reason, Standing, UseVerdict
from openness.rules.expressions import Term
from openness.rules.loader import Ruleset
from openness.rules.model import FactSet
from openness.rules.names import Resolved
from openness.verdict.audit import Question
from openness.verdict.changed_text import with_changes
from openness.verdict.classified import BoundLicense, Classification, LineageEntry
from openness.verdict.stack import all_of, judge_expression, judge_license, with_unknown

NO_LICENSE = "No license of the weights is known, neither the model's own nor one that it inherits."
#: Rules of :mod:`openness.verdict.own_terms`: a name that stands for no known license, and a text that was changed.
UNKNOWN_NAME, CHANGED = "license-known", "license-text-changed"
RESEARCH_ONLY, UNVERIFIED = "research-only", "unverified"
#: The motive that a bar on commercial use leaves open (``implies`` in rules/uses.yaml).
RESEARCH = frozenset({"research"})
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
    """The verdict for each use of the question. What is unverified, not released, or barred by more than a known license never
    passes."""
    uses = tuple(_judged(use, found, question, ruleset) for use in question.uses)
    return ModelVerdicts(uses, _strength(found), tuple(_edges(found, question, ruleset)))


def _strength(found: Classification) -> Standing | None:
    """Of the statement that binds: the model's own, else the best of what it inherits."""
    bases = [Standing(license.basis) for license in found.licenses if license.source in ("", found.model)]
    bases = bases or [Standing(license.basis) for license in found.licenses]
    return max(bases, key=lambda standing: standing.rank, default=None)


def _judged(use: str, found: Classification, question: Question, ruleset: Ruleset) -> UseVerdict:
    """What binds is settled by the classification: every license of the weights, inherited ones included."""
    parts = [_license(license, use, question.declared, ruleset) for license in found.licenses]
    verdict = all_of(parts, use) if parts else UseVerdict(use, Permission.UNKNOWN, None, (_unsaid("EVIDENCE", NO_LICENSE),))
    verdict = with_changes(verdict, _changed(found), question.declared, ruleset)
    strength, required = _strength(found), question.required.get(use, Standing.METADATA)
    if parts and (strength is None or strength.rank < required.rank):
        text = f"The evidence is {strength}, and {required} or better is asked for this use."
        verdict = with_unknown(verdict, _unsaid("STRENGTH", text))
    for finding in found.findings:
        if finding.rule == UNKNOWN_NAME:
            verdict = with_unknown(verdict, _unsaid("NAME", finding.message, finding.evidence))
    return _lowered(verdict, found, ruleset)


def _license(license: BoundLicense, use: str, declared: FactSet, ruleset: Ruleset) -> UseVerdict:
    known = license.id in ruleset.license_ids or license.id in ruleset.spdx
    term = Term(Resolved(license.id, (license.id,) if known else (), "text" if known else "no-rules"))
    verdict = judge_expression(term, use, declared, ruleset)
    reasons = tuple(msgspec.structs.replace(reason, evidence=license.evidence) for reason in verdict.reasons)
    return msgspec.structs.replace(verdict, reasons=reasons)


def _changed(found: Classification) -> list[Fact]:
    """The model's own license texts that were found with changes."""
    ids = {id for finding in found.findings if finding.rule == CHANGED for id in finding.evidence}
    return [fact for fact in found.evidence if fact.id in ids]


def _unsaid(clause: str, summary: str, evidence: tuple[str, ...] = ()) -> Reason:
    return Reason("", "", clause, "unknown", summary, "", evidence)


def _lowered(use: UseVerdict, found: Classification, ruleset: Ruleset) -> UseVerdict:
    category, why = found.result.category, found.result.why
    if category is None:
        return with_unknown(use, _unsaid("CATEGORY", f"There are no weights to be judged: {why}."))
    if category == UNVERIFIED:
        return with_unknown(use, _unsaid("CATEGORY", f"The model is unverified: {why}."))
    if category == RESEARCH_ONLY and not _barred_by_license(found, ruleset) and not _is_research(use.use, ruleset):
        text = f"The model is research-only beyond its license's own clauses ({why}); whether this use is allowed is not settled."
        return with_unknown(use, _unsaid("CATEGORY", text))
    return use


def _barred_by_license(found: Classification, ruleset: Ruleset) -> bool:
    """Whether a known license bars commercial use by its own clauses: then those are judged use by use."""
    known = (ruleset.license(license.id) for license in found.licenses if license.id in ruleset.license_ids)
    return any(license.category == RESEARCH_ONLY for license in known)


def _is_research(use: str, ruleset: Ruleset) -> bool:
    known = ruleset.vocabulary.uses.get(use)
    return known is not None and known.implies.get("motive") == RESEARCH


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
