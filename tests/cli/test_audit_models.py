"""``openness audit`` with what the local store knows of Hub models: the one that the user names, and the bases that a build names."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import openness as api
from tests.cli.command import Done, openness, tiny_build
from tests.loopback import Loopback, World
from tests.shared import license_text

WEIGHTS = {"model.safetensors": b"\x00"}


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback(World()) as running:
        running.world.add("models", "a/open", {"README.md": "---\nlicense: mit\n---\n# Open\n", **WEIGHTS})
        running.world.add("models", "a/nc", {"README.md": "---\nlicense: cc-by-nc-4.0\n---\n# Closed\n", **WEIGHTS})
        yield running


def run(server: Loopback, home: Path, *words: str | Path) -> Done:
    return openness(*words, home=home, HF_ENDPOINT=server.endpoint, GITHUB_API_URL=server.github)


def audit(server: Loopback, home: Path, build: Path, *words: str) -> Done:
    return run(server, home, "audit", build, "--use", "product", "--format", "json", *words)


def test_the_license_text_of_the_named_model_counts_and_is_cited(server: Loopback, tmp_path: Path) -> None:
    text = license_text("llama-3.1").read_bytes()
    server.world.add("models", "a/llama", {"README.md": "---\nlicense: llama3.1\n---\n", "LICENSE": text, **WEIGHTS})
    run(server, tmp_path, "classify", "a/llama")
    result = audit(server, tmp_path, tiny_build(tmp_path, {}), "--model", "a/llama").json["results"][0]
    assert (result["licenses"], result["strength"]) == (["llama-3.1"], "text")
    assert "text:LICENSE@a/llama" in {fact["id"] for fact in result["evidence"]}


def test_without_a_store_nothing_is_asked_for_a_named_model(server: Loopback, tmp_path: Path) -> None:
    done = audit(server, tmp_path, tiny_build(tmp_path, {}), "--model", "a/open")
    assert (done.verdict, server.log) == ("unknown", [])


def test_fetch_asks_for_the_named_model(server: Loopback, tmp_path: Path) -> None:
    done = audit(server, tmp_path, tiny_build(tmp_path, {}), "--model", "a/open", "--fetch")
    assert done.json["results"][0]["licenses"] == ["mit"]


def test_the_stored_terms_of_a_base_that_the_build_names_bind(server: Loopback, tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "mit", "base_model.0.repo_url": "https://huggingface.co/a/nc"})
    before = audit(server, tmp_path, build)
    run(server, tmp_path, "classify", "a/nc")
    after = audit(server, tmp_path, build)
    assert before.verdict != "denied"
    assert after.verdict == "denied"


def test_offline_no_connection_is_opened(server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
    monkeypatch.setenv("GITHUB_API_URL", server.github)
    online = api.classify("a/open", cache=tmp_path)

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert api.classify("a/open", cache=tmp_path, offline=True).result == online.result
