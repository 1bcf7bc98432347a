"""Detected clauses held against the licenses that people have read: what is found of them, and what is found beside them."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import pytest

from openness.evidence.added_places import lines_as_places
from openness.evidence.clauses import detect
from openness.evidence.license_text import decode, lines_of
from openness.packaged import packaged
from openness.rules.loader import read_yaml
from tests.evidence.clause_detection import PATTERNS, restrictions
from tests.evidence.clause_sentences import ALL_SAYINGS
from tests.shared import license_text

#: What takes something away; the others are duties, grants and explanations.
RESTRICTIVE = {
    "FIELD_LIMIT", "SCALE_THRESHOLD", "SERVICE_LIMIT", "REGISTRATION", "AUTHORIZATION", "TERRITORY", "PLATFORM_TIE",
    "COMPETE", "OUTPUT_TRAINING", "USE_POLICY", "NO_DERIVATIVES", "NAME_PREFIX", "DISPLAY",
}  # fmt: skip


def licenses(half: int) -> list[tuple[dict[str, Any], str]]:
    """Those with a text, by half: patterns were written while looking at half 0; half 1 was only measured."""
    license_text("mit")  # skips where the data folder is absent
    chosen = []
    for path in sorted((packaged("rules") / "licenses").glob("*.yaml")):
        data = read_yaml(path)
        if int(hashlib.sha1(data["id"].encode()).hexdigest()[0], 16) % 2 == half:
            text = license_text("mit").with_name(f"{data['id']}.txt")
            if text.is_file():
                chosen.append((data, decode(text.read_bytes())))
    return chosen


def listed(data: dict[str, Any]) -> set[str]:
    shown = any(clause["type"] == "SCALE_THRESHOLD" and clause["params"].get("result") == "display" for clause in data["clauses"])
    return {clause["type"] for clause in data["clauses"]} | ({"DISPLAY"} if shown else set())


@pytest.mark.real
@pytest.mark.parametrize("half", [0, 1])
def test_labelled_clauses_are_found_and_little_else(half: int) -> None:
    """A labelled clause counts as found when one of its type is detected within two lines of it; a detected type counts as
    right when the file of the license lists it."""
    clauses, hits, right, wrong = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for data, text in licenses(half):
        detected = detect(text, PATTERNS)
        for clause in data["clauses"]:
            if clause.get("lines") and clause["type"] in RESTRICTIVE:
                first, last = clause["lines"][0] - 2, clause["lines"][-1] + 2
                clauses[clause["type"]] += 1
                hits[clause["type"]] += any(c.type == clause["type"] and first <= c.line <= last for c in detected)
        if data["text"]["status"] == "whole":
            for type in {clause.type for clause in detected} & RESTRICTIVE:
                (right if type in listed(data) else wrong)[type] += 1
    for type in ("FIELD_LIMIT", "SCALE_THRESHOLD", "OUTPUT_TRAINING", "TERRITORY", "USE_POLICY", "NAME_PREFIX"):
        assert hits[type] >= 0.9 * clauses[type], (type, hits[type], clauses[type])
    # Commerce that is free up to a limit reads as a limit of field: some of these are told apart only by a person.
    for type in ("FIELD_LIMIT", "SCALE_THRESHOLD", "OUTPUT_TRAINING", "TERRITORY", "USE_POLICY", "NAME_PREFIX", "DISPLAY"):
        assert right[type] >= (0.65 if type == "FIELD_LIMIT" else 0.8) * (right[type] + wrong[type]), (type, right, wrong)
    assert hits.total() >= 0.9 * clauses.total()
    assert right.total() >= 0.85 * (right.total() + wrong.total())


PERMISSIVE = ["mit", "apache-2.0", "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear", "isc", "zlib", "cc0-1.0", "unlicense", "bsl-1.0",
              "ncsa", "postgresql", "ecl-2.0", "afl-3.0", "ms-pl", "wtfpl", "cc-by-4.0", "cdla-permissive-2.0", "pddl", "odc-by"]  # fmt: skip


@pytest.mark.real
@pytest.mark.parametrize("id", PERMISSIVE)
def test_a_permissive_license_restricts_nothing(id: str) -> None:
    text = decode(license_text(id).read_bytes())
    assert [clause for clause in restrictions(text) if clause.type in RESTRICTIVE | {"GRANT"}] == []


@pytest.mark.real
@pytest.mark.parametrize("id", ["mit", "apache-2.0", "bsd-3-clause", "cc-by-4.0"])
def test_a_sentence_appended_to_a_permissive_license_is_found(id: str) -> None:
    text = decode(license_text(id).read_bytes())
    line = len(lines_of(text))
    for type, saying in ALL_SAYINGS:
        if type in RESTRICTIVE:
            whole = f"{text}\n\n{saying}\n"
            places = lines_as_places(whole, [(line + 1, line + 5)])
            assert type in {clause.type for clause in detect(whole, PATTERNS, places)}, saying
