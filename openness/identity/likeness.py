"""What two fingerprints say of each other: the same checkpoint, one with an adapter merged in, a fine-tune, or another model."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal

import msgspec

from openness.identity.fingerprint import RowPrint, VectorPrint, WeightPrint
from openness.packaged import quick_data

Match = Literal["exact", "adapter-merged", "fine-tuned", "none"]


class FineTuned(msgspec.Struct, frozen=True):
    equal: float
    distance: float


class Thresholds(msgspec.Struct, frozen=True):
    """``rules/identity/weights.yaml``; the meaning of each stands there."""

    distinct_values: int
    fine_tuned: FineTuned
    slack: float
    unrelated: float
    noise: dict[str, float]
    confidence: dict[str, float | dict[str, float]]


class Likeness(msgspec.Struct, frozen=True):
    """How a build stands to a reference. ``equal`` is the share of equal values in the vectors; ``rows`` how many matrix rows
    were compared, ``error`` their median relative error, ``allowed`` what the noise of the types explains;
    ``copied_vectors``: the vectors are the reference's, the matrices are not."""

    match: Match
    equal: float
    distance: float
    rows: int = 0
    error: float | None = None
    allowed: float | None = None
    copied_vectors: bool = False

    @property
    def confidence(self) -> float:
        """How sure the match is, 0 to 1 (``rules/identity/weights.yaml``)."""
        if self.match == "none":
            return 0.0
        word = "exact-unsampled" if self.match == "exact" and not self.rows else self.match
        table = thresholds().confidence["weights"]
        return table[word] if isinstance(table, dict) else table


@cache
def thresholds() -> Thresholds:
    return msgspec.convert(quick_data("rules/identity/weights.yaml"), Thresholds)


def telling(print_: WeightPrint) -> bool:
    """Whether the values can tell models apart at all: weights that were never trained are all alike."""
    return print_.distinct >= thresholds().distinct_values


def compare(build: WeightPrint, reference: WeightPrint) -> Likeness:
    """The likeness of a build to a reference checkpoint of the same layout."""
    if build.layout != reference.layout or not telling(build) or not telling(reference):
        return Likeness("none", 0.0, math.inf)
    same = build.digest == reference.digest
    equal = 1.0 if same else _equal(build, reference)
    distance = 0.0 if same else _distance(build, reference)
    rows = list(_row_errors(build, reference))
    error = _median([e for e, _ in rows]) if rows else None
    allowed = thresholds().slack * _median([a for _, a in rows]) if rows else None
    match = _match(same, equal, distance, error, allowed)
    copied = match == "none" and error is not None and error > thresholds().unrelated and equal > thresholds().fine_tuned.equal
    return Likeness(match, equal, distance, len(rows), error, allowed, copied)


def _match(same: bool, equal: float, distance: float, error: float | None, allowed: float | None) -> Match:
    if error is not None and error > thresholds().unrelated:
        return "none"  # the vectors may have been copied, the matrices are others
    if same:
        return "exact" if error is None or allowed is None or error <= allowed else "adapter-merged"
    near = thresholds().fine_tuned
    return "fine-tuned" if equal >= near.equal or distance <= near.distance else "none"


def _pairs(build: WeightPrint, reference: WeightPrint) -> Iterator[tuple[VectorPrint, VectorPrint]]:
    known = {vector.name: vector for vector in reference.vectors}
    for vector in build.vectors:
        other = known.get(vector.name)
        if other is not None and other.count == vector.count:
            yield vector, other


def _equal(build: WeightPrint, reference: WeightPrint) -> float:
    """The share of equal values: all of a vector whose digest is the same, else as its samples show; never 1."""
    equal, total = 0.0, 0
    for one, other in _pairs(build, reference):
        total += one.count
        if one.digest == other.digest:
            equal += one.count
        else:
            pairs = list(zip(one.samples, other.samples, strict=False))
            share = sum(a == b for a, b in pairs) / len(pairs) if pairs else 0.0
            equal += min(share * one.count, one.count - 1)
    return equal / total if total else 0.0


def _distance(build: WeightPrint, reference: WeightPrint) -> float:
    """The median over vectors of: root mean square difference over the spread of the reference's values."""
    found = []
    for one, other in _pairs(build, reference):
        if not other.samples or not all(math.isfinite(value) for value in (*one.samples, *other.samples)):
            continue
        count = len(other.samples)
        mean = sum(other.samples) / count
        spread = math.sqrt(sum((value - mean) ** 2 for value in other.samples) / count)
        if spread > 0:
            squares = sum((a - b) ** 2 for a, b in zip(one.samples, other.samples, strict=True))
            found.append(math.sqrt(squares / count) / spread)
    return _median(found) if found else math.inf


def _row_errors(build: WeightPrint, reference: WeightPrint) -> Iterator[tuple[float, float]]:
    """For each row that both have: the relative error, and the noise that their types explain."""
    known = {(row.name, row.row): row for row in reference.rows}
    for row in build.rows:
        other = known.get((row.name, row.row))
        if other is None or len(other.values) != len(row.values):
            continue
        size = math.sqrt(sum(value * value for value in other.values))
        noise = [thresholds().noise.get(kind) for kind in (row.kind, other.kind)]
        if size > 0 and all(n is not None for n in noise):
            yield _error(row, other) / size, math.hypot(*(n for n in noise if n is not None))


def _error(one: RowPrint, other: RowPrint) -> float:
    return math.sqrt(sum((a - b) ** 2 for a, b in zip(one.values, other.values, strict=True)))


def _median(values: Sequence[float]) -> float:
    """The middle one, the higher of two; the module statistics costs an audit 10 ms to load."""
    return sorted(values)[len(values) // 2]
