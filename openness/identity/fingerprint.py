"""The fingerprint of a checkpoint: its one-dimensional tensors, which no quantization changes, and samples of large ones.

llama.cpp keeps normalization weights and biases in F32 in every quantization of a model, and its converter takes them over from
bfloat16 without loss; so they are the same in all builds of one checkpoint, and in its safetensors. What converters do to them is
undone: Gemma's norm weights are stored with 1 added, which shows in the values themselves.
"""

from __future__ import annotations

import hashlib
import struct
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from openness.identity import dequantize, tensor_names
from openness.identity.vectors import layout_of, vectors_of
from openness.sources.tensors import Piece, StoredTensor, TensorSource

#: Values kept of each one-dimensional tensor, evenly spread.
SAMPLES = 32
#: Values of a sampled row of a large matrix: one block of the types with the largest blocks.
ROW = 256
#: Which matrices are sampled: no converter permutes, transposes or fuses them where they have these names.
MATRICES = ("ffn_down", "attn_output", "attn_v", "ffn_up")


class VectorPrint(msgspec.Struct, frozen=True, array_like=True):
    """One one-dimensional tensor: its GGUF name, its length, the first 16 hex digits of the sha256 of its values, samples."""

    name: str
    count: int
    digest: str
    samples: tuple[float, ...]


class RowPrint(msgspec.Struct, frozen=True, array_like=True):
    """The first values of one row of a large matrix; ``kind`` is the type from which they were read, which tells their noise."""

    name: str
    row: int
    kind: str
    values: tuple[float, ...]


class WeightPrint(msgspec.Struct, frozen=True):
    """``digest`` over all vectors; ``layout`` over their names and lengths alone, which finds what can be compared. ``exact`` is
    the share of values that bfloat16 holds: less than 1 means that they were computed or stored in something finer.
    ``shifted``: 1 was taken from the norm weights."""

    digest: str
    layout: str
    vectors: tuple[VectorPrint, ...]
    rows: tuple[RowPrint, ...] = ()
    exact: float = 1.0
    shifted: bool = False

    @property
    def count(self) -> int:
        """How many values the vectors hold."""
        return sum(vector.count for vector in self.vectors)

    @property
    def distinct(self) -> int:
        """How many different values are among the samples."""
        return len({value for vector in self.vectors for value in vector.samples})


