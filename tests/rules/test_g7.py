"""G7 2026 (criteria.md section 5): the label, and when data may stay back."""

from __future__ import annotations

import pytest

from tests.rules.cases import case, state
from tests.rules.judging import judged
from tests.rules.systems import BASE, OPEN, PASSES


@pytest.mark.parametrize(
    ("released", "stated", "label", "outcome"),
    [
        (PASSES["olmo"], {}, "open-source-ai-with-open-data", "pass"),
        (PASSES["pythia"], {}, "open-source-ai", "pass"),
        (OPEN | {"datasets": "cc-by-nc-4.0"}, {}, "open-source-ai", "pass"),
        (BASE | {"parameters-final": "="}, {}, "open-weights-ai", "fail"),
        ({"parameters-final": "="}, {}, "open-weights-ai", "fail"),
        ({"parameters-final": "="}, {"runtime": "none"}, "none", "fail"),
        ({"parameters-final": "="}, {"free_of_charge": "no"}, "none", "fail"),
        ({"parameters-final": "llama-3.1"}, {}, "weights-available-ai", "fail"),
        (OPEN | {"parameters-final": "cc-by-nc-4.0"}, {}, "weights-available-ai", "fail"),
        ({"parameters-final": "none"}, {}, "none", "fail"),
        (BASE, {}, "none", "fail"),
    ],
)
def test_g7_labels(released: dict[str, str], stated: dict[str, str], label: str, outcome: str) -> None:
    result = judged("g7-2026", case(released, **stated))
    assert (result.class_, result.outcome) == (label, outcome)


@pytest.mark.parametrize(("gap", "label", "outcome"), [("legal", "open-source-ai", "pass"), ("choice", "open-weights-ai", "fail"), ("", "open-source-ai", "cannot-say")])  # fmt: skip
def test_g7_data_may_stay_back_only_for_legal_or_technical_reasons(gap: str, label: str, outcome: str) -> None:
    stated = {"data_gap": gap} if gap else {}
    result = judged("g7-2026", case(OPEN, state("datasets", "", "partial"), **stated))
    assert (result.class_, result.outcome) == (label, outcome)
