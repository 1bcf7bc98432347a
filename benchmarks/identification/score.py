"""Our own identifier over a set, and what an answer is worth, whoever gave it."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .items import Item
from .texts import plain

if TYPE_CHECKING:
    from openness.evidence.license_index import LicenseIndex

UNCHANGED = ("exact", "same", "multiple")


@dataclass(frozen=True, slots=True)
class Answer:
    """``clean``: the identifier says so without any reservation (verdict, log, coverage) of its own."""

    ids: tuple[str, ...]
    verdict: str
    clean: bool
    ms: float
    added: tuple[tuple[int, str], ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    tool: str
    item: Item
    answer: Answer

    @property
    def right(self) -> bool:
        """The one license first, all of several, none where there is none."""
        expected, ids = self.item.expected, self.answer.ids
        if not expected:
            return not ids and (self.answer.verdict in ("none", ""))
        if len(expected) == 1:
            return bool(ids) and ids[0] in expected[0]
        return all(any(id in names for id in ids) for names in expected)

    @property
    def accepted(self) -> bool:
        """Right, without reservation, and no other license named."""
        allowed = frozenset().union(*self.item.expected) if self.item.expected else frozenset()
        return self.right and self.answer.clean and all(id in allowed for id in self.answer.ids)

    @property
    def passed_off(self) -> bool:
        """An altered text called an unchanged one. For ours any such verdict counts, for a peer only one with the base's id."""
        if not self.answer.clean:
            return False
        return self.tool == "openness" or any(id in names for names in self.item.expected for id in self.answer.ids)

    @property
    def failed(self) -> bool:
        group = self.item.group
        if group == "altered":
            return self.passed_off
        if group in ("clean", "benign", "twins"):
            return not self.accepted
        if group == "leave-one-out":  # the nearest kin may be named as altered; fragments of several may not
            return self.answer.clean or self.answer.verdict == "partial" or len(self.answer.ids) > 1
        if group == "real":
            return not (self.answer.clean and self.answer.ids)
        return not self.right


def answer_of(found: Any, ms: float) -> Answer:
    """An ``Identification`` as an answer."""
    added = tuple((int(span.line), str(span.text)) for span in found.added)
    missing = tuple(str(getattr(span, "text", span)) for span in found.missing)
    ids = tuple(plain(license.id) for license in found.licenses)
    return Answer(ids, found.verdict, found.verdict in UNCHANGED, ms, added, missing)


def run_ours(items: Iterable[Item], index: LicenseIndex) -> list[Row]:
    """Our identifier in this process."""
    from openness.evidence.identify import identify

    rows = []
    for item in items:
        start = time.perf_counter()
        found = identify(item.text, index)
        rows.append(Row("openness", item, answer_of(found, (time.perf_counter() - start) * 1e3)))
    return rows


def share(rows: Sequence[Row], what: str) -> str:
    """``hits/of percent`` of a property of rows."""
    if not rows:
        return "-"
    hits = sum(bool(getattr(row, what)) for row in rows)
    return f"{hits}/{len(rows)} {100 * hits / len(rows):.1f}%"


def grouped(rows: Iterable[Row], by_kind: bool = False) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[f"{row.item.group}/{row.item.kind}" if by_kind else row.item.group].append(row)
    return dict(groups)


def milliseconds(rows: Sequence[Row]) -> dict[str, float]:
    times = sorted(row.answer.ms for row in rows)
    if not times:
        return {"median": 0.0, "p99": 0.0, "mean": 0.0, "worst": 0.0}
    return {
        "median": statistics.median(times),
        "p99": times[min(len(times) - 1, int(len(times) * 0.99))],
        "mean": statistics.fmean(times),
        "worst": times[-1],
    }


def figures(rows: Sequence[Row]) -> dict[str, Any]:
    """The figures of one tool that the issue asks for."""
    groups = grouped(rows)

    def of(*names: str) -> list[Row]:
        return [row for name in names for row in groups.get(name, [])]

    times = milliseconds(rows)
    return {
        "texts": len(rows),
        "top1": share(of("clean", "benign", "twins", "damaged", "concat", "within"), "right"),
        "altered_passed": share(of("altered"), "passed_off"),
        "benign_accepted": share(of("clean", "benign", "twins"), "accepted"),
        "false_positives": f"{sum(not row.right for row in of('negative'))}/{len(of('negative'))}",
        "mentions_named": f"{sum(not row.right for row in of('mention'))}/{len(of('mention'))}",
        "twins": share(of("twins"), "right"),
        "ms": {name: round(value, 2) for name, value in times.items()},
    }