def fingerprint(source: TensorSource, rows: Iterable[tuple[str, int]] | None = None) -> WeightPrint | None:
    """The fingerprint of a checkpoint; None if it has no vectors. ``rows`` are the matrix rows to sample (None: chosen here).

    Raises BuildError, and what the source's transport raises.
    """
    tensors = source.tensors
    vectors = vectors_of(tensors)
    if not vectors:
        return None
    chosen = _chosen_rows(tensors, rows)
    names = sorted(vectors)
    pieces = [Piece(vectors[name].name, 0, vectors[name].size) for name in names]
    pieces += [_row_piece(tensor, row) for _, tensor, row in chosen]
    answers = source.read(pieces)
    stored = {name: _as_f32(vectors[name].kind, data) for name, data in zip(names, answers, strict=False)}
    shifted, exact = _shift(stored)
    prints = []
    for name in names:
        values = _canonical(stored[name], shifted and tensor_names.shifted(name))
        prints.append(VectorPrint(name, len(values) // 4, hashlib.sha256(values).hexdigest()[:16], _samples(values)))
    sampled = []
    for (name, tensor, row), data in zip(chosen, answers[len(names) :], strict=True):
        values_of_row = dequantize.values(tensor.kind, data)
        if values_of_row is not None:
            sampled.append(RowPrint(name, row, tensor.kind, tuple(_rounded(values_of_row))))
    return WeightPrint(digest_of(prints), layout_of(vectors), tuple(prints), tuple(sampled), exact, shifted)


def digest_of(vectors: Sequence[VectorPrint]) -> str:
    """The digest over all vectors, in the order of their names."""
    text = "\n".join(f"{v.name} {v.count} {v.digest}" for v in sorted(vectors, key=lambda v: v.name))
    return hashlib.sha256(text.encode()).hexdigest()


def _chosen_rows(
    tensors: Mapping[str, StoredTensor], rows: Iterable[tuple[str, int]] | None
) -> list[tuple[str, StoredTensor, int]]:
    """GGUF name, tensor and row of the rows to sample: those asked for, else two blocks' matrices."""
    large = {name: tensor for name, tensor in tensors.items() if len(tensor.dims) == 2 and _readable(tensor)}
    named = {other: large[name] for name, other in tensor_names.gguf_names(large).items()}
    if rows is not None:
        return [(name, named[name], row) for name, row in rows if name in named and row < named[name].dims[1]]
    blocks = sorted({int(name.split(".")[1]) for name in named if name.startswith("blk.")})
    picked = [blocks[len(blocks) // 4], blocks[3 * len(blocks) // 4]] if blocks else []
    wanted = [f"blk.{block}.{matrix}.weight" for block in dict.fromkeys(picked) for matrix in MATRICES]
    return [(name, named[name], named[name].dims[1] // 2) for name in wanted if name in named]


def _readable(tensor: StoredTensor) -> bool:
    return tensor.kind in dequantize.KINDS and tensor.dims[0] >= ROW and tensor.dims[0] % tensor.block == 0


def _row_piece(tensor: StoredTensor, row: int) -> Piece:
    start, length = tensor.span(row * tensor.dims[0], ROW)
    return Piece(tensor.name, start, length)


def _as_f32(kind: str, data: bytes) -> bytes:
    if kind == "F32":
        return data
    if kind == "BF16":
        wide = bytearray(2 * len(data))
        wide[2::4], wide[3::4] = data[0::2], data[1::2]
        return bytes(wide)
    return _packed(dequantize.values(kind, data) or [])


def _packed(values: Iterable[float]) -> bytes:
    words = array("f", values)
    if sys.byteorder == "big":
        words.byteswap()
    return words.tobytes()


def _floats(data: bytes) -> array[float]:
    words = array("f", data)
    if sys.byteorder == "big":
        words.byteswap()
    return words


def _exact(data: bytes) -> int:
    """How many of the values bfloat16 holds: those whose two lower bytes are zero."""
    low = int.from_bytes(data[0::4], "little") | int.from_bytes(data[1::4], "little")
    return low.to_bytes(len(data) // 4, "little").count(0)


def _shift(stored: Mapping[str, bytes]) -> tuple[bool, float]:
    """Whether 1 was added to the norm weights, and the share of values that bfloat16 holds once that is undone."""
    total = sum(len(data) // 4 for data in stored.values())
    weights = {name: data for name, data in stored.items() if tensor_names.shifted(name)}
    others = sum(_exact(data) for name, data in stored.items() if name not in weights)
    plain = sum(_exact(data) for data in weights.values())
    if plain + others == total:
        return False, 1.0
    less_one = sum(_exact(_packed(value - 1.0 for value in _floats(data))) for data in weights.values())
    # values near 1 lose digits with the subtraction, so a few become exact by chance
    shifted = less_one - plain > 0.1 * sum(len(data) // 4 for data in weights.values())
    return shifted, (others + (less_one if shifted else plain)) / total


#: The first byte (sign and upper exponent) of values that can be below 2^-16 in size.
_SMALL = bytes(byte for byte in range(256) if byte & 0x7F <= 0x37)
_LARGE = bytes(byte for byte in range(256) if byte & 0x7F > 0x37)
_TINY = 2.0**-16


def _canonical(data: bytes, shifted: bool) -> bytes:
    """The values that are compared. Adding 1 loses what is below 2^-16, so that counts as 0 everywhere."""
    if shifted:
        data = _packed(value - 1.0 for value in _floats(data))
    if data[3::4].translate(None, _LARGE):
        data = _packed(value if abs(value) >= _TINY else 0.0 for value in _floats(data))
    return data


def _samples(data: bytes) -> tuple[float, ...]:
    count = len(data) // 4
    taken = min(count, SAMPLES)
    return tuple(struct.unpack_from("<f", data, 4 * ((2 * i + 1) * count // (2 * taken)))[0] for i in range(taken))


def _rounded(values: Iterable[float]) -> Iterable[float]:
    """To half precision, in which rows are kept."""
    for value in values:
        yield struct.unpack("<e", struct.pack("<e", max(-65504.0, min(65504.0, value))))[0] if value == value else 0.0  # noqa: PLR0124
