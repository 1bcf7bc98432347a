"""The tensors of an open GGUF file in the common form."""

from __future__ import annotations

from functools import partial

from openness.errors import BuildError
from openness.sources.exact_read import read_exactly
from openness.sources.gguf_records import GGUFHeader
from openness.sources.gguf_types import TENSOR_TYPES
from openness.sources.tensors import FileTensors, StoredTensor


def tensors_of(descriptor: int, header: GGUFHeader, start: int = 0) -> FileTensors:
    """The tensors that ``header``, read from ``descriptor`` at byte ``start``, describes.

    Raises BuildError for a big-endian file: its values would have to be turned around, and no published one is known.
    """
    if header.byte_order != "little":
        raise BuildError("the weights of a big-endian build are not compared; convert it to little-endian")
    tensors: dict[str, StoredTensor] = {}
    starts: dict[str, int] = {}
    for tensor in header.tensors:
        kind = TENSOR_TYPES[tensor.type_id]
        tensors[tensor.name] = StoredTensor(tensor.name, tensor.dims, tensor.type_name, kind.block, kind.size, tensor.size or 0)
        starts[tensor.name] = start + header.data_start + tensor.offset
    return FileTensors(tensors, starts, partial(read_exactly, descriptor))
