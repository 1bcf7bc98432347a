"""The figures as a table or as JSON, and the texts that failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from .peers import Run
from .score import Row, figures, grouped, milliseconds, share

COLUMNS = {
    "tool": "tool",
    "texts": "texts",
    "top1": "top-1 right",
    "altered_passed": "altered passed",
    "benign_accepted": "benign accepted",
    "false_positives": "false pos.",
    "mentions_named": "mentions",
    "twins": "twins",
    "median": "median ms",
    "p99": "p99 ms",
    "mean": "mean ms",
    "start": "start s",
    "rss": "RSS MB",
    "ratio": "time ÷ ours",
}


def comparison(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """One record a tool; ``ratio`` compares the time for the texts that both saw."""
    ours = next((run for run in runs if run.tool == "openness"), None)
    own = {row.item.name: row.answer.ms for row in ours.rows} if ours else {}
    found: list[dict[str, Any]] = []
    sampled = {row.item.name for run in runs if run.tool != "openness" for row in run.rows}
    if ours and 0 < len(sampled) < len(ours.rows):
        runs = [
            ours,
            Run("openness (peers' texts)", [row for row in ours.rows if row.item.name in sampled], ours.start, ours.rss),
            *runs[1:],
        ]
    for run in runs:
        if not run.rows:
            found.append({"tool": run.tool, "problem": run.problem})
            continue
        record = figures(run.rows)
        both = [row for row in run.rows if row.item.name in own]
        base = sum(own[row.item.name] for row in both)
        ratio = sum(row.answer.ms for row in both) / base if base else None
        errors = sum(row.answer.verdict.startswith("error") for row in run.rows)
        record |= {
            "tool": run.tool,
            "start_seconds": round(run.start, 2),
            "rss_mb": round(run.rss, 1),
            "ratio": ratio,
            "errors": errors,
            "problem": run.problem,
        }
        found.append(record)
    return found


def table(records: Sequence[dict[str, Any]]) -> str:
    rows = [list(COLUMNS.values())]
    for record in records:
        if "texts" not in record:
            continue
        ms = record["ms"]
        ratio = f"{record['ratio']:.1f}×" if record["ratio"] else "-"
        values = {
            **record,
            **{key: f"{ms[key]:.1f}" for key in ("median", "p99", "mean")},
            "start": record["start_seconds"],
            "rss": record["rss_mb"],
            "ratio": ratio,
        }
        rows.append([str(values[key]) for key in COLUMNS])
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    for record in records:
        if record.get("errors"):
            lines.append(f"{record['tool']}: {record['errors']} texts ended in an error of the tool")
        if record.get("problem"):
            lines.append(f"{record['tool']}: {record['problem']}")
    return "\n".join(lines)


def by_group(runs: Sequence[Run]) -> str:
    """Top-1 of every tool in every group, on the texts that the peers saw."""
    names = ("clean", "benign", "twins", "damaged", "concat", "within", "negative", "mention")
    shared = {row.item.name for run in runs[1:] for row in run.rows}
    rows = [["top-1 right", *names]]
    for run in runs:
        groups = grouped(row for row in run.rows if row.item.name in shared)
        if groups:
            rows.append([run.tool, *(share(groups.get(name, []), "right") for name in names)])
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def groups_table(rows: Sequence[Row], by_kind: bool) -> str:
    """By group (and kind): texts, right, accepted, called unchanged, verdicts, time."""
    lines = [
        f"{'group':<34} {'texts':>6} {'top-1 right':>18} {'accepted':>18} {'unchanged':>18} {'median':>7} {'p99':>7}  verdicts"
    ]
    for name, members in sorted(grouped(rows, by_kind).items()):
        verdicts = Counter(row.answer.verdict for row in members)
        clean = sum(row.answer.clean for row in members)
        called = f"{clean}/{len(members)} {100 * clean / len(members):.1f}%"
        times = milliseconds(members)
        counts = " ".join(f"{verdict}:{count}" for verdict, count in verdicts.most_common())
        right = "-" if members[0].item.group == "real" else share(members, "right")
        accepted = share(members, "accepted") if members[0].item.expected else "-"
        lines.append(
            f"{name:<34} {len(members):>6} {right:>18} {accepted:>18} {called:>18} {times['median']:>7.1f} "
            f"{times['p99']:>7.1f}  {counts}"
        )
    return "\n".join(lines)


def as_record(row: Row) -> dict[str, Any]:
    answer = row.answer
    expected = [sorted(names)[:4] for names in row.item.expected]
    return {
        "name": row.item.name,
        "verdict": answer.verdict,
        "ids": list(answer.ids[:6]),
        "expected": expected,
        "added": [list(span) for span in answer.added[:3]],
        "missing": list(answer.missing[:3]),
    }


def failures(rows: Sequence[Row], limit: int) -> str:
    """Up to ``limit`` failed texts of every group, the kinds taken in turn."""
    lines: list[str] = []
    for group, members in grouped(rows).items():
        failed = [row for row in members if row.failed]
        if not failed:
            continue
        kinds = Counter(row.item.kind for row in failed)
        most = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common(12))
        lines.append(f"\n== {group}: {len(failed)} of {len(members)} failed: {most}")
        position: Counter[str] = Counter()
        order = []
        for row in failed:
            order.append((position[row.item.kind], row))
            position[row.item.kind] += 1
        for _, row in sorted(order, key=lambda pair: pair[0])[:limit]:
            record = as_record(row)
            wanted = " + ".join("|".join(names) for names in record["expected"])
            lines.append(f"{record['name']}: {record['verdict']} {record['ids']} (expected {wanted or 'none'})")
            lines += [f"    + line {line}: {text[:150]}" for line, text in record["added"]]
            lines += [f"    - {text[:150]}" for text in record["missing"]]
    return "\n".join(lines)
