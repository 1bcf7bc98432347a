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


def pattern_problems(data: Mapping[str, Any], clauses: Mapping[str, Any]) -> list[str]:
    """What is wrong with the patterns, each as one sentence that names the field. Empty when they are sound."""
    problems = []
    for error in sorted(_validator().iter_errors(data), key=lambda e: list(map(str, e.absolute_path))):
        field = ".".join(map(str, error.absolute_path)) or "the file"
        problems.append(f"{field}: {error.message}")
    return problems or list(_meaning_problems(data, {row["id"] for row in clauses["types"]}))


def _meaning_problems(data: Mapping[str, Any], types: set[str]) -> Iterator[str]:
    names = Counter(row["name"] for kind in data["types"] for row in kind["patterns"])
    yield from (f"types: the pattern name {name} is used {count} times" for name, count in names.items() if count > 1)
    yield from (f"types: {kind['id']} is no clause type of clauses.yaml" for kind in data["types"] if kind["id"] not in types)
    phrases = [*_phrases(data)]
    for name in data["words"]:
        if not any(f"@{name}" in phrase.replace("(", " ").replace(")", " ").split() for phrase in phrases):
            yield f"words.{name}: no pattern uses this set"
    try:
        ClausePatterns(data)
    except RuleError as error:
        yield error.message


def _phrases(data: Mapping[str, Any]) -> Iterator[str]:
    for phrases in data["words"].values():
        yield from phrases
    for kind in data["types"]:
        for row in kind["patterns"]:
            yield from row.get("unless", ())
            for part in row["find"]:
                yield from [part] if isinstance(part, str) else part
