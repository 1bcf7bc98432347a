"""What ``openness sweep`` prints: the table in figures, so that it can be held against published studies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from openness.sweep.summary import Drift, Pair, Summary, in_all

#: License classes in the order of the columns; others follow.
CLASSES = ("open", "source-available", "research-only", "unknown", "none")
CATEGORIES = ("fully-open", "source-available", "research-only", "unverified", "not-released")
#: What became of a license → the word of its column.
OUTCOMES = {
    "kept": "kept", "sideways": "sideways", "to_permissive": "looser", "to_restrictive": "stricter", "dropped": "dropped",
    "added": "added", "neither": "neither", "unclear": "unclear",
}  # fmt: skip
#: Of long names of several licenses so much is shown.
LONGEST = 48


def result(found: Summary) -> dict[str, Any]:
    """The result of the JSON envelope."""
    data: dict[str, Any] = msgspec.to_builtins(found)
    return data


def summary_text(found: Summary) -> str:
    """The figures as tables of text."""
    return "\n".join(_lines(found))


def _lines(found: Summary) -> Iterator[str]:
    skipped = f", {found.skipped:,} skipped (no models, or older revisions)" if found.skipped else ""
    yield f"{found.rows:,} rows judged{skipped}; written to {found.output}"
    yield from ("", "Category (lines) by class of the license that the model declares (columns)")
    yield from _crossed(found.categories)
    labels = _listed({label: count for label, count in found.sub_labels.items() if label != "none"})
    if labels:
        yield f"Of source-available: {labels}"
    yield from ("", "Lineage: " + ", ".join(f"{count:,} {word.replace('_', ' ')}" for word, count in found.lineage.items()))
    if found.drift:
        yield from ("", "What became of the license that a base declares, where the base is in the table (edges)")
        yield from _drift(found.drift)
        yield "  changed: of the edges both ends of which declare a license, those with another one"
        yield "  lost: of the edges whose base declares restrictions, those whose model declares a looser license or none"
    changes = [
        (pair.models, OUTCOMES[pair.about], f"{_short(pair.other)} became {_short(pair.one)}") for pair in found.drift_pairs
    ]
    yield from _pairs("Most frequent changes", changes)
    if found.contradictions:
        yield from ("", f"Contradictions: {_listed(found.contradictions)}")
    yield from _pairs("Most frequent contradictions", [(pair.models, pair.about, _said(pair)) for pair in found.pairs])
    if found.problems:
        yield from ("", f"Odd rows: {_listed(found.problems)}")


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {word}" for word, count in counts.items())


def _crossed(cells: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    columns = [name for name in CLASSES if any(name in row for row in cells.values())]
    rows = [name for name in CATEGORIES if name in cells] + [name for name in cells if name not in CATEGORIES]
    table = [["", *columns, "all"]]
    for name in rows:
        counts = [cells[name].get(column, 0) for column in columns]
        table.append([name, *(f"{count:,}" for count in counts), f"{sum(cells[name].values()):,}"])
    yield from _table(table)


def _drift(drift: Sequence[Drift]) -> Iterator[str]:
    table = [["relation", "edges", *OUTCOMES.values(), "changed", "lost"]]
    for row in [*drift, in_all(drift)]:
        counts = (f"{getattr(row, name):,}" for name in OUTCOMES)
        table.append(
            [row.relation, f"{row.edges:,}", *counts, _share(row.both - row.kept, row.both), _share(row.lost, row.restricted)]
        )
    yield from _table(table)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _said(pair: Pair) -> str:
    """What contradicts what, in words."""
    other = "the tag says" if pair.about == "license" else "on a base of"
    return f"{_short(pair.one)}, {other} {_short(pair.other)}"


def _pairs(title: str, rows: Sequence[tuple[int, str, str]]) -> Iterator[str]:
    if rows:
        yield from ("", title)
        yield from _table([[f"{models:,}", about, words] for models, about, words in rows], left=1)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _table(rows: Sequence[Sequence[str]], left: int = 0) -> Iterator[str]:
    """Columns aligned: the first to the left, figures to the right; with ``left`` everything from that column on to the left."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = []
        for at, (text, width) in enumerate(zip(row, widths, strict=True)):
            words = at == 0 if not left else at >= left
            cells.append(text.ljust(width) if words else text.rjust(width))
        yield f"  {'  '.join(cells).rstrip()}"
