"""The main job on two real quantized builds, with the real llama.cpp."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builds import gemma3, smollm2
from tests.cli.command import openness, relabelled

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("use", "verdict"),
    [("internal", "permitted"), ("product", "permitted-with-duties"), ("redistribute-quantized", "permitted-with-duties"),
     ("hosted-api", "permitted")],
)  # fmt: skip
def test_smollm2_is_apache_licensed_by_its_header(tmp_path: Path, use: str, verdict: str) -> None:
    done = openness("audit", smollm2(), "--use", use, "--format", "json", home=tmp_path)
    assert (done.code, done.verdict) == (0, verdict)


@pytest.mark.parametrize("use", ["product", "hosted-api", "train-on-outputs"])
def test_gemma_is_permitted_with_duties(tmp_path: Path, use: str) -> None:
    done = openness("audit", gemma3(), "--use", use, "--format", "json", home=tmp_path)
    assert (done.code, done.verdict) == (0, "permitted-with-duties")
    duties = " ".join(duty["text"] for duty in done.json["results"][0]["uses"][0]["duties"])
    assert "Prohibited Use Policy" in duties
    if use == "hosted-api":
        assert "enforceable provision" in duties


def test_smollm2_answers_on_stdout_and_the_verdict_is_on_stderr(tmp_path: Path) -> None:
    words = ("-p", "What is the capital of France? Answer in one short sentence.", "--", "-n", "24", "--temp", "0")
    done = openness("run", smollm2(), "--use", "internal", *words, home=tmp_path)
    assert done.code == 0
    assert "Paris" in done.out
    assert "PERMITTED" not in done.out and "PERMITTED" in done.err
    assert openness("log", "verify", home=tmp_path).code == 0


def test_a_build_relabelled_noncommercial_is_denied_and_never_started(tmp_path: Path) -> None:
    build = relabelled(smollm2(), tmp_path / "nc.gguf", "cc-by-nc-4.0")
    assert openness("audit", build, "--use", "product", home=tmp_path).code == 1
    done = openness("run", build, "--use", "product", "-p", "Hi", "--format", "json", home=tmp_path)
    assert done.code == 1
    assert done.json["results"][0]["run"]["started"] is False
    log = openness("log", "show", "--format", "json", home=tmp_path).json["results"]
    assert [entry["event"] for entry in log] == ["refused"]


def test_without_its_label_nothing_can_be_said_and_only_a_reason_runs_it(tmp_path: Path) -> None:
    build = relabelled(smollm2(), tmp_path / "bare.gguf", None)
    assert openness("run", build, "-p", "Hi", home=tmp_path).code == 3
    assert openness("run", build, "-p", "Hi", "--override", " ", home=tmp_path).code == 2
    done = openness("run", build, "-p", "Hi", "--override", "own test", "--", "-n", "4", home=tmp_path)
    assert done.code == 0
    assert "own test" in openness("log", "show", home=tmp_path).out
    assert "CANNOT SAY" in done.err


def test_a_second_audit_of_an_unchanged_file_hashes_nothing_and_says_the_same(tmp_path: Path) -> None:
    first = openness("audit", smollm2(), "--format", "json", home=tmp_path)
    entries = list((tmp_path / ".cache" / "openness" / "sha256").iterdir())
    assert len(entries) == 1
    assert openness("audit", smollm2(), "--format", "json", home=tmp_path).out == first.out


def test_options_that_reach_for_other_files_or_tools_are_refused(tmp_path: Path) -> None:
    for option in ("--model-url", "--tools", "-hf", "--chat-template-file"):
        done = openness("run", smollm2(), "-p", "Hi", "--", option, "x", home=tmp_path)
        assert done.code == 2, option
        assert option in done.err


def test_a_further_model_file_is_audited_like_the_build(tmp_path: Path) -> None:
    adapter = relabelled(smollm2(), tmp_path / "adapter.gguf", "cc-by-nc-4.0")
    done = openness("run", smollm2(), "--use", "product", "-p", "Hi", "--", "--lora", adapter, home=tmp_path)
    assert done.code == 1


def test_the_log_keeps_the_command_but_not_the_conversation(tmp_path: Path) -> None:
    openness("run", smollm2(), "--use", "internal", "-p", "a private question", "--", "-n", "2", home=tmp_path)
    entry = openness("log", "show", "--format", "json", home=tmp_path).json["results"][0]
    assert "private" not in str(entry)
    assert "-p" in entry["argv"]
