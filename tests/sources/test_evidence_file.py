"""Evidence files: two shapes are known, and a hostile file is refused before anything is built of it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from openness.sources import evidence_file
from openness.sources.evidence_file import EvidenceFileSource, Malformed, parse
from openness.sources.snapshot import Reference

TOOL = """
framework:
  name: 'Model Openness Framework'
  version: '1.0'
  date: 2024-12-15
release:
  name: Heron
  version: 60M
  date: '2026-03-11'
  license: {  }
  components:
    -
      name: 'Model parameters (Final)'
      description: 'Trained model parameters, weights and biases'
      license: Apache-2.0
    -
      name: Datasets
      license_name: 'Component not included'
"""
EXPORT: dict[str, Any] = {
    "schema": "openness/classify/1",
    "tool": {"name": "openness"},
    "results": [{"model": "a/b"}],
    "errors": [],
}


def test_a_model_openness_tool_file() -> None:
    found = parse(TOOL.encode())
    assert found.form == "mot"
    assert [component["name"] for component in found.content["release"]["components"]] == ["Model parameters (Final)", "Datasets"]
    assert found.content["framework"]["date"] == "2024-12-15"  # text, as in JSON
    assert found.content == parse(json.dumps(found.content).encode()).content


def test_yaml_says_on_which_line_each_component_stands() -> None:
    found = parse(TOOL.encode())
    assert [found.lines[f"release/components/{index}"] for index in (0, 1)] == [13, 17]
    assert found.lines["release/components/0/license"] == 15
    assert parse(json.dumps(found.content).encode()).lines == {}


def test_our_own_export_in_json_and_yaml() -> None:
    found = parse(json.dumps(EXPORT).encode())
    assert (found.form, found.content) == ("openness", EXPORT)
    assert parse(b"\xef\xbb\xbf" + json.dumps(EXPORT).encode()) == found
    assert parse(b"schema: openness/classify/1\nresults:\n- model: a/b\n").content["results"] == [{"model": "a/b"}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no mapping"),
        ("just text", "no mapping"),
        ("[1, 2]", "no mapping"),
        ("{}", "neither"),
        ("schema: openness/audit/1\nresults: []\n", "neither"),
        ("schema: openness/classify/1\nresults: 3\n", "'results' is not a list"),
        ("schema: openness/classify/1\nresults: [3]\n", "'results' is not a list"),
        ("release: []\n", "neither"),
        ("release: {name: x}\n", "'components' is not a list"),
        ("release: {components: {a: 1}}\n", "'components' is not a list"),
        ("release: {components: [" + "{}, " * 201 + "]}\n", "more than 200"),
        ("{not json", "not JSON"),
        ("a: [1\n", "line 2: not YAML"),
        ("a: 1\n--- \nb: 2\n", "not YAML"),
        ("a: 1\na: 2\n", "line 2: a key stands twice"),
        ("a: {b: 1, b: 2}\n", "a key stands twice"),
        ("? [x]\n: 1\n", "not a plain word"),
        ("a: &x 1\nb: 2\n", "line 1: anchors"),
        ("a: &x [1]\nb: *x\n", "anchors"),
        ("a: !!python/object/apply:os.system ['true']\n", "line 1: tags"),
        ("a: !include /etc/passwd\n", "tags"),
        ("<<: {a: 1}\n", "line 1: not YAML"),
        ("a: " + "9" * 6000 + "\n", "a value cannot be read"),
        ("a: \x00\n", "not YAML"),
    ],
)
def test_anything_else_is_malformed_and_says_why(text: str, message: str) -> None:
    with pytest.raises(Malformed, match=message):
        parse(text.encode())


@pytest.mark.parametrize(
    "text",
    ["[" * 50_000, '{"a":' * 50_000, "{a: " * 5000, "- " * 5000, "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 300))],
)
def test_nesting_is_bounded(text: str) -> None:
    with pytest.raises(Malformed):
        parse(text.encode())


def test_depth_within_json_is_counted_like_in_yaml() -> None:
    deep = "{" + '"a": {' * 40 + "}" * 41
    for text in (deep, "x: " + deep):
        with pytest.raises(Malformed, match="nested too deep"):
            parse(text.encode())


@pytest.mark.parametrize(
    "text", ["a: [" + "1," * 500_000 + "]", '{"a": [' + "1," * 5_000_000 + "1]}", '{"a": [' + "[]," * 2_000_000 + "1]}"]
)
def test_the_number_of_values_is_bounded_in_time(text: str) -> None:
    began = time.monotonic()
    with pytest.raises(Malformed, match="too many values"):
        parse(text.encode())
    assert time.monotonic() - began < 5


def test_an_export_of_a_thousand_models_is_read() -> None:
    results = [{"model": f"a/{number}", "findings": [{"id": "x" * 400}] * 100} for number in range(1000)]
    data = json.dumps({**EXPORT, "results": results}).encode()
    assert len(data) > 40_000_000 and len(parse(data).content["results"]) == 1000


def test_large_yaml_is_refused_before_it_is_read() -> None:
    began = time.monotonic()
    with pytest.raises(Malformed, match="give it as JSON"):
        parse(b"schema: openness/classify/1\nresults: []\ntext: '" + b"x" * (5 << 20) + b"'\n")
    assert time.monotonic() - began < 5


def test_other_encodings_are_malformed() -> None:
    with pytest.raises(Malformed, match="UTF-8"):
        parse(TOOL.encode("utf-16"))


def test_the_source_gives_a_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "heron.yml"
    path.write_text(TOOL)
    fetch = EvidenceFileSource().fetch
    found = fetch(Reference("evidence-file", str(path)))
    assert (found.kind, found.absent) == ("evidence-file", None) and found.evidence is not None and found.evidence.form == "mot"
    assert [(d.kind, d.size) for d in found.documents] == [("evidence", len(TOOL))]
    path.write_text("release: 3\n")
    bad, gone = fetch(Reference("evidence-file", str(path))), fetch(Reference("evidence-file", str(tmp_path / "gone.yml")))
    monkeypatch.setattr(evidence_file, "MAX_EVIDENCE_FILE", 4)
    large = fetch(Reference("evidence-file", str(path)))
    assert [s.absent and s.absent.reason for s in (bad, gone, large)] == ["malformed", "missing", "too-large"]
