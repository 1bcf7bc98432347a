"""Clauses that were recognized by their wording, judged by the same engine as clauses that a person read.

A pure function of (clauses, use, declared facts, rules). It can only lower a verdict: what grants something is left out, what
was not read of a clause asks, and what is not certain asks instead of denying.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from openness.printable import printable
from openness.records import Fact, Reason, UseVerdict
from openness.rules import thresholds
from openness.rules.engine import Effect, effects_of, facts_for, verdict_of
from openness.rules.loader import Ruleset
from openness.rules.model import Clause, FactSet, License, LicenseText

#: Parameters that a person is told, in this order; the others only steer the engine.
_SHOWN = {
    "allowed": "allowed",
    "tests": "limit",
    "exclude": "places",
    "denied_topics": "purposes",
    "topics": "purposes",
    "targets": "models",
    "prefix": "name",
    "text": "words",
    "business": "business",
}
_NOT_SAID = frozenset({"free-upload", "any-hosted"})


def judge_detected(
    clauses: Sequence[Mapping[str, Any]], license_id: str, fact: Fact, use: str, declared: FactSet, ruleset: Ruleset
) -> UseVerdict:
    """What detected clauses (``evidence.license_text.clause_value``) mean for one use: permitted where they do not touch it.

    ``license_id`` is the license whose text was changed, empty for an unknown text.

    ``fact`` is the evidence they come from; its document is named in each reason, with the line and the quote.
    """
    name = document_name(fact)
    facts = facts_for(use, declared, ruleset.vocabulary)
    records: list[Clause] = []
    effects: list[Effect] = []
    quotes: dict[tuple[str, str, str], str] = {}
    for value in clauses:
        clause = clause_of(value, place_in(license_id, name, value["line"]), name, ruleset)
        found = list(_effects(clause, value, license_id, use, facts, ruleset))
        if found:
            records.append(clause)
            effects += found
            quotes.setdefault((clause.section, clause.type, clause.summary), value["quote"])
    text = LicenseText("whole")
    read = License(license_id, "", "", "", "", "unverified", (), {}, text, "", "by its wording", tuple(records))
    verdict = verdict_of(read, use, effects, ruleset.vocabulary, grants_elsewhere=True)
    return msgspec.structs.replace(
        verdict,
        reasons=tuple(_quoted(reason, quotes, fact.id) for reason in verdict.reasons),
        questions=tuple(question for question in verdict.questions if question.fact),
    )


def document_name(fact: Fact) -> str:
    """The file's name without its folder, safe to print."""
    return printable(fact.place.document.rpartition("/")[2], 80)


def place_in(license_id: str, document: str, line: int) -> str:
    """The section of a reason: "apache-2.0 as changed in LICENSE line 202"."""
    return f"{'as changed in ' if license_id else ''}{document} line {line}"


def clause_of(value: Mapping[str, Any], section: str, document: str, ruleset: Ruleset) -> Clause:
    """A detected clause as the record that the engine judges; the summary says that it was read from words alone."""
    said = "; ".join(_said(value["params"]))
    means = ruleset.types[value["type"]].means
    summary = f"By its wording, {means}{f' ({said})' if said else ''}."
    return Clause(
        type=value["type"],
        section=section,
        summary=summary,
        params=value["params"],
        duty=f"Do what line {value['line']} of {document} asks: “{value['quote']}”",
    )


def _said(params: Mapping[str, Any]) -> Iterator[str]:
    for name, word in _SHOWN.items():
        value = params.get(name)
        if name == "tests":
            yield from (thresholds.describe(test) for test in value or ())
        elif value:
            words = value if isinstance(value, list) else [value]
            shown = [printable(str(item), 60) for item in words if item not in _NOT_SAID]
            if shown:
                yield f"{word}: {', '.join(shown)}"


def _effects(
    clause: Clause, value: Mapping[str, Any], license_id: str, use: str, facts: FactSet, ruleset: Ruleset
) -> Iterator[Effect]:
    kind = ruleset.types[clause.type]
    if use not in kind.reach:
        return
    if value["unread"] or (value["restricts"] and not kind.effects):
        if value["restricts"]:
            yield Effect("needs-answer", clause)
        return
    for effect in effects_of(clause, license_id, kind, use, facts, ruleset.vocabulary):
        if effect.kind == "denied" and not value["certain"]:
            yield msgspec.structs.replace(effect, kind="needs-answer")
        elif effect.kind != "grants":
            yield effect


def _quoted(reason: Reason, quotes: Mapping[tuple[str, str, str], str], fact_id: str) -> Reason:
    quote = quotes.get((reason.section, reason.clause, reason.summary), "")
    return msgspec.structs.replace(reason, quote=quote, evidence=(fact_id,))
