"""``openness fingerprint`` as a user runs it: files, a Hub repository by ranges, the user's own table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import Done, openness, tiny_build
from tests.identity.models import Checkpoint
from tests.loopback import Loopback, World


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Loopback]:
    world = World()
    weights = Checkpoint(1).safetensors(tmp_path / "model.safetensors", embedding=1 << 20).read_bytes()
    world.add("models", "acme/tiny", {"README.md": "---\nlicense: mit\n---\n", "model.safetensors": weights})
    world.add("models", "acme/pickled", {"README.md": "---\nlicense: mit\n---\n", "pytorch_model.bin": b"\x80\x04rubbish"})
    with Loopback(world) as server:
        yield server


def on_hub(server: Loopback, home: Path, *words: str | Path) -> Done:
    return openness(*words, home=home, HF_ENDPOINT=server.endpoint, GITHUB_API_URL=server.github)


def test_a_repository_is_fingerprinted_by_ranges_of_its_files(hub: Loopback, tmp_path: Path) -> None:
    done = on_hub(hub, tmp_path, "fingerprint", "add", "acme/tiny", "--format", "json")
    assert done.code == 0
    fetched = done.json["results"][0]["fetched"]
    assert fetched["bytes"] < 100_000 < (tmp_path / "model.safetensors").stat().st_size
    ranged = [entry for entry in hub.log if "model.safetensors" in entry.path and entry.headers.get("Range")]
    assert len(ranged) == fetched["requests"]


def test_a_build_of_a_model_that_was_added_is_known_whatever_its_name(hub: Loopback, tmp_path: Path) -> None:
    assert on_hub(hub, tmp_path, "fingerprint", "add", "acme/tiny").code == 0
    build = Checkpoint(1).gguf(tmp_path / "anything.gguf")
    result = openness("audit", build, "--format", "json", home=tmp_path).json["results"][0]
    assert (result["identity"]["model"], result["identity"]["match"]) == ("acme/tiny", "exact")
    assert result["verdict"] == "unknown"  # weights that are known permit nothing by themselves


def test_the_terms_of_the_model_that_it_is_bind_beside_its_label(hub: Loopback, tmp_path: Path) -> None:
    from tests.builds import Value

    label = {"general.architecture": Value("string", "llama"), "general.license": Value("string", "apache-2.0")}
    build = Checkpoint(1).gguf(tmp_path / "b.gguf", metadata=label)
    words = ("fingerprint", "add", build, "--model", "acme/strict", "--license", "cc-by-nc-4.0")
    assert openness(*words, home=tmp_path).code == 0
    done = openness("audit", build, "--use", "product", "--format", "json", home=tmp_path)
    assert (done.code, done.verdict) == (1, "denied")
    assert any(c["about"] == "license" for c in done.json["results"][0]["contradictions"])


def test_what_has_no_safetensors_is_refused_with_what_to_do(hub: Loopback, tmp_path: Path) -> None:
    done = on_hub(hub, tmp_path, "fingerprint", "add", "acme/pickled")
    assert done.code == 3 and "safetensors" in done.err


@pytest.mark.parametrize(("words", "code"), [(("acme/none",), 4), (("not an id",), 2), (("acme/tiny", "--offline"), 6)])
def test_what_cannot_be_had_has_its_exit_code(hub: Loopback, tmp_path: Path, words: tuple[str, ...], code: int) -> None:
    assert on_hub(hub, tmp_path, "fingerprint", "add", *words).code == code


def test_a_part_that_is_not_the_one_asked_for_is_refused(hub: Loopback, tmp_path: Path) -> None:
    hub.fault(r"GET /acme/tiny/resolve/.*safetensors", "partial", times=9, body=b"x" * 65536)
    assert on_hub(hub, tmp_path, "fingerprint", "add", "acme/tiny").code == 6


def test_a_file_needs_the_name_of_its_model(tmp_path: Path) -> None:
    build = Checkpoint(2).gguf(tmp_path / "b.gguf")
    done = openness("fingerprint", "add", build, home=tmp_path)
    assert done.code == 2 and "--model" in done.err


def test_the_list_has_the_shipped_ones_and_the_users_own(tmp_path: Path) -> None:
    build = Checkpoint(2).gguf(tmp_path / "b.gguf")
    assert openness("fingerprint", "add", build, "--model", "acme/two", home=tmp_path).code == 0
    rows = {row["model"]: row for row in openness("fingerprint", "list", "--format", "json", home=tmp_path).json["results"]}
    assert rows["acme/two"]["own"] and rows["acme/two"]["sha256"] == hashlib.sha256(build.read_bytes()).hexdigest()
    assert not rows["google/gemma-3-270m"]["own"]


@pytest.mark.parametrize(("name", "code"), [("absent.gguf", 4), ("bad.gguf", 3), ("empty.gguf", 3)])
def test_what_cannot_be_fingerprinted(tmp_path: Path, name: str, code: int) -> None:
    (tmp_path / "bad.gguf").write_bytes(b"PK\x03\x04" + bytes(64))
    tiny_build(tmp_path, {}, "empty.gguf")
    done = openness("fingerprint", name, "--format", "json", home=tmp_path)
    assert done.code == code and done.json["errors"] and "Traceback" not in done.err
