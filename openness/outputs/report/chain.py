"""The chain of one model or build, to be followed by eye: what a document says → the fact → the rule → what follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from openness.outputs.explanation_lines import rule_of
from openness.outputs.report import words
from openness.outputs.report.cells import Source, source_of
from openness.outputs.report.difference import Piece, difference
from openness.outputs.report.records import Entry, Report, facts_of
from openness.outputs.report.words import Mark
from openness.records import Contradiction, Fact, Permission, Reason

MOST_SOURCES = 4
HOLDS = {True: "holds", False: "does not hold", None: "left open"}


class Link(msgspec.Struct, frozen=True):
    """One step: documents and facts, the rule that looked at them, and what it made of them."""

    sources: tuple[Source, ...]
    more: int
    rule: str
    says: str
    mark: Mark | None


class Group(msgspec.Struct, frozen=True):
    title: str
    links: tuple[Link, ...]


class Against(msgspec.Struct, frozen=True):
    """Statements that exclude each other: each source, and the words in which every other one differs from the first."""

    about: str
    settled: str
    sources: tuple[Source, ...]
    differences: tuple[tuple[Piece, ...], ...]


def chain(entry: Entry, report: Report) -> list[Group]:
    """Every step from the documents to the verdicts, in the order in which they are taken."""
    groups = [Group("What binds the weights", tuple(_licenses(entry, report)))]
    if entry.found is not None:
        groups.append(Group("The four dimensions", tuple(_dimensions(entry, report))))
    groups += [
        Group("What else rules found", tuple(_findings(entry, report))),
        Group("The category", tuple(_category(entry, report))),
        Group("The uses", tuple(_uses(entry, report))),
    ]
    return [group for group in groups if group.links]


def _link(facts: Sequence[Fact], rule: str, says: str, mark: Mark | None, report: Report) -> Link:
    shown = tuple(source_of(fact, report) for fact in facts[:MOST_SOURCES])
    return Link(shown, len(facts) - len(shown), rule, says, mark)


def _licenses(entry: Entry, report: Report) -> Iterator[Link]:
    if entry.found is None:
        facts = [fact for fact in entry.facts.values() if fact.claim.startswith(("license", "base-license"))]
        says = f"{', '.join(entry.licenses) or 'no license'}, strength of the evidence: {entry.strength or 'none'}"
        yield _link(facts, "evidence-strength", says, None, report)
        return
    for license in entry.found.licenses:
        by = "" if license.source in ("", entry.name) else f" of {license.source}"
        changed = ", with changes" if license.changed else ""
        says = f"{license.id}{by} binds, on the word of: {license.basis}{changed}"
        facts = facts_of(entry, license.evidence, [license.source])
        yield _link(facts, f"licenses/{license.id}", says, None, report)


def _dimensions(entry: Entry, report: Report) -> Iterator[Link]:
    for level in entry.levels:
        mark = words.LEVELS[level.level]
        says = f"{level.name}, {level.score} of 100: {level.why or 'nothing is stated'}"
        yield _link(facts_of(entry, level.evidence), f"dimensions/{level.name}", says, mark, report)


def _findings(entry: Entry, report: Report) -> Iterator[Link]:
    for finding in entry.findings:
        yield _link(facts_of(entry, finding.evidence), finding.rule, f"{finding.effect}: {finding.message}", None, report)


def _category(entry: Entry, report: Report) -> Iterator[Link]:
    mark = words.category_mark(entry.category)
    if entry.found is None:
        yield _link((), entry.rule, f"{entry.category}: {entry.why}", mark, report)
        return
    result = entry.found.result
    for row in result.considered:
        decides = row.id == result.decided_by
        says = "; ".join(part for part in ("decides" if decides else HOLDS[row.holds], row.why) if part)
        facts = facts_of(entry, row.evidence) if decides else []
        yield _link(facts, f"categories/{row.id}", says, mark if decides else None, report)


def _uses(entry: Entry, report: Report) -> Iterator[Link]:
    """Each reason once, with the uses and verdicts that it led to. Duties stand in the checklist."""
    sources = [license.source for license in entry.found.licenses] if entry.found else []
    groups: dict[tuple[Permission, str, str, str, str], tuple[Reason, list[str]]] = {}
    for use in entry.uses:
        for reason in [reason for reason in use.reasons if reason.effect != "duty"] or use.reasons[:1]:
            key = (use.verdict, reason.effect, rule_of(reason), reason.summary, reason.quote)
            groups.setdefault(key, (reason, []))[1].append(use.use)
    for (verdict, effect, rule, summary, quote), (reason, names) in groups.items():
        facts = facts_of(entry, reason.evidence, sources)
        says = f"{', '.join(dict.fromkeys(names))}. {words.EFFECTS.get(effect, effect).capitalize()}: {summary}"
        link = _link(facts, rule, says, words.VERDICTS[verdict], report)
        if quote:
            quoted = Source(quote, f"your copy of {reason.license}", None, "text", "")
            link = msgspec.structs.replace(link, sources=(quoted, *link.sources))
        yield link


def against(contradiction: Contradiction, entry: Entry, report: Report) -> Against:
    """A contradiction with its quotes side by side."""
    facts = facts_of(entry, contradiction.evidence)
    quotes = list(dict.fromkeys(fact.quote for fact in facts))
    settled = "not settled: the strictest counts"
    if contradiction.settled_by is not None:
        by = entry.facts.get(contradiction.settled_by)
        settled = f"settled by {source_of(by, report).where if by else contradiction.settled_by}"
    differences = tuple(tuple(pieces) for other in quotes[1:4] if (pieces := difference(quotes[0], other)))
    return Against(contradiction.about, settled, tuple(source_of(fact, report) for fact in facts), differences)
