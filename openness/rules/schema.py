"""The shape of rule files: JSON Schema for what a schema can say, and checks of clauses against their types for the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from openness.packaged import packaged

EFFECTS = frozenset({"denied", "needs-answer", "unknown", "duty", "grants"})
UNDECIDED = frozenset({"ask", "duty", "denied", "none"})
TEST_FIELDS = frozenset({"measure", "op", "value", "currency", "period", "scope", "anchor", "date", "business"})
TEST_WORDS = {
    "op": {">", ">="},
    "period": {"year", "month", "12-months", "arr", "total"},
    "scope": {"product", "licensee", "affiliates", "employer"},
    "anchor": {"release", "date", "preceding-month", "preceding-year", "current", "any-time"},
}


@cache
def _license_validator() -> Any:
    import jsonschema

    schema = json.loads((packaged("rules") / "license.schema.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema)


def license_problems(data: Mapping[str, Any], clauses: Mapping[str, Any], uses: Mapping[str, Any]) -> list[str]:
    """What is wrong with one license file, each as one sentence that names the field. Empty when it is sound."""
    problems = []
    for error in sorted(_license_validator().iter_errors(data), key=lambda e: list(map(str, e.absolute_path))):
        field = ".".join(map(str, error.absolute_path)) or "the file"
        problems.append(f"{field}: {error.message}")
    if problems:
        return problems
    types = {row["id"]: row for row in clauses["types"]}
    for number, clause in enumerate(data["clauses"], 1):
        problems += [f"clause {number} ({clause['type']}): {text}" for text in clause_problems(clause, types, uses)]
    return problems + list(_text_problems(data))


def _text_problems(data: Mapping[str, Any]) -> Iterator[str]:
    text = data["text"]
    if text["status"] == "whole" and "sha256" not in text:
        yield "text: a text that was read whole needs the sha256 of what was read"
    if text["status"] != "whole" and not text.get("why"):
        yield "text: say in `why` what of the text was not obtained"
    if (
        text["status"] == "whole"
        and data.get("kind", "license") == "license"
        and not any(clause["type"] == "GRANT" for clause in data["clauses"])
    ):
        yield "clauses: a license that was read needs a GRANT clause; without one nothing is granted"


def clause_problems(clause: Mapping[str, Any], types: Mapping[str, Any], uses: Mapping[str, Any]) -> Iterator[str]:
    """A clause against its type: known type, a section, known parameters with allowed values, known uses in reach."""
    kind = types.get(clause["type"])
    if kind is None:
        yield "no such clause type in clauses.yaml"
        return
    if not str(clause["section"]).strip():
        yield "a clause without section cannot be checked by hand"
    known_uses = {row["id"] for row in uses["uses"]} | set(uses["sets"])
    for use in clause.get("reach", ()):
        if use not in known_uses:
            yield f"reach: {use} is neither a use nor a set of uses.yaml"
    topics = {w for row in uses["facts"] if row["id"] == "purpose" for w in row["sets"]["topic"]}
    for name, value in clause.get("params", {}).items():
        allowed = kind["params"].get(name)
        if allowed is None:
            yield f"params.{name}: the type has no such parameter; it has {', '.join(kind['params']) or 'none'}"
        else:
            yield from _param_problems(name, value, allowed)
        if name.endswith("topics"):
            yield from (f"params.{name}: {topic} is not a topic of uses.yaml" for topic in value if topic not in topics)


def _param_problems(name: str, value: Any, allowed: Any) -> Iterator[str]:
    if allowed == "tests":
        for test in value if isinstance(value, list) else [None]:
            yield from (f"params.{name}: {problem}" for problem in _test_problems(test))
    elif allowed == "yes-no":
        if value not in ("yes", "no"):
            yield f"params.{name}: {value} is neither yes nor no"
    elif allowed == "list":
        if not isinstance(value, list):
            yield f"params.{name}: a list is expected"
    elif allowed in ("text", "number"):
        if isinstance(value, (list, dict)):
            yield f"params.{name}: one value is expected"
    else:
        for word in value if isinstance(value, list) else [value]:
            if word not in allowed:
                yield f"params.{name}: {word} is not one of {', '.join(map(str, allowed))}"


def _test_problems(test: Any) -> Iterator[str]:
    if not isinstance(test, dict) or "measure" not in test:
        yield "a test is a mapping with a measure"
        return
    if test["measure"] == "business":
        if not isinstance(test.get("business"), list):
            yield "a business test lists its businesses"
        return
    from openness.rules.thresholds import MEASURE_WORDS

    if test["measure"] not in MEASURE_WORDS:
        yield f"measure {test['measure']} is not one of {', '.join(MEASURE_WORDS)}"
    for field in test:
        if field not in TEST_FIELDS:
            yield f"a test has no field {field}"
        elif field in TEST_WORDS and test[field] not in TEST_WORDS[field]:
            yield f"{field} {test[field]} is not one of {', '.join(sorted(TEST_WORDS[field]))}"
    if test.get("op") not in (">", ">="):
        yield "a test needs op > or >=: they differ at the limit itself"
    if test.get("value") is not None and not isinstance(test["value"], (int, float)):
        yield "value must be a number, or null where the text leaves a blank"


def type_problems(clauses: Mapping[str, Any], uses: Mapping[str, Any]) -> Iterator[str]:
    """The clause types themselves: effects may only ask, add duties or make stricter. Nothing in the rules can permit."""
    facts = _fact_names(uses)
    known_uses = {row["id"] for row in uses["uses"]} | set(uses["sets"])
    for kind in clauses["types"]:
        for number, row in enumerate(kind["effects"], 1):
            where = f"{kind['id']}, effect {number}"
            if row.get("effect") not in EFFECTS:
                yield f"{where}: effect {row.get('effect')} is not one of {', '.join(sorted(EFFECTS))}; a rule cannot permit"
            if row.get("undecided", "ask") not in UNDECIDED:
                yield f"{where}: undecided {row['undecided']} is not one of {', '.join(sorted(UNDECIDED))}"
            yield from (f"{where}: unknown use {u}" for u in row.get("uses", ()) if u not in known_uses)
            yield from (f"{where}: unknown fact {f}" for f in _facts_in(row.get("when", {})) if f not in facts)


def _fact_names(uses: Mapping[str, Any]) -> set[str]:
    names = {"use", "target_family", "license_category"}
    for row in uses["facts"]:
        names.add(row["id"])
        names.update(row.get("sets", {}))
    return names


def _facts_in(condition: Any) -> Iterator[str]:
    if isinstance(condition, dict):
        if "fact" in condition:
            yield str(condition["fact"])
        for part in condition.values():
            yield from _facts_in(part)
    elif isinstance(condition, list):
        for part in condition:
            yield from _facts_in(part)
