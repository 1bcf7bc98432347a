"""The cells of the matrix: a mark to be read at a glance, and behind it why, the quote, its place, and the rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from openness.outputs.classification_text import place_of
from openness.outputs.explanation_lines import rule_of
from openness.outputs.report import words
from openness.outputs.report.links import place_link
from openness.outputs.report.records import Entry, Level, Report, facts_of
from openness.outputs.report.words import Mark
from openness.records import Fact, Permission, Reason, UseVerdict

#: In a cell; the page of the model has all.
MOST_SOURCES, MOST_REASONS, QUOTE_LETTERS, WHY_LETTERS = 1, 2, 160, 220


class Source(msgspec.Struct, frozen=True):
    """Words of a document: the quote, where it stands, the link to it where one may be given, and who says so."""

    quote: str
    where: str
    link: str | None
    standing: str
    fact: str


class Cell(msgspec.Struct, frozen=True):
    """``label`` is the column; ``lines`` say why, each with its rule."""

    label: str
    mark: Mark
    text: str
    lines: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]
    anchor: str


def source_of(fact: Fact, report: Report) -> Source:
    return Source(fact.quote, place_of(fact), place_link(fact.place, report.hosts), str(fact.standing), fact.id)


def cells(entry: Entry, report: Report) -> Iterator[Cell]:
    """One row: category, four levels, license, and a cell for each use."""
    yield _category(entry, report)
    for level in entry.levels:
        yield _level(level, entry, report)
    yield _license(entry, report)
    for use in entry.uses:
        yield _use(use, entry, report)


def _sources(facts: Sequence[Fact], report: Report) -> tuple[Source, ...]:
    found = [source_of(fact, report) for fact in facts[:MOST_SOURCES]]
    return tuple(msgspec.structs.replace(s, quote=_cut(s.quote, QUOTE_LETTERS)) for s in found)


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1] + "…"


def _category(entry: Entry, report: Report) -> Cell:
    mark = words.category_mark(entry.category)
    ids = entry.found.result.considered[-1].evidence if entry.found is not None and entry.found.result.considered else ()
    label = f"{entry.sub_label}: " if entry.sub_label else ""
    facts = facts_of(entry, ids) or _license_facts(entry)
    why = f"{label}{_cut(entry.why, WHY_LETTERS)}"
    return Cell("category", mark, mark.word, ((why, entry.rule),), _sources(facts, report), "verdict")


def _level(level: Level, entry: Entry, report: Report) -> Cell:
    mark = words.LEVELS[level.level]
    score = "" if level.score is None else f"{level.score} of 100: "
    why = f"{score}{_cut(level.why or 'nothing is stated', WHY_LETTERS)}"
    rule = f"dimensions/{level.name}"
    return Cell(level.name, mark, mark.word, ((why, rule),), _sources(facts_of(entry, level.evidence), report), "chain")


def _license_facts(entry: Entry) -> list[Fact]:
    if entry.found is None:
        return [fact for fact in entry.facts.values() if fact.claim.startswith("license")]
    ids = [id for license in entry.found.licenses for id in license.evidence]
    return facts_of(entry, ids, [license.source for license in entry.found.licenses])


def _license(entry: Entry, report: Report) -> Cell:
    text = ", ".join(entry.licenses) or "none known"
    mark = Mark("", text, "dim" if not entry.licenses else "plain", 0 if entry.licenses else 1)
    lines = [(f"{id}{_basis(id, entry)}", f"licenses/{id}") for id in entry.licenses[:4]]
    if len(entry.licenses) > len(lines):
        lines.append((f"and {len(entry.licenses) - len(lines)} more", ""))
    lines = lines or [("No license of the weights is known.", "")]
    return Cell("license", mark, _cut(text, 60), tuple(lines), _sources(_license_facts(entry), report), "chain")


def _basis(id: str, entry: Entry) -> str:
    if entry.found is None:
        return f" binds, on the word of: {entry.strength}"
    bound = next(license for license in entry.found.licenses if license.id == id)
    by = "" if bound.source in ("", entry.name) else f", through {bound.source}"
    changed = ", with changes" if bound.changed else ""
    return f" binds, on the word of: {bound.basis}{changed}{by}"


def deciding(use: UseVerdict) -> list[Reason]:
    """The reasons that make the verdict what it is, duties apart."""
    wanted = {Permission.DENIED: "denied", Permission.UNKNOWN: "unknown", Permission.NEEDS_ANSWER: "asks"}.get(use.verdict)
    chosen = [reason for reason in use.reasons if reason.effect == wanted] if wanted else []
    return chosen or [reason for reason in use.reasons if reason.effect != "duty"] or list(use.reasons)


def _use(use: UseVerdict, entry: Entry, report: Report) -> Cell:
    mark = words.VERDICTS[use.verdict]
    reasons = deciding(use)
    said = dict.fromkeys((_cut(reason.summary, WHY_LETTERS), rule_of(reason)) for reason in reasons)
    lines = list(said)[:MOST_REASONS]
    lines += [(_cut(question.text, WHY_LETTERS), question.declare.splitlines()[0]) for question in use.questions[:1]]
    if use.duties and use.verdict.passes:
        lines.append((f"{len(use.duties)} dut{'y' if len(use.duties) == 1 else 'ies'} to keep:", "the checklist"))
    evidence = [id for reason in reasons[:MOST_REASONS] for id in reason.evidence]
    sources = [license.source for license in entry.found.licenses] if entry.found else []
    # what states the license says more than what names the base that brings it in
    facts = sorted(facts_of(entry, evidence, sources), key=lambda fact: not fact.claim.startswith("license"))
    found = _sources(facts, report)
    if reasons and reasons[0].quote:
        found = (Source(_cut(reasons[0].quote, QUOTE_LETTERS), rule_of(reasons[0]), None, "text", ""), *found[:1])
    return Cell(use.use, mark, mark.brief, tuple(lines), found, f"use-{use.use}")
