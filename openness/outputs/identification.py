"""What a text was found to be, for people and as the JSON of the contract; and the word difference of two texts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from openness.evidence.word_difference import Change
from openness.identifying import Identified
from openness.outputs.wrapping import Style, plain
from openness.printable import printable

_COLORS = {"exact": "green", "same": "green", "multiple": "green", "partial": "yellow", "altered": "red", "none": "yellow"}
_SAYS = {
    "exact": "word for word",
    "same": "the same but for layout, names, notices or the like",
    "altered": "changed",
    "partial": "incomplete, nothing added",
    "multiple": "several licenses, each whole",
    "none": "no known license text",
}
_SHOWN = 8


def as_row(name: str, identified: Identified) -> dict[str, Any]:
    """One result of ``license identify`` (contract, section 5); ``lines``, ``kind``, ``aliases``, and what is
    said of a clause behind its quote, are added fields."""
    found = identified.found
    return {
        "input": printable(name, None),
        "verdict": found.verdict,
        "licenses": [
            {
                "id": x.id,
                "spdx": x.spdx or f"LicenseRef-{x.id}",
                "score": x.score,
                "coverage": x.coverage,
                "lines": list(x.lines),
                "kind": x.kind,
                "aliases": list(x.aliases),
            }
            for x in found.licenses
        ],
        "added": [{"line": x.line, "text": printable(x.text, None)} for x in found.added],
        "missing": [{"after_line": x.after_line, "words": x.words} for x in found.missing],
        "clauses": [
            {
                "type": x.type,
                "line": x.line,
                "quote": printable(x.quote, None),
                "params": dict(x.params),
                "restricts": x.restricts,
                "certain": x.certain,
            }
            for x in identified.clauses
        ],
        "mentions": list(found.mentions),
    }


def as_text(name: str, identified: Identified, *, width: int = 80, style: Style = plain, verbose: bool = False) -> Iterator[str]:
    """The verdict first, then each license with its lines, then what was changed, with the line where it stands."""
    found = identified.found
    limit = None if verbose else _SHOWN
    yield f"{name}: {style(found.verdict, _COLORS[found.verdict])} ({_SAYS[found.verdict]})"
    for x in found.licenses:
        other = f"; the same text as {', '.join(x.aliases[:3])}" if x.aliases and verbose else ""
        yield f"  {x.id}  lines {x.lines[0]}-{x.lines[1]}, {x.coverage:.0%} of its text{other}"
    yield from _listed([(f"  + line {x.line}: ", f'"{printable(x.text, 400)}"') for x in found.added], width, limit)
    yield from _listed(
        [(f"  - after line {x.after_line}: ", f"{x.words} word{'s' * (x.words != 1)} missing") for x in found.missing],
        width,
        limit,
    )
    if identified.clauses:
        yield "  Clauses detected by their wording, which a person must confirm:"
        yield from _listed(
            [(f"    {x.type} line {x.line}: ", f'"{printable(x.quote, 300)}"') for x in identified.clauses], width, limit
        )
    if found.mentions and not found.licenses:
        yield f"  mentions {', '.join(found.mentions)}, which is no license text"


def _listed(rows: list[tuple[str, str]], width: int, limit: int | None) -> Iterator[str]:
    for head, text in rows[:limit]:
        yield from textwrap.wrap(
            head + text, max(width, 40), initial_indent=" " * (len(head) - len(head.lstrip())), subsequent_indent=" " * 8
        )
    if limit is not None and len(rows) > limit:
        yield f"    … and {len(rows) - limit} more (--verbose shows all)"


def changes_as_text(changes: list[Change], *, width: int = 80, style: Style = plain) -> Iterator[str]:
    """Each change with a few words around it, as a word diff: [-only in the first-] {+only in the second+}."""
    if not changes:
        yield "No words differ."
        return
    for change in changes:
        yield f"line {change.line} / line {change.other_line}"
        parts = [printable(change.before, None)]
        parts += [f"[-{printable(change.removed, None)}-]"] if change.removed else []
        parts += [f"{{+{printable(change.added, None)}+}}"] if change.added else []
        parts.append(printable(change.after, None))
        yield from textwrap.wrap(
            " ".join(part for part in parts if part), max(width, 40), initial_indent="  ", subsequent_indent="  "
        )
    yield style(f"{len(changes)} place{'s' * (len(changes) != 1)} differ", "yellow")
