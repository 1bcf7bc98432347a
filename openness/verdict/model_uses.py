"""May a classified model be used as stated? The verdict per use, from all licenses that bind its weights, inherited ones too.

It is the question that ``audit`` answers of a file, asked of a model that is not here. A pure function.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from openness.records import Fact, Finding, Permission, Question, Reason, Standing, UseVerdict
from openness.rules.loader import Ruleset
from openness.rules.model import FactSet
from openness.verdict import audit
from openness.verdict.changed_text import with_changes
from openness.verdict.classified import BoundLicense, Classification
from openness.verdict.stack import all_of, judge_license, with_unknown

WEIGHTS = "weights"
RESEARCH_ONLY = "research-only"
#: The motive that a bar on commercial use leaves open (``implies`` in rules/uses.yaml).
RESEARCH = frozenset({"research"})
#: A license text of the model's own that was found with changes (verdict.own_terms).
CHANGED = "license-text-changed"
REGION = "region"
EU = "EU"
#: A gate that is shut to a place (verdict.classification) asks where the model is used.
TERRITORY = "territory"


def judge_uses(found: Classification, question: audit.Question, ruleset: Ruleset) -> tuple[UseVerdict, ...]:
    """One verdict for each use of the question; what is not certain is ``unknown``, never permitted."""
    return tuple(_one(use, found, question, ruleset) for use in question.uses)


def strength_of(found: Classification) -> Standing | None:
    """The evidence for the model's own terms; for one that only inherits, the weakest for those."""
    bound = [license for license in found.licenses if license.component == WEIGHTS]
    own = [license for license in bound if license.source == found.model]
    return min((Standing(license.basis) for license in own or bound), key=lambda s: s.rank, default=None)


def _one(use: str, found: Classification, question: audit.Question, ruleset: Ruleset) -> UseVerdict:
    bound = [license for license in found.licenses if license.component == WEIGHTS]
    if not bound:
        verdict = UseVerdict(use, Permission.UNKNOWN, None, (Reason("", "", "EVIDENCE", "unknown", _nothing(found)),))
    else:
        verdict = all_of([_license(license, use, question.declared, ruleset) for license in bound], use)
    verdict = with_changes(verdict, _changed(found), question.declared, ruleset)
    for finding in (*_doubts(found), *_bar(use, found, ruleset)):
        verdict = with_unknown(verdict, Reason("", "", finding.rule.upper(), "unknown", finding.message, "", finding.evidence))
    verdict = _territory(verdict, found, question, ruleset)
    strength, required = strength_of(found), question.required.get(use, Standing.METADATA)
    if strength is not None and strength.rank < required.rank:
        text = f"The evidence is {strength}, and {required} or better is asked for this use."
        verdict = with_unknown(verdict, Reason("", "", "STRENGTH", "unknown", text))
    return verdict


def _license(license: BoundLicense, use: str, declared: FactSet, ruleset: Ruleset) -> UseVerdict:
    if license.id not in ruleset.license_ids and license.id not in ruleset.spdx:
        reason = Reason(license.id, "", "NAME", "unknown", f"There are no rules for {license.id} here, so nobody has read it.")
        return UseVerdict(use, Permission.UNKNOWN, None, (reason,))
    verdict = judge_license(license.id, use, declared, ruleset)
    reasons = tuple(msgspec.structs.replace(reason, evidence=license.evidence) for reason in verdict.reasons)
    return msgspec.structs.replace(verdict, reasons=reasons)


def _doubts(found: Classification) -> Iterator[Finding]:
    """What leaves the terms open: findings that say so, and a category that stands for it."""
    yield from (finding for finding in found.findings if finding.effect == "unknown")
    if found.result.category in (None, "unverified"):
        why = f"{found.result.why[:1].upper()}{found.result.why[1:]}."
        yield Finding(f"category:{found.result.decided_by}", "category", "unknown", why)


def _changed(found: Classification) -> list[Fact]:
    """Own license texts with changes: a clause in them that is certain denies, whatever the rest leaves open."""
    ids = {id for finding in found.findings if finding.rule == CHANGED for id in finding.evidence}
    return [fact for fact in found.evidence if fact.id in ids]


def _bar(use: str, found: Classification, ruleset: Ruleset) -> Iterator[Finding]:
    """A bar on commercial use that stands in no license known here, but in the card's words or a name: only research is left.
    Where a known license bars it, that one's own clauses are judged use by use."""
    known = (ruleset.license(license.id) for license in found.licenses if license.id in ruleset.license_ids)
    if found.result.category != RESEARCH_ONLY or any(license.category == RESEARCH_ONLY for license in known):
        return
    asked = ruleset.vocabulary.uses.get(use)
    if asked is None or asked.implies.get("motive") != RESEARCH:
        why = f"The model is research-only by more than its licenses' own clauses ({found.result.why}); this use is not settled."
        yield Finding(f"category:{found.result.decided_by}", "category", "unknown", why)


def _territory(verdict: UseVerdict, found: Classification, question: audit.Question, ruleset: Ruleset) -> UseVerdict:
    """The gate refuses people of the European Union: where the model is used decides."""
    asks = [finding for finding in found.findings if finding.rule == TERRITORY]
    if not asks or verdict.verdict in (Permission.DENIED, Permission.UNKNOWN):
        return verdict
    places = question.declared.get(REGION)
    message = asks[0].message
    if places is None:
        asked = Question(REGION, "Where will the model be run and its outputs be shown?", "--declare region=…")
        reason = Reason("", "", "TERRITORY", "asks", message, "", asks[0].evidence)
        once = verdict.once_answered or verdict.verdict
        return msgspec.structs.replace(
            verdict, verdict=Permission.NEEDS_ANSWER, once_answered=once, reasons=(reason, *verdict.reasons),
            questions=(*verdict.questions, asked),
        )  # fmt: skip
    shut = {EU, *ruleset.vocabulary.regions.get(EU, ())}
    if isinstance(places, frozenset) and shut & places:
        return with_unknown(verdict, Reason("", "", "TERRITORY", "unknown", message, "", asks[0].evidence))
    return verdict


def _nothing(found: Classification) -> str:
    return f"No license is stated for the weights: {found.result.why}."
