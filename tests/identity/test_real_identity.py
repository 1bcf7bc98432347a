"""Two real builds, renamed, stripped or re-labelled: known by their weights, and never plainly permitted under another label."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.builds import gemma3, smollm2
from tests.cli.command import openness, relabelled
from tests.identity.real import stripped

pytestmark = pytest.mark.real

SMOLLM2, GEMMA = "HuggingFaceTB/SmolLM2-135M-Instruct", "google/gemma-3-270m"


def audited(build: Path, home: Path, *words: str) -> dict:  # type: ignore[type-arg]
    result: dict = openness("audit", build, *words, "--format", "json", home=home).json["results"][0]  # type: ignore[type-arg]
    return result


def test_a_renamed_build_is_known_by_its_weights(tmp_path: Path) -> None:
    build = Path(shutil.copy(smollm2(), tmp_path / "llama-3.1-8b-instruct.gguf"))
    result = audited(build, tmp_path)
    assert (result["identity"]["model"], result["identity"]["basis"]) == (SMOLLM2, "weights")
    assert (result["identity"]["match"], result["identity"]["equal_fraction"]) == ("exact", 1.0)
    assert result["verdict"] == "permitted"


@pytest.mark.parametrize(("build", "model"), [(smollm2, SMOLLM2), (gemma3, GEMMA)])
def test_without_any_metadata_it_is_known_and_nothing_is_permitted(tmp_path: Path, build, model: str) -> None:  # type: ignore[no-untyped-def]
    result = audited(stripped(build(), tmp_path / "x.gguf"), tmp_path)
    assert (result["identity"]["model"], result["identity"]["match"]) == (model, "exact")
    assert (result["verdict"], result["build"]["architecture"]) == ("unknown", None)


@pytest.mark.parametrize("use", ["internal", "product", "redistribute-quantized"])
def test_gemma_labelled_apache_is_contradicted_and_does_not_pass(tmp_path: Path, use: str) -> None:
    build = relabelled(gemma3(), tmp_path / "free-model.gguf", "apache-2.0")
    done = openness("audit", build, "--use", use, "--format", "json", home=tmp_path)
    result = done.json["results"][0]
    assert done.code == 3
    assert result["verdict"] == "unknown"
    assert result["identity"]["model"] == GEMMA
    assert any(c["about"] == "license" for c in result["contradictions"])
    (finding,) = [finding for finding in result["findings"] if finding["rule"] == "identity-agrees"]
    assert "It says apache-2.0" in finding["message"] and "gemma-2025-03" in finding["message"]


def test_gemmas_duties_stand_beside_the_false_label(tmp_path: Path) -> None:
    build = relabelled(gemma3(), tmp_path / "free-model.gguf", "apache-2.0")
    duties = audited(build, tmp_path, "--use", "product")["uses"][0]["duties"]
    assert any("Prohibited Use Policy" in duty["text"] for duty in duties)


def test_a_model_that_the_user_names_wrongly_is_contradicted(tmp_path: Path) -> None:
    result = audited(smollm2(), tmp_path, "--model", "mistralai/Mistral-7B-v0.1")
    assert result["identity"]["model"] == SMOLLM2
    assert result["verdict"] == "unknown"
    assert any(c["about"] == "identity" for c in result["contradictions"])


def test_fingerprint_shows_what_a_build_is(tmp_path: Path) -> None:
    done = openness("fingerprint", gemma3(), "--format", "json", home=tmp_path)
    result = done.json["results"][0]
    assert (done.code, result["fingerprint"]["shifted"]) == (0, True)
    assert [(match["model"], match["match"]) for match in result["matches"]] == [(GEMMA, "exact")]
