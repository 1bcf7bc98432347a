"""The license files themselves: sound, complete, and true to the texts that they pin."""

from __future__ import annotations

import hashlib

import pytest

from openness.evidence.license_text import decode, lines_of, words_sha256
from openness.packaged import packaged
from openness.rules import loader
from openness.rules.lint import lint
from tests.shared import license_text, shared_yaml

RULES = loader.load()


def test_the_rules_have_no_lint_errors() -> None:
    assert [p for p in lint(packaged("rules")) if p.severity == "error"] == []


def test_every_license_of_the_facts_is_here() -> None:
    wanted = {row["id"] for row in shared_yaml("license-facts/licenses.yaml")}
    assert wanted <= set(RULES.license_ids)


@pytest.mark.parametrize("id", [i for i in RULES.license_ids if RULES.license(i).text.sha256])
def test_the_pinned_text_has_the_pinned_hashes_and_the_cited_lines(id: str) -> None:
    license = RULES.license(id)
    data = license_text(id).read_bytes()
    assert hashlib.sha256(data).hexdigest() == license.text.sha256
    assert words_sha256(decode(data)) == license.text.words_sha256
    lines = lines_of(decode(data))
    for clause in license.clauses:
        if clause.lines:
            first, last = clause.lines
            assert 1 <= first <= last <= len(lines), clause
            assert any(line.strip() for line in lines[first - 1 : last]), clause


def test_no_summary_is_a_sentence_of_its_license() -> None:
    """Our own words only: no run of 14 words of a summary stands in the text."""
    copied = []
    for id in RULES.license_ids:
        license = RULES.license(id)
        if not license.text.sha256:
            continue
        words = " ".join(decode(license_text(id).read_bytes()).casefold().split())
        for clause in license.clauses:
            own = clause.summary.casefold().split()
            runs = (" ".join(own[n : n + 14]) for n in range(len(own) - 13))
            if any(run in words for run in runs):
                copied.append((id, clause.section))
    assert copied == []
