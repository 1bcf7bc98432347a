"""Documents for other tools: valid by their own validators, whatever a model is called, and read back as the same answer."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given, settings
from hypothesis import strategies as st
from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from openness.evidence.repository_evidence import RepositoryEvidence
from openness.outputs.classification import classify_result
from openness.outputs.classification_markdown import classification as as_markdown
from openness.outputs.exports.cyclonedx import cyclonedx
from openness.outputs.exports.mot import mot
from openness.outputs.exports.spdx2 import NO_COPY, spdx2
from openness.outputs.exports.spdx3 import spdx3
from openness.outputs.exports.subject import Subject, subject
from openness.verdict.classified import Classification
from tests.outputs.results import CASES, HOSTILE, case, case_names, classified, rules, with_strings

#: Git directories of clones, where a developer has them; nothing of them is part of the project.
SPEC = os.environ.get("SPDX_SPEC_GIT", "")
COPY = "My own copy.\n\tWith\u200b a tab.\x1b[2J\r\n"
TOOL = os.environ.get("MODEL_OPENNESS_TOOL_GIT", "")


@cache
def subject_of(name: str) -> Subject:
    found = classified(CASES / name / "model")
    return subject(found.result, found.dossier.model, {}, rules())


@cache
def evidence() -> RepositoryEvidence:
    return classified(CASES / "open-base" / "model").dossier.model


def hostile_subject(text: str) -> Subject:
    return subject(with_strings(text), evidence(), {text: text}, rules())


def spdx2_problems(text: str) -> list[str]:
    document = JsonLikeDictParser().parse(json.loads(text))  # type: ignore[no-untyped-call]
    return [message.validation_message for message in validate_full_spdx_document(document, "SPDX-2.3")]


def cyclonedx_problem(text: str) -> str | None:
    """By the official schema of 1.6, and of 1.7 for the same document under that version."""
    newer = text.replace('"specVersion": "1.6"', '"specVersion": "1.7"').replace("bom-1.6.schema", "bom-1.7.schema")
    errors = [
        JsonStrictValidator(SchemaVersion.V1_6).validate_str(text),
        JsonStrictValidator(SchemaVersion.V1_7).validate_str(newer),
    ]
    return next((str(error) for error in errors if error), None)


@cache
def spec_file(path: str) -> Any:
    if not SPEC:
        pytest.skip("SPDX_SPEC_GIT names no clone of spdx/spdx-spec")
    done = subprocess.run(["git", "--git-dir", SPEC, "show", path], capture_output=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", case_names())
def test_every_case_is_valid_spdx_and_cyclonedx(name: str) -> None:
    made = subject_of(name)
    assert spdx2_problems(spdx2([made])) == []
    assert cyclonedx_problem(cyclonedx([made])) is None


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_strings_leave_every_document_valid(text: str, tmp_path: Path) -> None:
    made = hostile_subject(text)
    assert spdx2_problems(spdx2([made, made])) == []
    assert cyclonedx_problem(cyclonedx([made])) is None
    json.loads(spdx3([made]))
    file = tmp_path / "model.yaml"
    file.write_text(mot(with_strings(text), made), "utf-8")
    assert classified(file).dossier.model.absent is None
    for document in (spdx2([made]), cyclonedx([made]), spdx3([made]), mot(with_strings(text), made)):
        assert not any(character in document for character in "\x00\x1b\x07\x9b\u202e\ud800")


@settings(deadline=None, max_examples=40)
@given(st.text())
def test_any_name_leaves_documents_valid(text: str) -> None:
    made = hostile_subject(text)
    assert spdx2_problems(spdx2([made])) == []
    assert cyclonedx_problem(cyclonedx([made])) is None


def test_the_package_url_has_owner_name_and_revision() -> None:
    name = "heron-lab/Heron-60M"
    licenses = tuple(msgspec.structs.replace(row, source=name) for row in case("open-base").licenses)
    found = msgspec.structs.replace(
        case("open-base"),
        source="hub-model",
        model=name,
        revision="A" * 40,
        url=f"https://huggingface.co/{name}",
        licenses=licenses,
    )
    made = subject(found, evidence(), {}, rules())
    assert made.purl == "pkg:huggingface/heron-lab/Heron-60M@" + "a" * 40
    (package, *_) = json.loads(spdx2([made]))["packages"]
    (reference,) = package["externalRefs"]
    assert (reference["referenceType"], reference["referenceLocator"]) == ("purl", made.purl)
    assert package["licenseConcluded"] == package["licenseDeclared"] == "Apache-2.0"
    model = json.loads(cyclonedx([made]))["components"][0]
    assert (model["type"], model["group"], model["name"], model["purl"]) == (
        "machine-learning-model",
        "heron-lab",
        "Heron-60M",
        made.purl,
    )
    assert {"name": "openness:category", "value": "fully-open"} in model["properties"]
    graph = json.loads(spdx3([made]))["@graph"]
    (ai,) = [row for row in graph if row["type"] == "ai_AIPackage"]
    assert ai["software_packageUrl"] == made.purl


def test_a_folder_of_this_machine_is_not_told() -> None:
    made = subject_of("prefix-base")
    for text in (spdx2([made]), cyclonedx([made]), spdx3([made]), mot(case("prefix-base"), made)):
        assert str(CASES.parent) not in text


def test_what_is_not_verified_is_not_asserted() -> None:
    (package, *_) = json.loads(spdx2([subject_of("leaked")]))["packages"]
    assert (package["licenseConcluded"], package["licenseDeclared"]) == ("NOASSERTION", "Apache-2.0")
    release = yaml.safe_load(mot(case("leaked"), subject_of("leaked")))["release"]
    assert release["license"]["distribution"]["name"] == "unlicensed"


def test_a_license_outside_the_spdx_list_has_its_text_only_from_the_users_copy() -> None:
    found = classified(CASES / "prefix-base" / "model")
    without = json.loads(spdx2([subject(found.result, found.dossier.model, {}, rules())]))
    (license,) = without["hasExtractedLicensingInfos"]
    assert (license["licenseId"], license["extractedText"]) == ("LicenseRef-llama-3.1", NO_COPY)
    copied = subject(found.result, found.dossier.model, {"llama-3.1": COPY}, rules())
    (license,) = json.loads(spdx2([copied]))["hasExtractedLicensingInfos"]
    assert license["extractedText"] == COPY
    texts = [
        row["simplelicensing_licenseText"]
        for row in json.loads(spdx3([copied]))["@graph"]
        if "simplelicensing_licenseText" in row
    ]
    assert texts == [COPY]
    licenses = json.loads(cyclonedx([copied]))["components"][0]["licenses"]
    assert [row["license"]["text"]["content"] for row in licenses] == [COPY]


def test_lineage_and_data_are_related() -> None:
    made = subject_of("open-base")
    document = json.loads(spdx2([made]))
    assert {row["relationshipType"] for row in document["relationships"]} >= {"DESCRIBES", "OTHER"}
    graph = json.loads(spdx3([made]))["@graph"]
    assert [row["type"] for row in graph].count("dataset_DatasetPackage") == len(made.data) == 1
    assert "trainedOn" in {row.get("relationshipType") for row in graph}
    base = subject_of("prose-base")
    assert base.bases
    assert "DESCENDANT_OF" in {row["relationshipType"] for row in json.loads(spdx2([base]))["relationships"]}
    assert "descendantOf" in {row.get("relationshipType") for row in json.loads(spdx3([base]))["@graph"]}
    assert json.loads(cyclonedx([base]))["components"][0]["pedigree"]["ancestors"][0]["purl"] == base.bases[0].purl


def test_the_same_content_at_the_same_time_is_the_same_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    made = subject_of("prefix-base")
    for write in (spdx2, spdx3, cyclonedx):
        assert write([made]) == write([made])
        assert "2026-09-21T" in write([made])


@pytest.mark.parametrize("name", case_names())
def test_spdx_3_is_valid_by_the_schema_of_the_specification(name: str) -> None:
    schema = spec_file("gh-pages:3.0.1/model/schema.json")
    jsonschema.Draft202012Validator(schema).validate(json.loads(spdx3([subject_of(name)])))


@pytest.mark.parametrize("name", ["open-base", "merged"])
def test_spdx_3_conforms_to_the_shapes_of_the_specification(name: str) -> None:
    context = spec_file("gh-pages:3.0.1/model/spdx-context.jsonld")
    pyshacl, rdflib = pytest.importorskip("pyshacl"), pytest.importorskip("rdflib")
    shapes = subprocess.run(
        ["git", "--git-dir", SPEC, "show", "gh-pages:3.0.1/model/spdx-model.ttl"], capture_output=True, check=True
    )
    shape_graph = rdflib.Graph().parse(data=shapes.stdout, format="turtle")
    document = json.loads(spdx3([subject_of(name)])) | {"@context": context["@context"]}
    data = rdflib.Graph().parse(data=json.dumps(document), format="json-ld")
    conforms, _, words = pyshacl.validate(data, shacl_graph=shape_graph, ont_graph=shape_graph)
    assert conforms, words


def test_spdx_2_is_valid_by_the_schema_of_the_specification() -> None:
    schema = spec_file("support/2.3:schemas/spdx-schema.json")
    for name in case_names():
        jsonschema.validators.validator_for(schema)(schema).validate(json.loads(spdx2([subject_of(name)])))


# --- read back


def conclusions(found: Classification) -> dict[str, Any]:
    return {
        "category": (found.result.status, found.result.category, found.result.sub_label, found.result.g7_label),
        "dimensions": {name: (rated.level, rated.score) for name, rated in found.dimensions.items()},
        "definitions": {name: (row.outcome, row.class_) for name, row in found.frameworks.items()},
    }


@pytest.mark.parametrize("name", case_names())
def test_a_model_file_read_back_gives_the_same_answer(name: str, tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_text(mot(case(name), subject_of(name)), "utf-8")
    assert conclusions(classified(file).result) == conclusions(case(name))


@pytest.mark.parametrize("name", case_names())
def test_our_json_read_back_gives_the_same_answer(name: str, tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    file.write_text(json.dumps({"schema": "openness/classify/1", "results": [classify_result(case(name))]}), "utf-8")
    assert conclusions(classified(file).result) == conclusions(case(name))


@pytest.mark.parametrize("name", case_names())
def test_the_release_alone_never_says_better_than_the_model_is(name: str, tmp_path: Path) -> None:
    order = [None, "unverified", "research-only", "source-available", "fully-open"]
    document = yaml.safe_load(mot(case(name), subject_of(name)))
    del document["openness"]
    file = tmp_path / "model.yaml"
    file.write_text(yaml.safe_dump(document), "utf-8")
    assert order.index(classified(file).result.result.category) <= order.index(case(name).result.category)


def test_a_release_changed_by_hand_counts_alone(tmp_path: Path) -> None:
    document = yaml.safe_load(mot(case("open-base"), subject_of("open-base")))
    document["release"]["components"] = [{"name": "Model parameters (Final)", "license": "CC-BY-NC-4.0"}]
    file = tmp_path / "model.yaml"
    file.write_text(yaml.safe_dump(document), "utf-8")
    found = classified(file).result
    assert found.result.category == "research-only"
    assert "part-left-out" in {finding.id for finding in found.findings}


@pytest.mark.skipif(not TOOL, reason="MODEL_OPENNESS_TOOL_GIT names no clone of lfai/model_openness_tool")
@pytest.mark.parametrize("name", case_names())
def test_a_model_file_is_valid_by_the_schema_of_the_tool(name: str) -> None:
    done = subprocess.run(["git", "--git-dir", TOOL, "show", "HEAD:schema/mof_schema.json"], capture_output=True, check=True)
    jsonschema.validate(yaml.load(mot(case(name), subject_of(name)), Loader=yaml.BaseLoader), json.loads(done.stdout))


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_holds_no_markup_of_others(text: str) -> None:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    kinds = {token.type for token in parser.parse(as_markdown(with_strings(text)))}
    inline = {child.type for token in parser.parse(as_markdown(with_strings(text))) for child in token.children or ()}
    assert not {"html_block", "code_block", "fence", "blockquote_open", "ordered_list_open", "hr"} & kinds
    assert inline <= {"text", "strong_open", "strong_close", "softbreak", "text_special"}
