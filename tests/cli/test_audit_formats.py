"""``openness audit`` of what is no single GGUF model: folders, split builds, parts of models, pickles."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.builds import Build, Tensor, Value
from tests.cli.command import openness
from tests.identity.models import Checkpoint
from tests.sources.test_build_formats import onnx_bytes, shard


def test_a_folder_is_judged_by_its_card_and_hashed_by_its_weights(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    weights = Checkpoint(1).safetensors(folder / "model.safetensors")
    (folder / "config.json").write_text('{"model_type": "llama", "quantization": {"bits": 4}}')
    (folder / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n")
    done = openness("audit", folder, "--use", "product", "--format", "json", home=tmp_path)
    build = done.json["results"][0]["build"]
    assert (done.code, done.verdict) == (1, "denied")
    assert (build["format"], build["architecture"]) == ("mlx", "llama")
    assert build["sha256"] == hashlib.sha256(weights.read_bytes()).hexdigest()


def test_a_split_build_is_hashed_part_by_part(tmp_path: Path) -> None:
    paths = [tmp_path / f"m-0000{no + 1}-of-00002.gguf" for no in range(2)]
    for no, path in enumerate(paths):
        path.write_bytes(shard(no, 2))
    done = openness("audit", paths[0], "--format", "json", home=tmp_path)
    build = done.json["results"][0]["build"]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    lines = "".join(f"{digest}  {path.name}\n" for digest, path in zip(digests, paths, strict=True))
    assert [file["sha256"] for file in build["files"]] == digests
    assert build["sha256"] == hashlib.sha256(lines.encode()).hexdigest()
    paths[1].unlink()
    cut = openness("audit", paths[0], "--format", "json", home=tmp_path)
    assert (cut.code, cut.verdict) == (3, "unknown")
    assert "m-00002-of-00002.gguf" in cut.json["errors"][0]["message"]


def test_an_adapter_is_named_and_its_base_model_binds(tmp_path: Path) -> None:
    claims = {"general.architecture": "llama", "general.type": "adapter", "adapter.type": "lora", "general.license": "mit",
              "general.base_model.0.repo_url": "https://huggingface.co/mistralai/Codestral-22B-v0.1"}  # fmt: skip
    build = Build(
        metadata={k: Value("string", v) for k, v in claims.items()}, tensors=[Tensor("blk.0.attn_v.weight.lora_a", (32,))]
    )
    path = tmp_path / "lora.gguf"
    path.write_bytes(build.encode())
    done = openness("audit", path, "--use", "product", "--format", "json", home=tmp_path)
    result = done.json["results"][0]
    assert (result["build"]["role"], done.code) == ("lora", 1)
    assert any(finding["rule"] == "build-role" for finding in result["findings"])
    assert openness("run", path, "-p", "x", home=tmp_path).code == 2


@pytest.mark.parametrize("name", ["model.gguf", "pytorch_model.bin"])
def test_a_pickle_is_unknown_by_whatever_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x80\x04\x95" + bytes(100))
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n")
    done = openness("audit", name, "--format", "json", home=tmp_path)
    assert (done.code, done.json["results"][0]["build"]["format"]) == (3, "pickle")
    assert done.json["errors"][0]["code"] == "pickle"


def test_onnx_is_judged_and_not_run(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(onnx_bytes())
    done = openness("audit", "model.onnx", "--format", "json", home=tmp_path)
    assert (done.code, done.json["results"][0]["build"]["format"]) == (0, "onnx")
    assert openness("run", "model.onnx", "-p", "x", home=tmp_path).code == 2


def test_a_hostile_chat_template_is_a_finding_and_no_denial(tmp_path: Path) -> None:
    template = "{{ ''.__class__.__mro__ }}"
    metadata = {"general.architecture": "llama", "general.license": "mit", "tokenizer.chat_template": template}
    path = tmp_path / "x.gguf"
    path.write_bytes(Build(metadata={k: Value("string", v) for k, v in metadata.items()}, tensors=[Tensor("a", (32,))]).encode())
    done = openness("audit", path, "--format", "json", home=tmp_path)
    assert done.code == 0
    assert any(finding["rule"] == "chat-template-code" for finding in done.json["results"][0]["findings"])
