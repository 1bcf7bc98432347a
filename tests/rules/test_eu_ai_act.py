"""EU AI Act, guidelines C(2025) 5045 (criteria.md section 4): license, monetization, what is public."""

from __future__ import annotations

import pytest

from openness.rules.frameworks import FrameworkResult
from tests.rules.cases import all_of, case, state
from tests.rules.judging import judged, outcomes

PUBLIC = all_of("parameters-final", "model-architecture", "inference-code", "model-card")


def eu(license: str, **stated: str) -> FrameworkResult:
    return judged("eu-ai-act-53-2", case(PUBLIC | {"parameters-final": license}, **stated))


@pytest.mark.parametrize(
    ("license", "criterion"),
    [
        ("cc-by-nc-4.0", "license-usage"),  # non-commercial only
        ("apple-amlr", "license-usage"),  # research only
        ("microsoft-research", "license-distribution"),  # no right to pass it on
        ("cc-by-nd-4.0", "license-distribution"),  # no right to pass on changed versions
        ("microsoft-research", "license-modification"),
        ("llama-3.1", "license-usage"),  # a threshold of users
        ("tongyi-qianwen", "license-usage"),
        ("stability-community", "license-usage"),  # a threshold of revenue
        ("cogvlm", "license-usage"),  # a license of its own for commercial use
        ("tencent-hunyuan-2024-12", "license-usage"),  # not in some places
    ],
)
def test_eu_para_83_disqualifies(license: str, criterion: str) -> None:
    result = eu(license)
    assert result.outcome == "fail" and outcomes(result)[criterion] == "fail"


@pytest.mark.parametrize("license", ["apache-2.0", "mit", "cc-by-4.0", "cc-by-sa-4.0", "gpl-3.0", "openmdw-1.0"])
def test_eu_para_84_allows_credit_and_share_alike(license: str) -> None:
    assert eu(license).outcome == "pass"


@pytest.mark.parametrize("license", ["openrail++-m", "bigcode-openrail-m", "modelgo-mg-by-rai-2.0", "gemma-2025-03"])
def test_eu_para_84_leaves_safety_terms_to_a_person(license: str) -> None:
    result = eu(license)
    row = next(row for row in result.criteria if row.id == "license-usage")
    assert (result.outcome, row.outcome) == ("cannot-say", "cannot-say") and "proportionate" in row.why


def test_eu_para_84_takes_the_judgment_of_a_person() -> None:
    assert eu("modelgo-mg-by-rai-2.0", safety_terms="proportionate", monetization="none").outcome == "pass"
    assert outcomes(eu("modelgo-mg-by-rai-2.0", safety_terms="broader"))["license-usage"] == "fail"
    assert outcomes(eu("llama-3.1", safety_terms="proportionate"))["license-usage"] == "fail"


@pytest.mark.parametrize(
    ("monetization", "expected"),
    [
        ("dual-license", "fail"),
        ("inseparable-service", "fail"),
        ("bought-service", "fail"),
        ("own-platform-paid", "fail"),
        ("own-platform-ads", "fail"),
        ("personal-data", "fail"),
        ("personal-data optional-service", "fail"),
        ("optional-service", "pass"),
        ("premium-version", "pass"),
        ("personal-data microenterprises", "pass"),
    ],
)
def test_eu_para_85_to_89_monetization(monetization: str, expected: str) -> None:
    assert eu("apache-2.0", monetization=monetization).outcome == expected


@pytest.mark.parametrize(
    ("stated", "expected"),
    [({"systemic_risk": "yes"}, "fail"), ({"systemic_risk": "no"}, "pass"), ({"general_purpose": "no"}, "pass"),
     ({"unfair_access": "yes"}, "fail"), ({"free_of_charge": "no"}, "fail")],
)  # fmt: skip
def test_eu_other_facts(stated: dict[str, str], expected: str) -> None:
    assert eu("apache-2.0", **stated).outcome == expected


@pytest.mark.parametrize(
    ("without", "criterion", "expected"),
    [("parameters-final", "public-weights", "fail"), ("model-card", "public-usage", "cannot-say"), ("model-architecture", "public-architecture", "cannot-say")],
)  # fmt: skip
def test_eu_para_90_weights_architecture_and_use_are_public(without: str, criterion: str, expected: str) -> None:
    result = judged("eu-ai-act-53-2", case({id: x for id, x in PUBLIC.items() if id != without}))
    assert (outcomes(result)[criterion], result.outcome) == (expected, expected)


def test_eu_a_gate_is_looked_at_by_a_person() -> None:
    gated = case(PUBLIC, state("parameters-final", "apache-2.0", "gated"))
    assert outcomes(judged("eu-ai-act-53-2", gated))["license-access"] == "cannot-say"


def test_eu_what_is_never_lifted_is_shown_and_does_not_decide() -> None:
    rows = {row.id: row for row in eu("apache-2.0").criteria}
    assert rows["training-summary"].role == rows["copyright-policy"].role == "info"
