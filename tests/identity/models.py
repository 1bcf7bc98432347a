"""Small models with weights that tell them apart: the same checkpoint as GGUF and as safetensors, written by hand."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Mapping
from pathlib import Path

from openness.identity.fingerprint import WeightPrint, fingerprint
from openness.sources import gguf, gguf_tensors, safetensors
from tests.builds import Build, Entry, Tensor, Value

BLOCKS, WIDTH = 4, 256


def bfloat16(value: float) -> bytes:
    """The upper half of the nearest F32, cut off."""
    return struct.pack("<f", value)[2:]


def widened(word: bytes) -> float:
    number: float = struct.unpack("<f", b"\0\0" + word)[0]
    return number


class Checkpoint:
    """``norms``: Hub name → bfloat16 words; ``matrices``: Hub name → rows of F16 values."""

    def __init__(self, seed: int, *, around: float = 1.0) -> None:
        chance = random.Random(seed)
        names = [f"model.layers.{n}.{kind}_layernorm.weight" for n in range(BLOCKS) for kind in ("input", "post_attention")]
        self.norms = {
            name: [bfloat16(around + chance.gauss(0, 0.3)) for _ in range(WIDTH)] for name in [*names, "model.norm.weight"]
        }
        matrices = [
            f"model.layers.{n}.{kind}_proj.weight" for n in range(BLOCKS) for kind in ("self_attn.v", "self_attn.o", "mlp.down")
        ]
        self.matrices = {name: [chance.gauss(0, 0.05) for _ in range(2 * WIDTH)] for name in matrices}

    def gguf(self, path: Path, *, plus_one: bool = False, metadata: Mapping[str, Entry] | None = None) -> Path:
        tensors = []
        for name, words in self.norms.items():
            values = [widened(word) for word in words]
            values = [struct.unpack("<f", struct.pack("<f", v + 1.0))[0] for v in values] if plus_one else values
            tensors.append(Tensor(GGUF_NAMES(name), (WIDTH,), 0, struct.pack(f"<{WIDTH}f", *values)))
        for name, row in self.matrices.items():
            tensors.append(Tensor(GGUF_NAMES(name), (WIDTH, 2), 1, struct.pack(f"<{len(row)}e", *row)))
        given = {"general.architecture": Value("string", "llama")} if metadata is None else metadata
        path.write_bytes(Build(metadata=given, tensors=tensors).encode())
        return path

    def safetensors(self, path: Path, *, embedding: int = 0) -> Path:
        """``embedding``: bytes of a tensor before all others that no fingerprint needs."""
        data, header = bytes(embedding), {}
        if embedding:
            header["model.embed_tokens.weight"] = {"dtype": "U8", "shape": [1, embedding], "data_offsets": [0, embedding]}
        for name, words in self.norms.items():
            header[name] = {"dtype": "BF16", "shape": [WIDTH], "data_offsets": [len(data), len(data) + 2 * WIDTH]}
            data += b"".join(words)
        for name, row in self.matrices.items():
            header[name] = {"dtype": "F16", "shape": [2, WIDTH], "data_offsets": [len(data), len(data) + 2 * len(row)]}
            data += struct.pack(f"<{len(row)}e", *row)
        text = json.dumps(header).encode()
        path.write_bytes(struct.pack("<Q", len(text)) + text + data)
        return path


def GGUF_NAMES(name: str) -> str:  # noqa: N802 - a table in the form of a function
    """The names that llama.cpp's converter gives, written down again."""
    if name == "model.norm.weight":
        return "output_norm.weight"
    _, _, block, *rest = name.split(".")
    kinds = {
        "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output", "mlp.down_proj": "ffn_down",
    }  # fmt: skip
    return f"blk.{block}.{kinds['.'.join(rest[:-1])]}.weight"


def print_of(path: Path) -> WeightPrint:
    with path.open("rb") as file:
        if path.suffix == ".gguf":
            found = fingerprint(gguf_tensors.tensors_of(file.fileno(), gguf.read_header(file.fileno())))
        else:
            header = safetensors.read_header(file.fileno(), path.stat().st_size)
            found = fingerprint(safetensors.tensors_of(file.fileno(), header))
    assert found is not None
    return found
