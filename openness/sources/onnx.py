"""Reads what an ONNX file says of itself: producer, metadata, and the names, shapes and types of its weights, not the weights.

Rules: the protocol-buffer wire format and ``onnx.proto3`` (ModelProto, GraphProto, TensorProto; onnx 1.19). Fields are walked
by their lengths and what is not needed is skipped, so that a model of gigabytes costs as little as its table of contents. Every
length is bounded by the message around it; whatever is wrong, the error is :class:`openness.errors.BuildError`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from openness.errors import BuildError
from openness.printable import printable
from openness.sources.exact_read import read_exactly

#: A model of a hundred thousand nodes and weights has some 400,000.
MAX_FIELDS = 1 << 19
MAX_TEXT = 1 << 16
MAX_PROPERTIES = 1 << 10
WINDOW = 1 << 16
#: TensorProto.DataType by number.
TYPES = {
    1: "F32", 2: "U8", 3: "I8", 4: "U16", 5: "I16", 6: "I32", 7: "I64", 8: "STRING", 9: "BOOL", 10: "F16", 11: "F64", 12: "U32",
    13: "U64", 14: "C64", 15: "C128", 16: "BF16", 17: "F8_E4M3", 18: "F8_E4M3FNUZ", 19: "F8_E5M2", 20: "F8_E5M2FNUZ", 21: "U4",
    22: "I4", 23: "F4", 24: "F8_E8M0",
}  # fmt: skip
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class OnnxModel(msgspec.Struct, frozen=True):
    """``properties`` are the model's own metadata (texts as found, made printable); ``external`` are the files that hold weights
    outside of this one, as named, which may be hostile."""

    producer: str
    properties: dict[str, str]
    tensor_types: dict[str, int]
    external: tuple[str, ...]
    nodes: int


class _Field(msgspec.Struct, frozen=True):
    """A field of a message: its number, its wire type, its value (a number) or where its bytes are."""

    number: int
    wire: int
    value: int
    start: int
    end: int


class _Walker:
    """Fields of messages in an open file, counted over the whole file."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self.size = size
        self._base = 0
        self._buffer = b""
        self._fields = 0

    def fields(self, start: int, end: int) -> Iterator[_Field]:
        at = start
        while at < end:
            self._fields += 1
            if self._fields > MAX_FIELDS:
                raise BuildError(f"the ONNX file has more than {MAX_FIELDS} fields; it is damaged or was made to mislead")
            key, at = self._varint(at, end)
            number, wire = key >> 3, key & 7
            if wire == _VARINT:
                value, at = self._varint(at, end)
                yield _Field(number, wire, value, at, at)
                continue
            length, at = self._varint(at, end) if wire == _BYTES else ({_FIXED64: 8, _FIXED32: 4}.get(wire, -1), at)
            if number == 0 or length < 0 or at + length > end:
                raise BuildError(f"this is no ONNX file, or it is damaged (at byte {at}); fetch it again")
            yield _Field(number, wire, 0, at, at + length)
            at += length

    def text(self, field: _Field) -> str:
        if field.wire != _BYTES or field.end - field.start > MAX_TEXT:
            return ""
        return printable(read_exactly(self._descriptor, field.start, field.end - field.start), 2000)

    def numbers(self, field: _Field) -> list[int]:
        """A repeated number: packed in one field, or one number in each."""
        if field.wire == _VARINT:
            return [field.value]
        found: list[int] = []
        at = field.start
        while at < field.end and len(found) < 64:
            value, at = self._varint(at, field.end)
            found.append(value)
        return found

    def _varint(self, at: int, end: int) -> tuple[int, int]:
        value = 0
        for shift in range(0, 70, 7):
            if at >= end:
                break
            byte = self._byte(at)
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value, at
        raise BuildError(f"this is no ONNX file, or it is damaged (at byte {at}); fetch it again")

    def _byte(self, at: int) -> int:
        if not self._base <= at < self._base + len(self._buffer):
            self._base = at
            self._buffer = read_exactly(self._descriptor, at, min(WINDOW, self.size - at))
        return self._buffer[at - self._base]


def read_model(descriptor: int, size: int) -> OnnxModel:
    """What the ONNX file of ``size`` bytes open at ``descriptor`` says. Raises BuildError."""
    walker = _Walker(descriptor, size)
    producer: list[str] = []
    properties: dict[str, str] = {}
    types: Counter[str] = Counter()
    external: dict[str, None] = {}
    nodes, graphs, versions = 0, 0, 0
    for field in walker.fields(0, size):
        if field.number == 1 and field.wire == _VARINT:
            versions += 1
        elif field.number in (2, 3) and field.wire == _BYTES:
            producer.append(walker.text(field))
        elif field.number == 7 and field.wire == _BYTES:
            graphs += 1
            nodes += _graph(walker, field, types, external)
        elif field.number == 14 and field.wire == _BYTES and len(properties) < MAX_PROPERTIES:
            key, value = _pair(walker, field)
            properties[key] = value
    if not graphs or not versions:
        raise BuildError("the file has no ONNX graph; it is no ONNX model, or the download is incomplete")
    return OnnxModel(" ".join(producer), properties, dict(types.most_common()), tuple(external), nodes)


def _graph(walker: _Walker, graph: _Field, types: Counter[str], external: dict[str, None]) -> int:
    nodes = 0
    for field in walker.fields(graph.start, graph.end):
        if field.number == 1:
            nodes += 1
        elif field.number == 5 and field.wire == _BYTES:
            _tensor(walker, field, types, external)
    return nodes


def _tensor(walker: _Walker, tensor: _Field, types: Counter[str], external: dict[str, None]) -> None:
    kind = 0
    for field in walker.fields(tensor.start, tensor.end):
        if field.number == 2 and field.wire == _VARINT:
            kind = field.value
        elif field.number == 13 and field.wire == _BYTES:
            key, value = _pair(walker, field)
            if key == "location" and len(external) < MAX_PROPERTIES:
                external[value] = None
    types[TYPES.get(kind, f"type {kind}")] += 1


def _pair(walker: _Walker, entry: _Field) -> tuple[str, str]:
    """A StringStringEntryProto."""
    key = value = ""
    for field in walker.fields(entry.start, entry.end):
        if field.number == 1:
            key = walker.text(field)
        elif field.number == 2:
            value = walker.text(field)
    return key, value
