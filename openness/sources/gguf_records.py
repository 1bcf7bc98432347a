"""What a GGUF header says, as records, and what is derived from it without reading the file again. No I/O."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import msgspec

from ..printable import printable

#: The array that :func:`tokenizer_hash` wants hashed: ``read_header(fd, hash_arrays=(TOKENS,))``.
TOKENS = "tokenizer.ggml.tokens"

Value = bool | int | float | bytes
Values = tuple[bytes, ...] | tuple[int, ...]


class Tensor(msgspec.Struct, frozen=True):
    """One tensor. ``dims`` are in elements, the row length first (GGUF's order, NumPy's reversed); ``offset`` is in
    bytes from ``GGUFHeader.data_start``; ``size`` is in bytes without padding."""

    name: str
    dims: tuple[int, ...]
    type_id: int
    type_name: str
    offset: int
    size: int | None


class ArrayInfo(msgspec.Struct, frozen=True):
    """An array of the metadata, skipped. Its elements take the bytes ``start`` to ``end`` of the file.

    ``sha256`` is that of exactly these bytes, if it was asked for: for strings each a u64 length and its bytes, in the
    byte order of the file; the element type and count before them are not hashed. ``values`` are kept for small arrays
    only: strings (as bytes) under ``general.``, at most 64 of 4 KiB in all, and integers outside ``tokenizer.``, at
    most 1024 (some architectures give a figure for each block).
    """

    element_type: str
    count: int
    start: int
    end: int
    sha256: str | None = None
    values: Values | None = None


class Split(msgspec.Struct, frozen=True):
    """This file is shard ``no`` (from 0) of ``count``; ``tensors`` counts those of all shards together."""

    no: int
    count: int
    tensors: int


class GGUFHeader(msgspec.Struct, frozen=True):
    """A whole header. Strings in ``metadata`` are the file's own bytes, UTF-8 or not: pass them through
    :func:`openness.printable.printable` before any output. All positions and sizes are in bytes: ``header_end`` is the
    end of the tensor descriptions, ``data_start`` that rounded up to the alignment, ``trailing`` what stands behind the
    last tensor and its padding and belongs to nothing (an appended archive, say)."""

    version: int
    byte_order: str
    metadata: dict[str, Value]
    arrays: dict[str, ArrayInfo]
    tensors: tuple[Tensor, ...]
    data_start: int
    header_end: int
    file_size: int
    trailing: int
    split: Split | None


def tensor_types(header: GGUFHeader) -> dict[str, int]:
    """How many tensors have each type, most frequent first. Tells more than ``general.file_type``, which is nominal."""
    return dict(Counter(tensor.type_name for tensor in header.tensors).most_common())


def architecture(header: GGUFHeader) -> str | None:
    """``general.architecture``, made printable; None if it is missing or not a string."""
    value = header.metadata.get("general.architecture")
    return printable(value, 64) if isinstance(value, bytes) else None


def shapes(header: GGUFHeader) -> dict[str, int | tuple[int, ...]]:
    """The integers of the architecture without its prefix: ``block_count``, ``embedding_length``,
    ``attention.head_count``, …; a tuple where the file has one figure for each block."""
    prefix = f"{architecture(header)}."
    found: dict[str, int | tuple[int, ...]] = {
        key.removeprefix(prefix): value
        for key, value in header.metadata.items()
        if key.startswith(prefix) and isinstance(value, int) and not isinstance(value, bool)
    }
    for key, array in header.arrays.items():
        if key.startswith(prefix) and array.values is not None:
            found[key.removeprefix(prefix)] = tuple(value for value in array.values if isinstance(value, int))
    return found


def tokenizer_hash(header: GGUFHeader) -> str | None:
    """sha256 (hex) of the elements of ``tokenizer.ggml.tokens`` as stored: for each token a u64 length and its bytes,
    without the element type and count before the first. None if the build has no such array.

    The same definition as in ``model-families/tokenizers.yaml``. It identifies a tokenizer lineage, never a model. A
    big-endian build stores the lengths the other way round, so its hash compares with big-endian builds only.
    Raises ValueError if the header was read without ``hash_arrays=(TOKENS,)``.
    """
    array = header.arrays.get(TOKENS)
    if array is None:
        return None
    if array.sha256 is None:
        raise ValueError(f"read the header with hash_arrays=({TOKENS!r},) to have the tokenizer hash")
    return array.sha256


def general_claims(header: GGUFHeader) -> dict[str, Value | Values]:
    """Every ``general.*`` key: license, license.name, license.link, name, base_model.*, source.*, datasets, tags, …

    They are what the converter wrote, not evidence of the publisher. Arrays whose values were not kept (see
    :class:`ArrayInfo`) are left out here and stay visible in ``header.arrays``.
    """
    claims: dict[str, Value | Values] = {k: v for k, v in header.metadata.items() if k.startswith("general.")}
    claims |= {k: a.values for k, a in header.arrays.items() if k.startswith("general.") and a.values is not None}
    return claims


_SHARD = re.compile(r"(.*)-(\d{5})-of-(\d{5})\.gguf", re.DOTALL | re.ASCII)


def shard_names(name: str, count: int) -> list[str] | None:
    """The names of all ``count`` shards, in order, given the name of one (``x-00002-of-00003.gguf``).

    None if the name does not follow the convention of ``llama-gguf-split`` or contradicts ``count``: then the siblings
    cannot be found, and llama.cpp would not find them either.
    """
    match = _SHARD.fullmatch(name)
    if match is None or int(match[3]) != count or not 1 <= int(match[2]) <= count:
        return None
    return [f"{match[1]}-{no:05d}-of-{count:05d}.gguf" for no in range(1, count + 1)]


def split_of(metadata: Mapping[str, Value], here: int) -> Split | str | None:
    """The split that the keys ``split.*`` describe, for a file with ``here`` tensors; a text says what is wrong.

    ``split.count`` 0 is what a merge leaves behind, and no split.
    """
    names = ("split.no", "split.count", "split.tensors.count")
    present = [name for name in names if name in metadata]
    if not present or metadata.get("split.count") == 0:
        return None
    missing = [name for name in names if name not in metadata]
    if missing:
        return f"the file says {present[0]} but has no {missing[0]}"
    no, count, tensors = (metadata[name] for name in names)
    if not (isinstance(no, int) and isinstance(count, int) and isinstance(tensors, int)) or any(
        isinstance(value, bool) for value in (no, count, tensors)
    ):
        return "the keys split.* are not integers"
    if not 0 <= no < count or tensors < here:
        return f"the file says it is shard {no} of {count} with {tensors} tensors in all, but has {here} itself"
    return Split(no, count, tensors)
