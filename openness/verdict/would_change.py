"""Which single missing or changed fact would move the category: each is tried on the case, and the engine answers."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from openness.rules import categories, dimensions
from openness.rules.case import Availability, Case, ComponentState, FactState, LicenseClass
from openness.rules.definitions import Definitions
from openness.verdict.classified import Change

#: Components whose publication a category can hang on.
COMPONENTS = ("parameters-final", "training-code", "datasets", "training-recipe")


def would_change(case: Case, definitions: Definitions) -> tuple[Change, ...]:
    """Every single change that gives another category or sub-label, with what it gives."""
    now = _outcome(case, definitions)
    found: dict[str, str] = {}
    for condition, changed in _variants(case, definitions):
        then = _outcome(changed, definitions)
        if then != now:
            found.setdefault(condition, then)
    return tuple(Change(condition, then) for condition, then in found.items())


def _outcome(case: Case, definitions: Definitions) -> str:
    case = msgspec.structs.replace(case, levels=dimensions.levels(dimensions.rate(case, definitions)))
    result = categories.categorize(case, definitions)
    return "/".join(part for part in (result.category or result.status, result.sub_label) if part)


def _variants(case: Case, definitions: Definitions) -> Iterator[tuple[str, Case]]:
    for id in COMPONENTS:
        title = definitions.components[id].title.lower()
        state = case.state(id)
        if state.availability is not Availability.PUBLISHED:
            yield f"{title} were published under an open license", _with_state(case, _open(state))
    weights = case.state("parameters-final")
    if weights.license_class is not LicenseClass.OPEN:
        changed = _with_facts(_with_state(case, _open(weights)), terms="open", limits="")
        yield "the weights were under an open license", changed
    for fact, value, words in FLIPS:
        if fact in case.facts and value not in case.facts[fact].values:
            yield words, _with_facts(case, **{fact: value})


#: Facts that decide, the value tried, and how that is said.
FLIPS = (
    ("base-terms", "known", "the terms of every base model were known and no stricter"),
    ("terms-contradiction", "no", "one of the contradicting license statements were withdrawn or settled by a text"),
    ("right-holder-doubt", "no", "the rights holder confirmed the release"),
    ("derived", "no", "the model were shown to be trained from scratch"),
)


def _open(state: ComponentState) -> ComponentState:
    return msgspec.structs.replace(
        state, availability=Availability.PUBLISHED, licenses=("apache-2.0",), license_class=LicenseClass.OPEN
    )


def _with_state(case: Case, state: ComponentState) -> Case:
    return msgspec.structs.replace(case, states={**case.states, state.component: state})


def _with_facts(case: Case, **values: str) -> Case:
    facts = dict(case.facts)
    for name, value in values.items():
        facts[name] = FactState(frozenset({value} if value else ()))
    return msgspec.structs.replace(case, facts=facts)
