"""The values behind a few blocks of a quantized tensor, for comparing samples. Small counts only: plain Python, no NumPy.

Layouts: the block structures of llama.cpp (ggml/src/ggml-common.h). A test compares every type with the ``gguf`` package.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

Floats = list[float]

#: The sixteen levels of IQ4_NL and IQ4_XS.
_IQ4 = (-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113)


def values(kind: str, data: bytes) -> Floats | None:
    """The values of whole blocks of the type ``kind``; None for a type whose values are not read here."""
    decode = _DECODERS.get(kind)
    if decode is not None:
        return decode(data)
    sized = _BLOCKS.get(kind)
    if sized is None:
        return None
    size, block = sized
    found: Floats = []
    for start in range(0, len(data), size):
        found += block(data[start : start + size])
    return found


def _f32(data: bytes) -> Floats:
    return list(struct.unpack(f"<{len(data) // 4}f", data))


def _f16(data: bytes) -> Floats:
    return list(struct.unpack(f"<{len(data) // 2}e", data))


def _bf16(data: bytes) -> Floats:
    wide = bytearray(2 * len(data))
    wide[2::4], wide[3::4] = data[0::2], data[1::2]
    return _f32(bytes(wide))


def _f64(data: bytes) -> Floats:
    return list(struct.unpack(f"<{len(data) // 8}d", data))


def _half(data: bytes, at: int) -> float:
    value: float = struct.unpack_from("<e", data, at)[0]
    return value


def _nibbles(data: bytes) -> list[int]:
    """The low halves of all bytes, then their high halves: how the types with blocks of 32 pack them."""
    return [byte & 15 for byte in data] + [byte >> 4 for byte in data]


def _q4_0(block: bytes) -> Floats:
    scale = _half(block, 0)
    return [scale * (q - 8) for q in _nibbles(block[2:])]


def _q4_1(block: bytes) -> Floats:
    scale, least = _half(block, 0), _half(block, 2)
    return [scale * q + least for q in _nibbles(block[4:])]


def _fifth_bits(block: bytes, at: int) -> list[int]:
    bits = int.from_bytes(block[at : at + 4], "little")
    return [(bits >> j & 1) << 4 for j in range(32)]


def _q5_0(block: bytes) -> Floats:
    scale = _half(block, 0)
    return [scale * ((q | h) - 16) for q, h in zip(_nibbles(block[6:]), _fifth_bits(block, 2), strict=True)]


def _q5_1(block: bytes) -> Floats:
    scale, least = _half(block, 0), _half(block, 2)
    return [scale * (q | h) + least for q, h in zip(_nibbles(block[8:]), _fifth_bits(block, 4), strict=True)]


def _q8_0(block: bytes) -> Floats:
    scale = _half(block, 0)
    return [scale * q for q in struct.unpack("<32b", block[2:])]


def _iq4_nl(block: bytes) -> Floats:
    scale = _half(block, 0)
    return [scale * _IQ4[q] for q in _nibbles(block[2:])]


def _crumbs(data: bytes) -> Iterator[int]:
    """Two-bit values as the 256-blocks pack them: 32 bytes give four runs of 32, lowest bits first."""
    for half in (data[:32], data[32:64]):
        for shift in (0, 2, 4, 6):
            for byte in half:
                yield byte >> shift & 3


def _q2_k(block: bytes) -> Floats:
    scale, least = _half(block, 80), _half(block, 82)
    scales = block[:16]
    return [scale * (scales[i // 16] & 15) * q - least * (scales[i // 16] >> 4) for i, q in enumerate(_crumbs(block[16:80]))]


def _q3_scales(packed: bytes) -> list[int]:
    """Sixteen six-bit scales in twelve bytes: low halves in the first eight, upper pairs of bits in the last four."""
    low = _nibbles(packed[:8])
    high = [byte >> shift & 3 for shift in (0, 2, 4, 6) for byte in packed[8:12]]
    return [(low[i] | high[i] << 4) - 32 for i in range(16)]


def _q3_k(block: bytes) -> Floats:
    scale, scales, masks = _half(block, 108), _q3_scales(block[96:108]), block[:32]
    found = []
    for i, q in enumerate(_crumbs(block[32:96])):
        high = masks[i % 32] >> (i // 32) & 1
        found.append(scale * scales[i // 16] * (q - (0 if high else 4)))
    return found


def _k4_scales(packed: bytes) -> tuple[list[int], list[int]]:
    """Eight six-bit scales and eight six-bit minimums in twelve bytes."""
    scales = [packed[j] & 63 for j in range(4)] + [packed[j + 8] & 15 | packed[j] >> 6 << 4 for j in range(4)]
    least = [packed[j + 4] & 63 for j in range(4)] + [packed[j + 8] >> 4 | packed[j + 4] >> 6 << 4 for j in range(4)]
    return scales, least


def _k_nibbles(data: bytes) -> Iterator[int]:
    """Each 32 bytes give a run of low halves and a run of high halves."""
    for start in range(0, 128, 32):
        yield from _nibbles(data[start : start + 32])


def _q4_k(block: bytes) -> Floats:
    scale, low = _half(block, 0), _half(block, 2)
    scales, least = _k4_scales(block[4:16])
    return [scale * scales[i // 32] * q - low * least[i // 32] for i, q in enumerate(_k_nibbles(block[16:144]))]


def _q5_k(block: bytes) -> Floats:
    scale, low = _half(block, 0), _half(block, 2)
    scales, least = _k4_scales(block[4:16])
    high = block[16:48]
    found = []
    for i, q in enumerate(_k_nibbles(block[48:176])):
        value = q | (high[i % 32] >> (i // 32) & 1) << 4
        found.append(scale * scales[i // 32] * value - low * least[i // 32])
    return found


def _q6_k(block: bytes) -> Floats:
    scale, scales = _half(block, 208), struct.unpack("<16b", block[192:208])
    found = []
    for half in range(2):
        low, high = block[64 * half : 64 * half + 64], block[128 + 32 * half : 160 + 32 * half]
        quarters = (
            [byte & 15 for byte in low[:32]], [byte & 15 for byte in low[32:]],
            [byte >> 4 for byte in low[:32]], [byte >> 4 for byte in low[32:]],
        )  # fmt: skip
        for number, quarter in enumerate(quarters):
            for j, q in enumerate(quarter):
                value = (q | (high[j] >> 2 * number & 3) << 4) - 32
                found.append(scale * scales[8 * half + 2 * number + j // 16] * value)
    return found


def _iq4_xs(block: bytes) -> Floats:
    scale, high, low = _half(block, 0), int.from_bytes(block[2:4], "little"), block[4:8]
    found = []
    for run in range(8):
        step = (low[run // 2] >> 4 * (run % 2) & 15) | (high >> 2 * run & 3) << 4
        found += [scale * (step - 32) * _IQ4[q] for q in _nibbles(block[8 + 16 * run : 24 + 16 * run])]
    return found


_DECODERS: dict[str, Callable[[bytes], Floats]] = {"F32": _f32, "F16": _f16, "BF16": _bf16, "F64": _f64}
_BLOCKS: dict[str, tuple[int, Callable[[bytes], Floats]]] = {
    "Q4_0": (18, _q4_0), "Q4_1": (20, _q4_1), "Q5_0": (22, _q5_0), "Q5_1": (24, _q5_1), "Q8_0": (34, _q8_0),
    "Q2_K": (84, _q2_k), "Q3_K": (110, _q3_k), "Q4_K": (144, _q4_k), "Q5_K": (176, _q5_k), "Q6_K": (210, _q6_k),
    "IQ4_NL": (18, _iq4_nl), "IQ4_XS": (136, _iq4_xs),
}  # fmt: skip
#: The types whose values can be read.
KINDS = frozenset({*_DECODERS, *_BLOCKS})
