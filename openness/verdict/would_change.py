"""Which single missing or changed fact would move the category: each is tried on the case, and the engine answers.

What is tried, when, and how it is said is data (``rules/would_change.yaml``). Nothing is offered that one fact cannot settle:
terms inherited from a base stay where the model itself gets another license.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from openness.rules import categories, dimensions
from openness.rules.case import Availability, Case, ComponentState, FactState, LicenseClass
from openness.rules.definitions import Condition, Definitions, PossibleChange
from openness.rules.limits import license_class
from openness.rules.loader import Ruleset
from openness.rules.predicates import ask
from openness.verdict.classified import BoundLicense, Change, LineageEntry

OPEN = "open"


class Holders(msgspec.Struct, frozen=True):
    """Who would have to change something: bases that restrict, bases whose terms nobody knows, and whether the model's own
    license restricts (or is not known)."""

    restricting: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    own: bool = True


def holders(
    model: str, licenses: Sequence[BoundLicense], lineage: Sequence[LineageEntry], ruleset: Ruleset, definitions: Definitions
) -> Holders:
    """From the licenses that bind the weights of ``model``, inherited ones included, and its lineage."""
    own = [license.id for license in licenses if license.source in ("", model)]
    known = [ruleset.license(id) for id in own if id in ruleset.license_ids]
    return Holders(
        restricting=tuple(entry.model for entry in lineage if entry.license and entry.category != OPEN),
        unknown=tuple(entry.model for entry in lineage if entry.resolved is None),
        own=license_class(own, known, definitions) is not LicenseClass.OPEN,
    )


def would_change(case: Case, definitions: Definitions, held: Holders | None = None) -> tuple[Change, ...]:
    """Every single change that gives another category or sub-label, with what it gives: improvements first, then dangers."""
    case = _leveled(case, definitions)
    now = _outcome(case, definitions)
    found: dict[str, Change] = {}
    for row in definitions.changes.changes:
        base = _applies(row, case, definitions, held)
        if base is None:
            continue
        then = _outcome(applied(row, case), definitions)
        if then != now:
            condition = row.condition.replace("{base}", base)
            found.setdefault(condition, Change(condition, then, row.id, _rank(then, definitions) < _rank(now, definitions)))
    return tuple(sorted(found.values(), key=lambda change: _usefulness(change, definitions))[: definitions.changes.most])


def applied(row: PossibleChange, case: Case) -> Case:
    """The case as it would be."""
    states, facts = dict(case.states), dict(case.facts)
    for setting in row.set:
        if "fact" in setting:
            facts[setting["fact"]] = FactState(frozenset(setting["values"]))
        else:
            states[setting["component"]] = _changed(case.state(setting["component"]), setting)
    return Case(states, facts, case.searched)


def _changed(state: ComponentState, setting: Mapping[str, Any]) -> ComponentState:
    availability = Availability(setting["is"]) if "is" in setting else state.availability
    if "license" not in setting:
        return msgspec.structs.replace(state, availability=availability)
    ids = (setting["as"],) if "as" in setting else ()
    return ComponentState(state.component, availability, ids, LicenseClass(setting["license"]))


def _applies(row: PossibleChange, case: Case, definitions: Definitions, held: Holders | None) -> str | None:
    """Whether a row is to be tried: the base model that it is about (empty for none), or None."""
    checks: list[tuple[Condition | None, Sequence[bool | None]]] = [
        (row.when, (True,)),
        (row.unless, (False, None)),
        (row.undecided, (None,)),
    ]
    if not all(condition is None or ask(condition, case, definitions).holds in wanted for condition, wanted in checks):
        return None
    if not row.about:
        return ""
    return _about(row.about, held, case)


def _about(kind: str, held: Holders | None, case: Case) -> str | None:
    """See ``about`` in rules/would_change.yaml. Without a lineage at hand, a model that is not derived has only its own terms."""
    if held is None:
        derived = case.facts.get("derived")
        return "" if kind == "own-license" and (derived is None or "yes" not in derived.values) else None
    if kind == "own-license":
        return None if held.restricting or held.unknown else ""
    if kind == "base-license":
        single = len(held.restricting) == 1 and not held.unknown and not held.own
        return held.restricting[0] if single else None
    return held.unknown[0] if len(held.unknown) == 1 else None


def _leveled(case: Case, definitions: Definitions) -> Case:
    return msgspec.structs.replace(case, levels=dimensions.levels(dimensions.rate(case, definitions)))


def _outcome(case: Case, definitions: Definitions) -> str:
    result = categories.categorize(_leveled(case, definitions), definitions)
    return "/".join(part for part in (result.category or result.status, result.sub_label) if part)


def _rank(outcome: str, definitions: Definitions) -> tuple[int, int]:
    """The smaller, the more open."""
    category, _, label = outcome.partition("/")
    order = definitions.changes.best_first
    labels = [row.id for row in definitions.categories.sub_labels]
    return (order.index(category) if category in order else len(order)), (labels.index(label) if label in labels else 0)


def _usefulness(change: Change, definitions: Definitions) -> tuple[bool, tuple[int, int]]:
    """Improvements by the best outcome, then dangers by the worst; the order of the rules file decides between equals."""
    category, label = _rank(change.then, definitions)
    return not change.improves, ((category, label) if change.improves else (-category, -label))
