"""Category, sub-label and G7 label of a case, in the order of ``rules/categories.yaml`` (DESIGN.md section 3)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from openness.rules import dimensions, frameworks
from openness.rules.case import Case
from openness.rules.definitions import Definitions, Row
from openness.rules.predicates import Answer, ask

NONE = "none"


class RowResult(msgspec.Struct, frozen=True):
    """What one row of the order came to: ``holds`` is True, False, or None where nothing decides."""

    id: str
    holds: bool | None
    why: str
    evidence: tuple[str, ...]


class CategoryResult(msgspec.Struct, frozen=True):
    """``decided_by`` is the row that decided, ``considered`` all rows up to it; ``category`` is None for what is not released."""

    status: str
    category: str | None
    sub_label: str | None
    g7_label: str
    decided_by: str
    why: str
    considered: tuple[RowResult, ...]


def categorize(case: Case, definitions: Definitions) -> CategoryResult:
    """The category of a case. The levels of the dimensions are worked out here unless the case brings them."""
    if not case.levels:
        case = msgspec.structs.replace(case, levels=dimensions.levels(dimensions.rate(case, definitions)))
    rules = definitions.categories
    considered, row = _first(rules.order, case, definitions)
    category = None if row.category == NONE else row.category
    sub_label = None
    choices = [choice for choice in rules.sub_labels if choice.category == category]
    if choices:
        sub_label = _first(choices, case, definitions)[1].id
    label = NONE
    if category is not None and category not in rules.g7.none_for:
        result = frameworks.evaluate(definitions.frameworks[rules.g7.framework], case, definitions)
        label = result.class_ or NONE
    return CategoryResult(_status(case, category), category, sub_label, label, row.id, row.why, considered)


def _status(case: Case, category: str | None) -> str:
    """``released``, ``not-released`` or ``leaked``; without a statement, as the category says."""
    stated = case.facts.get("status")
    if stated is not None and len(stated.values) == 1:
        return next(iter(stated.values))
    return "not-released" if category is None else "released"


def _first(rows: Iterable[Row], case: Case, definitions: Definitions) -> tuple[tuple[RowResult, ...], Row]:
    """The first row that holds, and what was asked on the way. The last row has no condition (held by lint)."""
    considered = []
    for row in rows:
        answer = Answer(True) if row.when is None else ask(row.when, case, definitions)
        considered.append(RowResult(row.id, answer.holds, answer.why, answer.evidence))
        if answer.holds or (answer.holds is None and row.undecided == "applies"):
            return tuple(considered), row
    raise AssertionError("the last row has a condition; run `openness rules lint`")
