"""Our own evidence files: exports read back give the same answer, hand-edited ones are judged by their facts alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from openness import classifying, knowledge
from openness.records import Standing
from openness.rules.case import Case
from openness.rules.categories import categorize
from openness.sources import evidence_file
from openness.sources.snapshot import RepositorySnapshot, document
from openness.verdict import stated
from openness.verdict.classified import Classification
from openness.verdict.export import exported as rows_of
from tests.evidence_files import RULES, classified, exported, own_file, problem, read
from tests.rules.cases import CASES, DEFINITIONS

ROOT = Path(__file__).parents[2]
KNOWN = knowledge.knowledge(RULES)


def again(result: dict[str, Any], folder: Path) -> Classification:
    return classified(folder, {"schema": "openness/classify/1", "tool": {"name": "openness"}, "results": [result]}, "again.json")


def same(one: Classification, other: Classification) -> None:
    first, second = exported(one), exported(other)
    assert {**first, "input": ""} == {**second, "input": ""}


OPEN = {"parameters-final": "Apache-2.0", "training-code": "MIT", "data-card": "CC-BY-4.0", "model-card": "Apache-2.0"}


# --- what a person states


def test_a_file_by_hand_needs_little(tmp_path: Path) -> None:
    found = classified(tmp_path, own_file(OPEN, {"derived": "no"}))
    assert (found.model, found.source, found.result.category) == ("example/heron", "evidence-file", "fully-open")


def test_what_is_not_listed_is_not_published(tmp_path: Path) -> None:
    found = classified(tmp_path, own_file({"parameters-final": "Apache-2.0"}, {"derived": "no"}))
    assert found.case.state("training-code").availability == "withheld"
    assert (found.result.category, found.result.sub_label) == ("source-available", "open-weights")


def test_what_is_named_unstated_is_neither_published_nor_withheld(tmp_path: Path) -> None:
    found = classified(tmp_path, own_file({"parameters-final": "Apache-2.0"}, unstated=["training-code"]))
    assert "training-code" not in found.case.states and found.dimensions["code"].level == "unknown"


def test_weights_that_are_not_listed_are_not_released(tmp_path: Path) -> None:
    assert classified(tmp_path, own_file({"model-card": "MIT"})).result.status == "not-released"


def test_unlicensed_weights_are_unverified(tmp_path: Path) -> None:
    assert classified(tmp_path, own_file({"parameters-final": ""})).result.decided_by == "no-license"


@pytest.mark.parametrize(
    ("license", "category", "sub_label"),
    [("mistral-mrl-0.1", "research-only", None), ("LicenseRef-llama-3.1", "source-available", "custom-license"),
     ("Gemma Terms of Use", "source-available", "custom-license"), ("bigcode-openrail-m", "source-available", "use-restricted"),
     ("Apache 2.0", "source-available", "open-weights"), ("Heron Sandbox Terms", "unverified", None)],
)  # fmt: skip
def test_license_names(license: str, category: str, sub_label: str | None, tmp_path: Path) -> None:
    found = classified(tmp_path, own_file({"parameters-final": license}, {"derived": "no"})).result
    assert (found.category, found.sub_label) == (category, sub_label)


def test_source_and_note_become_evidence_with_the_line(tmp_path: Path) -> None:
    text = (
        "schema: openness/classify/1\nresults:\n- model: example/heron\n  components:\n"
        "  - {component: parameters-final, licenses: [MIT], source: 'https://example.org/w', note: seen on the page}\n"
        "  facts:\n    derived: no\n    data-gap: {values: [legal], source: 'https://example.org/gap'}\n"
    )
    facts = {fact.claim: fact for fact in classified(tmp_path, text, "x.yaml").evidence}
    weights = facts["component:parameters-final"]
    assert (weights.quote, weights.standing, weights.place.line) == ("seen on the page", Standing.USER, 5)
    assert weights.place.url == "https://example.org/w" and len(weights.place.sha256 or "") == 64
    assert (facts["data-gap"].place.line, facts["data-gap"].place.url) == (8, "https://example.org/gap")


def test_a_stated_fact_counts(tmp_path: Path) -> None:
    assert classified(tmp_path, own_file(OPEN, {"derived": "no", "right-holder-doubt": "yes"})).result.decided_by == "leaked"
    assert (
        classified(tmp_path, own_file(OPEN, {"derived": True, "base-terms": "unresolved"})).result.decided_by == "base-unresolved"
    )


def test_a_base_with_a_license_binds_the_weights(tmp_path: Path) -> None:
    based = own_file(OPEN, lineage=[{"model": "example/stork", "relation": "finetune", "license": "cc-by-nc-4.0"}])
    found = classified(tmp_path, based)
    assert found.result.category == "research-only"
    assert [(license.id, license.source) for license in found.licenses] == [
        ("apache-2.0", "example/heron"), ("cc-by-nc-4.0", "example/stork"),
    ]  # fmt: skip


def test_a_base_without_a_license_is_looked_up_or_unresolved(tmp_path: Path) -> None:
    known = classified(tmp_path, own_file(OPEN, lineage=[{"model": "bigscience/bloom"}]))
    assert (known.lineage[0].resolved, known.result.sub_label) == ("table", "use-restricted")
    unknown = classified(tmp_path, own_file(OPEN, lineage=[{"model": "example/stork"}]))
    assert unknown.result.decided_by == "base-unresolved"


def test_licenses_listed_for_the_weights_bind_as_well(tmp_path: Path) -> None:
    listed = own_file(OPEN, licenses=[{"component": "weights", "id": "CC-BY-NC-4.0"}])
    assert classified(tmp_path, listed).result.category == "research-only"
    alone = own_file({**OPEN, "parameters-final": ""}, {"derived": "no"}, licenses=[{"component": "weights", "id": "MIT"}])
    assert classified(tmp_path, alone).result.category == "fully-open"


def test_several_results_in_one_file(tmp_path: Path) -> None:
    one, other = own_file(OPEN), own_file({"parameters-final": "CC-BY-NC-4.0"})
    both = {**one, "results": [*one["results"], *other["results"]]}
    path = tmp_path / "both.json"
    path.write_text(json.dumps(both))
    assert [found.result.result.category for found in read(path)] == ["source-available", "research-only"]


# --- an export read back


@pytest.mark.parametrize(
    "content",
    [
        own_file(OPEN, {"derived": "no"}),
        own_file({"parameters-final": "gated:llama-3.1", "model-card": "described:"}, {"runtime": "public"}),
        own_file(OPEN, lineage=[{"model": "bigscience/bloom"}, {"model": "example/stork"}]),
        own_file({"parameters-final": "Heron Research License"}),
        own_file({"parameters-final": "falcon-180b"}, unstated=["training-code"], searched=["training-code"]),
        own_file({}, {"status": "not-released"}),
    ],
)
def test_an_export_read_back_gives_the_same_answer(content: Any, tmp_path: Path) -> None:
    first = classified(tmp_path, content)
    same(first, again(exported(first), tmp_path))


@given(CASES)
@settings(max_examples=150, deadline=None)
def test_any_case_survives_export_and_reading(case: Case) -> None:
    row = {"model": "a/b", "evidence": [], **rows_of(case, DEFINITIONS)}
    first = _read_bytes(row)
    assert first.result == categorize(stated.settled(case, KNOWN), DEFINITIONS)
    same(first, _read_bytes(exported(first)))


def _read_bytes(row: dict[str, Any]) -> Classification:
    data = json.dumps({"schema": "openness/classify/1", "results": [row]}).encode()
    found = document("x.json", "evidence", data)
    snapshot = RepositorySnapshot("evidence-file", "x", "x", documents=(found,), evidence=evidence_file.parse(data))
    (result,) = classifying.stated_models(snapshot, "x", RULES)
    assert result.dossier.model.absent is None, result.dossier.model.absent
    return result.result


# --- a file edited by hand is never believed in its conclusions


def test_a_conclusion_that_the_facts_do_not_bear_out_is_worked_out_again_and_said(tmp_path: Path) -> None:
    honest = exported(classified(tmp_path, own_file({"parameters-final": "CC-BY-NC-4.0"})))
    edited = {**honest, "category": "fully-open", "g7_label": "open-source-ai"}
    edited["dimensions"] = {**honest["dimensions"], "code": {**honest["dimensions"]["code"], "level": "open", "score": 100}}
    found = again(edited, tmp_path)
    assert (found.result.category, found.dimensions["code"].level) == ("research-only", "closed")
    said = {finding.id for finding in found.findings}
    assert {"not-borne-out:category", "not-borne-out:g7_label", "not-borne-out:dimensions.code.level"} <= said


def _edit(row: dict[str, Any], component: str, **changes: Any) -> dict[str, Any]:
    rows = [{**state, **changes} if state["component"] == component else state for state in row["components"]]
    return {**row, "components": rows}


@pytest.mark.parametrize(
    "edit",
    [
        lambda row: _edit(row, "parameters-final", license_class="open"),
        lambda row: {**row, "facts": {**row["facts"], "terms": "open", "limits": []}},
        lambda row: {**row, "facts": {k: v for k, v in row["facts"].items() if k not in ("terms", "limits")}},
        lambda row: {**row, "facts": {k: v for k, v in row["facts"].items() if k != "terms"}},
    ],
)
def test_what_follows_from_a_license_name_cannot_be_edited_away(edit: Any, tmp_path: Path) -> None:
    honest = exported(classified(tmp_path, own_file({**OPEN, "parameters-final": "CC-BY-NC-4.0"}, {"derived": "no"})))
    assert again(edit(honest), tmp_path).result.category == "research-only"


def test_an_unknown_name_cannot_be_called_open(tmp_path: Path) -> None:
    row = {"component": "parameters-final", "licenses": ["MIT", "Heron Sandbox Terms"], "license_class": "open"}
    content = {"schema": "openness/classify/1", "results": [{"model": "a/b", "components": [row]}]}
    assert classified(tmp_path, content).result.decided_by == "license-not-known"
    nameless = {"component": "parameters-final", "licenses": [], "license_class": "open"}
    content["results"] = [{"model": "a/b", "components": [nameless]}]
    assert classified(tmp_path, content).result.category == "unverified"


def test_an_edited_fact_counts(tmp_path: Path) -> None:
    honest = exported(classified(tmp_path, own_file({"parameters-final": "CC-BY-NC-4.0"})))
    licenses = [{**license, "id": "cc-by-4.0", "spdx": "CC-BY-4.0"} for license in honest["licenses"]]
    half = {**honest, "licenses": licenses}
    assert again(half, tmp_path).result.category == "research-only"  # both are named for the weights, so both bind
    facts = {k: v for k, v in honest["facts"].items() if k not in ("terms", "limits")}
    whole = {**_edit(half, "parameters-final", licenses=["cc-by-4.0"], license_class="open"), "facts": facts}
    assert again(whole, tmp_path).result.sub_label == "open-weights"


def test_an_edited_base_license_counts(tmp_path: Path) -> None:
    base = [{"model": "example/stork", "license": "MIT"}]
    honest = exported(classified(tmp_path, own_file(OPEN, lineage=base)))
    edited = {**honest, "lineage": [{**honest["lineage"][0], "license": "cc-by-nc-4.0"}]}
    found = again(edited, tmp_path)
    assert (found.result.category, found.lineage[0].category) == ("research-only", "research-only")


# --- malformed and hostile


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"model": "a/b"}, "results[0] lists no components"),
        ({"components": []}, "missing required field `model`"),
        ({"model": "a/b", "components": [{"component": "model-card", "availability": "open"}]}, "invalid enum value 'open'"),
        ({"model": "a/b", "components": [{"component": 3}]}, "results[0].components[0].component: expected `str`, got `int`"),
        ({"model": "a/b", "components": [{"component": "model-card"}] * 2}, "model-card stands twice"),
        ({"model": "a/b", "components": [], "source": "hearsay"}, "hearsay is none of"),
        ({"model": "a/b", "components": [], "facts": {"derved": "no"}}, "'derved' is no fact that is known here; did you mean derived?"),
        ({"model": "a/b", "components": [], "facts": {"derived": "perhaps"}}, "derived is never 'perhaps'"),
        ({"model": "a/b", "components": [], "facts": {"derived": ["yes", "no"]}}, "derived has one value"),
        ({"model": "a/b", "components": [], "evidence": [{"id": "x"}]}, "missing required field"),
        ({"model": "x" * 400, "components": []}, "results[0].model"),
    ],
)  # fmt: skip
def test_a_malformed_result_is_one_clear_error(row: dict[str, Any], words: str, tmp_path: Path) -> None:
    assert words in problem(tmp_path, {"schema": "openness/classify/1", "results": [row]})


def test_a_file_without_results_is_an_error(tmp_path: Path) -> None:
    assert problem(tmp_path, {"schema": "openness/classify/1", "results": []}) == "it has no results"


def test_an_unknown_component_is_left_out_and_the_nearest_is_named(tmp_path: Path) -> None:
    found = classified(tmp_path, own_file({"parameters-final": "MIT", "training-cod": "MIT"}))
    assert any("'training-cod'" in finding.message and "training-code" in finding.message for finding in found.findings)
    assert found.case.state("training-code").availability == "withheld"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("model", "components", "facts", "unstated", "searched", "licenses", "lineage", "evidence", "findings", "source", "url")


@given(st.dictionaries(st.sampled_from(FIELDS), JSON), st.dictionaries(st.sampled_from(("component", "licenses", "note")), JSON))
@settings(max_examples=200, deadline=None)
def test_any_content_gives_a_result_or_an_error(row: dict[str, Any], component: dict[str, Any]) -> None:
    row = {"model": "a/b", "components": [component], **row}
    data = json.dumps({"schema": "openness/classify/1", "results": [row]}).encode()
    found = document("x.json", "evidence", data)
    snapshot = RepositorySnapshot("evidence-file", "x", "x", documents=(found,), evidence=evidence_file.parse(data))
    (result,) = classifying.stated_models(snapshot, "x", RULES)
    absent = result.dossier.model.absent
    assert absent is None or (absent.reason == "malformed" and absent.detail)


# --- the schema and the examples of the docs


def _examples() -> list[Any]:
    text = (ROOT / "docs" / "evidence-files.md").read_text("utf-8")
    return [yaml.safe_load(block.split("```")[0]) for block in text.split("```yaml\n")[1:]]


def test_the_examples_of_the_docs_are_read_and_fit_the_schema(tmp_path: Path) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / "evidence-file.schema.json").read_text("utf-8"))
    own, tool = _examples()
    for example in (own, tool, {"schema": own["schema"], "results": [exported(classified(tmp_path, own))]}):
        jsonschema.Draft202012Validator(schema).validate(example)
    assert classified(tmp_path, own).result.category == "fully-open"
    assert classified(tmp_path, tool).result.category == "fully-open"
