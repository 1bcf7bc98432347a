"""What the page of one model shows besides the chain and the picture, as plain values for its template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from openness.outputs.explanation_lines import rule_of
from openness.outputs.report import words
from openness.outputs.report.cells import source_of
from openness.outputs.report.chain import against, chain
from openness.outputs.report.links import safe_link
from openness.outputs.report.records import Entry, Report
from openness.outputs.text import identity_line
from openness.records import UseVerdict

MOST_FACTS = 400


def page_values(entry: Entry, report: Report, means: Mapping[str, str]) -> dict[str, Any]:
    """The values of ``templates/page.html``."""
    found, build = entry.found, entry.build
    return {
        "uses_sentence": words.use_sentence(entry.uses),
        "category": words.category_mark(entry.category),
        "levels": [{"name": x.name, "score": x.score, "mark": words.LEVELS[x.level]} for x in entry.levels],
        "page_link": safe_link(entry.url, report.hosts),
        "build": build.result.build if build else None,
        "identity": identity_line(build.result.identity) if build else "",
        "uses": _alike(entry.uses, means),
        "duties": list(_duties(entry.uses)),
        "contradictions": [against(one, entry, report) for one in entry.contradictions],
        "changes": [{"condition": c.condition, "then": c.then, "improves": c.improves} for c in found.would_change]
        if found
        else [],
        "chain": chain(entry, report),
        "frameworks": list(_frameworks(entry)),
        "evidence": [source_of(fact, report) for fact in list(entry.facts.values())[:MOST_FACTS]],
        "absences": list(found.absences) if found else [],
    }


def _alike(uses: tuple[UseVerdict, ...], means: Mapping[str, str]) -> list[dict[str, Any]]:
    """The uses in order, those with the same verdict for the same reasons together."""
    groups: dict[tuple[object, ...], list[UseVerdict]] = {}
    for use in uses:
        reasons = tuple((r.license, r.section, r.clause, r.effect, r.summary) for r in use.reasons if r.effect != "duty")
        groups.setdefault((use.verdict, use.once_answered, reasons, use.questions), []).append(use)
    return [_card(group, means) for group in groups.values()]


def _card(uses: list[UseVerdict], means: Mapping[str, str]) -> dict[str, Any]:
    first = uses[0]
    reasons = dict.fromkeys(
        (f"{words.EFFECTS.get(r.effect, r.effect)}: {r.summary}", rule_of(r)) for r in first.reasons if r.effect != "duty"
    )
    return {
        "uses": [{"id": use.use, "means": means.get(use.use, "")} for use in uses],
        "mark": words.VERDICTS[first.verdict],
        "once": words.VERDICTS[first.once_answered].word if first.once_answered else "",
        "reasons": [{"says": says, "rule": rule} for says, rule in reasons],
        "questions": first.questions,
        "duties": len({duty.text for use in uses for duty in use.duties}),
    }


def _duties(uses: tuple[UseVerdict, ...]) -> Iterator[dict[str, str]]:
    """Each duty once, with the licenses and uses that ask for it; those of a denied use do not arise."""
    asked: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for use in uses:
        for duty in use.duties if use.verdict != "denied" else ():
            licenses, names = asked.setdefault(duty.text, ({}, {}))
            licenses[duty.id.partition("/")[0]] = None
            names[use.use] = None
    for text, (licenses, names) in asked.items():
        yield {"text": text, "licenses": ", ".join(licenses), "uses": ", ".join(names)}


def _frameworks(entry: Entry) -> Iterator[dict[str, Any]]:
    from openness.rules import definitions

    known = definitions.load().frameworks
    for name, result in entry.found.frameworks.items() if entry.found else ():
        counts = {word: sum(row.outcome == word for row in result.criteria) for word in ("pass", "fail", "cannot-say")}
        yield {
            "title": known[name].title if name in known else name,
            "mark": words.OUTCOMES.get(result.outcome, words.Mark("●", result.outcome, "plain", 0)),
            "class_": result.class_ if result.class_ != result.outcome else None,
            "counts": f"{counts['pass']} pass, {counts['fail']} fail, {counts['cannot-say']} cannot say",
            "passes_if": result.passes_if if result.terms_only else (),
            "criteria": [{"title": row.title, "why": row.why, "mark": words.OUTCOMES[row.outcome]} for row in result.criteria],
        }
