"""Folders of MLC and WebLLM: parameter shards without a header of their own, described by a JSON table beside them.

Rules: the table that ``mlc_llm convert_weight`` writes (``tensor-cache.json``, before ``ndarray-cache.json``): records with
``dataPath``, ``nbytes`` and inner records with ``name``, ``shape``, ``dtype``, ``format``, ``byteOffset``, ``nbytes``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from openness.errors import BuildError
from openness.printable import printable
from openness.sources.build_head import BuildHead, Part
from openness.sources.build_layout import Layout
from openness.sources.exact_read import read_exactly
from openness.sources.hf_folder import config_claims, config_shapes
from openness.sources.tensors import FileTensors, JoinedTensors, StoredTensor

MAX_TENSORS = 1 << 16
KINDS = {
    "float32": ("F32", 4), "float16": ("F16", 2), "bfloat16": ("BF16", 2), "uint32": ("U32", 4), "int32": ("I32", 4),
    "int8": ("I8", 1), "uint8": ("U8", 1), "uint16": ("U16", 2), "int16": ("I16", 2), "int64": ("I64", 8),
    "float8_e4m3fn": ("F8_E4M3", 1), "float8_e5m2": ("F8_E5M2", 1),
}  # fmt: skip
_DAMAGED = "the table of MLC parameters does not fit the files beside it; fetch the folder again"


def read_head(parts: Sequence[Part], layout: Layout) -> BuildHead:
    """The head of an MLC folder. Raises BuildError where table and shards do not fit together."""
    records = layout.table["records"]
    sources = [_shard(part, record) for part, record in zip(parts, records, strict=True)]
    joined = JoinedTensors(tuple(sources))
    inner = layout.config.get("model_config")
    config = {**(inner if isinstance(inner, dict) else {}), "model_type": layout.config.get("model_type")}
    architecture, shapes = config_shapes(config)
    quantization = layout.config.get("quantization")
    claims: dict[str, Any] = dict(config_claims(layout.config))
    if isinstance(quantization, str):
        claims["mlc.quantization"] = printable(quantization, 40)
    return BuildHead(
        format="mlc",
        architecture=architecture,
        tensor_types=dict(Counter(tensor.kind for tensor in joined.tensors.values()).most_common()),
        claims=claims,
        shapes=shapes,
        tensors=joined,
    )


def _shard(part: Part, record: dict[str, Any]) -> FileTensors:
    entries = record.get("records")
    if record.get("nbytes") != part.size or not isinstance(entries, list) or len(entries) > MAX_TENSORS:
        raise BuildError(_DAMAGED)
    tensors: dict[str, StoredTensor] = {}
    starts: dict[str, int] = {}
    for entry in entries:
        tensor, start = _tensor(entry, part.size)
        tensors[tensor.name], starts[tensor.name] = tensor, start
    return FileTensors(tensors, starts, partial(read_exactly, part.descriptor))


def _tensor(entry: Any, size: int) -> tuple[StoredTensor, int]:
    if not isinstance(entry, dict):
        raise BuildError(_DAMAGED)
    name, shape, kind = entry.get("name"), entry.get("shape"), entry.get("dtype")
    start, length = entry.get("byteOffset"), entry.get("nbytes")
    if entry.get("format") == "f32-to-bf16" and kind == "float32":
        kind = "bfloat16"
    if not isinstance(name, str) or not isinstance(kind, str) or kind not in KINDS or not _counts(shape):
        raise BuildError(_DAMAGED)
    if type(start) is not int or type(length) is not int or start < 0 or length < 0 or start + length > size:
        raise BuildError(_DAMAGED)
    word, width = KINDS[kind]
    elements = 1
    for dim in shape or []:
        elements *= dim
    if elements * width != length:
        raise BuildError(_DAMAGED)
    return StoredTensor(name, tuple(reversed(shape or [1])), word, 1, width, length), start


def _counts(shape: Any) -> bool:
    return isinstance(shape, list) and len(shape) <= 8 and all(type(dim) is int and 0 <= dim < 1 << 40 for dim in shape)
