"""What is wrong with the files about lineage: ``rules/lineage.yaml``, the words of cards, released models and leaks."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from openness.errors import RuleError
from openness.packaged import packaged
from openness.rules import leaks, lineage_rules, releases
from openness.rules.loader import read_yaml

#: Files older than this should be read again: models are relicensed.
STALE_DAYS = 365
WORDS = "evidence/lineage_words.yaml"
Found = tuple[str, str, str]


def problems(
    root: Path, clauses: Mapping[str, Any], uses: Mapping[str, Any], licenses: Iterable[str], today: datetime.date
) -> Iterator[Found]:
    """(file, severity, message) for the files under ``root``, with the corpus where ``root`` is the packaged rules."""
    checks = {lineage_rules.FILE: lambda data: lineage_rules.problems(data, clauses, uses), WORDS: _patterns}
    for name, check in checks.items():
        if (root / name).is_file():
            yield from _file(name, root / name, check, today)
    if root.resolve() == packaged("rules").resolve():
        known = list(licenses)
        corpus = packaged("corpus")
        yield from _file(f"corpus/{releases.FILE}", corpus / releases.FILE, lambda data: releases.problems(data, known), today)
        yield from _file(f"corpus/{leaks.FILE}", corpus / leaks.FILE, leaks.problems, today)


def _file(name: str, path: Path, check: Any, today: datetime.date) -> Iterator[Found]:
    import jsonschema

    try:
        data = read_yaml(path)
    except RuleError as error:
        yield name, "error", error.message
        return
    schema = json.loads(path.with_name(f"{path.stem}.schema.json").read_text("utf-8"))
    found = list(jsonschema.Draft202012Validator(schema).iter_errors(data))
    for row in found:
        yield name, "error", f"{'.'.join(map(str, row.absolute_path)) or 'the file'}: {row.message[:200]}"
    if found:
        return
    yield from ((name, "error", text) for text in check(data))
    age = (today - datetime.date.fromisoformat(data["verified"])).days
    if age > STALE_DAYS:
        yield name, "warning", f"last verified {age} days ago; read the sources again"
    elif age < 0:
        yield name, "error", "verified on a day that has not come"


def _patterns(data: Mapping[str, Any]) -> Iterator[str]:
    rows = [*((key, value) for key, value in data.items() if isinstance(value, str) and key != "verified")]
    rows += [
        (f"{row['claim']}.{key}", row[key])
        for row in data["statements"]
        for key in ("pattern", "with", "not", "not_before")
        if key in row
    ]
    for name, pattern in rows:
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"{name} is no regular expression: {error}"
