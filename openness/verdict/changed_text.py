"""A license text that was changed: the verdict of the known license holds only once a person has read the changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from openness.printable import printable
from openness.records import Fact, Finding, Permission, Question, Reason, UseVerdict

_SHOWN = 3


def with_changes(verdict: UseVerdict, changes: Sequence[Fact]) -> UseVerdict:
    """Never better than ``needs-answer`` while a text beside the build is changed or cut; each change is a reason, and a
    question that only a person can answer. ``license-text-change`` facts come from ``evidence.license_text``."""
    if not changes:
        return verdict
    reasons = tuple(reason for fact in changes for reason in _reasons(fact))
    questions = tuple(_question(fact) for fact in changes)
    decided = max(verdict.verdict, Permission.NEEDS_ANSWER, key=lambda permission: permission.rank)
    once = verdict.once_answered or verdict.verdict if decided is Permission.NEEDS_ANSWER else None
    return msgspec.structs.replace(
        verdict,
        verdict=decided,
        once_answered=once,
        reasons=(*reasons, *verdict.reasons),
        questions=(*verdict.questions, *questions),
    )


def _reasons(fact: Fact) -> Iterator[Reason]:
    license = " AND ".join(fact.value["licenses"])
    name = printable(fact.place.document.rpartition("/")[2], 80)
    for type, line, quote in fact.value["clauses"]:
        yield Reason(
            license,
            f"{name} line {line}",
            type,
            "asks",
            "Added to the text of the license; recognized by its wording only.",
            quote,
            (fact.id,),
        )
    seen = {line for _, line, _ in fact.value["clauses"]}
    for line, text in [(line, text) for line, text in fact.value["added"] if line not in seen][:_SHOWN]:
        yield Reason(
            license,
            f"{name} line {line}",
            "ALTERED_TEXT",
            "asks",
            "These words are not in the text of the license.",
            text,
            (fact.id,),
        )
    if fact.value["missing"]:
        summary = f"{fact.value['missing']} words of the text of the license are missing."
        yield Reason(license, name, "ALTERED_TEXT", "asks", summary, "", (fact.id,))


def _question(fact: Fact) -> Question:
    license = " AND ".join(fact.value["licenses"])
    place = fact.place
    name = printable(place.document.rpartition("/")[2], 80)
    text = f"{name} is {license} with changes ({fact.value['verdict']}). Read them: do they allow this use?"
    files = f'files = [{{path = "{name}", sha256 = "{place.sha256}"}}]'
    declare = f'[[clarify]] license = "{license}", {files}, reason = "…" in openness.toml'
    return Question("license-text", text, declare)


def findings_of(facts: Sequence[Fact]) -> Iterator[Finding]:
    """One finding for each changed text, and one for each unknown text in which clauses were recognized."""
    for fact in facts:
        if fact.claim == "license-text-change":
            license = " AND ".join(fact.value["licenses"])
            message = (
                f"{printable(fact.place.document, 120)} is {license}, {fact.value['verdict']}: "
                "a person must confirm what the changes mean."
            )
            yield Finding(f"changed:{fact.id}", "license-text-altered", "asks", message, (fact.id,))
        elif fact.claim == "license-text-clauses":
            types = ", ".join(dict.fromkeys(type for type, _, _ in fact.value))
            message = f"{printable(fact.place.document, 120)} is no license text known here; by its wording it speaks of {types}."
            yield Finding(f"clauses:{fact.id}", "license-text-unknown", "unknown", message, (fact.id,))
