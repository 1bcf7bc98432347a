"""Tensors as a file stores them, whatever the format: names, shapes, types, and their bytes on demand. No I/O here.

The readers of GGUF and of safetensors give their tensors in this one form, so that what compares weights need not know
where they come from: an open file, or ranges of a file on the Hub.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import msgspec


class StoredTensor(msgspec.Struct, frozen=True):
    """One tensor. ``dims`` in elements, the row length first (GGUF's order); ``kind`` is the type's name in GGUF's spelling
    (F32, BF16, Q4_K, …); ``block`` elements take ``block_size`` bytes; ``size`` is in bytes."""

    name: str
    dims: tuple[int, ...]
    kind: str
    block: int
    block_size: int
    size: int

    @property
    def count(self) -> int:
        """The number of elements."""
        total = 1
        for dim in self.dims:
            total *= dim
        return total

    def span(self, first: int, count: int) -> tuple[int, int]:
        """Where elements ``first`` to ``first + count`` lie: offset and length in bytes within the tensor. Both must be
        multiples of the block."""
        return first // self.block * self.block_size, count // self.block * self.block_size


class Piece(msgspec.Struct, frozen=True):
    """A stretch of a tensor's bytes: ``start`` and ``length`` count from the tensor's own first byte."""

    tensor: str
    start: int
    length: int


class TensorSource(Protocol):
    """Where tensors can be read. ``read`` gives the bytes of each piece in the order asked; it raises BuildError for a file
    that changed, and what its transport raises."""

    @property
    def tensors(self) -> Mapping[str, StoredTensor]: ...

    def read(self, pieces: Iterable[Piece]) -> list[bytes]: ...


class FileTensors(msgspec.Struct, frozen=True):
    """Tensors of an open file: ``starts`` are the offsets of their data, ``pread(start, length)`` gives exactly those bytes."""

    tensors: Mapping[str, StoredTensor]
    starts: Mapping[str, int]
    pread: Callable[[int, int], bytes]

    def read(self, pieces: Iterable[Piece]) -> list[bytes]:
        return [self.pread(self.starts[piece.tensor] + piece.start, piece.length) for piece in pieces]


class JoinedTensors(msgspec.Struct, frozen=True):
    """Several files as one: the shards of a split build. A name that two shards have is taken from the first."""

    sources: tuple[TensorSource, ...]

    @property
    def tensors(self) -> Mapping[str, StoredTensor]:
        joined: dict[str, StoredTensor] = {}
        for source in reversed(self.sources):
            joined.update(source.tensors)
        return joined

    def read(self, pieces: Iterable[Piece]) -> list[bytes]:
        wanted = list(pieces)
        owners = [next(source for source in self.sources if piece.tensor in source.tensors) for piece in wanted]
        answers: dict[int, bytes] = {}
        for source in self.sources:
            numbers = [number for number, owner in enumerate(owners) if owner is source]
            answers.update(zip(numbers, source.read(wanted[number] for number in numbers), strict=True))
        return [answers[number] for number in range(len(wanted))]
