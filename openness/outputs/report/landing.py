"""What a person who decides has to see first: how many, what may go ahead, and what stands in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from openness.outputs.explanation_lines import rule_of
from openness.outputs.report import words
from openness.outputs.report.cells import deciding
from openness.outputs.report.records import Report
from openness.outputs.report.words import Mark
from openness.records import Permission, UseVerdict

MOST_BLOCKERS = 12


class Share(msgspec.Struct, frozen=True):
    """How many of all, with the mark of what they are; ``percent`` of the whole."""

    mark: Mark
    count: int
    percent: float


class UseShares(msgspec.Struct, frozen=True):
    use: str
    shares: tuple[Share, ...]

    @property
    def sentence(self) -> str:
        return ", ".join(f"{share.count} {share.mark.word}" for share in self.shares if share.count)


class Blocker(msgspec.Struct, frozen=True):
    """One thing that stands in the way: of which models and uses, by which rule, and what would help."""

    mark: Mark
    text: str
    rule: str
    help: str
    uses: tuple[str, ...]
    entries: tuple[int, ...]


class Landing(msgspec.Struct, frozen=True):
    categories: tuple[Share, ...]
    uses: tuple[UseShares, ...]
    blockers: tuple[Blocker, ...]
    left_out: int
    passing: int


def landing(report: Report) -> Landing:
    total = max(len(report.entries), 1)
    counted = Counter(entry.category or "not-released" for entry in report.entries)
    categories = tuple(
        Share(mark, counted[name], 100 * counted[name] / total) for name, mark in words.CATEGORIES.items() if counted[name]
    )
    uses = tuple(UseShares(name, tuple(_shares(number, report, total))) for number, name in enumerate(report.uses))
    found = _blockers(report)
    passing = sum(entry.verdict.passes for entry in report.entries)
    return Landing(categories, uses, tuple(found[:MOST_BLOCKERS]), max(len(found) - MOST_BLOCKERS, 0), passing)


def _shares(number: int, report: Report, total: int) -> Iterator[Share]:
    counted = Counter(entry.uses[number].verdict for entry in report.entries)
    for verdict, mark in words.VERDICTS.items():
        yield Share(mark, counted[verdict], 100 * counted[verdict] / total)


def _blockers(report: Report) -> list[Blocker]:
    """Reasons that keep a use from passing, those with most models first; equal ones together."""
    seen: dict[tuple[Permission, str, str, str], tuple[dict[str, None], dict[int, None]]] = {}
    for number, entry in enumerate(report.entries):
        for use in entry.uses:
            for text, rule, help in _reasons(use):
                uses, entries = seen.setdefault((use.verdict, text, rule, help), ({}, {}))
                uses[use.use] = None
                entries[number] = None
    found = [
        Blocker(words.VERDICTS[verdict], text, rule, help, tuple(uses), tuple(entries))
        for (verdict, text, rule, help), (uses, entries) in seen.items()
    ]
    return sorted(found, key=lambda one: (-len(one.entries), -one.mark.rank, one.text))


def _reasons(use: UseVerdict) -> Iterator[tuple[str, str, str]]:
    if use.verdict.passes:
        return
    if use.verdict is Permission.NEEDS_ANSWER:
        for question in use.questions:
            yield question.text, "", question.declare.splitlines()[0]
        return
    for reason in deciding(use)[:1]:
        yield reason.summary, rule_of(reason), ""
