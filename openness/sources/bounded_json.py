"""JSON from strangers: parsed only if it cannot become much larger in memory than it is as text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

#: In memory a table or list costs some 64 bytes, a text some 60, a key with its value some 170, where ``{},`` has 3 as text and
#: ``"a":1,`` 6. The largest files of the kind (indexes of models with some hundred thousand tensors) stay below these bounds.
MAX_CONTAINERS = 1 << 18
MAX_KEYS = 1 << 18
MAX_VALUES = 1 << 20


def loads(
    data: bytes,
    *,
    containers: int = MAX_CONTAINERS,
    keys: int = MAX_KEYS,
    values: int = MAX_VALUES,
    pairs: Callable[[list[tuple[str, Any]]], Any] | None = None,
) -> Any:
    """The value of ``data``. Raises ValueError for what is not JSON, nests too deeply, or has too many parts; the bounds count
    brackets, colons and commas also inside of texts. ``pairs`` makes a table from its pairs (``object_pairs_hook``)."""
    brackets = data.count(b"{") + data.count(b"[")
    if brackets > containers or data.count(b":") > keys or data.count(b",") > values:
        raise ValueError("too many parts")
    try:
        return json.loads(data, object_pairs_hook=pairs, parse_constant=float, parse_int=_small_integer)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _small_integer(text: str) -> int:
    if len(text) > 20:
        raise ValueError("an integer beyond 64 bits")
    return int(text)
