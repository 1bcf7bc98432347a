"""Values behind quantized blocks, against the gguf package as an oracle, on random blocks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openness.identity.dequantize import KINDS, values
from openness.sources.gguf_types import TENSOR_TYPES

BLOCKS = {kind.name: kind for kind in TENSOR_TYPES.values()}
NUMBERS = {kind.name: number for number, kind in TENSOR_TYPES.items()}
#: Where the half-precision scales stand, so that random bytes do not make infinities of them.
HALVES = {
    "Q4_0": (0,), "Q4_1": (0, 2), "Q5_0": (0,), "Q5_1": (0, 2), "Q8_0": (0,), "Q2_K": (80, 82), "Q3_K": (108,),
    "Q4_K": (0, 2), "Q5_K": (0, 2), "Q6_K": (208,), "IQ4_NL": (0,), "IQ4_XS": (0,),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(HALVES))
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_blocks_have_the_values_that_the_gguf_package_gives(kind: str, data: st.DataObject) -> None:
    numpy = pytest.importorskip("numpy")
    from gguf import GGMLQuantizationType
    from gguf.quants import dequantize

    size = BLOCKS[kind].size
    block = bytearray(data.draw(st.binary(min_size=size, max_size=size)))
    for at in HALVES[kind]:
        block[at : at + 2] = numpy.float16(data.draw(st.floats(-2, 2, width=16))).tobytes()
    expected = dequantize(numpy.frombuffer(bytes(block), numpy.uint8), GGMLQuantizationType(NUMBERS[kind])).ravel()
    found = values(kind, bytes(block))
    assert found is not None and len(found) == BLOCKS[kind].block
    assert numpy.allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_half_and_brain_floats_are_read_exactly() -> None:
    assert values("F16", bytes.fromhex("003c00c0")) == [1.0, -2.0]
    assert values("BF16", bytes.fromhex("803f40c0")) == [1.0, -3.0]
    assert values("F32", bytes.fromhex("0000803f")) == [1.0]


def test_a_type_without_a_decoder_has_no_values() -> None:
    assert "IQ1_S" not in KINDS
    assert values("IQ1_S", bytes(50)) is None
