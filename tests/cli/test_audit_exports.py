"""``audit --format spdx|cyclonedx``: a build as an entry of a bill of materials, with its hash and its verdicts."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from tests.cli.command import openness, tiny_build
from tests.shared import license_text

NAMES = ["tiny.gguf", "<script>\u202e\x1b[2J\n.gguf", "] && rm -rf.gguf"]


@pytest.mark.parametrize("name", NAMES)
def test_spdx_has_hash_and_license(tmp_path: Path, name: str) -> None:
    build = tiny_build(tmp_path, {"license": "apache-2.0"}, name)
    done = openness("audit", build, "--format", "spdx", home=tmp_path)
    document = json.loads(done.out)
    assert validate_full_spdx_document(JsonLikeDictParser().parse(document), "SPDX-2.3") == []  # type: ignore[no-untyped-call]
    (package,) = document["packages"]
    assert package["checksums"] == [{"algorithm": "SHA256", "checksumValue": hashlib.sha256(build.read_bytes()).hexdigest()}]
    assert package["licenseConcluded"] == "Apache-2.0"
    assert "openness:use:internal=permitted" in package["annotations"][0]["comment"]
    assert str(tmp_path) not in done.out


@pytest.mark.parametrize("name", NAMES)
def test_cyclonedx_has_hash_verdict_and_the_users_own_text(tmp_path: Path, name: str) -> None:
    build = tiny_build(tmp_path, {"license": "llama3.1"}, name)
    text = license_text("llama-3.1").read_bytes()
    (tmp_path / "LICENSE").write_bytes(text)
    done = openness("audit", build, "--format", "cyclonedx", home=tmp_path)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(done.out) is None
    (component,) = json.loads(done.out)["components"]
    assert component["hashes"][0]["content"] == hashlib.sha256(build.read_bytes()).hexdigest()
    assert component["licenses"][0]["license"]["text"]["content"].encode() == text
    assert "openness:use:internal" in {row["name"] for row in component["properties"]}


def test_a_build_that_cannot_be_read_is_an_error_beside_the_document(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "mit"})
    (tmp_path / "bad.gguf").write_bytes(b"GGUF\x00")
    done = openness("audit", build, tmp_path / "bad.gguf", "--format", "spdx", home=tmp_path)
    assert done.code == 3
    assert len(json.loads(done.out)["packages"]) == 1
    assert "bad.gguf" in done.err
