"""The signature of a build for the table of families: shapes from its tensors, the rest from its keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from openness.identity.families import FIRST_TOKENS, Signature
from openness.printable import printable
from openness.sources import gguf
from openness.sources.build_head import BuildHead
from openness.sources.tensors import StoredTensor

_BLOCK = re.compile(r"blk\.(\d{1,4})\..+", re.ASCII)


def signature_of(head: BuildHead, descriptor: int | None = None) -> Signature:
    """What the build shows; ``descriptor`` is its open GGUF file, from which the digest of the tokens is taken."""
    shapes, header = head.shapes, head.gguf
    seen = _seen(head.tensors.tensors) if head.tensors is not None and header is not None else {}
    tokens = header.arrays.get(gguf.TOKENS) if header is not None else None

    def digest() -> str | None:
        if descriptor is None or header is None or tokens is None or tokens.count < FIRST_TOKENS:
            return None
        return gguf.array_sha256(descriptor, header, gguf.TOKENS, FIRST_TOKENS, start=head.gguf_start)

    return Signature(
        architecture=head.architecture,
        block_count=seen.get("block_count") or _number(shapes, "block_count"),
        embedding_length=seen.get("embedding_length") or _number(shapes, "embedding_length"),
        feed_forward_length=seen.get("feed_forward_length") or _number(shapes, "feed_forward_length"),
        head_count=_number(shapes, "attention.head_count"),
        head_count_kv=_number(shapes, "attention.head_count_kv"),
        tokens=tokens.count if tokens is not None else _number(shapes, "vocab_size"),
        tokenizer_model=_text(head, "tokenizer.ggml.model"),
        tokenizer_pre=_text(head, "tokenizer.ggml.pre"),
        context_length=_number(shapes, "context_length"),
        rope_freq_base=_decimal(head),
        rope_freqs=any("rope_freqs" in name for name in head.tensors.tensors) if header and head.tensors else None,
        first_digest=digest if header is not None and header.byte_order == "little" else None,
    )


def disagreements(head: BuildHead) -> list[str]:
    """Shapes whose keys say something else than the tensors: the name, and both figures."""
    if head.gguf is None or head.tensors is None:
        return []
    seen = _seen(head.tensors.tensors)
    stated = {name: _number(head.shapes, name) for name in ("block_count", "embedding_length", "feed_forward_length")}
    return [
        f"{name} is {stated[name]} by its key and {value} by the tensors"
        for name, value in seen.items()
        if stated.get(name) is not None and value is not None and not _close(name, stated[name], value)
    ]


def _close(name: str, stated: int | None, value: int) -> bool:
    # prediction layers are counted in the key by some converters and have no tensors in some files
    return stated == value or (name == "block_count" and stated is not None and 0 <= stated - value <= 2)


def _seen(tensors: Mapping[str, StoredTensor]) -> dict[str, int]:
    found: dict[str, int] = {}
    embedding = tensors.get("token_embd.weight")
    if embedding is not None and len(embedding.dims) == 2:
        found["embedding_length"] = embedding.dims[0]
    blocks = {int(match[1]) for name in tensors if (match := _BLOCK.fullmatch(name))}
    if blocks:
        found["block_count"] = max(blocks) + 1
    up = tensors.get("blk.0.ffn_up.weight")
    if up is not None and len(up.dims) == 2 and "blk.0.ffn_gate.weight" in tensors:
        found["feed_forward_length"] = up.dims[1]
    return found


def _number(shapes: Mapping[str, Any], name: str) -> int | None:
    value = shapes.get(name)
    if isinstance(value, tuple):  # one figure for each block: the largest, as the tables have it
        value = max(value, default=None)
    return int(value) if isinstance(value, (int, float)) else None


def _decimal(head: BuildHead) -> float | None:
    value = head.shapes.get("rope.freq_base")
    if value is None and head.gguf is not None:
        value = head.gguf.metadata.get(f"{head.architecture}.rope.freq_base")
    return float(value) if isinstance(value, (int, float)) else None


def _text(head: BuildHead, key: str) -> str | None:
    value = head.gguf.metadata.get(key) if head.gguf is not None else None
    return printable(value, 64) if isinstance(value, bytes) else None
