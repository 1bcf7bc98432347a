"""The four dimensions: level and score of weights, code, data and recipe, from component evidence (``rules/dimensions.yaml``)."""

from __future__ import annotations

import msgspec

from openness.rules.case import Case, ComponentState
from openness.rules.definitions import Definitions, Dimension, Dimensions
from openness.rules.predicates import ask

#: Documents are read, not reused: their license does not enter the score.
LICENSED_KINDS = frozenset({"code", "data", "model"})


class DimensionResult(msgspec.Struct, frozen=True):
    """``level``: open, partial, closed or unknown; ``score`` 0 to 100, inside the band of the level."""

    id: str
    level: str
    score: int
    why: str
    evidence: tuple[str, ...]


def rate(case: Case, definitions: Definitions) -> dict[str, DimensionResult]:
    """All dimensions of a case, by id."""
    rules = definitions.dimensions
    return {dimension.id: _rate(dimension, rules, case, definitions) for dimension in rules.dimensions}


def levels(results: dict[str, DimensionResult]) -> dict[str, str]:
    """Dimension → level, as ``Case.levels`` takes them."""
    return {id: result.level for id, result in results.items()}


def _rate(dimension: Dimension, rules: Dimensions, case: Case, definitions: Definitions) -> DimensionResult:
    is_open, is_partial = ask(dimension.open, case, definitions), ask(dimension.partial, case, definitions)
    if is_open.holds:
        level, because = "open", is_open
    elif is_partial.holds:
        level, because = "partial", is_partial
    else:
        level, because = ("closed" if is_partial.holds is False else "unknown"), is_partial
    low, high = rules.bands[level]
    score = min(high, max(low, round(100 * _mean(dimension, rules, case, definitions))))
    return DimensionResult(dimension.id, level, score, because.why, because.evidence)


def _mean(dimension: Dimension, rules: Dimensions, case: Case, definitions: Definitions) -> float:
    total = sum(dimension.parts.values())
    got = sum(weight * _value(case.state(id), rules, definitions) for id, weight in dimension.parts.items())
    return got / total


def _value(state: ComponentState, rules: Dimensions, definitions: Definitions) -> float:
    value = rules.values[state.availability]
    if definitions.components[state.component].kind in LICENSED_KINDS:
        value *= rules.license_factors[state.license_class]
    return value
