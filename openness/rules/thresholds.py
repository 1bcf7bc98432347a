"""Thresholds: is a declared figure beyond a license's limit? Three answers: yes, no, and not decided by what was declared.

A test has measure, op, value, and where they matter currency, period, scope, anchor and date (NOTES of the license facts,
15: measures multiply). Operators are exact: ``>`` and ``>=`` differ at the limit itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openness.rules.model import FactSet, Money, Vocabulary

#: Declared amounts in another currency decide only beyond this factor from the limit.
CURRENCY_MARGIN = 2.0
MONTHS = 12


def crosses(test: Mapping[str, Any], facts: FactSet, vocabulary: Vocabulary) -> bool | None:
    """True when the figure is beyond the limit, False when it is not, None when what is declared does not decide."""
    measure = str(test["measure"])
    if measure == "business":
        businesses = facts.get("business")
        return None if businesses is None else bool(_words(businesses) & set(test["business"]))
    if test.get("value") is None:
        return None
    if vocabulary.facts[measure].type == "money":
        return _money_crosses(test, facts.get(measure), vocabulary)
    return _count_crosses(test, facts)


def is_historic(test: Mapping[str, Any]) -> bool:
    """The test looks at a fixed month in the past, so today's figure answers it only when already small enough."""
    return test.get("anchor") in ("release", "date")


def asked_fact(test: Mapping[str, Any]) -> str:
    """The vocabulary key whose declaration would decide the test."""
    measure = str(test["measure"])
    return "mau_at_release" if measure == "mau" and is_historic(test) else measure


def _words(value: object) -> frozenset[str]:
    return value if isinstance(value, frozenset) else frozenset()


def _beyond(op: str, figure: float, limit: float) -> bool:
    return figure >= limit if op == ">=" else figure > limit


def _count_crosses(test: Mapping[str, Any], facts: FactSet) -> bool | None:
    limit, op = float(test["value"]), str(test["op"])
    now, then = facts.get(str(test["measure"])), facts.get(asked_fact(test))
    if is_historic(test):
        if isinstance(then, float) and asked_fact(test) != test["measure"]:
            return _beyond(op, then, limit)
        if isinstance(now, float) and not _beyond(op, now, limit):
            return False
        return None
    return _beyond(op, now, limit) if isinstance(now, float) else None


def _money_crosses(test: Mapping[str, Any], declared: object, vocabulary: Vocabulary) -> bool | None:
    if not isinstance(declared, Money):
        return None
    limit, op = float(test["value"]), str(test["op"])
    currency = str(test.get("currency", "USD"))
    rate = vocabulary.currencies[declared.currency] / vocabulary.currencies[currency]
    figure = declared.amount * rate
    if declared.currency != currency and limit / CURRENCY_MARGIN <= figure <= limit * CURRENCY_MARGIN:
        return None
    return _periods_cross(test, declared, figure, limit, op)


def _periods_cross(test: Mapping[str, Any], declared: Money, figure: float, limit: float, op: str) -> bool | None:
    """A declared figure is the whole group's: it bounds a product's figure from above but does not give it, and a year's
    figure bounds each of its months."""
    own_scope = test.get("scope") != "product"
    if test.get("period") == "month" and declared.period == "year":
        if not _beyond(op, figure, limit):
            return False
        return True if own_scope and _beyond(op, figure / MONTHS, limit) else None
    if test.get("period") != "month" and declared.period == "month":
        figure *= MONTHS
    if not _beyond(op, figure, limit):
        return False
    return True if own_scope else None


def describe(test: Mapping[str, Any]) -> str:
    """The limit in words, such as ``more than 700,000,000 monthly active users in the month before 2024-07-23``."""
    if test["measure"] == "business":
        return "core business: " + ", ".join(test["business"])
    words = {">": "more than", ">=": "at least"}[str(test["op"])]
    if test.get("value") is None:
        return f"a limit on {test['measure']} that the text leaves blank"
    value = f"{test['value']:,.0f}"
    unit = str(test.get("currency", "USD")) + " " if test["measure"] in ("revenue", "funding") else ""
    noun = MEASURE_WORDS.get(str(test["measure"]), str(test["measure"]).replace("_", " "))
    parts = [f"{words} {unit}{value} {noun}"]
    if test.get("period"):
        parts.append(PERIOD_WORDS.get(str(test["period"]), str(test["period"])))
    if test.get("scope"):
        parts.append(SCOPE_WORDS.get(str(test["scope"]), str(test["scope"])))
    if is_historic(test):
        parts.append(f"in the month before {test.get('date', 'the release')}")
    return ", ".join(parts)


MEASURE_WORDS = {
    "mau": "monthly active users",
    "muu": "monthly unique users",
    "dau": "daily active users",
    "annual_users": "active users a year",
    "devices": "edge devices",
    "visits": "monthly visits",
    "output_tokens": "output tokens a month",
    "employees": "employees",
    "revenue": "of revenue",
    "funding": "of funds raised",
}
PERIOD_WORDS = {
    "year": "per year",
    "month": "per month",
    "12-months": "over any 12 consecutive months",
    "arr": "annual recurring",
    "total": "in total",
}
SCOPE_WORDS = {
    "product": "counted for the product",
    "licensee": "counted for the licensee alone",
    "affiliates": "counted with affiliates",
    "employer": "counted for the employer",
}
