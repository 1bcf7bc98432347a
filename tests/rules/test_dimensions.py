"""Levels and scores of weights, code, data and recipe."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from openness.rules.case import Case, ComponentState
from openness.rules.dimensions import DimensionResult, levels, rate
from tests.rules.cases import CASES, DEFINITIONS, all_of, case, more_open, state

ORDER = ["unknown", "closed", "partial", "open"]


def rated(given: Case) -> dict[str, DimensionResult]:
    return rate(given, DEFINITIONS)


def test_nothing_known_is_unknown_and_scores_nothing() -> None:
    assert {id: (result.level, result.score) for id, result in rated(Case()).items()} == dict.fromkeys(
        ["weights", "code", "data", "recipe"], ("unknown", 0)
    )


def test_what_was_looked_for_and_not_found_is_closed() -> None:
    searched = rated(Case(searched=frozenset(DEFINITIONS.components)))
    assert set(levels(searched).values()) == {"closed"}


@pytest.mark.parametrize(
    ("change", "dimension", "level"),
    [
        (state("parameters-final", "apache-2.0"), "weights", "open"),
        (state("parameters-final", "cc-by-nc-4.0"), "weights", "open"),  # terms are another axis
        (state("parameters-final", "apache-2.0", "gated"), "weights", "partial"),
        (state("parameters-final", "", "withheld"), "weights", "closed"),
        (state("training-code", "mit"), "code", "open"),
        (state("training-code", "mit", "partial"), "code", "partial"),
        (state("inference-code", "mit"), "code", "closed"),  # inference code alone is no code
        (state("data-preprocessing-code", "mit"), "code", "partial"),
        (state("datasets", "odc-by"), "data", "open"),
        (state("datasets", "", "gated"), "data", "partial"),
        (state("datasets", "", "described"), "data", "closed"),
        (state("data-sources", "", "partial"), "data", "partial"),
        (state("data-card", ""), "data", "partial"),
        (state("technical-report", ""), "recipe", "partial"),
        (state("model-card", "", "partial"), "recipe", "partial"),
        (state("evaluation-results", ""), "recipe", "closed"),
    ],
)
def test_one_component_makes_a_level(change: ComponentState, dimension: str, level: str) -> None:
    given = case({}, *WITHHELD, change)
    assert rated(given)[dimension].level == level


WITHHELD = tuple(state(id, "", "withheld") for id, kind in DEFINITIONS.components.items() if kind.mof is None)


def test_a_report_with_the_recipe_is_an_open_recipe() -> None:
    assert rated(case(all_of("technical-report", "training-recipe")))["recipe"].level == "open"


def test_a_level_explains_itself() -> None:
    result = rated(case({"training-code": "mit"}))["code"]
    assert (result.why, result.evidence) == ("training code: published", ("e-training-code",))


def test_an_open_license_and_more_parts_score_higher_inside_the_band() -> None:
    alone = rated(case({"parameters-final": "llama-3.1"}))["weights"].score
    free = rated(case({"parameters-final": "apache-2.0"}))["weights"].score
    whole = rated(case(all_of("parameters-final", "parameters-intermediate")))["weights"].score
    assert 75 <= alone < free < whole == 100


@given(CASES)
@settings(max_examples=100, deadline=None)
def test_scores_lie_in_the_band_of_their_level(given_case: Case) -> None:
    for result in rated(given_case).values():
        low, high = DEFINITIONS.dimensions.bands[result.level]
        assert low <= result.score <= high


@given(more_open())
@settings(max_examples=200, deadline=None)
def test_more_openness_never_lowers_a_level_or_a_score(pair: tuple[Case, Case]) -> None:
    before, after = map(rated, pair)
    for id, old in before.items():
        if old.level != "unknown":
            assert ORDER.index(after[id].level) >= ORDER.index(old.level)
        assert after[id].score >= old.score
