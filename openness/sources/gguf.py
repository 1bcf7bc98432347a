"""Reads the header of a GGUF file: metadata and tensor descriptions, nothing of the weights.

Rules: the GGUF specification (ggml-org/ggml, docs/gguf.md), versions 2 and 3, both byte orders, tightened where loaders
were attacked (tensor data outside the file, overlapping tensors, overflowing dimensions, key names that end at a NUL
byte for one reader only). Every count is bounded by the file and by the limits in ``gguf_types``; large arrays are
skipped. Whatever is wrong, the error is :class:`openness.errors.GGUFError`, one printable sentence.
"""

from __future__ import annotations

import struct

from . import gguf_types as spec
from .gguf_bytes import DISTRUST, OUTDATED, REFETCH, Cursor, bad, regular_size
from .gguf_foreign import PEEK, not_gguf
from .gguf_layout import check_layout, round_up, short, tensor_size
from .gguf_records import (
    TOKENS,
    ArrayInfo,
    GGUFHeader,
    Split,
    Tensor,
    Value,
    Values,
    architecture,
    general_claims,
    shapes,
    shard_names,
    split_of,
    tensor_types,
    tokenizer_hash,
)

__all__ = [
    "TOKENS",
    "ArrayInfo",
    "GGUFHeader",
    "Split",
    "Tensor",
    "architecture",
    "array_sha256",
    "first_bytes",
    "general_claims",
    "read_header",
    "shapes",
    "shard_names",
    "tensor_types",
    "tokenizer_hash",
]

_DEFAULT_ALIGNMENT = 32
_SMALLEST_PAIR = 14  # bytes: a key of one character, a value of one byte
_SMALLEST_TENSOR = 33  # bytes: a name of one character, one dimension
_KEPT_STRINGS, _KEPT_BYTES, _KEPT_INTEGERS = 64, 4096, 1024
_KEY_BYTES = bytes(range(0x21, 0x7F))
_CONTROLS = bytes([*range(0x20), 0x7F])


def read_header(fd: int, *, hash_arrays: tuple[str, ...] = (), part: tuple[int, int] | None = None) -> GGUFHeader:
    """The header of the GGUF file open at ``fd``: a regular file, whose position is neither used nor moved.

    ``part`` (start and length in bytes) reads a build that lies within another file; positions then count from its start.
    ``hash_arrays`` names metadata arrays whose elements are hashed (:class:`ArrayInfo`). In a shard of a split file
    only the tensors of this shard are checked. Raises GGUFError for all that is not a complete, sound GGUF file.
    """
    size = regular_size(fd)
    start, length = part or (0, size)
    if start < 0 or length < 0 or start + length > size:
        raise bad("the build within this file lies beyond its end", start)
    cursor = Cursor(fd, length, start)
    version, byte_order = _read_start(cursor)
    cursor.set_byte_order(byte_order)
    tensor_count, pair_count = _read_counts(cursor)
    reader = _Reader(cursor, hash_arrays)
    for number in range(pair_count):
        reader.read_pair(number)
    alignment = reader.alignment()
    tensors = tuple(reader.read_tensor(number) for number in range(tensor_count))
    header_end = cursor.pos
    data_start = round_up(header_end, alignment)
    data_end = check_layout(tensors, alignment, data_start, cursor.size)
    split = split_of(reader.metadata, tensor_count)
    if isinstance(split, str):
        raise bad(split, header_end, DISTRUST)
    return GGUFHeader(
        version=version,
        byte_order=byte_order,
        metadata=reader.metadata,
        arrays=reader.arrays,
        tensors=tensors,
        data_start=data_start,
        header_end=header_end,
        file_size=cursor.size,
        trailing=max(0, cursor.size - round_up(data_end, alignment)),
        split=split,
    )


def first_bytes(fd: int, size: int) -> bytes:
    """What :func:`openness.sources.gguf_foreign.not_gguf` wants to see of a file."""
    return Cursor(fd, size).peek(PEEK)


