"""The tables of released models and of leaks: patterns, names, and what lint refuses."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openness.packaged import packaged
from openness.rules import leaks, lineage_rules, lint_lineage, releases
from openness.rules.loader import load, read_yaml
from openness.rules.releases import Release, Releases

TABLE = Releases((
    Release(("acme/oak-*",), ("mit",), "memory", names=("oak", "old oak")),
    Release(("acme/oak-2-*",), ("apache-2.0",), "memory", names=("oak", "oak 2")),
    Release(("acme/oak-2b*",), ("isc",), "memory"),
    Release(("acme/oak-2-13b-research",), ("cc-by-nc-4.0",), "memory"),
    Release(("elm/ash-7b", "copier/ash-7b"), ("mit",), "read", "2026-01-01", "https://example.org", data="open", data_source="https://example.org/d"),
))  # fmt: skip


def licenses(rows: tuple[Release, ...]) -> list[str]:
    return [id for row in rows for id in row.licenses]


@pytest.mark.parametrize(
    ("id", "license"),
    [
        ("acme/oak-70b", "mit"),
        ("Acme/Oak-2-13B-chat", "apache-2.0"),
        ("acme/oak-2b-it", "isc"),
        ("acme/oak-2-13b-research", "cc-by-nc-4.0"),
        ("copier/ash-7b", "mit"),
    ],
)
def test_the_fuller_pattern_of_an_id_decides(id: str, license: str) -> None:
    row = TABLE.of_id(id)
    assert row is not None and row.licenses == (license,)


@pytest.mark.parametrize("id", ["other/oak-70b", "acme/pine-7b", "acme/oak", "oak-70b", ""])
def test_an_id_of_another_owner_or_release_is_not_known(id: str) -> None:
    assert TABLE.of_id(id) is None


@pytest.mark.parametrize("name", ["Oak-2-13B", "oak 2 13b", "OAK2 13B", "Oak_2_13b"])
def test_a_name_is_one_however_it_is_spelled(name: str) -> None:
    assert licenses(TABLE.of_name(name)) == ["apache-2.0"]


def test_a_number_is_no_part_of_another_number() -> None:
    assert licenses(TABLE.of_name("oak-20b")) == ["mit"]
    assert licenses(TABLE.of_name("oak-2b")) == ["isc"]


def test_a_family_word_means_all_its_releases() -> None:
    assert licenses(TABLE.of_name("Oak")) == ["mit", "apache-2.0"]


@pytest.mark.parametrize("name", ["", "*", "-", "oaks", "an oak 2", "?"])
def test_other_words_mean_nothing(name: str) -> None:
    assert TABLE.of_name(name) == ()


@given(st.text(max_size=300))
def test_any_text_can_be_looked_up(text: str) -> None:
    TABLE.of_id(text)
    assert all(isinstance(row, Release) for row in TABLE.of_name(text))


def test_data_count_as_documented_only_with_a_source() -> None:
    assert TABLE.rows[-1].documented
    assert not Release(("a/b",), ("mit",), "memory", data="open").documented
    assert not Release(("a/b",), ("mit",), "memory", data="closed", data_source="https://example.org").documented


def row(**changed: Any) -> dict[str, Any]:
    return {"ids": ["acme/oak-*"], "licenses": ["mit"], "basis": "memory"} | changed


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"ids": ["acme/*"]}, "no id"),
        ({"ids": ["Acme/oak"]}, "no id"),
        ({"ids": ["acme/o*k"]}, "no id"),
        ({"licenses": ["nobody-1.0"]}, "no such license"),
        ({"basis": "read"}, "source"),
        ({"basis": "guess"}, "basis"),
        ({"data": "open"}, "data_source"),
    ],
)
def test_lint_refuses_rows_that_could_mislead(changed: dict[str, Any], words: str) -> None:
    found = list(releases.problems({"releases": [row(**changed)]}, ["mit"]))
    assert any(words in text for text in found), found


def test_lint_refuses_an_id_in_two_rows() -> None:
    assert list(releases.problems({"releases": [row(), row(licenses=["isc"])]}, ["mit", "isc"])) == [
        "acme/oak-* stands in two rows"
    ]


def test_lint_refuses_a_leak_without_source_or_with_a_name_that_fits_anything() -> None:
    bad = {"id": "x", "holder": "H", "what": "some weights", "source": "somewhere", "date": "yesterday", "names": ["a*"]}
    assert len(list(leaks.problems({"leaks": [bad]}))) == 3


def test_the_packaged_files_about_lineage_pass_lint() -> None:
    rules = packaged("rules")
    clauses, uses = read_yaml(rules / "clauses.yaml"), read_yaml(rules / "uses.yaml")
    assert list(lint_lineage.problems(rules, clauses, uses, load().license_ids, datetime.date(2026, 12, 1))) == []


def test_lint_refuses_lineage_rules_that_name_no_clause_type_or_slot() -> None:
    data = read_yaml(packaged("rules") / lineage_rules.FILE)
    clauses, uses = read_yaml(packaged("rules") / "clauses.yaml"), read_yaml(packaged("rules") / "uses.yaml")
    data["losses"][0] = data["losses"][0] | {"clause": "NOTHING", "words": "see {secret}"}
    assert len(list(lineage_rules.problems(data, clauses, uses))) == 2


@pytest.mark.parametrize(
    ("name", "license"),
    [("Llama-2-13B", "llama-2"), ("LLaMA2", "llama-2"), ("GPT-NeoX-20B", "apache-2.0"), ("Mistral 7B", "apache-2.0"), ("Llama-13B", "llama-1"),
     ("Stable-Diffusion-v1.5", "creativeml-openrail-m"), ("Qwen2.5-3B", "qwen-research"), ("gemma-2b-it", "gemma-2024-02")],
)  # fmt: skip
def test_well_known_names_mean_one_release(name: str, license: str) -> None:
    assert licenses(releases.load().of_name(name)) == [license]
