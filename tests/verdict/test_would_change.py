"""Which single fact would move a category: worked out by hand, and held against the engine."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from openness.packaged import packaged
from openness.rules import dimensions
from openness.rules.case import Case, ComponentState, FactState, LicenseClass
from openness.rules.categories import categorize
from openness.rules.lint_changes import problems
from openness.rules.lint_conditions import Names
from openness.rules.loader import read_yaml
from openness.verdict.classified import BoundLicense, LineageEntry
from openness.verdict.would_change import Holders, applied, holders, would_change
from tests.rules.cases import CASES, CLASS_1, DEFINITIONS, RULES, case, state

OPEN_BUT_CODE = {id: license for id, license in CLASS_1.items() if id != "training-code"}
ALONE = Holders(own=True)


def changes(given_case: Case, held: Holders | None = ALONE) -> list[tuple[str, str]]:
    return [(change.rule, change.then) for change in would_change(given_case, DEFINITIONS, held)]


def test_one_missing_part_is_named() -> None:
    assert changes(case(OPEN_BUT_CODE)) == [("training-code-published", "fully-open")]


def test_code_that_is_there_needs_only_a_license() -> None:
    assert changes(case(OPEN_BUT_CODE | {"training-code": "none"})) == [("training-code-licensed", "fully-open")]


def test_two_missing_parts_are_no_single_fact() -> None:
    bare = dict.fromkeys(("parameters-final", "model-card"), "=")
    assert changes(case(bare)) == []


def test_data_and_recipe_need_a_document() -> None:
    no_data = {id: x for id, x in CLASS_1.items() if id not in ("datasets", "data-card")}
    assert changes(case(no_data)) == [("data-documented", "fully-open")]
    no_recipe = {id: x for id, x in CLASS_1.items() if id not in ("technical-report", "research-paper", "model-card")}
    assert changes(case(no_recipe)) == [("recipe-documented", "fully-open")]


def test_a_restricted_license_of_ones_own_can_be_changed() -> None:
    assert changes(case(CLASS_1 | {"parameters-final": "llama-3.1"})) == [("license-given-open", "fully-open")]
    bare = case({"parameters-final": "cc-by-nc-4.0"})
    assert changes(bare) == [("license-given-open", "source-available/open-weights")]


def test_a_license_that_is_not_known_may_turn_out_either_way() -> None:
    assert changes(case({"parameters-final": ""})) == [
        ("license-known-open", "source-available/open-weights"),
        ("license-known-restricted", "source-available/custom-license"),
        ("license-known-noncommercial", "research-only"),
    ]


def test_what_was_not_read_of_a_license_is_a_danger() -> None:
    found = would_change(case({"parameters-final": "falcon-180b"}), DEFINITIONS, ALONE)
    assert [(change.rule, change.then, change.improves) for change in found] == [
        ("license-given-open", "source-available/open-weights", True),
        ("unread-noncommercial", "research-only", False),
    ]


def test_weights_that_are_not_released() -> None:
    assert changes(case({})) == [("weights-released", "source-available/open-weights")]
    hidden = case({id: x for id, x in CLASS_1.items() if id != "parameters-final"}, status="not-released")
    assert changes(hidden) == [("weights-released", "fully-open")]


def test_a_leak_and_a_contradiction() -> None:
    assert changes(case(CLASS_1, status="leaked")) == [("rights-confirmed", "fully-open")]
    assert changes(case(CLASS_1, right_holder_doubt="yes")) == [("rights-confirmed", "fully-open")]
    assert changes(case(CLASS_1, terms_contradiction="yes")) == [("contradiction-settled", "fully-open")]


def _derived(weights: str = "=", **stated: str) -> Case:
    return case(CLASS_1 | {"parameters-final": weights}, derived="yes", **stated)


def test_one_unknown_base_is_named_and_two_are_no_single_fact() -> None:
    given_case = _derived(base_terms="unresolved", base_documented="yes")
    one = would_change(given_case, DEFINITIONS, Holders(unknown=("a/stork",), own=False))
    assert [(change.condition, change.then) for change in one] == [
        ("the terms of the base model a/stork were known, and open", "fully-open"),
        ("the terms of the base model a/stork turned out to bar commercial use", "research-only"),
    ]
    assert changes(given_case, Holders(unknown=("a/stork", "a/crane"), own=False)) == []


def test_inherited_terms_stay_where_the_model_gets_another_license() -> None:
    given_case = _derived("llama-3.1", base_terms="known", base_documented="yes")
    assert changes(given_case, Holders(restricting=("a/stork",), own=True)) == []
    assert changes(given_case, Holders(restricting=("a/stork", "a/crane"), own=False)) == []
    (one,) = would_change(given_case, DEFINITIONS, Holders(restricting=("a/stork",), own=False))
    assert (one.condition, one.then) == ("the base model a/stork were under an open license", "fully-open")


def test_a_base_that_is_not_documented() -> None:
    assert changes(_derived(base_terms="known"), Holders(own=False)) == [("base-documented", "fully-open")]


def test_where_nothing_is_said_of_a_base() -> None:
    silent = case(CLASS_1)
    silent = Case(silent.states, {name: fact for name, fact in silent.facts.items() if name != "derived"})
    assert changes(silent) == [("trained-from-scratch", "fully-open"), ("made-from-unknown", "unverified")]


def test_nothing_moves_a_whole_open_release() -> None:
    assert changes(case(CLASS_1)) == []


def test_improvements_come_first_then_dangers_the_worst_first() -> None:
    found = would_change(Case({"parameters-final": state("parameters-final", "falcon-180b")}), DEFINITIONS, ALONE)
    assert [change.improves for change in found] == sorted((change.improves for change in found), reverse=True)
    assert [change.then for change in found if not change.improves] == ["unverified", "research-only"]


def test_holders_of_the_terms() -> None:
    own = BoundLicense("weights", "apache-2.0", "Apache-2.0", "card", (), "a/heron")
    base = BoundLicense("weights", "llama-3.1", "LicenseRef-llama-3.1", "card", (), "a/stork")
    lineage = (
        LineageEntry("a/stork", "finetune", ("llama-3.1",), "source-available", "a/heron", "evidence"),
        LineageEntry("a/crane", "finetune", (), None, "a/stork", None),
        LineageEntry("a/egret", "finetune", (), None, "a/stork", "own-publisher"),
        LineageEntry("a/ibis", "finetune", ("mit",), "open", "a/stork", "evidence"),
    )
    assert holders("a/heron", (own, base), lineage, RULES, DEFINITIONS) == Holders(("a/stork",), ("a/crane",), own=False)
    assert holders("a/heron", (), (), RULES, DEFINITIONS) == Holders(own=True)


def _outcome(given_case: Case) -> str:
    leveled = Case(
        given_case.states, given_case.facts, given_case.searched, dimensions.levels(dimensions.rate(given_case, DEFINITIONS))
    )
    result = categorize(leveled, DEFINITIONS)
    return "/".join(part for part in (result.category or result.status, result.sub_label) if part)


@given(CASES)
@settings(max_examples=200, deadline=None)
def test_every_change_that_is_named_gives_what_is_said_and_something_else_than_now(given_case: Case) -> None:
    rows = {row.id: row for row in DEFINITIONS.changes.changes}
    found = would_change(given_case, DEFINITIONS, ALONE)
    assert len(found) <= DEFINITIONS.changes.most and len({change.condition for change in found}) == len(found)
    for change in found:
        after = applied(rows[change.rule], given_case)
        assert change.then == _outcome(after) != _outcome(given_case)
        touched = {id for id in {*after.states, *given_case.states} if after.state(id) != given_case.state(id)}
        assert len(touched) <= 1


def test_what_a_change_sets_is_what_it_says() -> None:
    row = next(row for row in DEFINITIONS.changes.changes if row.id == "license-known-noncommercial")
    after = applied(row, case({"parameters-final": ""}))
    assert after.state("parameters-final") == ComponentState(
        "parameters-final", after.state("parameters-final").availability, (), LicenseClass.RESTRICTED
    )
    assert after.facts["terms"] == FactState(frozenset({"research-only"}))


# --- lint

ROOT = packaged("rules")
CHANGES, CATEGORIES = read_yaml(ROOT / "would_change.yaml"), read_yaml(ROOT / "categories.yaml")
NAMES = Names({name: read_yaml(ROOT / f"{name}.yaml") for name in ("components", "limits", "license_lists")})


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda rows: rows.pop(5), "categories look at the fact terms-contradiction, and no row tries it"),
        (lambda rows: rows[0].update(id=rows[1]["id"]), "stands twice"),
        (lambda rows: rows[0].update({"if": "the base model {base} were gone"}), "if and only if the row is about a base"),
        (lambda rows: rows[0]["set"].append({"component": "wings", "is": "published"}), "no such component wings"),
        (lambda rows: rows[0]["set"].append({"fact": "mood", "values": []}), "no such fact mood"),
        (lambda rows: rows[0]["set"].append({"fact": "derived", "values": ["perhaps"]}), "derived is never perhaps"),
        (lambda rows: rows[0].update(unless={"component": "wings", "is": ["published"]}), "no such component wings"),
    ],
)
def test_lint_refuses_rows_that_lead_nowhere_and_misses_none(edit: Any, words: str) -> None:
    data = {**CHANGES, "changes": [{**row, "set": [*row["set"]]} for row in CHANGES["changes"]]}
    edit(data["changes"])
    assert any(words in text for text in problems(data, CATEGORIES, NAMES)), words


def test_the_packaged_rows_are_sound() -> None:
    assert list(problems(CHANGES, CATEGORIES, NAMES)) == []
