"""Properties of the reader: what is written comes back, and no bytes whatever raise anything but our error."""

from __future__ import annotations

import math
import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from openness.errors import GGUFError
from openness.sources import gguf
from tests import builds
from tests.builds import Array, Build, Value
from tests.sources.reading import MODEL, read

keys = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20).filter(
    lambda key: key != "general.alignment" and not key.startswith("split.")
)


def integers(kind: str) -> st.SearchStrategy[Value]:
    _, code = builds.KINDS[kind]
    bits = 8 * struct.calcsize("=" + code)
    low, high = (0, (1 << bits) - 1) if kind.startswith("u") else (-(1 << bits - 1), (1 << bits - 1) - 1)
    return st.integers(low, high).map(lambda value: Value(kind, value))


scalars = st.one_of(
    *(integers(kind) for kind in builds.KINDS if "int" in kind),
    st.booleans().map(lambda value: Value("bool", value)),
    st.floats(width=32, allow_nan=False).map(lambda value: Value("float32", value)),
    st.floats(allow_nan=False).map(lambda value: Value("float64", value)),
    st.binary(max_size=300).map(lambda value: Value("string", value)),
)
arrays = st.one_of(
    st.lists(st.binary(max_size=300), max_size=20).map(lambda v: Array("string", v)),
    st.lists(st.integers(-(1 << 31), (1 << 31) - 1), max_size=20).map(lambda v: Array("int32", v)),
)


@given(st.dictionaries(keys, scalars | arrays, max_size=20), st.sampled_from(["little", "big"]), st.sampled_from([2, 3]))
def test_whatever_metadata_is_written_comes_back(metadata: dict[str, Value | Array], byte_order: str, version: int) -> None:
    build = Build(metadata, byte_order=byte_order, version=version).encode()
    header = read(build)
    for key, entry in metadata.items():
        if isinstance(entry, Value):
            assert header.metadata[key] == entry.data
        else:
            found = header.arrays[key]
            stored = entry.encode("<" if byte_order == "little" else ">")[16:]
            assert (found.element_type, found.count) == (entry.kind, len(entry.items))
            assert build[found.start : found.end] == stored
            assert found.values in (None, tuple(entry.items))


def test_infinities_and_nan_are_kept() -> None:
    metadata = read(Build({"a": Value("float32", math.inf), "b": Value("float64", math.nan)})).metadata
    assert metadata["a"] == math.inf
    assert isinstance(metadata["b"], float)
    assert math.isnan(metadata["b"])


@settings(max_examples=300)
@given(st.binary(max_size=400), st.sampled_from([b"", b"GGUF", b"GGUF\3\0\0\0", MODEL.encode()[:200]]))
def test_arbitrary_bytes_raise_nothing_but_our_error(tail: bytes, head: bytes) -> None:
    parses_or_refuses(head + tail)


@settings(max_examples=500)
@given(st.data())
def test_a_mutated_file_parses_or_is_refused(data: st.DataObject) -> None:
    content = bytearray(MODEL.encode())
    end = read(MODEL).header_end
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, end - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.none() | st.integers(0, len(content)))
    parses_or_refuses(bytes(content[:cut]))


def is_one_printable_sentence(error: GGUFError) -> None:
    assert error.message.isprintable()


def parses_or_refuses(content: bytes) -> None:
    try:
        header = read(content, hash_arrays=(gguf.TOKENS,))
    except GGUFError as error:
        is_one_printable_sentence(error)
        return
    for tensor in header.tensors:
        assert header.data_start + tensor.offset + (tensor.size or 0) <= len(content)
    gguf.general_claims(header), gguf.shapes(header), gguf.tensor_types(header), gguf.architecture(header)
