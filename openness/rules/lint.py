"""What is wrong with a folder of rules: each problem with its file, as ``openness rules lint`` prints it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from openness.errors import RuleError
from openness.packaged import packaged
from openness.rules import lint_definitions, lint_lineage, lint_names, patterns, schema
from openness.rules.loader import read_yaml, rule_files
from openness.rules.name_tables import alias_table
from openness.rules.names import EMPTY_NAMES, normalize

#: A license read longer ago than this should be read again: terms move in place (license-facts/NOTES, 8 and 14).
STALE_DAYS = 365


class Problem(msgspec.Struct, frozen=True):
    """``severity``: error or warning."""

    file: str
    severity: str
    message: str


def lint(root: Path, today: datetime.date | None = None) -> list[Problem]:
    """Problems of the rules under ``root``; a folder without clauses.yaml is held against the packaged ones."""
    if not root.is_dir():
        raise RuleError(f"The rules folder {root} does not exist.")
    base = root if (root / "clauses.yaml").is_file() else packaged("rules")
    clauses, uses = read_yaml(base / "clauses.yaml"), read_yaml(base / "uses.yaml")
    problems = [Problem("clauses.yaml", "error", text) for text in schema.type_problems(clauses, uses)]
    licenses: dict[str, dict[str, Any]] = {}
    for name, path, _ in rule_files(root):
        if name.startswith("licenses/"):
            problems += _license(name, path, clauses, uses, licenses)
    files = lint_names.name_files(base)
    problems += [Problem(*found) for found in lint_names.problems(files)]
    problems += _names(licenses, base)
    found = lint_names.address_problems(licenses, files["license_urls"])
    problems += [Problem(f"licenses/{id}.yaml", "error", text) for id, text in found]
    today = today or datetime.date.today()
    problems += _stale(licenses, today)
    problems += [Problem(*row) for row in lint_definitions.problems(root, clauses, today)]
    problems += [Problem(*row) for row in lint_lineage.problems(root, clauses, uses, licenses, today)]
    if (root / patterns.FILE).is_file():
        texts = patterns.pattern_problems(patterns.clause_patterns(root), clauses, uses)
        problems += [Problem(patterns.FILE, "error", text) for text in texts]
    if (root / "families.yaml").is_file():
        known = {*licenses, *(id.casefold() for id in files["spdx_ids"]["licenses"])}
        problems += _families(read_yaml(root / "families.yaml")["families"], known)
    return problems


def _license(
    name: str, path: Path, clauses: dict[str, Any], uses: dict[str, Any], found: dict[str, dict[str, Any]]
) -> Iterator[Problem]:
    try:
        data = read_yaml(path)
    except RuleError as error:
        yield Problem(name, "error", error.message)
        return
    texts = schema.license_problems(data, clauses, uses)
    yield from (Problem(name, "error", text) for text in texts)
    if texts:
        return
    if name != f"licenses/{data['id']}.yaml":
        yield Problem(name, "error", f"the file is not named after its id {data['id']}")
    if data["id"] in found:
        yield Problem(name, "error", f"the id {data['id']} is taken by another file")
    found[data["id"]] = data
    yield from (Problem(name, "error", text) for text in category_problems(data))


def category_problems(data: dict[str, Any]) -> Iterator[str]:
    """The category must follow from the clauses: research-only if and only if commercial use is outside the field, open
    only without any clause that limits use, scale, place or outputs."""
    limits = [c for c in data["clauses"] if c["type"] == "FIELD_LIMIT" and "commercial" not in c["params"].get("allowed", ())]
    if data["text"]["status"] != "whole":
        return
    if (data["category"] == "research-only") != bool(limits):
        yield "category: research-only goes with a FIELD_LIMIT that leaves commercial use out, and only with it"
    if data["category"] == "open":
        restricting = [
            c["type"] for c in data["clauses"] if c["type"] in RESTRICTING and c.get("params", {}).get("form") != "law-only"
        ]
        if restricting:
            yield f"category: open does not go with {', '.join(dict.fromkeys(restricting))}"


RESTRICTING = frozenset({"FIELD_LIMIT", "SERVICE_LIMIT", "REGISTRATION", "TERRITORY", "PLATFORM_TIE", "USE_POLICY", "COMPETE"})


def _names(licenses: dict[str, dict[str, Any]], base: Path) -> Iterator[Problem]:
    families = read_yaml(base / "families.yaml")["families"]
    for name, ids in alias_table(licenses.values()).items():
        if len(set(ids)) > 1:
            yield Problem(f"licenses/{ids[1]}.yaml", "error", f"the name {name} is claimed by {', '.join(sorted(set(ids)))}")
        if name in families:
            yield Problem(f"licenses/{ids[0]}.yaml", "error", f"the name {name} is that of a family in families.yaml")
        if name in EMPTY_NAMES:
            yield Problem(f"licenses/{ids[0]}.yaml", "error", f"the name {name} says nothing and cannot be an alias")


def _stale(licenses: dict[str, dict[str, Any]], today: datetime.date) -> Iterator[Problem]:
    for id, data in licenses.items():
        age = (today - datetime.date.fromisoformat(data["verified"]["date"])).days
        if age > STALE_DAYS:
            yield Problem(f"licenses/{id}.yaml", "warning", f"last verified {age} days ago; read the text again")
        elif age < 0:
            yield Problem(f"licenses/{id}.yaml", "error", "verified on a day that has not come")


def _families(families: dict[str, Any], known: set[str]) -> Iterator[Problem]:
    for name, family in families.items():
        candidates = family["candidates"]
        if len(candidates) < 2:
            yield Problem("families.yaml", "error", f"{name} has one candidate: it would decide by the name alone")
        if normalize(name) != name:
            yield Problem("families.yaml", "error", f"{name} is not in normal form ({normalize(name)})")
        for id in candidates:
            if id not in known:
                yield Problem("families.yaml", "error", f"{name}: no such license {id}")
