"""Side doors, tried on the real command with the real runner: each is refused, or noticed, or changes nothing."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from openness.gate.bundled import bundled, is_installed
from openness.gate.held_file import HeldFile
from openness.gate.options import parse_options
from openness.gate.runner import Job
from tests.builds import smollm2
from tests.cli.command import Done, openness, relabelled

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not is_installed(), reason="xllamacpp is not installed"),
    pytest.mark.skipif(sys.platform != "linux", reason="tried on Linux"),
]
SHORT = ("--", "-n", "6", "-c", "512", "--temp", "0", "--seed", "1")
ASK = ("-p", "What is the capital of France?")


def events(home: Path) -> list[str]:
    return [entry["event"] for entry in openness("log", "show", "--format", "json", home=home).json["results"]]


def run(build: Path, home: Path, *more: str | Path, **environment: str) -> Done:
    return openness("run", build, "--use", "internal", *ASK, *(more or SHORT), home=home, **environment)  # type: ignore[arg-type]


def test_a_link_that_is_turned_to_another_file_runs_the_audited_one(tmp_path: Path) -> None:
    link = tmp_path / "model.gguf"
    link.symlink_to(smollm2())
    with HeldFile(link) as held:
        held.sha256()
        (tmp_path / "evil").write_bytes(b"NOTGGUF" * 100)
        link.unlink()
        link.symlink_to(tmp_path / "evil")
        pieces: list[str] = []
        job = Job(held, parse_options(["--temp", "0", "-n", "4", "-c", "512"]), mode="completion")
        bundled().generate(job, "The capital of France is", pieces.append)
    assert "".join(pieces).startswith(" Paris")


def test_no_variable_reaches_the_runner(tmp_path: Path) -> None:
    plain = run(smollm2(), tmp_path)
    evil = tmp_path / "evil.gguf"
    evil.write_bytes(b"NOTGGUF" * 100)
    named = {
        "LLAMA_ARG_MODEL": str(evil), "LLAMA_ARG_MODEL_URL": "http://127.0.0.1:9/x.gguf", "LLAMA_ARG_HF_REPO": "evil/model",
        "LLAMA_ARG_MMPROJ": str(evil), "LLAMA_ARG_CHAT_TEMPLATE": "{{ 'evil' }}", "LLAMA_ARG_LOG_FILE": str(tmp_path / "x.log"),
        "LLAMA_ARG_RPC": "127.0.0.1:9", "LLAMA_ARG_TOOLS": "all", "LLAMA_ARG_PORT": "1", "LLAMA_CACHE": str(tmp_path),
        "HF_TOKEN": "secret", "HF_HOME": str(tmp_path), "HF_ENDPOINT": "http://127.0.0.1:9", "LD_LIBRARY_PATH": str(tmp_path),
        "GGML_BACKEND_PATH": str(evil), "LLAMA_API_KEY": "x",
    }  # fmt: skip
    done = run(smollm2(), tmp_path, **named)
    assert (done.code, done.out) == (plain.code, plain.out) == (0, plain.out)
    assert not (tmp_path / "x.log").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("-m", "evil.gguf"), ("--model=evil.gguf",), ("-mu", "http://127.0.0.1:9/x"), ("--model-url=http://127.0.0.1:9/x",),
        ("-hf", "evil/model"), ("--hf-repo=evil/model",), ("-hfr", "evil/model"), ("--lora-scaled", "evil.gguf", "1"),
        ("--chat-template-file", "x"), ("--chat-template={{ 1 }}",), ("--tools", "all"), ("--tools=all",), ("--rpc", "127.0.0.1:9"),
        ("--rpc=127.0.0.1:9",), ("--mod", "evil.gguf"), ("--grammar-file", "x"), ("--temp", "0", "--agent"),
    ],
)  # fmt: skip
def test_no_option_reaches_another_file_a_host_or_a_tool(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run(smollm2(), tmp_path, "--", *words)
    name = next(word for word in words if word not in ("--temp", "0")).partition("=")[0]
    assert done.code == 2
    assert f"'{name}'" in done.err
    assert done.out == ""
    assert events(tmp_path) == []


@pytest.mark.parametrize("form", [("--lora", "{}"), ("--lora={}",), ("--mmproj={}",), ("-md", "{}")])
def test_a_further_file_that_is_denied_denies_the_run(tmp_path: Path, form: tuple[str, ...]) -> None:
    other = relabelled(smollm2(), tmp_path / "other.gguf", "cc-by-nc-4.0")
    words = [word.format(other) for word in form]
    done = openness("run", smollm2(), "--use", "product", *ASK, "--", *words, home=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert events(tmp_path) == ["refused"]


@pytest.mark.parametrize("how", ["edited", "cut", "head removed"])
def test_after_a_change_of_the_log_nothing_runs(tmp_path: Path, how: str) -> None:
    assert run(smollm2(), tmp_path).code == 0
    state = tmp_path / ".local" / "state" / "openness"
    log = state / "log.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    if how == "edited":
        log.write_bytes(lines[0].replace(b'"verdict":"permitted"', b'"verdict":"denied"') + lines[1])
        assert log.read_bytes() != b"".join(lines)
    elif how == "cut":
        log.write_bytes(lines[0])
    else:
        (state / "log.head").unlink()
    assert openness("log", "verify", home=tmp_path).code == 5
    done = run(smollm2(), tmp_path)
    assert (done.code, done.out) == (5, "")
    assert openness("log", "rotate", home=tmp_path).code == 0
    assert run(smollm2(), tmp_path).code == 0


def test_a_stale_cache_starts_nothing(tmp_path: Path) -> None:
    """Audited and run as Apache-licensed; then another label is written into the same file, with size and times as before."""
    build = relabelled(smollm2(), tmp_path / "model.gguf", "apache-2.0")
    other = relabelled(smollm2(), tmp_path / "other.gguf", "no-license").read_bytes()
    time.sleep(0.15)
    assert run(build, tmp_path).code == 0
    assert list((tmp_path / ".cache" / "openness" / "sha256").iterdir()), "the hash is remembered"
    before = build.stat()
    assert len(other) == before.st_size
    with build.open("r+b") as stream:
        stream.write(other)
    os.utime(build, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert build.stat().st_mtime_ns == before.st_mtime_ns
    done = run(build, tmp_path)
    assert (done.code, done.out) == (3, "")
    assert events(tmp_path) == ["start", "end", "refused"]
