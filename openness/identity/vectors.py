"""Which tensors of a build a fingerprint is made of, and the key by which comparable checkpoints are found. Nothing is read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from openness.identity import tensor_names
from openness.sources.tensors import StoredTensor

#: A vector beyond this is none of a known model (the widest have some ten thousand values).
LONGEST = 1 << 18
MOST_VECTORS = 4096
#: Values of all vectors together: those of a model of 405 billion parameters are 4 million.
MOST_VALUES = 1 << 23
_FLOATS = frozenset({"F32", "F16", "BF16", "F64"})


def vectors_of(tensors: Mapping[str, StoredTensor]) -> dict[str, StoredTensor]:
    """GGUF name → tensor, for what a fingerprint is made of; empty for a file that has nothing of the kind."""
    flat = {name: tensor for name, tensor in tensors.items() if _is_vector(tensor)}
    names = tensor_names.gguf_names(flat)
    found = {other: flat[name] for name, other in names.items() if tensor_names.kept(other)}
    if not found:
        found = {name: tensor for name, tensor in flat.items() if "rope" not in name}
    few = len(found) <= MOST_VECTORS and sum(tensor.count for tensor in found.values()) <= MOST_VALUES
    return found if few else {}


def layout_of(vectors: Mapping[str, StoredTensor]) -> str:
    """Names and lengths as one short key: two builds of one model share it, nothing is read for it."""
    text = "\n".join(f"{name} {vectors[name].count}" for name in sorted(vectors))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _is_vector(tensor: StoredTensor) -> bool:
    return tensor.kind in _FLOATS and sum(dim != 1 for dim in tensor.dims) == 1 and tensor.count <= LONGEST
