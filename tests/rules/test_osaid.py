"""OSAID 1.0: the validation of the definition (criteria.md section 2) as sets of evidence."""

from __future__ import annotations

import pytest

from openness.rules.case import ComponentState
from tests.rules.cases import case, state
from tests.rules.judging import judged, outcomes
from tests.rules.systems import FAILS, PASSES, WOULD_PASS


@pytest.mark.parametrize("system", PASSES)
def test_osaid_passes_what_osi_found_to_pass(system: str) -> None:
    result = judged("osaid-1.0", case(PASSES[system]))
    assert result.outcome == "pass" and result.passes_if == ()


@pytest.mark.parametrize("system", WOULD_PASS)
def test_osaid_names_the_terms_where_osi_asks_for_other_terms(system: str) -> None:
    released, decisive = WOULD_PASS[system]
    result = judged("osaid-1.0", case(released))
    assert result.outcome == "fail" and result.terms_only
    assert outcomes(result)[decisive] == "fail" and any("terms" in remedy for remedy in result.passes_if)


@pytest.mark.parametrize("system", FAILS)
def test_osaid_fails_what_osi_found_to_fail(system: str) -> None:
    result = judged("osaid-1.0", case(FAILS[system]))
    assert result.outcome == "fail" and not result.terms_only
    assert outcomes(result)["training-code"] == "fail"


@pytest.mark.parametrize(
    ("change", "criterion", "outcome", "total"),
    [
        (state("datasets", "", "described"), "data-information", "cannot-say", "cannot-say"),
        (state("datasets", "", "gated"), "data-information", "cannot-say", "cannot-say"),
        (state("training-code", "mit", "partial"), "training-code", "cannot-say", "cannot-say"),
        (state("training-code", "cc-by-nc-4.0"), "code-terms", "fail", "fail"),
        (state("training-code", "cc-by-4.0"), "code-terms", "fail", "fail"),
        (state("training-code", "none"), "code-terms", "fail", "fail"),
        (state("parameters-final", "apache-2.0", "gated"), "parameters", "cannot-say", "cannot-say"),
        (state("parameters-final", "none"), "parameters-terms", "cannot-say", "cannot-say"),
        (state("parameters-final", "cc-by-sa-4.0"), "parameters-terms", "pass", "pass"),
        (state("supporting-libraries", "", "withheld"), "supporting-libraries", "fail", "pass"),
    ],
)
def test_osaid_one_change(change: ComponentState, criterion: str, outcome: str, total: str) -> None:
    result = judged("osaid-1.0", case(PASSES["olmo"], change))
    assert (outcomes(result)[criterion], result.outcome) == (outcome, total)


def test_osaid_says_what_a_person_has_to_judge() -> None:
    result = judged("osaid-1.0", case(PASSES["olmo"], state("datasets", "", "described")))
    assert "A person has to say" in next(row.why for row in result.criteria if row.id == "data-information")


def test_osaid_a_stated_complete_description_stands_in_for_data_that_cannot_be_shared() -> None:
    told = case(PASSES["olmo"], state("datasets", "", "described"), state("data-sources", "cc-by-4.0"), data_coverage="all")
    assert judged("osaid-1.0", told).outcome == "pass"


def test_osaid_nothing_about_the_data_fails() -> None:
    silent = case(
        {id: x for id, x in PASSES["olmo"].items() if id not in ("datasets", "data-card")},
        state("data-sources", "", "withheld"),
    )
    assert outcomes(judged("osaid-1.0", silent))["data-information"] == "fail"
