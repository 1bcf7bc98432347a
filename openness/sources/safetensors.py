"""Reads the header of a safetensors file: tensor descriptions and metadata, nothing of the weights.

Rules: the format's description (huggingface/safetensors, README.md "Format"): a little-endian u64 length, that many bytes of
JSON beginning with ``{``, then the data, without holes, overlaps or anything behind it; names are unique. Every size is
bounded by the file; whatever is wrong, the error is :class:`openness.errors.BuildError`, one printable sentence.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from openness.errors import BuildError
from openness.printable import printable
from openness.sources import bounded_json
from openness.sources.exact_read import read_exactly
from openness.sources.tensors import FileTensors, StoredTensor

#: The format allows 100 MB; the longest headers of published files have some MB.
MAX_HEADER = 8 << 20
MAX_TENSORS = 1 << 16
MAX_DIMENSIONS = 8
MAX_NAME = 1 << 10
MAX_METADATA = 1 << 12
#: Bits of an element; the names as in safetensors 0.8 (``Dtype``).
BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E5M2FNUZ": 8, "F8_E4M3FNUZ": 8,
    "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "I64": 64, "U64": 64, "F64": 64,
    "C64": 64, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
}  # fmt: skip
_DISTRUST = "the file is damaged or was made to mislead, so get it again from its publisher"


class SafetensorsHeader(msgspec.Struct, frozen=True):
    """A whole header. ``starts`` are offsets in the file; ``metadata`` is what ``__metadata__`` says, texts only."""

    tensors: dict[str, StoredTensor]
    starts: dict[str, int]
    metadata: dict[str, str]
    data_start: int
    file_size: int


def read_header(descriptor: int, size: int) -> SafetensorsHeader:
    """The header of the file of ``size`` bytes open at ``descriptor``. Raises BuildError."""
    if size < 8:
        raise BuildError(f"the file ends after {size} bytes, before the length of a safetensors header; fetch it again")
    length = header_length(read_exactly(descriptor, 0, 8), size)
    return parse(read_exactly(descriptor, 8, length), size)


def tensors_of(descriptor: int, header: SafetensorsHeader) -> FileTensors:
    """The tensors of an open file in the common form."""
    return FileTensors(header.tensors, header.starts, partial(read_exactly, descriptor))


def header_length(prefix: bytes, size: int) -> int:
    """The length that the first eight bytes of a file of ``size`` bytes state. Raises BuildError."""
    length = int.from_bytes(prefix, "little")
    if not 2 <= length <= size - 8:
        raise BuildError(f"the header claims {length} bytes of a file of {size}; {_DISTRUST}")
    if length > MAX_HEADER:
        raise BuildError(f"the header claims {length} bytes, more than the limit of {MAX_HEADER}; {_DISTRUST}")
    return length


def parse(data: bytes, size: int) -> SafetensorsHeader:
    """The header from its JSON bytes, for a file of ``size`` bytes. Raises BuildError."""
    if not data.startswith(b"{"):
        raise BuildError(f"the header does not begin with a brace (at byte 8); {_DISTRUST}")
    content = _decoded(data)
    metadata = content.pop("__metadata__", None) or {}
    if not isinstance(metadata, dict) or len(metadata) > MAX_METADATA:
        raise BuildError(f"__metadata__ is not a short table of texts; {_DISTRUST}")
    if len(content) > MAX_TENSORS:
        raise BuildError(f"the header names {len(content)} tensors, more than the limit of {MAX_TENSORS}; {_DISTRUST}")
    data_start = 8 + len(data)
    tensors: dict[str, StoredTensor] = {}
    ranges: list[tuple[int, int, str]] = []
    for name, entry in content.items():
        tensor, begin = _tensor(name, entry)
        tensors[name] = tensor
        ranges.append((begin, begin + tensor.size, name))
    _check_ranges(ranges, size - data_start)
    starts = {name: data_start + begin for begin, _, name in ranges}
    texts = {key: value for key, value in metadata.items() if isinstance(value, str)}
    return SafetensorsHeader(tensors, starts, texts, data_start, size)


def _decoded(data: bytes) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise BuildError(f"the header has a name twice; {_DISTRUST}")
        return found

    try:
        content = bounded_json.loads(
            data, containers=4 * MAX_TENSORS, keys=5 * MAX_TENSORS, values=16 * MAX_TENSORS, pairs=unique
        )
    except ValueError:
        raise BuildError(f"the header is not JSON; {_DISTRUST}") from None
    if not isinstance(content, dict):
        raise BuildError(f"the header is not a table; {_DISTRUST}")
    return content


def _tensor(name: str, entry: Any) -> tuple[StoredTensor, int]:
    """The tensor and where its data begin, in bytes from the start of all data."""
    shown = f"'{printable(name, 80)}'"
    if len(name) > MAX_NAME or not isinstance(entry, dict):
        raise BuildError(f"tensor {shown} is not described; {_DISTRUST}")
    kind = entry.get("dtype")
    shape: Any = entry.get("shape")
    offsets: Any = entry.get("data_offsets")
    if not isinstance(kind, str) or kind not in BITS:
        raise BuildError(f"tensor {shown} has the unknown type {printable(str(kind), 40)}; update openness")
    if not _counts(shape) or len(shape) > MAX_DIMENSIONS or not _counts(offsets) or len(offsets) != 2:
        raise BuildError(f"tensor {shown} has no shape or no offsets; {_DISTRUST}")
    elements = 1
    for dim in shape:
        elements *= dim
    bits = elements * BITS[kind]
    if bits % 8 or elements >= 1 << 48 or offsets[1] - offsets[0] != bits // 8:
        raise BuildError(f"tensor {shown} does not have the size of its shape; {_DISTRUST}")
    block, block_size = (1, BITS[kind] // 8) if BITS[kind] % 8 == 0 else (8, BITS[kind])
    dims = tuple(reversed(shape)) or (1,)
    return StoredTensor(name, dims, kind, block, block_size, bits // 8), offsets[0]


def _counts(value: Any) -> bool:
    return isinstance(value, list) and all(type(item) is int and item >= 0 for item in value)


def _check_ranges(ranges: list[tuple[int, int, str]], data_size: int) -> None:
    end = 0
    for begin, stop, name in sorted(ranges):
        if begin != end:
            what = "overlaps another" if begin < end else "leaves a hole before it"
            raise BuildError(f"the data of tensor '{printable(name, 80)}' {what}; {_DISTRUST}")
        end = stop
    if end > data_size:
        raise BuildError(f"the tensor data is truncated: {end - data_size} bytes are missing; fetch the file again")
    if end < data_size:
        raise BuildError(f"{data_size - end} bytes behind the last tensor belong to nothing; {_DISTRUST}")
