"""The published definitions through the path of ``openness classify FILE``: validated systems, examples of the guidelines, sums."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from openness.rules.frameworks import FrameworkResult
from tests.evidence_files import DEFINITIONS, classified, own_file, read
from tests.rules.judging import outcomes

VALIDATED = {found.result.model: found.result.frameworks for found in read(DEFINITIONS / "osaid-1.0-validation.yaml")}
PASS = ["EleutherAI/pythia-12b", "allenai/OLMo-7B", "LLM360/Amber", "LLM360/CrystalCoder", "google-t5/t5-11b"]
FAIL = ["meta-llama/Llama-2-7b", "xai-org/grok-1", "microsoft/phi-2", "mistralai/Mixtral-8x7B-v0.1"]
WOULD_PASS = ["bigscience/bloom", "bigcode/starcoder2-15b", "tiiuae/falcon-180B"]


# --- OSAID 1.0: the validation by the Open Source Initiative


def test_the_twelve_systems_are_all_there() -> None:
    assert sorted(VALIDATED) == sorted([*PASS, *FAIL, *WOULD_PASS])


@pytest.mark.parametrize("model", PASS)
def test_osaid_passes(model: str) -> None:
    found = VALIDATED[model]["osaid-1.0"]
    assert found.outcome == "pass" and found.passes_if == ()


@pytest.mark.parametrize("model", FAIL)
def test_osaid_fails_on_what_is_not_released(model: str) -> None:
    found = VALIDATED[model]["osaid-1.0"]
    assert (found.outcome, found.terms_only) == ("fail", False)
    assert outcomes(found)["training-code"] == outcomes(found)["data-information"] == "fail"


@pytest.mark.parametrize("model", WOULD_PASS)
def test_osaid_fails_on_terms_alone_and_names_them(model: str) -> None:
    found = VALIDATED[model]["osaid-1.0"]
    assert (found.outcome, found.terms_only) == ("fail", True)
    assert found.passes_if == (
        "terms without limits on purpose, person, place or scale",
        "open terms on the weights (the license they are under now restricts them)",
    )


# --- EU AI Act: guidelines C(2025) 5045, paragraphs 83 to 92

PUBLIC = {
    "parameters-final": "Apache-2.0",
    "model-architecture": "Apache-2.0",
    "inference-code": "Apache-2.0",
    "model-card": "CC-BY-4.0",
}


def eu(folder: Path, license: str = "Apache-2.0", without: str = "", **facts: Any) -> FrameworkResult:
    components = {id: said for id, said in {**PUBLIC, "parameters-final": license}.items() if id != without}
    stated = {name.replace("_", "-"): value for name, value in facts.items()}
    return classified(folder, own_file(components, {"derived": "no", **stated})).frameworks["eu-ai-act-53-2"]


@pytest.mark.parametrize(
    ("example", "license", "criterion"),
    [
        ("non-commercial use only", "CC-BY-NC-4.0", "license-usage"),
        ("research only", "apple-amlr", "license-usage"),
        ("no distribution", "microsoft-research", "license-distribution"),
        ("a threshold of users", "llama-3.1", "license-usage"),
        ("a license of its own for some commercial uses", "cogvlm", "license-usage"),
    ],
)
def test_eu_para_83_examples_disqualify(example: str, license: str, criterion: str, tmp_path: Path) -> None:
    found = eu(tmp_path, license)
    assert found.outcome == "fail" and outcomes(found)[criterion] == "fail", example


@pytest.mark.parametrize(
    ("example", "license", "outcome"),
    [
        ("credit", "CC-BY-4.0", "pass"),
        ("terms of distribution", "Apache-2.0", "pass"),
        ("share-alike", "CC-BY-SA-4.0", "pass"),
        ("copyleft", "GPL-3.0", "pass"),
        ("safety-oriented terms", "bigscience-openrail-m", "cannot-say"),
    ],
)
def test_eu_para_84_examples_do_not_disqualify(example: str, license: str, outcome: str, tmp_path: Path) -> None:
    assert eu(tmp_path, license).outcome == outcome, example


def test_eu_para_84_safety_terms_are_for_a_person_to_judge(tmp_path: Path) -> None:
    why = {row.id: row.why for row in eu(tmp_path, "modelgo-mg-by-rai-2.0").criteria}["license-usage"]
    assert "proportionate" in why and "a person has to judge" in why
    judged = eu(tmp_path, "modelgo-mg-by-rai-2.0", safety_terms="proportionate", monetization=["none"])
    assert judged.outcome == "pass"
    assert eu(tmp_path, "modelgo-mg-by-rai-2.0", safety_terms="broader").outcome == "fail"


@pytest.mark.parametrize(
    ("para", "monetization", "outcome"),
    [
        (86, ["dual-license"], "fail"),
        (86, ["inseparable-service"], "fail"),
        (86, ["bought-service"], "fail"),
        (86, ["own-platform-paid"], "fail"),
        (86, ["own-platform-ads"], "fail"),
        (87, ["personal-data"], "fail"),
        (88, ["optional-service"], "pass"),
        (88, ["premium-version"], "pass"),
        (89, ["dual-license", "microenterprises"], "pass"),
    ],
)
def test_eu_para_85_to_89_monetization(para: int, monetization: list[str], outcome: str, tmp_path: Path) -> None:
    assert eu(tmp_path, monetization=monetization).outcome == outcome, para


@pytest.mark.parametrize(
    ("without", "criterion", "outcome"),
    [("model-architecture", "public-architecture", "cannot-say"), ("inference-code", "public-usage", "cannot-say")],
)
def test_eu_para_90_to_92_information_is_public(without: str, criterion: str, outcome: str, tmp_path: Path) -> None:
    found = eu(tmp_path, without=without)
    assert (outcomes(found)[criterion], found.outcome) == (outcome, outcome)


def test_eu_para_90_without_any_information_it_fails(tmp_path: Path) -> None:
    found = classified(tmp_path, own_file({"parameters-final": "Apache-2.0"})).frameworks["eu-ai-act-53-2"]
    assert outcomes(found)["public-architecture"] == outcomes(found)["public-usage"] == "fail" and found.outcome == "fail"


def test_eu_systemic_risk_excludes_whatever_the_license(tmp_path: Path) -> None:
    assert eu(tmp_path, systemic_risk="yes").outcome == "fail"


def test_eu_what_is_never_lifted_does_not_decide(tmp_path: Path) -> None:
    found = eu(tmp_path)
    assert outcomes(found)["copyright-policy"] == outcomes(found)["training-summary"] == "fail" and found.outcome == "pass"


# --- G7 2026: one prototype of each label

CODE_AND_DATA = {
    "parameters-final": "Apache-2.0", "inference-code": "MIT", "training-code": "MIT", "datasets": "CC-BY-4.0",
    "data-card": "CC-BY-4.0", "model-card": "MIT",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "facts", "label", "outcome"),
    [
        ({}, {}, "open-source-ai-with-open-data", "pass"),
        ({"datasets": "described:"}, {"data-gap": "legal"}, "open-source-ai", "pass"),
        ({"training-code": "withheld:", "datasets": "withheld:"}, {}, "open-weights-ai", "fail"),
        ({"parameters-final": "gemma-2025-03"}, {}, "weights-available-ai", "fail"),
        ({"parameters-final": ""}, {}, "none", "fail"),
    ],
)
def test_g7_prototypes(changed: dict[str, str], facts: dict[str, str], label: str, outcome: str, tmp_path: Path) -> None:
    found = classified(tmp_path, own_file({**CODE_AND_DATA, **changed}, {"derived": "no", **facts}))
    assert (found.frameworks["g7-2026"].class_, found.frameworks["g7-2026"].outcome) == (label, outcome)
    assert found.result.g7_label == label


# --- European Open Source AI Index: sums by hand


def test_osai_index_2026_by_hand(tmp_path: Path) -> None:
    """Open weights for both stages (2), part of the training code (0.5) and of the data for both stages (1), a preprint (1), a model
    card (1), licenses on weights and code (0.5); no code documentation, hardware, paper or datasheet: 6 of 12."""
    parts = {
        "parameters-final": "Apache-2.0", "training-code": "MIT", "datasets": "partial:CC-BY-NC-4.0",
        "technical-report": "CC-BY-4.0", "model-card": "MIT",
    }  # fmt: skip
    found = classified(tmp_path, own_file(parts, {"derived": "no"})).frameworks["osai-index-2026"]
    assert {row.id: row.level for row in found.criteria} == {
        "datasources_basemodel": "partial", "datasources_endmodel": "partial", "weights_basemodel": "open",
        "weights_endmodel": "open", "trainingcode": "partial", "code": "closed", "hardware_architecture": "closed",
        "preprint": "open", "paper": "closed", "modelcard": "open", "datasheet": "closed", "licenses": "partial",
    }  # fmt: skip
    assert (found.class_, found.outcome) == ("6/12", "fail")


def test_osai_index_2026_of_a_gated_fine_tune_by_hand(tmp_path: Path) -> None:
    """Weights behind a gate (0.5), the base's open (1), the base's data closed (0) and its own open (1), a datasheet (1), one open
    license of three (0): 3.5 of 12."""
    parts = {
        "parameters-final": "gated:llama-3.1", "base-parameters": "llama-3.1", "datasets": "CC-BY-4.0", "data-card": "CC-BY-4.0",
    }  # fmt: skip
    found = classified(tmp_path, own_file(parts, {"derived": "yes", "base-terms": "known"})).frameworks["osai-index-2026"]
    assert found.class_ == "3.5/12"


def test_osai_index_2025_has_two_more_dimensions(tmp_path: Path) -> None:
    """As the first example, with a package (1) and no API (0); one OSI-approved part is enough for half a license point: 7 of 14."""
    parts = {
        "parameters-final": "Apache-2.0", "training-code": "MIT", "datasets": "partial:CC-BY-NC-4.0",
        "technical-report": "CC-BY-4.0", "model-card": "MIT", "package": "MIT",
    }  # fmt: skip
    assert classified(tmp_path, own_file(parts, {"derived": "no"})).frameworks["osai-index-2025"].class_ == "7/14"


def test_osai_open_licenses_need_all_the_data(tmp_path: Path) -> None:
    parts = {"parameters-final": "Apache-2.0", "training-code": "MIT", "datasets": "partial:CC-BY-4.0"}
    levels = {
        name: {row.id: row.level for row in classified(tmp_path, own_file(parts)).frameworks[name].criteria}["licenses"]
        for name in ("osai-index-2026", "osai-index-2025")
    }
    assert levels == {"osai-index-2026": "partial", "osai-index-2025": "partial"}