def array_sha256(fd: int, header: GGUFHeader, key: str, first: int | None = None, *, start: int = 0) -> str:
    """sha256 (hex) of the first ``first`` elements (None: all) of the array ``key`` as stored, as in ``ArrayInfo``.

    ``header`` must be that of ``fd``, from its byte ``start``. A prefix survives tokens that a fine-tune added:
    ``model-families/tokenizers.yaml`` lists digests of prefixes. Raises KeyError for a key that is no array,
    ValueError if the array is shorter, GGUFError if the file changed.
    """
    array = header.arrays[key]
    count = array.count if first is None else first
    if not 0 <= count <= array.count:
        raise ValueError(f"{key} has {array.count} elements, not {count}")
    cursor = Cursor(fd, header.file_size, start)
    cursor.set_byte_order(header.byte_order)
    cursor.skip(array.start, key)
    if array.element_type == "string":
        cursor.skip_strings(count, key)
    elif array.count:
        cursor.skip((array.end - array.start) // array.count * count, key)
    return cursor.sha256(array.start, cursor.pos)


def _read_start(cursor: Cursor) -> tuple[int, str]:
    """The version, and from it the byte order: no version is large, so the order that makes it small is right."""
    head = cursor.peek(PEEK)
    if not head.startswith(b"GGUF"):
        raise not_gguf(head, cursor.size)
    cursor.skip(4, "the magic")
    raw = cursor.take(4, "the version")
    little, big = int.from_bytes(raw, "little"), int.from_bytes(raw, "big")
    if little in (2, 3):
        return little, "little"
    if big in (2, 3):
        return big, "big"
    version = min(little, big)
    if version == 1:
        raise bad("GGUF version 1 is no longer read, here or by llama.cpp", 4, "convert the model again")
    raise bad(f"GGUF version {version} is not known", 4, OUTDATED if version > 3 else REFETCH)


def _read_counts(cursor: Cursor) -> tuple[int, int]:
    tensors, pairs = cursor.u64("the number of tensors"), cursor.u64("the number of metadata keys")
    for count, limit, what, at in (
        (tensors, spec.MAX_TENSORS, "tensors", 8),
        (pairs, spec.MAX_METADATA, "metadata keys", 16),
    ):
        if count > limit:
            raise bad(f"the header claims {count} {what}, more than the limit of {limit}", at, DISTRUST)
    if pairs * _SMALLEST_PAIR + tensors * _SMALLEST_TENSOR > cursor.size - cursor.pos:
        raise bad(f"the header claims {pairs} metadata keys and {tensors} tensors, more than the file can hold", 8)
    return tensors, pairs


class _Reader:
    """Collects pairs and tensors, and counts what it keeps and skips against the limits of the whole file."""

    def __init__(self, cursor: Cursor, hash_arrays: tuple[str, ...]) -> None:
        self._cursor = cursor
        self._hash_arrays = frozenset(hash_arrays)
        self._kept = 0
        self._elements = 0
        self._kept_elements = 0
        self._names: set[str] = set()
        self._alignment: tuple[int, int] | None = None  # the value type of general.alignment and where it stands
        self.metadata: dict[str, Value] = {}
        self.arrays: dict[str, ArrayInfo] = {}
        self._scalars = {number: struct.Struct(cursor.order + scalar.code) for number, scalar in spec.SCALARS.items()}

    def read_pair(self, number: int) -> None:
        key = self._key(number)
        at = self._cursor.pos
        value_type = self._cursor.u32(f"the type of key {short(key)}")
        if key == "general.alignment":
            self._alignment = (value_type, at)
        if value_type in self._scalars:
            self.metadata[key] = self._scalar(key, value_type)
        elif value_type == spec.STRING:
            self.metadata[key] = self._string(spec.MAX_STRING, f"the value of key {short(key)}")
        elif value_type == spec.ARRAY:
            self.arrays[key] = self._array(key)
        else:
            raise bad(f"key {short(key)} has the unknown value type {value_type}", at, DISTRUST)

    def alignment(self) -> int:
        """``general.alignment``: a multiple of 8 by the specification, a u32 and a power of two by llama.cpp, which
        computes with masks and would find the data of any other alignment elsewhere."""
        if self._alignment is None:
            return _DEFAULT_ALIGNMENT
        value_type, at = self._alignment
        value = self.metadata.get("general.alignment")
        if value_type != spec.UINT32 or not isinstance(value, int):
            raise bad("general.alignment is not of type uint32", at, DISTRUST)
        if value < 8 or value & (value - 1):
            raise bad(f"general.alignment is {value}, not a power of two from 8 upward", at, DISTRUST)
        return value

    def read_tensor(self, number: int) -> Tensor:
        cursor, at = self._cursor, self._cursor.pos
        name = self._tensor_name(number)
        what = f"the description of tensor {short(name)}"
        n_dims = cursor.u32(what)
        if not 1 <= n_dims <= spec.MAX_DIMENSIONS:
            raise bad(f"tensor {short(name)} has {n_dims} dimensions instead of 1 to 4", at, DISTRUST)
        dims = tuple(cursor.u64(what) for _ in range(n_dims))
        type_id = cursor.u32(what)
        kind, size = tensor_size(name, dims, type_id, at)
        return Tensor(name, dims, type_id, kind, cursor.u64(what), size)

    def _key(self, number: int) -> str:
        """A key: ASCII by the specification, which also wants lower_snake_case; real ones have hyphens and capitals.
        Control characters and spaces are refused, a NUL above all: C code would read a shorter key."""
        at = self._cursor.pos
        raw = self._string(spec.MAX_KEY, f"the name of metadata key {number}")
        if not raw or raw.translate(None, _KEY_BYTES):
            raise bad(f"metadata key {number} ({short(raw)}) is not printable ASCII without spaces", at, DISTRUST)
        key = raw.decode("ascii")
        if key in self.metadata or key in self.arrays:
            raise bad(f"metadata key {short(key)} is a duplicate", at, DISTRUST)
        return key

    def _tensor_name(self, number: int) -> str:
        at = self._cursor.pos
        raw = self._string(spec.MAX_TENSOR_NAME, f"the name of tensor {number}")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise bad(f"the name of tensor {number} ({short(raw)}) is not UTF-8", at, DISTRUST) from None
        if not raw or len(raw.translate(None, _CONTROLS)) < len(raw):
            raise bad(f"the name of tensor {number} ({short(raw)}) is empty or has control characters", at, DISTRUST)
        if name in self._names:
            raise bad(f"tensor name {short(name)} is a duplicate", at, DISTRUST)
        self._names.add(name)
        return name

    def _string(self, longest: int, what: str) -> bytes:
        at = self._cursor.pos
        value = self._cursor.string(longest, what)
        self._kept += len(value)
        if self._kept > spec.MAX_KEPT:
            raise bad(f"keys, strings and names take more than the limit of {spec.MAX_KEPT} bytes", at, DISTRUST)
        return value

    def _scalar(self, key: str, value_type: int) -> Value:
        at = self._cursor.pos
        raw = self._cursor.take(spec.SCALARS[value_type].size, f"the value of key {short(key)}")
        value: int | float = self._scalars[value_type].unpack(raw)[0]
        if value_type != spec.BOOL:
            return value
        if value not in (0, 1):
            raise bad(f"key {short(key)} is a bool with the value {value}", at, DISTRUST)
        return bool(value)

    def _array(self, key: str) -> ArrayInfo:
        cursor, at = self._cursor, self._cursor.pos
        what = f"the array of key {short(key)}"
        element_type, count = cursor.u32(what), cursor.u64(what)
        self._elements += count
        if count > spec.MAX_ARRAY or self._elements > spec.MAX_ELEMENTS:
            limit = f"{spec.MAX_ARRAY}, or {spec.MAX_ELEMENTS} in a file"
            raise bad(f"{what} claims {count} elements, more than the limit of {limit}", at, DISTRUST)
        start = cursor.pos
        if element_type == spec.STRING:
            cursor.skip_strings(count, what)
        elif element_type in spec.SCALARS:
            cursor.skip(count * spec.SCALARS[element_type].size, what)
        elif element_type == spec.ARRAY:
            raise bad(f"{what} is nested, which no known model uses", at, DISTRUST)
        else:
            raise bad(f"{what} has the unknown element type {element_type}", at, DISTRUST)
        end = cursor.pos
        if element_type == spec.BOOL and not cursor.only_bools(start, end):
            raise bad(f"{what} has a bool that is neither 0 nor 1", start, DISTRUST)
        digest = cursor.sha256(start, end) if key in self._hash_arrays else None
        name = "string" if element_type == spec.STRING else spec.SCALARS[element_type].name
        return ArrayInfo(name, count, start, end, digest, self._small(key, element_type, count, start))

    def _small(self, key: str, element_type: int, count: int, start: int) -> Values | None:
        """The elements of an array that is worth keeping, read again; the cursor stands behind it before and after."""
        cursor, end = self._cursor, self._cursor.pos
        if element_type == spec.STRING:
            if not key.startswith("general.") or count > _KEPT_STRINGS or end - start - 8 * count > _KEPT_BYTES:
                return None
            self._keep_elements(count, start)
            cursor.pos = start
            return tuple(cursor.string(_KEPT_BYTES, key) for _ in range(count))
        if key.startswith("tokenizer.") or element_type not in spec.INTEGERS or count > _KEPT_INTEGERS:
            return None
        self._keep_elements(count, start)
        cursor.pos = start
        code = spec.SCALARS[element_type].code
        return struct.unpack(f"{cursor.order}{count}{code}", cursor.take(end - start, key))

    def _keep_elements(self, count: int, at: int) -> None:
        self._kept_elements += count
        if self._kept_elements > spec.MAX_KEPT_ELEMENTS:
            what = f"small arrays have together more elements than the limit of {spec.MAX_KEPT_ELEMENTS}"
            raise bad(what, at, DISTRUST)
