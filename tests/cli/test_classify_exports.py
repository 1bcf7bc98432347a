"""``classify --format …`` for other tools, as a user runs it: the real client in a child process against the loopback Hub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.cli.command import Done, openness
from tests.loopback import Loopback, World
from tests.shared import license_text

MODEL = "heron-lab/heron-60m"


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback(World.of_cases()) as running:
        yield running


def classify(server: Loopback, home: Path, *words: str | Path) -> Done:
    return openness("classify", *words, home=home, HF_ENDPOINT=server.endpoint, GITHUB_API_URL=server.github)


def test_spdx_has_the_package_url_at_the_revision(server: Loopback, tmp_path: Path) -> None:
    done = classify(server, tmp_path, MODEL, "--format", "spdx")
    repository = server.world.get("models", MODEL)
    assert repository is not None
    document = json.loads(done.out)
    assert (done.code, document["spdxVersion"], document["name"]) == (0, "SPDX-2.3", MODEL)
    (reference,) = document["packages"][0]["externalRefs"]
    assert reference["referenceLocator"] == f"pkg:huggingface/{MODEL}@{repository.sha}"
    assert reference["referenceCategory"] == "PACKAGE-MANAGER"


def test_the_text_comes_from_the_repository_itself(server: Loopback, tmp_path: Path) -> None:
    text = license_text("llama-3.1").read_text("utf-8")
    files: dict[str, str | bytes] = {"README.md": "---\nlicense: llama3.1\n---\n", "LICENSE": text, "model.safetensors": b"\x00"}
    server.world.add("models", "crane-lab/crane-8b", files)
    done = classify(server, tmp_path, "crane-lab/crane-8b", "--format", "spdx")
    (license,) = json.loads(done.out)["hasExtractedLicensingInfos"]
    assert (license["licenseId"], license["extractedText"]) == ("LicenseRef-llama-3.1", text)
    offline = classify(server, tmp_path, "crane-lab/crane-8b", "--format", "cyclonedx", "--offline")
    (component,) = json.loads(offline.out)["components"]
    assert component["licenses"][0]["license"]["text"]["content"] == text


def test_several_models_are_one_document(server: Loopback, tmp_path: Path) -> None:
    done = classify(server, tmp_path, MODEL, "gull-lab/nothing", MODEL, "--format", "cyclonedx")
    assert done.code == 4
    document = json.loads(done.out)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(done.out) is None
    assert [row["name"] for row in document["components"] if row["type"] == "machine-learning-model"] == [
        "heron-60m",
        "heron-60m",
    ]
    assert "gull-lab/nothing" in done.err


def test_a_model_file_is_about_one_model(server: Loopback, tmp_path: Path) -> None:
    done = classify(server, tmp_path, MODEL, MODEL, "--format", "mot")
    assert (done.code, done.out) == (2, "")
    assert "holds one model" in done.err


def test_a_model_file_reads_back_as_the_same_answer(server: Loopback, tmp_path: Path) -> None:
    done = classify(server, tmp_path, MODEL, "--format", "mot")
    assert yaml.safe_load(done.out)["release"]["name"] == MODEL
    (tmp_path / "heron.yaml").write_text(done.out, "utf-8")
    first = classify(server, tmp_path, MODEL, "--format", "json").json["results"][0]
    again = classify(server, tmp_path, tmp_path / "heron.yaml", "--format", "json").json["results"][0]
    assert [again[name] for name in ("category", "g7_label")] == [first[name] for name in ("category", "g7_label")]
    assert {name: row["score"] for name, row in again["dimensions"].items()} == {
        name: row["score"] for name, row in first["dimensions"].items()
    }


def test_markdown_and_spdx_3_are_written(server: Loopback, tmp_path: Path) -> None:
    assert classify(server, tmp_path, MODEL, "--format", "markdown").out.startswith(f"## {MODEL}\n\n**✓ fully open**")
    graph = json.loads(classify(server, tmp_path, MODEL, "--format", "spdx3").out)["@graph"]
    assert {"ai_AIPackage", "dataset_DatasetPackage", "SpdxDocument"} <= {row["type"] for row in graph}


def test_without_the_extra_the_user_hears_what_to_install(server: Loopback, tmp_path: Path) -> None:
    (tmp_path / "spdx_python_model.py").write_text("raise ImportError\n")
    done = openness(
        "classify", MODEL, "--format", "spdx3", home=tmp_path, HF_ENDPOINT=server.endpoint, GITHUB_API_URL=server.github, PYTHONPATH=str(tmp_path)
    )  # fmt: skip
    assert (done.code, done.out) == (2, "")
    assert "openness[spdx3]" in done.err


def test_a_time_that_is_none_is_a_usage_error(server: Loopback, tmp_path: Path) -> None:
    done = openness(
        "classify", MODEL, "--format", "spdx", home=tmp_path, HF_ENDPOINT=server.endpoint, GITHUB_API_URL=server.github, SOURCE_DATE_EPOCH="soon"
    )  # fmt: skip
    assert done.code == 2
    assert "SOURCE_DATE_EPOCH" in done.err
