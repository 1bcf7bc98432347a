"""The language of clause patterns, and the packaged patterns in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from openness.errors import RuleError
from openness.evidence.clauses import ClausePatterns, detect
from openness.packaged import packaged
from openness.rules.loader import read_yaml
from openness.rules.patterns import clause_patterns, pattern_problems
from tests.evidence.clause_detection import DATA

USES = read_yaml(packaged("rules") / "uses.yaml")


def patterns_of(*rows: dict[str, Any], words: dict[str, list[str]] | None = None) -> ClausePatterns:
    return ClausePatterns(
        {"words": words or {}, "types": [{"id": "CONDUCT", "patterns": [{"name": f"p{n}", **row} for n, row in enumerate(rows)]}]}
    )


def found(patterns: ClausePatterns, text: str) -> bool:
    return bool(detect(text, patterns))


def test_a_row_is_one_phrase_or_one_of_several() -> None:
    patterns = patterns_of({"find": ["red", ["big apple*", "pears/plums"]]})
    assert found(patterns, "a red and big appletree")
    assert found(patterns, "PLUMS are red")
    assert not found(patterns, "red big and apple")


def test_near_counts_from_the_first_found_word_to_the_last() -> None:
    patterns = patterns_of({"find": ["red", "apple"], "near": 3})
    assert found(patterns, "an apple, so red")
    assert not found(patterns, "an apple that is red")


def test_the_given_order_is_kept_when_asked_for() -> None:
    patterns = patterns_of({"find": ["red", "apple"], "order": "given"})
    assert found(patterns, "red is the apple")
    assert not found(patterns, "the apple is red")


def test_an_exclusion_cancels_only_near_the_found_words() -> None:
    patterns = patterns_of({"find": ["red", "apple"], "unless": ["rotten"]})
    assert not found(patterns, "a rotten red apple")
    assert found(patterns, "a rotten egg, a hen, a fox, a dog, a cat and a red apple")


def test_optional_words_sets_numbers_and_any_word() -> None:
    patterns = patterns_of({"find": ["(very) @color _ #"]}, words={"color": ["red", "dark (navy) blue"]})
    assert found(patterns, "very red apples: 12")
    assert found(patterns, "dark blue apples 7")
    assert not found(patterns, "dark navy apples 7")
    assert not found(patterns, "red apples, seven")


@pytest.mark.parametrize("phrase", ["", "(red)", "_ red", "@nothing", "w " * 17])
def test_a_phrase_that_cannot_be_read_is_refused(phrase: str) -> None:
    with pytest.raises(RuleError):
        patterns_of({"find": [phrase]})


def test_the_packaged_patterns_are_sound() -> None:
    assert pattern_problems(DATA, read_yaml(packaged("rules") / "clauses.yaml"), USES) == []


def test_problems_of_patterns_are_named() -> None:
    clauses = {"types": [{"id": "CONDUCT"}]}
    row = {"name": "a", "find": ["@nothing"]}
    data = {"verified": "2026-11-24", "words": {"idle": ["x"]}, "types": [{"id": "OTHER", "patterns": [row, row]}]}
    problems = " / ".join(pattern_problems(data, clauses, USES))
    for part in ("name a is used 2 times", "OTHER is no clause type", "words.idle", "@nothing"):
        assert part in problems
    assert (
        "types.0.patterns.0"
        in pattern_problems({**data, "types": [{"id": "OTHER", "patterns": [{"name": "a"}]}]}, clauses, USES)[0]
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"values": {"measures": {"llamas": ["llama herds"]}}}, "measure llamas"),
        ({"values": {"nobody": {"x": ["reads this"]}}}, "no pattern reads this table"),
        ({"amounts": {"currencies": {"XXX": ["shells"]}}}, "XXX has no rate"),
        (
            {"types": [{"id": "FIELD_LIMIT", "patterns": [{"name": "a", "find": ["b"], "params": {"allowed": ["herding"]}}]}]},
            "herding",
        ),
        ({"types": [{"id": "FIELD_LIMIT", "patterns": [{"name": "a", "find": ["b"], "read": {"herds": "motives"}}]}]}, "herds"),
    ],
)
def test_parameters_that_no_clause_could_have_are_named(change: dict[str, Any], words: str) -> None:
    data = {
        "verified": "2026-11-28",
        "words": {},
        "types": [{"id": "CONDUCT", "patterns": [{"name": "a", "find": ["b"]}]}],
        **change,
    }
    clauses = read_yaml(packaged("rules") / "clauses.yaml")
    assert any(words in problem for problem in pattern_problems(data, clauses, USES)), pattern_problems(data, clauses, USES)


def test_a_folder_without_sound_patterns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError):
        clause_patterns(tmp_path)
    (tmp_path / "clause_patterns.yaml").write_text("verified: 2026-11-24\n")
    with pytest.raises(RuleError):
        clause_patterns(tmp_path)


def test_no_pattern_names_a_license_or_a_model() -> None:
    names = [
        "llama",
        "gemma",
        "qwen",
        "mistral",
        "apache",
        "openrail",
        "falcon",
        "nvidia",
        "tencent",
        "stability",
        "hunyuan",
        "deepseek",
    ]
    text = (packaged("rules") / "clause_patterns.yaml").read_text("utf-8").casefold()
    assert [name for name in names if name in text] == []
