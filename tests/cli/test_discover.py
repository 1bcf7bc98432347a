"""``openness discover`` over a made-up home with all nine stores: each build once, whatever lies around it."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import time
from pathlib import Path
from typing import Any

import pytest

from tests.builds import Build, Tensor, Value
from tests.cli.command import Done, openness

HUB, COMMIT = "models--acme--tiny-gguf", "a" * 40


def gguf(name: str, license: str = "apache-2.0") -> bytes:
    metadata = {key: Value("string", value) for key, value in
                {"general.architecture": "llama", "general.name": name, "general.license": license}.items()}  # fmt: skip
    return Build(metadata=metadata, tensors=[Tensor("token_embd.weight", (32, 2))]).encode()


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def ollama(root: Path, name: str, weights: bytes, license: str = "") -> None:
    layers = []
    for kind, data in (("model", weights), ("license", license.encode())):
        if data:
            digest = hashlib.sha256(data).hexdigest()
            put(root / "blobs" / f"sha256-{digest}", data)
            layers.append({"mediaType": f"application/vnd.ollama.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)})
    put(root / "manifests" / "registry.ollama.ai" / "library" / name / "latest", json.dumps({"layers": layers}).encode())


def home_with_all_stores(home: Path) -> None:
    hub = home / ".cache" / "huggingface" / "hub" / HUB
    data = gguf("hub")
    blob = put(hub / "blobs" / hashlib.sha256(data).hexdigest(), data)
    link = hub / "snapshots" / COMMIT / "tiny.Q4_0.gguf"
    link.parent.mkdir(parents=True)
    link.symlink_to(os.path.relpath(blob, link.parent))
    put(home / ".cache" / "llama.cpp" / "acme_legacy.gguf", gguf("legacy"))
    put(home / ".lmstudio" / "models" / "acme" / "studio" / "studio.gguf", gguf("studio", "cc-by-nc-4.0"))
    ollama(home / ".ollama" / "models", "tiny", gguf("ollama", "mit"))
    put(home / ".local/share/Jan/data/models/jan/jan.gguf", gguf("jan"))
    put(home / ".local/share/nomic.ai/GPT4All/four.gguf", gguf("four"))
    put(home / "text-generation-webui/user_data/models/webui.gguf", gguf("webui"))
    put(home / "koboldcpp" / "kobold.bin", gguf("kobold"))
    mlc = home / ".cache" / "mlc_llm" / "model_weights" / "acme"
    record = {"name": "model.norm.weight", "shape": [4], "dtype": "float16", "format": "raw", "nbytes": 8, "byteOffset": 0}
    put(mlc / "mlc-chat-config.json", json.dumps({"model_type": "llama"}).encode())
    table = {"records": [{"dataPath": "params_shard_0.bin", "nbytes": 8, "records": [record]}]}
    put(mlc / "ndarray-cache.json", json.dumps(table).encode())
    put(mlc / "params_shard_0.bin", bytes(8))


def discover(home: Path, *words: str | Path) -> Done:
    return openness("discover", *words, "--format", "json", home=home)


def by_name(done: Done) -> dict[str, Any]:
    return {row["build"]["claims"].get("general.name", row["build"]["format"]): row for row in done.json["results"]}


def test_every_store_is_found_and_every_build_once(tmp_path: Path) -> None:
    home_with_all_stores(tmp_path)
    done = discover(tmp_path, "--use", "product")
    found = by_name(done)
    assert done.code == 0
    assert len(done.json["results"]) == 9
    runtimes = {name: row["runtimes"] for name, row in found.items()}
    assert runtimes == {
        "hub": ["llama.cpp", "Hugging Face hub"], "legacy": ["llama.cpp"], "studio": ["LM Studio"], "ollama": ["Ollama"],
        "jan": ["Jan"], "four": ["GPT4All"], "webui": ["text-generation-webui"], "kobold": ["KoboldCpp"], "mlc": ["MLC"],
    }  # fmt: skip
    assert found["hub"]["build"]["path"].endswith("tiny.Q4_0.gguf")
    assert found["hub"]["identity"]["model"] == "acme/tiny-gguf"
    assert found["ollama"]["names"] == ["tiny:latest"]
    assert (found["studio"]["verdict"], found["jan"]["verdict"]) == ("denied", "permitted-with-duties")


def test_the_license_layer_of_ollama_is_read_as_a_text(tmp_path: Path) -> None:
    ollama(tmp_path / ".ollama" / "models", "tiny", gguf("ollama", "mit"), "You may use this on Tuesdays only.\n")
    (row,) = discover(tmp_path).json["results"]
    assert row["verdict"] == "unknown"
    assert any(fact["claim"].startswith("license-text") for fact in row["evidence"])


def test_a_blob_that_is_not_what_its_name_says_does_not_pass(tmp_path: Path) -> None:
    root = tmp_path / ".ollama" / "models"
    ollama(root, "tiny", gguf("ollama", "mit"))
    (blob,) = (root / "blobs").iterdir()
    blob.write_bytes(gguf("another", "mit"))
    (row,) = discover(tmp_path).json["results"]
    assert row["verdict"] == "unknown"
    assert any(c["about"] == "identity" for c in row["contradictions"])


def test_copies_and_links_of_one_file_are_one_build(tmp_path: Path) -> None:
    path = put(tmp_path / ".lmstudio/models/a/a.gguf", gguf("one"))
    put(tmp_path / "koboldcpp/copy.gguf", gguf("one"))
    (tmp_path / "koboldcpp/hard.gguf").hardlink_to(path)
    (row,) = discover(tmp_path).json["results"]
    assert set(row["runtimes"]) == {"LM Studio", "KoboldCpp"}
    assert len(row["paths"]) == 3


def test_a_home_without_models_is_exit_4(tmp_path: Path) -> None:
    done = discover(tmp_path)
    assert (done.code, done.json["results"]) == (4, [])


def test_loops_and_links_that_lead_nowhere_end(tmp_path: Path) -> None:
    root = tmp_path / ".lmstudio" / "models"
    put(root / "a" / "m.gguf", gguf("one"))
    (root / "a" / "loop").symlink_to(root)
    (root / "self").symlink_to(root / "self")
    (root / "gone.gguf").symlink_to(tmp_path / "nothing")
    os.mkfifo(root / "pipe.gguf")
    assert len(discover(tmp_path).json["results"]) == 1


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[" * 100_000, b'{"layers": 3}', b'{"layers": [{"mediaType": 3, "digest": "sha256:../../etc/passwd"}]}', b"\xff\xfe",
     json.dumps({"layers": [{"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:" + "0" * 64}] * 500}).encode()],
)  # fmt: skip
def test_hostile_manifests_lead_nowhere(tmp_path: Path, manifest: bytes) -> None:
    root = tmp_path / ".ollama" / "models"
    ollama(root, "good", gguf("good", "mit"))
    put(root / "manifests" / "registry.ollama.ai" / "library" / "bad" / "latest", manifest)
    done = discover(tmp_path)
    assert (done.code, len(done.json["results"])) == (0, 1)
    assert "Traceback" not in done.err


def test_a_folder_of_the_users_choice_and_only_that(tmp_path: Path) -> None:
    home_with_all_stores(tmp_path)
    put(tmp_path / "mine" / "x", gguf("mine"))
    (row,) = discover(tmp_path, "--root", tmp_path / "mine", "--only-roots").json["results"]
    assert row["runtimes"] == ["folder"]
    assert discover(tmp_path, "--root", tmp_path / "absent").code == 4


def test_what_is_no_build_is_not_listed_and_what_is_broken_is(tmp_path: Path) -> None:
    put(tmp_path / "koboldcpp/notes.txt", b"text" * 100)
    put(tmp_path / "koboldcpp/page.gguf", b"<html>" + bytes(100))
    put(tmp_path / "koboldcpp/cut.gguf", gguf("cut")[:-40])
    put(tmp_path / "koboldcpp/old.pt", b"\x80\x04\x95" + bytes(100))
    put(tmp_path / "koboldcpp/part-00001-of-00002.gguf", gguf("part"))
    done = discover(tmp_path)
    assert sorted((Path(row["build"]["path"]).name, row["verdict"]) for row in done.json["results"]) == [
        ("cut.gguf", "unknown"), ("old.pt", "unknown")
    ]  # fmt: skip
    assert any("part-00002-of-00002.gguf" in warning for warning in done.json["warnings"])


def test_two_hundred_files_that_are_hashed_already_take_two_seconds_at_most(tmp_path: Path) -> None:
    for number in range(200):
        put(tmp_path / "koboldcpp" / f"{number:03}.gguf", gguf(f"model {number}"))
    assert discover(tmp_path).code == 0
    before, started = os.times(), time.monotonic()
    done = discover(tmp_path)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    assert len(done.json["results"]) == 200
    assert min(spent, time.monotonic() - started) <= 2.0


def test_a_table_for_people_names_each_build(tmp_path: Path) -> None:
    home_with_all_stores(tmp_path)
    done = openness("discover", "--use", "product", home=tmp_path)
    assert done.code == 0
    assert "Ollama: tiny:latest" in done.out and "9 builds" in done.out


def test_the_size_of_a_header_is_no_trap(tmp_path: Path) -> None:
    put(tmp_path / "koboldcpp/huge.safetensors", struct.pack("<Q", 1 << 40) + b"{" + bytes(100))
    assert discover(tmp_path).code == 4
