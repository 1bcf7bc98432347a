"""Which cases the definitions can tell apart: what no condition asks for need not be looked at twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from openness.rules.case import FactState, LicenseClass
from openness.rules.definitions import Definitions

#: Facts whose values are results, not only something to ask for.
SHOWN = frozenset({"status"})


class Distinctions:
    """What the conditions of the definitions (``rules.predicates``) can see of a case."""

    def __init__(self, definitions: Definitions) -> None:
        self._lists = {row.id: row.members for row in definitions.lists.values()}
        #: Of each fact the sets of values that a condition asks for.
        self._asked: dict[str, set[frozenset[str]]] = {}
        for condition in _conditions(msgspec.to_builtins(definitions)):
            for form in ("in", "only"):
                if form in condition:
                    self._asked.setdefault(condition["fact"], set()).add(frozenset(condition[form]))
        self._of_ids: dict[tuple[str, ...], frozenset[str]] = {}
        self._of_values: dict[tuple[str, frozenset[str]], frozenset[Any]] = {}

    def of_licenses(self, ids: tuple[str, ...], license: LicenseClass) -> frozenset[str] | None:
        """The lists of licenses that hold all of these. Which licenses they are matters to nothing else, and to lists only where
        they are open."""
        if license is not LicenseClass.OPEN or not ids:
            return None
        found = self._of_ids.get(ids)
        if found is None:
            members = {id.casefold() for id in ids}
            found = self._of_ids[ids] = frozenset(name for name, listed in self._lists.items() if members <= listed)
        return found

    def of_facts(self, facts: Mapping[str, FactState]) -> frozenset[Any]:
        """What conditions see of facts: whether there is one, whether it is complete, and what they ask of its values."""
        return frozenset((name, fact.complete, self._of_value(name, fact.values)) for name, fact in facts.items())

    def _of_value(self, name: str, values: frozenset[str]) -> frozenset[Any]:
        if name in SHOWN:
            return values
        key = (name, values)
        found = self._of_values.get(key)
        if found is None:
            asked = self._asked.get(name, ())
            seen = [(each, bool(values & each), bool(values - each)) for each in asked]
            found = self._of_values[key] = frozenset(seen)
        return found


def _conditions(part: Any) -> Iterator[Mapping[str, Any]]:
    """Every condition on a fact, wherever it stands."""
    if isinstance(part, Mapping):
        if isinstance(part.get("fact"), str):
            yield part
        for inner in part.values():
            yield from _conditions(inner)
    elif isinstance(part, (list, tuple)):
        for inner in part:
            yield from _conditions(inner)
