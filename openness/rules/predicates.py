"""Conditions on a case, in three values: true, false, and open while what decides is not stated.

The forms are described at the head of ``rules/frameworks/mof-1.0.yaml``. Connectives are Kleene's strong ones, as in
``conditions.py``; each answer carries what made it so, in words and with ids of evidence, so that a result explains itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from openness.rules.case import Availability, Case, ComponentState, LicenseClass
from openness.rules.definitions import Condition, Definitions


class Note(msgspec.Struct, frozen=True):
    """One thing that decided, or that would."""

    text: str
    evidence: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """``holds`` is True, False, or None (open); ``notes`` are the parts that made it so."""

    holds: bool | None
    notes: tuple[Note, ...] = ()

    @property
    def why(self) -> str:
        return "; ".join(dict.fromkeys(note.text for note in self.notes))

    @property
    def evidence(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(id for note in self.notes for id in note.evidence))


def ask(condition: Condition, case: Case, definitions: Definitions) -> Answer:
    """Evaluate a condition tree. Unknown forms are refused by ``rules lint``, not here."""
    if "all" in condition:
        return _all([ask(part, case, definitions) for part in condition["all"]])
    if "any" in condition:
        return negate(_all([negate(ask(part, case, definitions)) for part in condition["any"]]))
    if "not" in condition:
        return negate(ask(condition["not"], case, definitions))
    form = next(name for name in FORMS if name in condition)
    return FORMS[form](condition, case, definitions)


def negate(answer: Answer) -> Answer:
    return answer if answer.holds is None else Answer(not answer.holds, answer.notes)


def _all(parts: Iterable[Answer]) -> Answer:
    """A false part settles it and explains it alone; else the open parts do; else all of them."""
    by_value: dict[bool | None, list[Note]] = {}
    for part in parts:
        by_value.setdefault(part.holds, []).extend(part.notes)
    for value in (False, None):
        if value in by_value:
            return Answer(value, tuple(by_value[value]))
    return Answer(True, tuple(by_value.get(True, ())))


def _available(condition: Condition, case: Case, definitions: Definitions) -> Answer:
    state, title = _state(condition, case, definitions)
    if state.availability is not Availability.UNSTATED:
        return Answer(state.availability in condition["is"], (Note(f"{title}: {state.availability}", state.evidence),))
    if state.component in case.searched:
        return Answer(False, (Note(f"{title}: not found"),))
    return Answer(None, (Note(f"{title}: not stated"),))


def _licensed(condition: Condition, case: Case, definitions: Definitions) -> Answer:
    state, title = _state(condition, case, definitions)
    if state.license_class is LicenseClass.UNKNOWN:
        return Answer(None, (_license_note(state, title),))
    return Answer(state.license_class in condition["license"], (_license_note(state, title),))


def _listed(condition: Condition, case: Case, definitions: Definitions) -> Answer:
    """All licenses are in a list. A restricted or missing license is not, whatever name it goes by (an altered text); an
    open license without an id stays open: which one it is decides."""
    state, title = _state(condition, case, definitions)
    members = definitions.lists[condition["license_in"]].members
    holds: bool | None = None
    if state.license_class in (LicenseClass.NONE, LicenseClass.RESTRICTED):
        holds = False
    elif state.licenses:
        holds = all(id.casefold() in members for id in state.licenses)
    return Answer(holds, (_license_note(state, title),))


def _fact(condition: Condition, case: Case, definitions: Definitions) -> Answer:
    name = condition["fact"]
    fact = case.facts.get(name)
    if fact is None:
        if "unstated" in condition:
            return Answer(condition["unstated"] == "yes")
        return Answer(None, (Note(f"not stated: {definitions.facts[name].means}"),))
    note = Note(f"{name}: {', '.join(sorted(fact.values)) or 'none'}", fact.evidence)
    if "in" in condition:
        found = fact.values & set(condition["in"])
        if found:
            return Answer(True, (Note(f"{name}: {', '.join(sorted(found))}", fact.evidence),))
        return Answer(False if fact.complete else None, (note,))
    if fact.values - set(condition["only"]):
        return Answer(False, (note,))
    return Answer(True if fact.complete else None, (note,))


def _dimension(condition: Condition, case: Case, definitions: Definitions) -> Answer:
    name = condition["dimension"]
    level = case.levels.get(name, "unknown")
    return Answer(None if level == "unknown" else level in condition["level"], (Note(f"{name}: {level}"),))


def _state(condition: Condition, case: Case, definitions: Definitions) -> tuple[ComponentState, str]:
    name = condition["component"]
    title = definitions.components[name].title
    return case.state(name), title[0].lower() + title[1:] if title[1:2].islower() else title


def _license_note(state: ComponentState, title: str) -> Note:
    names = f" ({', '.join(state.licenses)})" if state.licenses else ""
    words = {
        LicenseClass.OPEN: f"{title}: open license{names}",
        LicenseClass.RESTRICTED: f"{title}: license with restrictions{names}",
        LicenseClass.NONE: f"{title}: no license",
        LicenseClass.UNKNOWN: f"{title}: license not known{names}",
    }
    return Note(words[state.license_class], state.evidence)


Form = Callable[[Mapping[str, Any], Case, Definitions], Answer]
#: The key that tells a form from the others → its evaluation.
FORMS: dict[str, Form] = {
    "is": _available,
    "license": _licensed,
    "license_in": _listed,
    "fact": _fact,
    "dimension": _dimension,
}
