"""The verdicts that follow from the clauses, against careful readings of the same texts by other people."""

from __future__ import annotations

import pytest

from openness.errors import UsageError
from openness.records import Permission
from openness.rules import declared, loader
from openness.verdict.stack import judge_license
from tests.shared import shared_yaml

RULES = loader.load()
#: A text whose clauses nobody has written down yet is unknown by construction and cannot be compared.
COMPARABLE = {id for id in RULES.license_ids if RULES.license(id).text.was_read}


def test_plain_verdicts_agree_with_the_readings() -> None:
    rows = shared_yaml("license-facts/plain_verdicts.yaml")
    pairs = [
        (row["id"], use, str(judge_license(row["id"], use, {}, RULES).verdict), reading["verdict"])
        for row in rows
        for use, reading in row["uses"].items()
    ]
    differing = [pair for pair in pairs if pair[2] != pair[3]]
    assert len(pairs) == 448
    assert len(differing) <= 0.03 * len(pairs), differing


def test_nothing_is_permitted_that_a_reading_denies() -> None:
    rows = shared_yaml("license-facts/plain_verdicts.yaml")
    wrong = [
        (row["id"], use)
        for row in rows
        for use, reading in row["uses"].items()
        if reading["verdict"] == "denied" and judge_license(row["id"], use, {}, RULES).verdict.passes
    ]
    assert wrong == []


def test_hard_questions_that_the_vocabulary_can_ask_agree_with_the_readings() -> None:
    asked = agreed = 0
    permitted_although_denied = []
    for row in shared_yaml("license-facts/hard_questions.yaml"):
        for question in row["hard"]:
            try:
                facts = declared.parse([f"{key}={value}" for key, value in question["declare"].items()], RULES)
            except UsageError:
                continue
            verdict = judge_license(row["id"], question["use"], facts, RULES).verdict
            expected = question["verdict"] if isinstance(question["verdict"], list) else [question["verdict"]]
            asked += 1
            agreed += verdict in expected
            if expected == ["denied"] and verdict.passes:
                permitted_although_denied.append((row["id"], question))
    assert asked >= 80
    assert agreed >= 0.9 * asked
    assert permitted_although_denied == []


@pytest.mark.parametrize("id", sorted(set(RULES.license_ids) - COMPARABLE))
def test_a_text_that_was_not_read_whole_is_unknown_for_every_use(id: str) -> None:
    verdicts = {judge_license(id, use, {}, RULES).verdict for use in RULES.vocabulary.uses}
    assert verdicts == {Permission.UNKNOWN}
    assert RULES.license(id).text.why
