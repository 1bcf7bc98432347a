"""What the tests of the GGUF reader share: a small sound build, and reading one through a descriptor."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openness.sources import gguf
from tests.builds import Array, Build, Tensor, Value


@contextmanager
def opened(content: bytes | Path) -> Iterator[int]:
    """A descriptor of a file with this content, or of this file."""
    if isinstance(content, Path):
        fd = os.open(content, os.O_RDONLY)
    else:
        with tempfile.TemporaryFile() as file:
            file.write(content)
            file.flush()
            fd = os.dup(file.fileno())
    try:
        yield fd
    finally:
        os.close(fd)


def read(build: Build | bytes, **options: Any) -> gguf.GGUFHeader:
    with opened(build.encode() if isinstance(build, Build) else build) as fd:
        return gguf.read_header(fd, **options)


TOKENS = ("<s>", "</s>", "Hello", " world", "")
MODEL = Build(
    metadata={
        "general.architecture": Value("string", "llama"),
        "general.name": Value("string", "Tiny Llama"),
        "general.license": Value("string", "apache-2.0"),
        "general.license.link": Value("string", "https://example.org/LICENSE"),
        "general.base_model.count": Value("uint32", 1),
        "general.base_model.0.name": Value("string", "Parent"),
        "general.tags": Array("string", ["chat", "en"]),
        "llama.block_count": Value("uint32", 2),
        "llama.attention.head_count": Array("int32", [4, 8]),
        "llama.rope.freq_base": Value("float32", 10000.0),
        "llama.use_parallel_residual": Value("bool", 1),
        "tokenizer.ggml.tokens": Array("string", TOKENS),
        "tokenizer.ggml.token_type": Array("int32", [1, 2, 3, 4, 5]),
    },
    tensors=[
        Tensor("token_embd.weight", (256, 5), 12),
        Tensor("blk.0.attn_norm.weight", (256,)),
        Tensor("output.weight", (32, 2, 2), 8),
    ],
)
