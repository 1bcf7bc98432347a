"""``openness classify FILE``: evidence files through the real command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Done, openness
from tests.evidence_files import model_file, own_file
from tests.test_docs import validate

WEIGHTS = {"Model parameters (Final)": "Apache-2.0"}
#: Nothing listens there: whoever tries to connect fails.
NOWHERE = "http://127.0.0.1:9"


def run(folder: Path, command: str, *words: str | Path) -> Done:
    return openness(command, *words, home=folder, HF_ENDPOINT=NOWHERE, GITHUB_API_URL=NOWHERE)


def classify(folder: Path, *contents: Any, form: str = "json") -> Done:
    paths = [folder / f"stated-{number}.json" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return run(folder, "classify", *paths, "--format", form)


def test_a_model_file_is_classified_without_a_connection(tmp_path: Path) -> None:
    done = classify(tmp_path, model_file(WEIGHTS))
    (result,) = done.json["results"]
    assert (done.code, result["source"], result["category"], result["sub_label"]) == (
        0, "evidence-file", "source-available", "open-weights",
    )  # fmt: skip
    assert {row["standing"] for row in result["evidence"]} == {"user"}


@pytest.mark.parametrize(
    ("components", "code", "status", "category"),
    [({}, 0, "not-released", None), ({"Model parameters (Final)": ""}, 3, "released", "unverified")],
)
def test_what_is_not_released_and_what_has_no_license(
    components: dict[str, str], code: int, status: str, category: str | None, tmp_path: Path
) -> None:
    done = classify(tmp_path, model_file(components))
    (result,) = done.json["results"]
    assert (done.code, result["status"], result["category"]) == (code, status, category)


def test_an_export_read_back_gives_the_same_answer(tmp_path: Path) -> None:
    first = classify(tmp_path, model_file(WEIGHTS, origin="bigscience/bloom"), own_file({"parameters-final": "llama-3.1"}))
    second = classify(tmp_path, first.out)
    assert second.code == first.code == 0 and len(second.json["results"]) == 2
    assert [{**row, "input": ""} for row in second.json["results"]] == [{**row, "input": ""} for row in first.json["results"]]


def test_the_worst_of_several_results_is_the_exit_code(tmp_path: Path) -> None:
    bad, good = own_file({"parameters-final": ""}), own_file({"parameters-final": "MIT"})
    assert classify(tmp_path, {**bad, "results": [*bad["results"], *good["results"]]}).code == 3


def test_a_malformed_file_is_one_error_with_its_result(tmp_path: Path) -> None:
    done = classify(tmp_path, own_file({"parameters-final": "MIT"}), own_file({}, {"derived": "perhaps"}))
    assert done.code == 3 and [row["category"] for row in done.json["results"]] == ["source-available", "unverified"]
    (error,) = done.json["errors"]
    assert error["code"] == "malformed-evidence" and "derived is never 'perhaps'" in error["message"]
    assert "Traceback" not in done.err


def test_the_text_view_names_the_line_and_the_terms_to_change(tmp_path: Path) -> None:
    text = (
        "schema: openness/classify/1\nresults:\n- model: a/b\n  components:\n  - {component: parameters-final, licenses: [MIT]}\n"
    )
    path = tmp_path / "stated.yaml"
    path.write_text(text)
    shown = run(tmp_path, "classify", path)
    assert shown.code == 0 and "line 5" in shown.out and "on the word of: user" in shown.out
    explained = run(tmp_path, "explain", path)
    assert explained.code == 0 and "a/b" in explained.out


def test_results_fit_the_schema_of_the_command(tmp_path: Path) -> None:
    done = classify(tmp_path, model_file(WEIGHTS), own_file({"parameters-final": "llama-3.1"}), "{}")
    validate(done.json, "classify.schema.json")
