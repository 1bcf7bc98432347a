"""Conditions of clause effects, in three values: true, false, and open while a deciding fact is not declared.

The forms are described at the head of ``rules/clauses.yaml``. Connectives are Kleene's strong ones: a false part settles
``all`` and a true part settles ``any`` whatever the rest is, so no needless question is put.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from openness.rules import thresholds
from openness.rules.model import Clause, FactSet, Money, Vocabulary


class Ask(msgspec.Struct, frozen=True):
    """A fact that would decide; ``limit`` says what it is held against, for thresholds."""

    fact: str
    limit: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """``holds`` is True, False, or None (open); ``asks`` are the facts that would settle an open outcome."""

    holds: bool | None
    asks: tuple[Ask, ...] = ()


class Context(msgspec.Struct, frozen=True):
    """Everything a condition may look at: the facts, the clause with its parameters, and the license's id."""

    facts: FactSet
    clause: Clause
    license_id: str
    vocabulary: Vocabulary


def holds(condition: Mapping[str, Any], context: Context) -> Outcome:
    """Evaluate a condition tree. Unknown forms are refused when rules are loaded, not here."""
    if "all" in condition:
        return _all(holds(part, context) for part in condition["all"])
    if "any" in condition:
        return _negate(_all(_negate(holds(part, context)) for part in condition["any"]))
    if "not" in condition:
        return _negate(holds(condition["not"], context))
    if "crosses" in condition:
        return _crosses(context)
    return _fact(condition, context)


def guard_admits(guard: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """Does a row's static ``if`` admit a clause with these parameters?"""
    return all(_guard_one(expected, params.get(name)) for name, expected in guard.items())


def _guard_one(expected: Any, actual: Any) -> bool:
    present = actual not in (None, [], (), "")
    if expected == "none":
        return not present
    if expected == "some":
        return present
    members = list(actual) if isinstance(actual, (list, tuple)) else [actual]
    if isinstance(expected, Mapping):
        if "has" in expected:
            return expected["has"] in members
        return present and expected["lacks"] not in members
    return actual in expected if isinstance(expected, (list, tuple)) else actual == expected


def _all(outcomes: Iterable[Outcome]) -> Outcome:
    asks: dict[Ask, None] = {}
    for outcome in outcomes:
        if outcome.holds is False:
            return Outcome(False)
        asks.update(dict.fromkeys(outcome.asks))
    return Outcome(None, tuple(asks)) if asks else Outcome(True)


def _negate(outcome: Outcome) -> Outcome:
    return outcome if outcome.holds is None else Outcome(not outcome.holds)


def _crosses(context: Context) -> Outcome:
    params = context.clause.params
    parts = [_cross_one(test, context) for test in params.get("tests", ())]
    if params.get("combine") == "all":
        return _all(parts)
    return _negate(_all([_negate(part) for part in parts]))


def _cross_one(test: Mapping[str, Any], context: Context) -> Outcome:
    answer = thresholds.crosses(test, context.facts, context.vocabulary)
    if answer is None:
        return Outcome(None, (Ask(thresholds.asked_fact(test), thresholds.describe(test)),))
    return Outcome(answer)


def _fact(condition: Mapping[str, Any], context: Context) -> Outcome:
    name = str(condition["fact"])
    value = context.facts.get(name)
    if value is None:
        if "undeclared" in condition:
            return Outcome(condition["undeclared"] == "yes")
        return Outcome(None, (Ask(name),))
    if "positive" in condition:
        return Outcome(value.amount > 0 if isinstance(value, Money) else bool(value))
    words = value if isinstance(value, frozenset) else frozenset()
    if "in" in condition:
        return Outcome(bool(words & set(_members(condition["in"], context))))
    if "outside" in condition:
        return Outcome(bool(words - set(_members(condition["outside"], context))))
    if "within" in condition:
        places = expand_places(_members(condition["within"], context), context.vocabulary)
        return Outcome(bool(expand_places(words, context.vocabulary) & places))
    prefix = str(_members(condition["not_starting"], context)[0]).casefold()
    return Outcome(any(not word.rpartition("/")[2].casefold().startswith(prefix) for word in words))


def _members(reference: Any, context: Context) -> list[Any]:
    """A literal list, or ``$param`` of the clause, or ``$license`` for the license itself; always as a list."""
    items = reference if isinstance(reference, (list, tuple)) else [reference]
    found: list[Any] = []
    for item in items:
        if isinstance(item, str) and item.startswith("$"):
            value = context.license_id if item == "$license" else context.clause.params.get(item[1:], ())
            found.extend(value if isinstance(value, (list, tuple)) else [value])
        else:
            found.append(item)
    return found


def expand_places(codes: Iterable[str], vocabulary: Vocabulary) -> frozenset[str]:
    """Country codes with aliases resolved and unions (EU) spelled out as members."""
    expanded: set[str] = set()
    for code in codes:
        upper = str(code).upper()
        place = vocabulary.place_aliases.get(upper, upper)
        expanded.add(place)
        expanded.update(vocabulary.regions.get(place, ()))
    return frozenset(expanded)
