"""Families by shapes and tokenizer: a set that can contradict a claim and never permits anything."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from openness.identity import families, known_builds
from openness.identity.families import FamilyMatch, Signature, match
from openness.packaged import packaged
from openness.rules import loader
from tests.builds import Array, Build, Entry, Tensor, Value
from tests.cli.command import Done, openness

#: The published configuration of Llama 3.1 8B (config.json of meta-llama/Llama-3.1-8B).
LLAMA = Signature("llama", 32, 4096, 14336, 32, 8, 128256, "gpt2", "llama-bpe", 131072, 500000.0, True)


def found(signature: Signature) -> FamilyMatch:
    result = match(signature)
    assert result is not None
    return result


def test_llama_31_8b_is_told_from_llama_3_by_its_rope_tensor_and_context() -> None:
    result = found(LLAMA)
    assert "Llama 3.1" in result.families and "Llama 3" not in result.families
    assert result.firm


def test_shapes_alone_leave_a_set() -> None:
    bare = Signature("llama", 32, 4096, 11008, 32, 32)
    assert len(found(bare).families) > 3
    assert not found(bare).firm


def test_another_number_of_tokens_is_not_tokenized_alike() -> None:
    assert not found(msgspec.structs.replace(LLAMA, tokens=5000)).tokenized


def test_what_no_row_has_is_no_family() -> None:
    assert match(Signature("llama", 7, 1234, 5678, 9, 3)) is None
    assert match(Signature("llama")) is None


def test_a_tokenizer_that_is_known_to_be_another_ones_excludes() -> None:
    lines = families._tokenizer_lines()
    own = next(line for line in lines if "llama-2-7b" in line["rows"])
    another = next(line for line in lines if "gemma-3-270m" in line["rows"])
    llama_2 = Signature("llama", 32, 4096, 11008, 32, 32, 32000, "llama", "default", 4096, 10000.0)
    same = msgspec.structs.replace(llama_2, first_digest=lambda: str(own["first"]))
    other = msgspec.structs.replace(llama_2, first_digest=lambda: str(another["first"]))
    unknown = msgspec.structs.replace(llama_2, first_digest=lambda: "0" * 64)
    assert "Llama 2" in found(same).families
    assert "Llama 2" in found(unknown).families
    assert "Llama 2" not in found(other).families


def test_the_table_has_sixty_families_with_sources_and_known_licenses() -> None:
    known = set(loader.load().license_ids)
    lines = [msgspec.json.decode(line) for line in (packaged("corpus") / families.FAMILIES).read_bytes().splitlines()]
    about, rows = lines[0], lines[1:]
    assert len({row["family"] for row in rows}) >= 60
    assert all(row["sources"] and set(row["licenses"]) <= known for row in rows)
    assert about["verified"] and about["sources"]


def test_known_builds_are_sorted_and_each_is_found() -> None:
    lines = (packaged("corpus") / known_builds.FILE).read_text("utf-8").splitlines()[1:]
    digests = [line[:64] for line in lines]
    assert digests == sorted(digests)
    for line in (lines[0], lines[1], lines[len(lines) // 2], lines[-2], lines[-1]):
        digest, repository, rest = line.split(",", 2)
        assert (repository, rest) in [(b.repository, f"{b.file},{b.license}") for b in known_builds.lookup(digest)]


@pytest.mark.parametrize("digest", ["0" * 64, "f" * 64, "8" * 64, "", "not hex", "é"])
def test_a_hash_that_is_not_listed_has_no_build(digest: str) -> None:
    assert known_builds.lookup(digest) == []


def like_llama(path: Path, license: str | None, tokens: int = 128256) -> Path:
    """A header with the shapes and the kind of tokenizer of Llama 3.1 8B, and tensors small enough to write."""
    metadata: dict[str, Entry] = {"general.architecture": Value("string", "llama")}
    if license:
        metadata["general.license"] = Value("string", license)
    shapes = {"block_count": 32, "embedding_length": 4096, "feed_forward_length": 14336, "context_length": 131072}
    metadata |= {f"llama.{name}": Value("uint32", value) for name, value in shapes.items()}
    metadata |= {"llama.attention.head_count": Value("uint32", 32), "llama.attention.head_count_kv": Value("uint32", 8)}
    metadata |= {"tokenizer.ggml.model": Value("string", "gpt2"), "tokenizer.ggml.pre": Value("string", "llama-bpe")}
    metadata["tokenizer.ggml.tokens"] = Array("string", [b""] * tokens)
    tensors = [Tensor("blk.31.attn_norm.weight", (32,)), Tensor("rope_freqs.weight", (32,))]
    path.write_bytes(Build(metadata=metadata, tensors=tensors).encode())
    return path


def audit(build: Path, home: Path, use: str = "product") -> Done:
    return openness("audit", build, "--use", use, "--format", "json", home=home)


def test_apache_on_what_is_shaped_like_llama_is_contradicted(tmp_path: Path) -> None:
    done = audit(like_llama(tmp_path / "x.gguf", "apache-2.0"), tmp_path)
    result = done.json["results"][0]
    assert (done.code, result["verdict"], result["category"]) == (3, "unknown", "unverified")
    assert any("shaped and tokenized like" in finding["message"] for finding in result["findings"])
    assert "Llama 3.1" in result["identity"]["families"]


@pytest.mark.parametrize("license", ["llama3.1", "cc-by-nc-4.0"])
def test_the_familys_own_license_or_a_stricter_one_is_not_contradicted(tmp_path: Path, license: str) -> None:
    result = audit(like_llama(tmp_path / "x.gguf", license), tmp_path).json["results"][0]
    assert result["contradictions"] == []


def test_the_family_never_permits(tmp_path: Path) -> None:
    result = audit(like_llama(tmp_path / "x.gguf", None), tmp_path).json["results"][0]
    assert (result["verdict"], result["identity"]["basis"], result["identity"]["model"]) == ("unknown", "family", None)


def test_without_the_tokenizer_the_shapes_contradict_nothing(tmp_path: Path) -> None:
    result = audit(like_llama(tmp_path / "x.gguf", "apache-2.0", tokens=100), tmp_path).json["results"][0]
    assert result["contradictions"] == []
