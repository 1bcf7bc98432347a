"""The numbers of the GGUF format: value types of metadata, types of tensors and their block sizes, and our limits.

Sources: the GGUF specification (ggml-org/ggml, docs/gguf.md) for value types; ``enum ggml_type`` and the block
structures of llama.cpp (ggml/include/ggml.h, ggml/src/ggml-common.h) for tensors. A test compares the table with the
``gguf`` package.
"""

from __future__ import annotations

from typing import NamedTuple

# Our limits. llama.cpp's own are 2^30 (ggml/src/gguf.cpp); no published build comes near ours.
MAX_METADATA = 1 << 16
MAX_TENSORS = 1 << 16
MAX_KEY = (1 << 16) - 1  # the specification's
MAX_STRING = 1 << 24  # bytes: a chat template is some 10 KiB, an embedded tokenizer.json some MiB
MAX_ARRAY = 1 << 26  # elements of one array
MAX_ELEMENTS = 1 << 27  # elements of all arrays of a file
MAX_HEADER = 1 << 28  # bytes; the largest vocabulary seen takes 12 MiB
MAX_KEPT = 1 << 26  # bytes of keys, strings and names kept in memory together
MAX_KEPT_ELEMENTS = 1 << 16  # elements of small arrays kept in memory together
MAX_TENSOR_NAME = 1 << 10  # bytes; the specification says 64, image models use up to 127
MAX_TENSOR_ELEMENTS = 1 << 48
MAX_DIMENSIONS = 4

# Value types of metadata.
UINT16, INT32, UINT32, BOOL, STRING, ARRAY = 2, 5, 4, 7, 8, 9


class Scalar(NamedTuple):
    """A value type of fixed width: name, ``struct`` code, bytes."""

    name: str
    code: str
    size: int


SCALARS: dict[int, Scalar] = {
    0: Scalar("uint8", "B", 1),
    1: Scalar("int8", "b", 1),
    2: Scalar("uint16", "H", 2),
    3: Scalar("int16", "h", 2),
    4: Scalar("uint32", "I", 4),
    5: Scalar("int32", "i", 4),
    6: Scalar("float32", "f", 4),
    7: Scalar("bool", "B", 1),  # read as a byte, so that a value other than 0 and 1 is seen
    10: Scalar("uint64", "Q", 8),
    11: Scalar("int64", "q", 8),
    12: Scalar("float64", "d", 8),
}
INTEGERS = frozenset({0, 1, 2, 3, 4, 5, 10, 11})


class TensorType(NamedTuple):
    """How a row is stored: ``block`` elements take ``size`` bytes."""

    name: str
    block: int
    size: int


TENSOR_TYPES: dict[int, TensorType] = {
    0: TensorType("F32", 1, 4),
    1: TensorType("F16", 1, 2),
    2: TensorType("Q4_0", 32, 18),
    3: TensorType("Q4_1", 32, 20),
    6: TensorType("Q5_0", 32, 22),
    7: TensorType("Q5_1", 32, 24),
    8: TensorType("Q8_0", 32, 34),
    9: TensorType("Q8_1", 32, 40),
    10: TensorType("Q2_K", 256, 84),
    11: TensorType("Q3_K", 256, 110),
    12: TensorType("Q4_K", 256, 144),
    13: TensorType("Q5_K", 256, 176),
    14: TensorType("Q6_K", 256, 210),
    15: TensorType("Q8_K", 256, 292),
    16: TensorType("IQ2_XXS", 256, 66),
    17: TensorType("IQ2_XS", 256, 74),
    18: TensorType("IQ3_XXS", 256, 98),
    19: TensorType("IQ1_S", 256, 50),
    20: TensorType("IQ4_NL", 32, 18),
    21: TensorType("IQ3_S", 256, 110),
    22: TensorType("IQ2_S", 256, 82),
    23: TensorType("IQ4_XS", 256, 136),
    24: TensorType("I8", 1, 1),
    25: TensorType("I16", 1, 2),
    26: TensorType("I32", 1, 4),
    27: TensorType("I64", 1, 8),
    28: TensorType("F64", 1, 8),
    29: TensorType("IQ1_M", 256, 56),
    30: TensorType("BF16", 1, 2),
    34: TensorType("TQ1_0", 256, 54),
    35: TensorType("TQ2_0", 256, 66),
    39: TensorType("MXFP4", 32, 17),
    40: TensorType("NVFP4", 64, 36),
    41: TensorType("Q1_0", 128, 18),
    # Not in gguf 0.19. Forks use this number for other layouts: those fail the overlap check or the size check.
    42: TensorType("Q2_0", 64, 18),
}

#: Numbers that llama.cpp gave up: a file with one of these was made by an old converter and loads nowhere today.
REMOVED_TENSOR_TYPES: dict[int, str] = {
    4: "Q4_2",
    5: "Q4_3",
    31: "Q4_0_4_4",
    32: "Q4_0_4_8",
    33: "Q4_0_8_8",
    36: "IQ4_NL_4_4",
    37: "IQ4_NL_4_8",
    38: "IQ4_NL_8_8",
}
