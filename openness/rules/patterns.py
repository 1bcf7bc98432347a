"""The patterns of ``rules/clause_patterns.yaml``: load them, and say what is wrong with them.

What they mean is the business of ``evidence.clauses``; here they are data like every other rule file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from openness.errors import RuleError
from openness.evidence.clauses import ClausePatterns
from openness.packaged import packaged
from openness.rules.loader import read_yaml
from openness.rules.schema import clause_problems

FILE = "clause_patterns.yaml"


def clause_patterns(folder: Path) -> dict[str, Any]:
    """The patterns of a rules folder as plain data, for ``evidence.clauses.ClausePatterns``.

    Raises RuleError for a file that is absent, not YAML, or not a mapping with words and types. Whether each pattern is sound
    is for ``pattern_problems`` (in ``openness rules lint``): that needs a schema library, which a start should not pay for.
    """
    data: dict[str, Any] = read_yaml(folder / FILE)
    if not isinstance(data.get("types"), list) or not isinstance(data.get("words"), dict):
        raise RuleError(f"The rule file {folder / FILE} must hold `words` and `types`; see its head for the pattern language.")
    return data


@cache
def _validator() -> Any:
    import jsonschema

    schema = json.loads((packaged("rules") / "clause_patterns.schema.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema)


def pattern_problems(data: Mapping[str, Any], clauses: Mapping[str, Any], uses: Mapping[str, Any]) -> list[str]:
    """What is wrong with the patterns, each as one sentence that names the field. Empty when they are sound."""
    problems = []
    for error in sorted(_validator().iter_errors(data), key=lambda e: list(map(str, e.absolute_path))):
        field = ".".join(map(str, error.absolute_path)) or "the file"
        problems.append(f"{field}: {error.message}")
    return problems or list(_meaning_problems(data, {row["id"]: row for row in clauses["types"]}, uses))


def _meaning_problems(data: Mapping[str, Any], types: Mapping[str, Any], uses: Mapping[str, Any]) -> Iterator[str]:
    names = Counter(row["name"] for kind in data["types"] for row in kind["patterns"])
    yield from (f"types: the pattern name {name} is used {count} times" for name, count in names.items() if count > 1)
    yield from (f"types: {kind['id']} is no clause type of clauses.yaml" for kind in data["types"] if kind["id"] not in types)
    phrases = [*_phrases(data)]
    for name in data["words"]:
        if not any(f"@{name}" in phrase.replace("(", " ").replace(")", " ").split() for phrase in phrases):
            yield f"words.{name}: no pattern uses this set"
    for kind in data["types"]:
        if kind["id"] in types:
            yield from _param_problems(kind, types, data, uses)
    used = {table for kind in data["types"] for row in (kind, *kind["patterns"]) for table in row.get("read", {}).values()}
    tables = used | {"measures", "crossing", "periods", "anchors"} if "threshold" in used else used
    yield from (f"values.{table}: no pattern reads this table" for table in data.get("values", {}) if table not in tables)
    try:
        ClausePatterns(data)
    except RuleError as error:
        yield error.message


def _param_problems(
    kind: Mapping[str, Any], types: Mapping[str, Any], data: Mapping[str, Any], uses: Mapping[str, Any]
) -> Iterator[str]:
    """The parameters that patterns give, and every value that can be read for one, against what the clause type takes."""
    takes = types[kind["id"]]["params"]
    for row in (kind, *kind["patterns"]):
        where = f"types.{kind['id']}, {row.get('name', 'of all patterns')}"
        said = [row.get("params", {})]
        for param, table in row.get("read", {}).items():
            if param not in takes:
                yield f"{where}: the type has no parameter {param} to read"
            elif table in data.get("values", {}):
                said += [{param: value if takes[param] == "yes-no" else [value]} for value in data["values"][table]]
        for params in said:
            clause = {"type": kind["id"], "section": "-", "params": params}
            yield from (f"{where}: {text}" for text in clause_problems(clause, types, uses))


def _phrases(data: Mapping[str, Any]) -> Iterator[str]:
    for phrases in (*data["words"].values(), data.get("lifting", ()), *(kind.get("unclear", ()) for kind in data["types"])):
        yield from phrases
    for table in data.get("values", {}).values():
        yield from (phrase for phrases in table.values() for phrase in phrases)
    for kind in data["types"]:
        for row in kind["patterns"]:
            yield from (*row.get("unless", ()), *row.get("unclear", ()))
            for part in row["find"]:
                yield from [part] if isinstance(part, str) else part
