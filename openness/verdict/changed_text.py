"""License texts that were changed, or are not known: what was recognized in them is judged, and a person must read the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from openness.evidence.license_text import missing_words
from openness.printable import printable
from openness.records import Fact, Finding, Permission, Question, Reason, UseVerdict, worst
from openness.rules.loader import Ruleset
from openness.rules.model import FactSet
from openness.verdict.detected import document_name, judge_detected, place_in
from openness.verdict.stack import all_of

_SHOWN = 3


def with_changes(verdict: UseVerdict, changes: Sequence[Fact], declared: FactSet, ruleset: Ruleset) -> UseVerdict:
    """The verdict with the changes of ``license-text-change`` facts (``evidence.license_text``).

    The clauses recognized in the added words bind beside the known license: one that forbids the use denies it. What is left is
    never better than ``needs-answer``: each change is a reason, and a question that only a person can answer.
    """
    if not changes:
        return verdict
    judged = [judge_detected(fact.value["clauses"], _license(fact), fact, verdict.use, declared, ruleset) for fact in changes]
    whole = all_of([verdict, *judged], verdict.use)
    reasons = tuple(reason for fact, part in zip(changes, judged, strict=True) for reason in _reasons(fact, part))
    decided = worst([whole.verdict, Permission.NEEDS_ANSWER])
    asked = decided is Permission.NEEDS_ANSWER
    return msgspec.structs.replace(
        whole,
        verdict=decided,
        once_answered=(whole.once_answered or whole.verdict) if asked else None,
        reasons=_detected_first(whole, judged, reasons),
        questions=(*whole.questions, *map(_question, changes)) if decided is not Permission.DENIED else (),
    )


def with_unknown_texts(verdict: UseVerdict, texts: Sequence[Fact], declared: FactSet, ruleset: Ruleset) -> UseVerdict:
    """The verdict with the clauses recognized in texts that are not known (``license-text-clauses`` facts): they can deny, and
    else leave ``unknown`` as it is. What the rest of such a text says is not known."""
    judged = [judge_detected(fact.value, "", fact, verdict.use, declared, ruleset) for fact in texts]
    return all_of([verdict, *judged], verdict.use) if judged else verdict


def _license(fact: Fact) -> str:
    return " AND ".join(fact.value["licenses"])


def _detected_first(whole: UseVerdict, judged: Sequence[UseVerdict], reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Denials first, then what the changes say, then what the known license says by itself."""
    of_changes = [reason for part in judged for reason in part.reasons]
    denials = [reason for reason in whole.reasons if reason.effect == "denied"]
    return tuple(dict.fromkeys((*denials, *of_changes, *reasons, *whole.reasons)))


def _reasons(fact: Fact, judged: UseVerdict) -> Iterator[Reason]:
    """What a person has to read: the added words that no reason quotes (duties stand apart), and how much is missing."""
    license, name = _license(fact), document_name(fact)
    said = {reason.section for reason in judged.reasons if reason.effect != "duty"}
    rest = [row for row in fact.value["added"] if place_in(license, name, row[0]) not in said]
    for line, text, context in rest[:_SHOWN]:
        if context == text:
            summary = f"These words are not in the text of {license}."
        else:
            summary = f"Here “{text}” is not in the text of {license}."
        yield Reason(license, place_in(license, name, line), "ALTERED_TEXT", "asks", summary, context, (fact.id,))
    if len(rest) > _SHOWN:
        summary = f"Words were added or replaced in {len(rest) - _SHOWN} more places."
        yield Reason(license, f"as changed in {name}", "ALTERED_TEXT", "asks", summary, "", (fact.id,))
    if fact.value["missing"]:
        summary = f"{missing_words(fact.value['missing'])}."
        yield Reason(license, f"as changed in {name}", "ALTERED_TEXT", "asks", summary, "", (fact.id,))


def _how(fact: Fact) -> str:
    return "with words missing" if fact.value["verdict"] == "partial" else "with changes"


def _question(fact: Fact) -> Question:
    name, license = document_name(fact), _license(fact)
    text = f"{name} is the text of {license} {_how(fact)}. Read it: may it count as {license}? If so, say why in openness.toml:"
    return Question("license-text", text, clarification(license, name, fact.place.sha256))


def clarification(license: str, name: str, sha256: str | None) -> str:
    """The lines of openness.toml by which a person confirms a text (``policy.clarify``)."""
    files = f'files = [{{ path = "{name}", sha256 = "{sha256}" }}]'
    return f'[[clarify]]\nlicense = "{license}"\n{files}\nreason = "…"'


def findings_of(facts: Sequence[Fact]) -> Iterator[Finding]:
    """One finding for each changed text, and one for each unknown text in which clauses were recognized."""
    known = {fact.place.document for fact in facts if fact.claim == "license-text" and fact.value}
    for fact in facts:
        document = printable(fact.place.document, 120)
        if fact.claim == "license-text-change":
            message = f"{document} is the text of {_license(fact)} {_how(fact)}; a person must confirm what that means."
            yield Finding(f"changed:{fact.id}", "license-text-altered", "asks", message, (fact.id,))
        elif fact.claim == "license-text-clauses":
            types = ", ".join(dict.fromkeys(value["type"].lower().replace("_", " ") for value in fact.value))
            what = "has no rules here" if fact.place.document in known else "is no license text known here"
            message = f"{document} {what}; by its wording it speaks of {types}."
            yield Finding(f"clauses:{fact.id}", "license-text-unknown", "unknown", message, (fact.id,))
