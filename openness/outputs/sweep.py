"""What ``openness sweep`` prints: the table in figures, so that it can be held against published studies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from openness.sweep.summary import Drift, Pair, Summary

#: License classes in the order of the columns; others follow.
CLASSES = ("open", "source-available", "research-only", "unknown", "none")
CATEGORIES = ("fully-open", "source-available", "research-only", "unverified", "not-released")
OUTCOMES = ("kept", "sideways", "to_permissive", "to_restrictive", "dropped", "added", "neither", "unclear")
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
    skipped = f", {found.skipped} skipped (no models, or older revisions)" if found.skipped else ""
    yield f"{found.rows} rows judged{skipped}; written to {found.output}"
    yield from ("", "category x class of the declared license")
    yield from _crossed(found.categories)
    labels = ", ".join(f"{count} {label}" for label, count in found.sub_labels.items() if label != "none")
    if labels:
        yield f"source-available: {labels}"
    yield from ("", "lineage: " + ", ".join(f"{count} {word.replace('_', ' ')}" for word, count in found.lineage.items()))
    if found.drift:
        yield from ("", "what became of the base's declared license (bases in the table)")
        yield from _drift(found.drift)
    yield from _pairs("most frequent changes of license, model <- base", found.drift_pairs)
    if found.contradictions:
        yield from ("", "contradictions: " + ", ".join(f"{count} {word}" for word, count in found.contradictions.items()))
    yield from _pairs("most frequent contradictions", found.pairs)
    if found.problems:
        yield from ("", "odd rows: " + ", ".join(f"{count} {word}" for word, count in found.problems.items()))


def _crossed(cells: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    columns = [name for name in CLASSES if any(name in row for row in cells.values())]
    rows = [name for name in CATEGORIES if name in cells] + [name for name in cells if name not in CATEGORIES]
    table = [["", *columns, "all"]]
    for name in rows:
        counts = [cells[name].get(column, 0) for column in columns]
        table.append([name, *map(str, counts), str(sum(cells[name].values()))])
    yield from _table(table)


def _drift(drift: Sequence[Drift]) -> Iterator[str]:
    table = [["relation", "edges", *(name.replace("_", "-") for name in OUTCOMES), "differs of both"]]
    for row in drift:
        differs = row.both - row.kept
        share = f"{100 * differs / row.both:.1f} %" if row.both else "-"
        table.append([row.relation, str(row.edges), *(str(getattr(row, name)) for name in OUTCOMES), share])
    yield from _table(table)


def _pairs(title: str, pairs: Sequence[Pair]) -> Iterator[str]:
    if pairs:
        yield from ("", title)
        yield from _table(
            [[str(pair.models), pair.about, f"{_short(pair.one)} <- {_short(pair.other)}"] for pair in pairs], left=1
        )


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
