"""Category, sub-label and G7 label in the order of DESIGN.md section 3; and what lint refuses in the files about openness."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from openness.packaged import packaged
from openness.rules import lint_definitions
from openness.rules.case import Case, ComponentState
from openness.rules.categories import CategoryResult, categorize
from openness.rules.loader import read_yaml
from tests.rules.cases import CASES, CLASS_1, DEFINITIONS, all_of, case, more_open, state

DOCUMENTED = CLASS_1


def sorted_into(given: Case) -> CategoryResult:
    return categorize(given, DEFINITIONS)


def on_weights(license: str) -> dict[str, str]:
    return {"parameters-final": license, "model-architecture": "apache-2.0"}


@pytest.mark.parametrize(
    ("given", "category", "sub_label", "g7", "row"),
    [
        (case({}), None, None, "none", "not-released"),
        (case(on_weights("mit"), status="not-released"), None, None, "none", "not-released"),
        (Case(), "unverified", None, "none", "license-not-known"),
        (case(on_weights("none")), "unverified", None, "none", "no-license"),
        (case(on_weights("")), "unverified", None, "none", "license-not-known"),
        (case({}, state("parameters-final", "mit", "unstated")), "unverified", None, "none", "weights-unseen"),
        (case(DOCUMENTED, status="leaked"), "unverified", None, "none", "leaked"),
        (case(DOCUMENTED, right_holder_doubt="yes"), "unverified", None, "none", "leaked"),
        (case(DOCUMENTED, terms_contradiction="yes"), "unverified", None, "none", "contradiction"),
        (case(DOCUMENTED, derived="yes"), "unverified", None, "none", "base-unresolved"),
        (case(DOCUMENTED, derived="yes", base_terms="unresolved"), "unverified", None, "none", "base-unresolved"),
        (case(DOCUMENTED | on_weights("cc-by-nc-4.0")), "research-only", None, "weights-available-ai", "commercial-use-barred"),
        (case(on_weights("mistral-mrl-0.1")), "research-only", None, "weights-available-ai", "commercial-use-barred"),
        (case(on_weights("apache-2.0"), terms="research-only"), "research-only", None, "weights-available-ai", "commercial-use-barred"),
        (case(DOCUMENTED), "fully-open", None, "open-source-ai-with-open-data", "open-and-documented"),
        (case(DOCUMENTED | on_weights("cc-by-sa-4.0")), "fully-open", None, "open-source-ai-with-open-data", "open-and-documented"),
        (case(DOCUMENTED, derived="yes", base_terms="known", base_documented="yes"), "fully-open", None, "open-source-ai-with-open-data", "open-and-documented"),
        (case(DOCUMENTED, derived="yes", base_terms="known", base_documented="no"), "source-available", "open-weights", "open-source-ai-with-open-data", "obtainable"),
        (case(DOCUMENTED, derived="yes", base_terms="known"), "source-available", "open-weights", "open-source-ai-with-open-data", "obtainable"),
        (case(on_weights("apache-2.0")), "source-available", "open-weights", "open-weights-ai", "obtainable"),
        (case(on_weights("openrail++-m")), "source-available", "use-restricted", "weights-available-ai", "obtainable"),
        (case(on_weights("bigcode-openrail-m")), "source-available", "use-restricted", "weights-available-ai", "obtainable"),
        (case(on_weights("gemma-2025-03")), "source-available", "custom-license", "weights-available-ai", "obtainable"),
        (case(on_weights("llama-3.1")), "source-available", "custom-license", "weights-available-ai", "obtainable"),
        (case(on_weights("stability-community")), "source-available", "custom-license", "weights-available-ai", "obtainable"),
        (case(on_weights("cc-by-nd-4.0")), "source-available", "custom-license", "weights-available-ai", "obtainable"),
        (case(on_weights("falcon-180b")), "source-available", "custom-license", "weights-available-ai", "obtainable"),
        (case(on_weights("apache-2.0"), terms="source-available"), "source-available", "custom-license", "weights-available-ai", "obtainable"),
    ],
)  # fmt: skip
def test_the_order_of_the_contract(given: Case, category: str | None, sub_label: str | None, g7: str, row: str) -> None:
    result = sorted_into(given)
    assert (result.category, result.sub_label, result.g7_label, result.decided_by) == (category, sub_label, g7, row)


@pytest.mark.parametrize(
    "change",
    [
        state("training-code", "", "withheld"),
        state("training-code", "none"),
        state("training-code", "cc-by-nc-4.0"),
        state("training-code", "cc-by-4.0"),  # open, but no license that OSI approved
        state("parameters-final", "etalab-2.0"),  # open, but none of those the contract names
        state("datasets", "", "unstated"),
    ],
)
def test_one_thing_short_of_fully_open_is_source_available(change: ComponentState) -> None:
    less = case({id: x for id, x in DOCUMENTED.items() if id != "data-card"}, change)
    result = sorted_into(less)
    assert (result.category, result.sub_label) == ("source-available", "open-weights")


def test_inference_code_does_not_stand_in_for_training_code() -> None:
    given = case({id: x for id, x in DOCUMENTED.items() if id != "training-code"})
    assert sorted_into(given).category == "source-available"


def test_partly_documented_data_and_recipe_are_enough() -> None:
    given = case(
        on_weights("mit") | {"training-code": "mit"},
        state("data-sources", "", "partial"),
        state("model-card", "", "partial"),
    )
    assert sorted_into(given).category == "fully-open"


def test_gated_weights_are_released() -> None:
    gated = case(DOCUMENTED, state("parameters-final", "apache-2.0", "gated"))
    assert sorted_into(gated).category == "fully-open"


def test_the_row_that_decided_is_named_with_its_evidence() -> None:
    result = sorted_into(case(all_of("parameters-final", "model-architecture", license="cc-by-nc-4.0")))
    assert [row.id for row in result.considered] == [
        "not-released", "leaked", "no-license", "license-not-known", "weights-unseen", "contradiction", "base-unresolved",
        "commercial-use-barred",
    ]  # fmt: skip
    assert result.considered[-1].why == "terms: research-only; limits: noncommercial"
    assert result.status == "released"


RANK = [None, "unverified", "research-only", "source-available", "fully-open"]


@given(more_open())
@settings(max_examples=300, deadline=None)
def test_more_openness_never_leads_to_a_worse_category(pair: tuple[Case, Case]) -> None:
    before, after = (sorted_into(given).category for given in pair)
    assert RANK.index(after) >= RANK.index(before) or before == "unverified"


@given(CASES)
@settings(max_examples=100, deadline=None)
def test_open_categories_need_weights_and_a_license_on_them(given_case: Case) -> None:
    result = sorted_into(given_case)
    if result.category in ("fully-open", "source-available"):
        weights = given_case.state("parameters-final")
        assert weights.license_class in ("open", "restricted") and weights.availability in ("published", "partial", "gated")
    assert result.category != "unverified" or result.g7_label == "none"


# --- lint

TODAY = datetime.date(2026, 11, 29)
Change = Callable[[dict[str, Any]], object]


def messages(tmp_path: Path, file: str, change: Change) -> list[str]:
    root = packaged("rules")
    for source in (*root.glob("*.yaml"), *root.glob("frameworks/*.yaml"), root / "evidence" / "evidence_files.yaml"):
        target = tmp_path / source.relative_to(root)
        target.parent.mkdir(exist_ok=True)
        shutil.copy(source, target)
    data = read_yaml(tmp_path / file)
    change(data)
    (tmp_path / file).write_text(yaml.safe_dump(data))
    found = lint_definitions.problems(tmp_path, read_yaml(tmp_path / "clauses.yaml"), TODAY)
    return [f"{severity}: {name}: {text}" for name, severity, text in found]


def test_the_packaged_files_are_sound(tmp_path: Path) -> None:
    assert messages(tmp_path, "components.yaml", lambda data: None) == []


OSAID, MOF, G7 = "frameworks/osaid-1.0.yaml", "frameworks/mof-1.0.yaml", "frameworks/g7-2026.yaml"
FILES = "evidence/evidence_files.yaml"
NOT_PUBLISHED = {"not": {"component": "datasets", "is": ["published"]}}


@pytest.mark.parametrize(
    ("file", "change", "word"),
    [
        (OSAID, lambda d: d["criteria"][0].update({"pass": {"component": "datasets", "is": ["described"]}}), "more open"),
        (OSAID, lambda d: d["criteria"][0].update({"pass": NOT_PUBLISHED}), "count against"),
        (OSAID, lambda d: d["criteria"][0].update({"fail": {"component": "datasets", "license": ["open"]}}), "count against"),
        (OSAID, lambda d: d["criteria"][0].update({"pass": {"component": "dataset", "is": ["published"]}}), "no such component"),
        (OSAID, lambda d: d["criteria"][0].update({"pass": {"component": "datasets", "license_in": "nice"}}), "no such list"),
        (OSAID, lambda d: d["criteria"][0].update({"pass": {"fact": "mood", "in": ["good"]}}), "no such fact"),
        (OSAID, lambda d: d["criteria"][0].update({"pass": {"fact": "derived", "in": ["maybe"]}}), "never maybe"),
        (OSAID, lambda d: d["criteria"][0].update({"pass": {"name": "x"}}), "criteria.0.pass"),
        (OSAID, lambda d: d["criteria"][0].pop("pass"), "pass"),
        (OSAID, lambda d: d["criteria"][0].pop("judge"), "what a person has to judge"),
        (FILES, lambda d: d.update(not_included="("), "not a regular expression"),
        (FILES, lambda d: d["content_types"].pop("model"), "lacks the kind model"),
        (FILES, lambda d: d["content_types"].update(model="poem"), "content_types.model"),
        ("would_change.yaml", lambda d: d["changes"][0].pop("set"), "changes.0"),
        ("would_change.yaml", lambda d: d["best_first"].pop(), "best_first"),
        ("components.yaml", lambda d: d["components"][-1].update(within=["wings"]), "none of the tool"),
        (OSAID, lambda d: d["criteria"].append(dict(d["criteria"][0])), "stands twice"),
        (OSAID, lambda d: d.update(id="osaid-2.0"), "named after"),
        (OSAID, lambda d: d.update(criteria=[]), "criteria"),
        (OSAID, lambda d: d.update(surprise=1), "surprise"),
        (OSAID, lambda d: d.update(verified="2024-01-01"), "warning: frameworks/osaid-1.0.yaml: last verified"),
        (OSAID, lambda d: d.update(verified="2027-01-01"), "not come"),
        (MOF, lambda d: d["criteria"][0].update({"class": "class-9"}), "no such class"),
        (MOF, lambda d: d["criteria"][2].update({"instead": "novel"}), "no criterion"),
        (MOF, lambda d: d["criteria"][0].pop("typed"), "template"),
        (G7, lambda d: d["labels"][0]["needs"].append("luck"), "no such criterion"),
        (G7, lambda d: d.update(passing=["best"]), "no such label"),
        ("components.yaml", lambda d: d["components"].append(dict(d["components"][0])), "stands twice"),
        ("components.yaml", lambda d: d["components"][0].pop("mof"), "components.0"),
        ("limits.yaml", lambda d: d["limits"][0]["when"].append({"clause": "WISH"}), "no such clause type"),
        ("limits.yaml", lambda d: d["limits"][0]["when"].append({"clause": "GRANT", "if": {"color": "red"}}), "no parameter"),
        ("license_lists.yaml", lambda d: d["lists"][0].update({"of": ["later"]}), "no list above"),
        ("dimensions.yaml", lambda d: d["dimensions"][0]["parts"].update({"luck": 1}), "no such component"),
        ("dimensions.yaml", lambda d: d["values"].update(published=0.1), "counts less"),
        ("categories.yaml", lambda d: d["order"][-1].update(when={"fact": "derived", "in": ["yes"]}), "last row"),
        ("categories.yaml", lambda d: d["order"][0].update(when={"component": "datasets", "is": ["published"]}), "count against"),
        ("categories.yaml", lambda d: d["order"][0].update(category="splendid"), "splendid"),
    ],
)
def test_lint_names_what_is_wrong(tmp_path: Path, file: str, change: Change, word: str) -> None:
    assert any(word in message for message in messages(tmp_path, file, change))
