"""The class of a license expression: open, source-available or research-only, and unknown where a part is not known."""

from __future__ import annotations

from openness.rules.expressions import AllOf, AnyOf, Expression, license_ids
from openness.rules.loader import Ruleset
from openness.rules.model import CATEGORIES

UNKNOWN_CLASS = "unknown"


def chosen(expression: Expression, ruleset: Ruleset) -> tuple[str, ...]:
    """The ids that bind: all of a sum, of a choice those of the branch that is least strict, of a family every member."""
    if isinstance(expression, AllOf):
        return tuple(id for part in expression.parts for id in chosen(part, ruleset))
    if isinstance(expression, AnyOf):
        best = min(expression.parts, key=lambda part: _rank(class_of(part, ruleset)))
        return chosen(best, ruleset)
    return expression.resolved.ids


def class_of(expression: Expression, ruleset: Ruleset) -> str:
    """open, source-available or research-only: the strictest of what binds; unknown where a part of it is not known."""
    if isinstance(expression, AllOf):
        return max((class_of(part, ruleset) for part in expression.parts), key=_rank)
    if isinstance(expression, AnyOf):
        return min((class_of(part, ruleset) for part in expression.parts), key=_rank)
    if not expression.resolved.ids:
        return UNKNOWN_CLASS
    return max((class_of_id(id, ruleset) for id in expression.resolved.ids), key=_rank)


def comparable(expression: Expression, ruleset: Ruleset) -> str:
    """The class for comparing two statements: members of a family without rules here do not count beside those that have."""
    known = {id for id in license_ids(expression) if id in ruleset.license_ids}
    if isinstance(expression, AllOf | AnyOf) or not known:
        return class_of(expression, ruleset)
    return max((class_of_id(id, ruleset) for id in known), key=_rank)


def class_of_id(id: str, ruleset: Ruleset) -> str:
    if id not in ruleset.license_ids:
        return UNKNOWN_CLASS
    return ruleset.license(id).category


def _rank(name: str) -> int:
    return CATEGORIES.index(name) if name in CATEGORIES else len(CATEGORIES)
