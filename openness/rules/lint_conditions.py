"""What is wrong with conditions: names that lead nowhere, and the direction in which openness counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from openness.rules.case import MORE_OPEN


class Names:
    """Everything that a condition may name."""

    def __init__(self, files: Mapping[str, Any]) -> None:
        limits = [row["id"] for row in files["limits"]["limits"]]
        self.components = {row["id"] for row in files["components"]["components"]}
        self.facts = {row["id"]: set(row.get("values", limits)) for row in files["components"]["facts"]}
        self.lists = {row["id"] for row in files["license_lists"]["lists"]}


def condition_problems(condition: Mapping[str, Any] | None, names: Names, *, openness: int) -> Iterator[str]:
    """Names that lead nowhere; and, for ``openness`` 1 (more openness must help) or -1 (must not help), tests that point
    the other way. 0: the direction does not matter."""
    if condition is None:
        return
    for part in [*condition.get("all", ()), *condition.get("any", ())]:
        yield from condition_problems(part, names, openness=openness)
    if "not" in condition:
        yield from condition_problems(condition["not"], names, openness=-openness)
    if "fact" in condition:
        yield from _fact_problems(condition, names)
    if "component" in condition:
        yield from _component_problems(condition, names, ordered=openness != 0)
    if openness == -1 and ("component" in condition or "dimension" in condition):
        yield f"a more open {condition.get('component', condition.get('dimension'))} would count against the model"


def _fact_problems(condition: Mapping[str, Any], names: Names) -> Iterator[str]:
    fact = condition["fact"]
    if fact not in names.facts:
        yield f"no such fact {fact}"
        return
    unknown = set(condition.get("in", condition.get("only", ()))) - names.facts[fact]
    yield from (f"{fact} is never {value}" for value in sorted(unknown))


def _component_problems(condition: Mapping[str, Any], names: Names, *, ordered: bool) -> Iterator[str]:
    """Known names; and, where openness must help or hurt (``ordered``), a set of values that holds with each all more open."""
    if condition["component"] not in names.components:
        yield f"no such component {condition['component']}"
    if condition.get("license_in", "") not in names.lists | {""}:
        yield f"no such list {condition['license_in']}"
    values = set(condition.get("is", condition.get("license", ())))
    for value in sorted(values) if ordered else ():
        yield from (f"{value} counts and {more}, which is more open, does not" for more in sorted(MORE_OPEN[value] - values))
