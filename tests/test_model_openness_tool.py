"""Model files of the Model Openness Tool as evidence files: its class rules, and how the rest of a file is read."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from openness.records import Standing
from tests.evidence_files import DEFINITIONS, classified, model_file, problem, read

CASES = {case["id"]: case for case in yaml.safe_load((DEFINITIONS / "mof-1.0-conformance.yaml").read_text("utf-8"))["cases"]}
#: The git directory of a clone of lfai/model_openness_tool, where a developer has one; nothing of it is part of the project.
TOOL = os.environ.get("MODEL_OPENNESS_TOOL_GIT", "")


def release_of(case: dict[str, Any]) -> dict[str, Any]:
    base = release_of(CASES[case["adds"]]) if "adds" in case else {"license": {}, "components": []}
    kept = [row for row in base["components"] if row["name"] not in case.get("without", ())]
    return {"license": case.get("license", base["license"]), "components": [*kept, *case.get("components", ())]}


@pytest.mark.parametrize("id", CASES)
def test_the_class_rules_of_the_published_tool(id: str, tmp_path: Path) -> None:
    found = classified(tmp_path, {"release": {"name": id, **release_of(CASES[id])}}).frameworks["mof-1.0"]
    assert found.outcome == CASES[id]["class"]
    assert [score.value for score in found.scores] == pytest.approx(CASES[id]["progress"], abs=0.01)


def test_an_open_license_of_another_type_is_noted(tmp_path: Path) -> None:
    found = classified(tmp_path, model_file({"Model card": "MIT"})).frameworks["mof-1.0"]
    assert "not one that MOF names" in {row.id: row.why for row in found.criteria}["model-card"]


# --- category, dimensions and standing


def whole(**release: Any) -> dict[str, Any]:
    return model_file(release_of(CASES["class-1"])["components"], license={"distribution": {"name": "Apache-2.0"}}, **release)


def test_a_whole_open_release_is_fully_open(tmp_path: Path) -> None:
    found = classified(tmp_path, whole())
    assert (found.result.category, found.result.g7_label) == ("fully-open", "open-source-ai-with-open-data")
    assert {name: rated.level for name, rated in found.dimensions.items()} == {
        "weights": "open", "code": "open", "data": "open", "recipe": "partial",
    }  # fmt: skip


def test_facts_carry_the_standing_of_who_states_them_and_their_place(tmp_path: Path) -> None:
    text = "release:\n  name: Heron 1B\n  components:\n  - name: Model parameters (Final)\n    license: MIT\n"
    found = classified(tmp_path, text, "heron.yaml")
    fact = next(fact for fact in found.evidence if fact.claim == "component:parameters-final")
    assert (fact.standing, fact.place.line, fact.quote) == (Standing.USER, 4, "Model parameters (Final): MIT")
    assert fact.place.document.endswith("heron.yaml") and len(fact.place.sha256 or "") == 64
    assert [(license.id, license.spdx, license.basis) for license in found.licenses] == [("mit", "MIT", "user")]
    assert found.licenses[0].evidence == (fact.id,)


def test_without_weights_nothing_is_released(tmp_path: Path) -> None:
    found = classified(tmp_path, model_file({"Model card": "MIT", "Training code": "MIT"}))
    assert (found.result.status, found.result.category, found.result.sub_label) == ("not-released", None, None)


@pytest.mark.parametrize("license", ["", "unlicensed", "Unlicensed ", None])
def test_weights_without_a_license_are_unverified(license: str | None, tmp_path: Path) -> None:
    found = classified(tmp_path, model_file({"Model parameters (Final)": license}))
    assert (found.result.status, found.result.category) == ("released", "unverified")
    assert found.result.decided_by == "no-license" and found.licenses == ()


def test_a_license_name_that_stands_for_nothing_known_is_unknown_and_said(tmp_path: Path) -> None:
    found = classified(tmp_path, model_file({"Model parameters (Final)": "Heron Sandbox Terms"}))
    assert (found.result.category, found.result.decided_by) == ("unverified", "license-not-known")
    assert any("'Heron Sandbox Terms' stands for no license" in finding.message for finding in found.findings)


def test_the_words_of_an_unknown_name_can_only_lower(tmp_path: Path) -> None:
    found = classified(tmp_path, model_file({"Model parameters (Final)": "Heron Non-Commercial License"}))
    assert found.result.category == "research-only"


@pytest.mark.parametrize(
    ("license", "category", "sub_label"),
    [("llama-3.1", "source-available", "custom-license"), ("CC-BY-NC-4.0", "research-only", None),
     ("bigscience-bloom-rail-1.0", "source-available", "use-restricted"), ("Apache-2.0", "source-available", "open-weights"),
     ("MIT OR CC-BY-NC-4.0", "source-available", "open-weights"), ("MIT AND CC-BY-NC-4.0", "research-only", None)],
)  # fmt: skip
def test_licenses_may_be_spdx_ids_our_ids_and_expressions(
    license: str, category: str, sub_label: str | None, tmp_path: Path
) -> None:
    found = classified(tmp_path, model_file({"Model parameters (Final)": license})).result
    assert (found.category, found.sub_label) == (category, sub_label)


def test_a_list_of_licenses_all_applies(tmp_path: Path) -> None:
    found = classified(tmp_path, model_file([{"name": "Model parameters (Final)", "license": ["MIT", "CC-BY-NC-4.0"]}]))
    assert found.result.category == "research-only" and [license.id for license in found.licenses] == ["mit", "cc-by-nc-4.0"]


def test_a_component_listed_twice_is_under_both_licenses(tmp_path: Path) -> None:
    rows = [{"name": "Model parameters (Final)", "license": license} for license in ("MIT", "CC-BY-NC-4.0")]
    assert classified(tmp_path, model_file(rows)).result.category == "research-only"


def test_an_unknown_component_is_left_out_and_the_nearest_is_named(tmp_path: Path) -> None:
    found = classified(tmp_path, model_file({"Model parameters (Final)": "MIT", "Trainings code": "MIT"}))
    (message,) = [finding.message for finding in found.findings if finding.rule == "component-known"]
    assert "'Trainings code'" in message and "training-code" in message
    assert found.case.state("training-code").availability == "withheld"


def test_what_is_not_listed_is_not_published(tmp_path: Path) -> None:
    found = classified(tmp_path, model_file({"Model parameters (Final)": "MIT"}))
    assert {name: rated.level for name, rated in found.dimensions.items()} == {
        "weights": "open", "code": "closed", "data": "closed", "recipe": "closed",
    }  # fmt: skip
    assert found.frameworks["osaid-1.0"].outcome == "fail"


def test_what_such_a_file_has_no_place_for_stays_unstated(tmp_path: Path) -> None:
    case = classified(tmp_path, whole()).case
    assert "copyright-policy" not in case.states and "training-recipe" not in case.states
    bare = classified(tmp_path, model_file({"Model parameters (Final)": "MIT"})).case
    assert bare.state("training-recipe").availability == "withheld" and "copyright-policy" not in bare.states


# --- lineage


@pytest.mark.parametrize("origin", ["", "Heron 1B", "heron-1b", "undisclosed"])
def test_no_base_or_the_models_own_name_is_no_derivation(origin: str, tmp_path: Path) -> None:
    found = classified(tmp_path, whole(origin=origin))
    assert found.case.facts["derived"].values == {"no"} and found.lineage == () and found.result.category == "fully-open"


def test_a_base_of_the_table_brings_its_license(tmp_path: Path) -> None:
    found = classified(tmp_path, whole(origin="bigcode/starcoder2-15b"))
    assert [(entry.model, entry.license, entry.category, entry.resolved) for entry in found.lineage] == [
        ("bigcode/starcoder2-15b", ("bigcode-openrail-m",), "source-available", "table")
    ]
    assert (found.result.category, found.result.sub_label) == ("source-available", "use-restricted")
    assert {(license.id, license.source) for license in found.licenses} == {
        ("apache-2.0", "Heron 1B"), ("bigcode-openrail-m", "bigcode/starcoder2-15b"),
    }  # fmt: skip


def test_a_base_that_nobody_here_knows_leaves_the_model_unverified(tmp_path: Path) -> None:
    found = classified(tmp_path, whole(origin="Stork 7B"))
    assert (found.result.category, found.result.decided_by) == ("unverified", "base-unresolved")
    assert any("Stork 7B" in finding.message for finding in found.findings)


def test_the_beginning_of_the_own_name_may_be_family_or_base(tmp_path: Path) -> None:
    found = classified(tmp_path, whole(origin="Heron"))
    assert "derived" not in found.case.facts and found.result.category == "source-available"
    assert any("may be the family" in finding.message for finding in found.findings)
    assert classified(tmp_path, whole(origin="Heron", treatment="pre-trained")).result.category == "fully-open"


def test_a_license_in_the_field_for_the_base_says_nothing(tmp_path: Path) -> None:
    found = classified(tmp_path, whole(origin="Apache-2.0"))
    assert "derived" not in found.case.facts and found.lineage == ()


def test_a_fine_tune_without_a_named_base_is_unverified(tmp_path: Path) -> None:
    assert classified(tmp_path, whole(treatment="chat fine-tuned")).result.decided_by == "base-unresolved"


# --- hostile and malformed files


@pytest.mark.parametrize(
    ("release", "words"),
    [
        ({"components": []}, "release.name is missing"),
        ({"name": ["a"], "components": []}, "release.name is not a text"),
        ({"name": "x", "components": [{"license": "MIT"}]}, "release.components[0] has no name"),
        ({"name": "x", "components": [{"name": 7}]}, "release.components[0] has no name"),
        ({"name": "x", "components": [{"name": "Model card", "license": {"a": 1}}]}, "the license of model-card is not a text"),
        ({"name": "x", "components": [], "license": [1]}, "release.license is not a mapping"),
        ({"name": "x", "components": [], "license": {"code": {"name": 3}}}, "release.license.code is not a text"),
    ],
)
def test_a_malformed_file_is_one_clear_error(release: dict[str, Any], words: str, tmp_path: Path) -> None:
    assert words in problem(tmp_path, {"release": release})


def test_the_line_is_named_where_yaml_has_one(tmp_path: Path) -> None:
    text = "release:\n  name: x\n  components:\n  - name: Model card\n    license: {a: b}\n"
    assert problem(tmp_path, text, "x.yaml").startswith("line 4: ")


def test_control_characters_cannot_reach_the_output(tmp_path: Path) -> None:
    found = classified(tmp_path, model_file({"Model parameters (Final)": "MIT\x1b[31m", "x\x1b]0;": "y"}, producer="\x1b[2J"))
    shown = [fact.quote for fact in found.evidence] + [finding.message for finding in found.findings]
    assert not any("\x1b" in text for text in shown)


# --- the tool's own files


def _show(path: str) -> str:
    return subprocess.run(["git", "--git-dir", TOOL, "show", f"HEAD:{path}"], capture_output=True, text=True, check=True).stdout


def _expected(release: dict[str, Any], settings: list[dict[str, Any]], open_ids: set[str]) -> str:
    """The tool's rules once more, written from its source: ids compared letter by letter, one license a component."""
    kinds = {row["name"]: row for row in settings}
    shared = release.get("license") or {}
    found = {}
    for component in release["components"]:
        row = kinds[component["name"]]
        license = component.get("license", "")
        if "license" not in component:
            license = next(
                (shared[k]["name"] for k in (row["content_type"], "distribution") if shared.get(k, {}).get("name")), ""
            )
        found[row["id"]] = license in open_ids
    reached = {1: "class-1", 2: "class-2", 3: "class-3"}
    best, below = "unclassified", True
    needed: set[int] = set()
    for rank in (3, 2, 1):
        needed |= {row["id"] for row in settings if row["class"] == rank and row["required"]}
        asked = needed - ({11} if found.get(21) else set())
        below = below and all(found.get(id) for id in asked)
        best = reached[rank] if below else best
    return best


