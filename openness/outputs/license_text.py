"""Licenses for people: a table of verdicts, the list of clauses, and two licenses beside each other."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from openness.outputs.text import COLORS
from openness.outputs.wrapping import Style, plain
from openness.records import UseVerdict
from openness.rules.model import Clause, License

USE_WIDTH = 24
VERDICT_WIDTH = 24


def verdict_table(verdicts: Iterable[UseVerdict], *, style: Style = plain) -> Iterator[str]:
    """One line a use: the verdict, and what it becomes once questions are answered in the user's favor."""
    for use in verdicts:
        once = f"once answered: {use.once_answered}" if use.once_answered else ""
        verdict = style(f"{use.verdict:<{VERDICT_WIDTH}}", COLORS[use.verdict])
        yield f"  {use.use:<{USE_WIDTH}}{verdict}{once}".rstrip()


def clause_list(clauses: Iterable[Clause], *, width: int) -> Iterator[str]:
    """Each clause with its section and our summary."""
    for clause in clauses:
        yield f"  {clause.type}  {clause.section}"
        yield from textwrap.wrap(clause.summary, max(width, 40), initial_indent=" " * 4, subsequent_indent=" " * 4)


def comparison(
    first: License, second: License, verdicts: Sequence[UseVerdict], others: Sequence[UseVerdict], *, width: int
) -> Iterator[str]:
    """Verdicts that differ are marked; then the clauses of each type that only one of the two has or words otherwise."""
    yield f"{'':2}{'':<{USE_WIDTH}}{first.id:<{VERDICT_WIDTH}}{second.id}"
    for one, other in zip(verdicts, others, strict=True):
        mark = " " if one.verdict is other.verdict else "*"
        yield f"{mark} {one.use:<{USE_WIDTH}}{one.verdict:<{VERDICT_WIDTH}}{other.verdict}"
    yield ""
    for kind in dict.fromkeys(clause.type for clause in (*first.clauses, *second.clauses)):
        sides = [[c for c in license.clauses if c.type == kind] for license in (first, second)]
        if [c.params for c in sides[0]] == [c.params for c in sides[1]] and all(sides):
            yield f"  {kind}: the same parameters in both"
            continue
        yield f"* {kind}"
        for license, clauses in zip((first, second), sides, strict=True):
            for clause in clauses:
                head = f"    {license.id} {clause.section}: "
                yield from textwrap.wrap(head + clause.summary, max(width, 40), subsequent_indent=" " * 6)
            if not clauses:
                yield f"    {license.id}: no such clause"
