"""Checks of tensor descriptions against each other and against the file: sizes, alignment, overlap, truncation."""

from __future__ import annotations

from itertools import pairwise

from ..printable import printable
from . import gguf_types as spec
from .gguf_bytes import DISTRUST, OUTDATED, REFETCH, bad
from .gguf_records import Tensor


def round_up(position: int, alignment: int) -> int:
    return -(-position // alignment) * alignment


def tensor_size(name: str, dims: tuple[int, ...], type_id: int, at: int) -> tuple[str, int]:
    """The name of the type and the size in bytes. Rows are stored in whole blocks."""
    known = spec.TENSOR_TYPES.get(type_id)
    if known is None:
        old = spec.REMOVED_TENSOR_TYPES.get(type_id)
        if old is not None:
            what = f"tensor {short(name)} has the type {type_id} ({old}), which was removed from llama.cpp"
            raise bad(what, at, "convert the model again with a current llama.cpp")
        raise bad(f"tensor type {type_id} (of {short(name)}) is not known to this version", at, OUTDATED)
    elements = 1
    for dim in dims:
        elements *= dim
        if dim == 0 or elements >= spec.MAX_TENSOR_ELEMENTS:
            shape = " x ".join(map(str, dims))
            raise bad(f"tensor {short(name)} has the impossible dimensions {shape}", at, DISTRUST)
    if dims[0] % known.block:
        what = f"tensor {short(name)} has rows of {dims[0]} elements, not a multiple of the block size {known.block}"
        raise bad(f"{what} of {known.name}", at, DISTRUST)
    return known.name, elements // known.block * known.size


def check_layout(tensors: tuple[Tensor, ...], alignment: int, data_start: int, file_size: int) -> int:
    """Where the tensor data ends: every tensor aligned, none over another, all inside the file.

    Without tensors there is no data and no padding to ask for: vocabulary files end where their header ends.
    """
    ordered = sorted(tensors, key=lambda tensor: tensor.offset)
    for tensor in ordered:
        if tensor.offset % alignment:
            what = f"tensor {short(tensor.name)} has the offset {tensor.offset}, which is not aligned to {alignment}"
            raise bad(what, data_start + tensor.offset, DISTRUST)
    for one, other in pairwise(ordered):
        if other.offset < one.offset + (one.size or 0):
            what = f"tensors {short(one.name)} and {short(other.name)} overlap"
            raise bad(what, data_start + other.offset, DISTRUST)
    if not ordered:
        return data_start
    data_end = data_start + ordered[-1].offset + (ordered[-1].size or 0)
    if data_end > file_size:
        what = f"the tensor data is truncated: {data_end - file_size} bytes are missing up to the end of tensor"
        raise bad(f"{what} {short(ordered[-1].name)}", file_size, REFETCH)
    return data_end


def short(name: bytes | str) -> str:
    """A name from the file, safe to print, in quotes."""
    return f"'{printable(name, 80)}'"
