"""What is wrong with ``rules/would_change.yaml``: names that lead nowhere, and things that categories look at without a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from openness.rules.lint_conditions import Names, condition_problems

BASE = "{base}"


def problems(data: Mapping[str, Any], categories: Mapping[str, Any], names: Names) -> Iterator[str]:
    """One message for each problem. ``categories`` is the content of categories.yaml."""
    for id, times in Counter(row["id"] for row in data["changes"]).items():
        if times > 1:
            yield f"the id {id} stands twice"
    for row in data["changes"]:
        yield from (f"{row['id']}: {text}" for text in _row(row, names))
    mentioned = {thing for row in data["changes"] for thing in _things_of(row)}
    asked = {thing for row in categories["order"] for thing in things(row.get("when"))}
    for kind, name in sorted(asked - mentioned):
        yield f"categories look at the {kind} {name}, and no row tries it"
    for category in sorted({row["category"] for row in categories["order"]} - set(data["best_first"])):
        yield f"best_first does not place {category}"


def _row(row: Mapping[str, Any], names: Names) -> Iterator[str]:
    for field in ("when", "unless", "undecided"):
        yield from (f"{field}: {text}" for text in condition_problems(row.get(field), names, openness=0))
    if (BASE in row["if"]) != row.get("about", "").startswith("base"):
        yield f"the words name {BASE} if and only if the row is about a base"
    for setting in row["set"]:
        if "component" in setting and setting["component"] not in names.components:
            yield f"no such component {setting['component']}"
        elif "fact" in setting and setting["fact"] not in names.facts:
            yield f"no such fact {setting['fact']}"
        elif "fact" in setting:
            unknown = sorted(set(setting["values"]) - names.facts[setting["fact"]])
            yield from (f"{setting['fact']} is never {value}" for value in unknown)


def _things_of(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _named(row["set"])
    for field in ("when", "unless", "undecided"):
        yield from things(row.get(field))


def things(condition: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """The components, facts and dimensions that a condition looks at."""
    if condition is None:
        return
    yield from _named([condition])
    inner = [*condition.get("all", ()), *condition.get("any", ()), *([condition["not"]] if "not" in condition else ())]
    for part in inner:
        yield from things(part)


def _named(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for row in rows:
        yield from ((kind, str(row[kind])) for kind in ("component", "fact", "dimension") if kind in row)