@pytest.mark.skipif(not TOOL, reason="MODEL_OPENNESS_TOOL_GIT names no clone of lfai/model_openness_tool")
def test_every_model_file_of_the_tool_gets_the_class_of_its_rules(tmp_path: Path) -> None:
    settings = yaml.safe_load(_show("web/modules/mof/config/install/mof.settings.yml"))["components"]
    flags = [
        row for name in ("licenses", "mof-licenses") for row in json.loads(_show(f"web/modules/mof/{name}.json"))["licenses"]
    ]
    open_ids = {row["licenseId"] for row in flags if row.get("isOsiApproved") or row.get("isFsfLibre")} | {"OpenMDW-1.0"}
    handler = _show("web/modules/mof/src/LicenseHandler.php").split("OPEN_DATA_LICENSES")[1].split("];")[0]
    open_ids |= set(re.findall(r"'([\w.\-]+)',", handler))
    subprocess.run(["git", "--git-dir", TOOL, "archive", "HEAD", "models", "-o", tmp_path / "x.tar"], check=True)
    subprocess.run(["tar", "xf", tmp_path / "x.tar", "-C", tmp_path], check=True)
    different = {}
    for path in sorted((tmp_path / "models").rglob("*.yml")):
        (found,) = read(path, "mof-1.0")
        expected = _expected(yaml.safe_load(path.read_text("utf-8"))["release"], settings, open_ids)
        if found.result.frameworks["mof-1.0"].outcome != expected:
            different[path.name] = (expected, found.result.frameworks["mof-1.0"].outcome)
    assert different == {}
