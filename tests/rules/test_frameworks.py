"""The published definitions as data: what they ask for, who passes, and that openness never counts against a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from openness.packaged import packaged
from openness.rules import loader
from openness.rules.case import Case, FactState
from openness.rules.frameworks import evaluate_all
from openness.rules.limits import terms_facts
from tests.rules.cases import CASES, CLASS_1, DEFINITIONS, DOCUMENTS, MOF, RULES, case, more_open
from tests.rules.judging import judged, outcomes

NAMES = list(DEFINITIONS.frameworks)
DOCS = Path(__file__).parents[2] / "docs" / "definitions.md"


def test_the_definitions_are_there_and_each_asks_for_something() -> None:
    assert sorted(NAMES) == ["eu-ai-act-53-2", "g7-2026", "mof-1.0", "osai-index-2025", "osai-index-2026", "osaid-1.0"]
    assert all(framework.criteria for framework in DEFINITIONS.frameworks.values())
    assert len(DEFINITIONS.frameworks["osai-index-2026"].criteria) == 12
    assert len(DEFINITIONS.frameworks["osai-index-2025"].criteria) == 14
    assert {row.component for row in DEFINITIONS.frameworks["mof-1.0"].criteria} == set(MOF)


def test_the_17_components_have_the_numbers_and_names_of_the_tool() -> None:
    assert {component.mof for component in MOF.values()} == {*range(7, 23), 24}
    assert [id for id, component in MOF.items() if component.names == ("Model parameters (Final)",)] == ["parameters-final"]


# --- all of them


@pytest.mark.parametrize("name", NAMES)
def test_no_evidence_passes_nothing_and_fails_nothing(name: str) -> None:
    result = judged(name, Case())
    assert result.outcome == ("unclassified" if name == "mof-1.0" else "cannot-say")
    assert {row.outcome for row in result.criteria} == {"cannot-say"}
    assert all(row.why for row in result.criteria)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_looked_for_and_not_found_does_not_pass(name: str) -> None:
    result = judged(name, Case(searched=frozenset(DEFINITIONS.components)))
    assert result.outcome in ("fail", "unclassified")
    assert "pass" not in outcomes(result).values()


RANK = {"fail": 0, "cannot-say": 1, "pass": 2, "unclassified": 0, "class-3": 1, "class-2": 2, "class-1": 3}


@given(more_open())
@settings(max_examples=300, deadline=None)
def test_more_openness_never_turns_a_pass_into_anything_else(pair: tuple[Case, Case]) -> None:
    before, after = (evaluate_all(given, DEFINITIONS) for given in pair)
    for name, old in before.items():
        kept = outcomes(after[name])
        assert [id for id, outcome in outcomes(old).items() if outcome == "pass" and kept[id] != "pass"] == [], name
        assert (
            after[name].outcome == old.outcome
            or old.outcome not in ("pass", "class-3", "class-2", "class-1")
            or (RANK[after[name].outcome] > RANK[old.outcome])
        )
        assert all(
            new.value >= score.value for new, score in zip(after[name].scores, old.scores, strict=True) if score.name != "highest"
        )


@given(CASES)
@settings(max_examples=100, deadline=None)
def test_results_are_the_same_every_time_and_evidence_is_known(given_case: Case) -> None:
    first = evaluate_all(given_case, DEFINITIONS)
    assert first == evaluate_all(given_case, DEFINITIONS)
    known = {id for state in given_case.states.values() for id in state.evidence}
    known |= {id for fact in given_case.facts.values() for id in fact.evidence}
    assert all(set(row.evidence) <= known for result in first.values() for row in result.criteria)


def test_a_criterion_names_its_evidence() -> None:
    result = judged("osaid-1.0", case(CLASS_1))
    assert {row.id: row.evidence for row in result.criteria}["training-code"] == ("e-training-code",)


# --- limits, lists, lint, docs


def test_limits_follow_from_clauses() -> None:
    stack = [RULES.license("apache-2.0"), RULES.license("llama-3.1")]
    found = terms_facts(stack, DEFINITIONS)
    assert found["terms"].values == {"source-available"} and {"user-threshold", "changing-policy"} <= found["limits"].values
    assert terms_facts([RULES.license("apache-2.0")], DEFINITIONS)["limits"] == FactState(frozenset())
    assert "terms" not in terms_facts([RULES.license("apache-2.0")], DEFINITIONS, unresolved=True)
    assert terms_facts([RULES.license("cc-by-nc-4.0")], DEFINITIONS, unresolved=True)["terms"].values == {"research-only"}
    assert not terms_facts([RULES.license("falcon-180b")], DEFINITIONS)["limits"].complete


def test_a_license_is_in_a_list_under_our_id_where_it_is_under_its_spdx_id() -> None:
    for id in RULES.license_ids:
        record = RULES.license(id)
        for found in DEFINITIONS.lists.values():
            assert record.spdx.casefold() not in found.members or id in found.members, (id, found.id)
        assert "osi" not in record.approved or id in DEFINITIONS.lists["osi-approved"].members, id
        assert id not in DEFINITIONS.lists["mof-open"].members or record.category == "open", id


def test_documents_need_no_license_to_be_read_but_mof_asks_for_one() -> None:
    unlicensed = case(CLASS_1 | dict.fromkeys(DOCUMENTS & set(CLASS_1), "none"))
    assert judged("mof-1.0", unlicensed).outcome == "unclassified" and judged("osaid-1.0", unlicensed).outcome == "pass"


def test_an_audit_does_not_read_the_definitions() -> None:
    names = {name for name, _, _ in loader.rule_files(packaged("rules"))}
    assert not [name for name in names if name.startswith("frameworks/") or name in loader.DEFINITIONS]


def test_docs_list_every_criterion_and_every_deviation() -> None:
    text = DOCS.read_text("utf-8")
    for name, framework in DEFINITIONS.frameworks.items():
        section = text.split(f"\n## {name}", 1)[1].split("\n## ", 1)[0]
        missing: list[Any] = [row.id for row in framework.criteria if f"`{row.id}`" not in section]
        missing += [row["tool"] for row in framework.deviations if f"| {row['tool']} | {row['here']} |" not in section]
        assert missing == [], name
