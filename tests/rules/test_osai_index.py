"""European Open Source AI Index (criteria.md section 3): its levels, in 2025 and in 2026."""

from __future__ import annotations

import pytest

from openness.rules.case import ComponentState
from tests.rules.cases import CLASS_1, all_of, case, state
from tests.rules.judging import judged, outcomes

EVERYTHING = CLASS_1 | all_of("code-documentation", "hardware-description", "peer-reviewed-paper")


def test_osai_everything_open_is_twelve_of_twelve() -> None:
    result = judged("osai-index-2026", case(EVERYTHING))
    assert (result.outcome, result.class_) == ("pass", "12/12")
    assert judged("osai-index-2025", case(EVERYTHING)).class_ == "12-14/14"


@pytest.mark.parametrize(
    ("change", "key", "level"),
    [
        (state("parameters-final", "apache-2.0", "gated"), "weights_endmodel", "partial"),
        (state("parameters-final", "apache-2.0", "withheld"), "weights_endmodel", "closed"),
        (state("datasets", "", "partial"), "datasources_endmodel", "partial"),
        (state("training-code", "mit", "partial"), "trainingcode", "partial"),
        (state("data-preprocessing-code", "mit", "withheld"), "trainingcode", "partial"),
        (state("model-card", "", "partial"), "modelcard", "partial"),
        (state("parameters-final", "llama-3.1"), "licenses", "partial"),
    ],
)
def test_osai_levels(change: ComponentState, key: str, level: str) -> None:
    rows = {row.id: row for row in judged("osai-index-2026", case(EVERYTHING, change)).criteria}
    assert (rows[key].level, rows[key].outcome) == (level, "fail")


def test_osai_a_training_summary_is_a_datasheet_since_2026() -> None:
    told = case({id: x for id, x in EVERYTHING.items() if id != "data-card"} | {"training-summary": "="})
    assert outcomes(judged("osai-index-2026", told))["datasheet"] == "pass"
    assert outcomes(judged("osai-index-2025", told))["datasheet"] == "fail"


def test_osai_licenses_were_osi_approved_ones_in_2025() -> None:
    released = case(EVERYTHING | {"parameters-final": "cc-by-4.0"})
    assert outcomes(judged("osai-index-2026", released))["licenses"] == "pass"
    assert outcomes(judged("osai-index-2025", released))["licenses"] == "fail"


def test_osai_the_base_model_is_looked_at_for_a_derived_one() -> None:
    own = judged("osai-index-2026", case(EVERYTHING, derived="yes"))
    assert outcomes(own)["datasources_basemodel"] == "cannot-say" and outcomes(own)["datasources_endmodel"] == "pass"
    based = case(EVERYTHING, state("base-datasets", "", "withheld"), state("base-parameters", "mit"), derived="yes")
    rows = {row.id: row.level for row in judged("osai-index-2026", based).criteria}
    assert (rows["datasources_basemodel"], rows["weights_basemodel"]) == ("closed", "open")
