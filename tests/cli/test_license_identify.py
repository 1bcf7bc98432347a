"""``openness license identify``, ``index`` and ``compare`` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.cli.command import openness, tiny_build
from tests.shared import license_text

ROOT = Path(__file__).parent.parent.parent
APACHE = (ROOT / "LICENSE").read_text("utf-8")
ADDED = "You may not use this work for commercial purposes."


def write(folder: Path, text: str, name: str = "LICENSE") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_plain_copy_is_exact_and_exits_0(tmp_path: Path) -> None:
    done = openness("license", "identify", write(tmp_path, APACHE), home=tmp_path)
    assert done.code == 0
    assert "exact" in done.out
    assert "apache-2.0" in done.out


def test_an_added_restriction_is_shown_with_its_line_and_clause_and_exits_3(tmp_path: Path) -> None:
    path = write(tmp_path, APACHE + "\n" + ADDED + "\n")
    line = path.read_text("utf-8").split("\n").index(ADDED) + 1
    done = openness("license", "identify", path, "--format", "json", home=tmp_path)
    (row,) = done.json["results"]
    assert (done.code, row["verdict"], row["licenses"][0]["id"]) == (3, "altered", "apache-2.0")
    assert row["added"] == [{"line": line, "text": ADDED.rstrip(".")}]
    assert {"FIELD_LIMIT"} == {clause["type"] for clause in row["clauses"]}
    assert row["clauses"][0]["line"] == line


def test_the_json_follows_its_schema(tmp_path: Path) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / "license-identify.schema.json").read_text("utf-8"))
    files = [
        write(tmp_path, APACHE, "a"),
        write(tmp_path, APACHE[:4000], "b"),
        write(tmp_path, "Under the Apache License 2.0.", "c"),
    ]
    done = openness("license", "identify", *files, tmp_path / "missing", "--format", "json", home=tmp_path)
    jsonschema.validate(done.json, schema)
    assert [row["verdict"] for row in done.json["results"]] == ["exact", "partial", "none"]
    assert done.json["results"][2]["mentions"] == ["apache-2.0"]
    assert [error["code"] for error in done.json["errors"]] == ["no-such-input"]


def test_a_missing_file_is_one_sentence_and_exits_4(tmp_path: Path) -> None:
    done = openness("license", "identify", tmp_path / "nothing", home=tmp_path)
    assert done.code == 4
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err


def test_compare_shows_the_words_that_differ_between_two_files(tmp_path: Path) -> None:
    first = write(tmp_path, "You may copy, change and sell this work anywhere.", "first")
    second = write(tmp_path, "You may copy and change this work at home.", "second")
    done = openness("license", "compare", first, second, home=tmp_path)
    assert "[-anywhere-] {+at home+}" in done.out


def test_compare_finds_the_nearest_license_and_shows_its_clauses(tmp_path: Path) -> None:
    done = openness("license", "compare", write(tmp_path, APACHE + "\n" + ADDED), home=tmp_path)
    assert "altered" in done.out
    assert "Clauses of apache-2.0" in done.out


def test_an_index_is_built_from_a_folder_twice_with_the_same_bytes(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    write(
        texts,
        "Pond License\n\nAnyone may skip this stone across any pond, provided that each skip is counted aloud by two people.",
        "pond-1.0.txt",
    )
    for name in ("one.bin", "two.bin"):
        done = openness("license", "index", "build", "--from", texts, "-o", tmp_path / name, home=tmp_path)
        assert done.code == 0, done.err
    assert (tmp_path / "one.bin").read_bytes() == (tmp_path / "two.bin").read_bytes()
    listed = openness("license", "index", "list", "--index", tmp_path / "one.bin", home=tmp_path)
    assert listed.out.startswith("pond-1.0")
    found = openness("license", "identify", texts / "pond-1.0.txt", "--index", tmp_path / "one.bin", home=tmp_path)
    assert found.code == 0


@pytest.mark.parametrize("width", [40, 72, 100])
def test_a_license_beside_a_build_counts_however_it_is_wrapped_and_is_quoted_from_there(tmp_path: Path, width: int) -> None:
    import textwrap

    build = tiny_build(tmp_path, {})
    text = license_text("llama-3.1").read_text("utf-8")
    write(tmp_path, "\n\n".join(textwrap.fill(part, width) for part in text.split("\n\n")))
    done = openness("audit", build, "--use", "product", "--format", "json", home=tmp_path)
    (result,) = done.json["results"]
    assert result["licenses"] == ["llama-3.1"]
    assert result["strength"] == "text"
    quotes = [reason["quote"] for use in result["uses"] for reason in use["reasons"] if reason["quote"]]
    assert any("700 million" in quote for quote in quotes)


@pytest.mark.parametrize(
    ("use", "code", "verdict", "effect"), [("product", 1, "denied", "denied"), ("internal", 3, "needs-answer", "asks")]
)
def test_a_restriction_added_to_a_text_is_judged_and_quoted(
    tmp_path: Path, use: str, code: int, verdict: str, effect: str
) -> None:
    build = tiny_build(tmp_path, {"license": "apache-2.0"})
    write(tmp_path, APACHE + "\n" + ADDED + "\n")
    done = openness("audit", build, "--use", use, "--format", "json", home=tmp_path)
    (result,) = done.json["results"]
    assert (done.code, result["verdict"], result["category"]) == (code, verdict, "unverified")
    reasons = [reason for row in result["uses"] for reason in row["reasons"]]
    assert (effect, ADDED) in {(reason["effect"], reason["quote"]) for reason in reasons if reason["clause"] == "FIELD_LIMIT"}


def test_a_changed_text_beside_a_build_is_a_question_at_best(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "apache-2.0"})
    write(tmp_path, APACHE.replace("royalty-free", "royalty-based", 1))
    done = openness("audit", build, "--use", "product", "--format", "json", home=tmp_path)
    (result,) = done.json["results"]
    assert (done.code, result["verdict"], result["category"]) == (3, "needs-answer", "unverified")
    quotes = [reason["quote"] for use in result["uses"] for reason in use["reasons"] if reason["clause"] == "ALTERED_TEXT"]
    assert any("no-charge, royalty-based, irrevocable" in quote for quote in quotes)
    assert any(question["fact"] == "license-text" for use in result["uses"] for question in use["questions"])


def test_a_changed_line_does_not_make_the_rest_of_its_paragraph_an_addition(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "llama3.1"})
    text = license_text("llama-3.1").read_text("utf-8")
    write(tmp_path, text.replace("a copy of this Agreement with any", "a nice copy of this Agreement with any", 1))
    done = openness("audit", build, "--use", "release-finetune", "--format", "json", home=tmp_path)
    added = [r for use in done.json["results"][0]["uses"] for r in use["reasons"] if "as changed in" in r["section"]]
    assert {reason["clause"] for reason in added} <= {"ALTERED_TEXT", "LICENSE_COPY"}


def test_a_text_that_contradicts_the_tag_is_a_contradiction_with_both_places(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "mit"})
    write(tmp_path, APACHE)
    done = openness("audit", build, "--use", "product", "--format", "json", home=tmp_path)
    (result,) = done.json["results"]
    assert done.code == 3
    places = {fact["id"]: fact["place"]["document"] for fact in result["evidence"]}
    (contradiction,) = result["contradictions"]
    assert {Path(places[id]).name for id in contradiction["evidence"]} == {"tiny.gguf", "LICENSE"}
