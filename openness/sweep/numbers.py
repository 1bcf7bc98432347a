"""Columns of numbers: from and to Arrow without an object of Python for each."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as arrow

KINDS = {"i": "int32", "I": "uint32", "H": "uint16", "B": "uint8"}


def arrow_of(values: array[int] | bytearray) -> arrow.Array:
    """The same numbers as an Arrow array, not copied."""
    import pyarrow as arrow

    kind = arrow.type_for_alias("uint8" if isinstance(values, bytearray) else KINDS[values.typecode])
    return arrow.Array.from_buffers(kind, len(values), [None, arrow.py_buffer(values)])


def numbers_of(values: arrow.Array) -> array[int]:
    """An Arrow array of int32 without nulls as numbers that Python can index quickly."""
    import pyarrow as arrow

    column = values.cast(arrow.int32())
    buffer = column.buffers()[1]
    found = array("i")
    if buffer is not None:
        found.frombytes(memoryview(buffer)[4 * column.offset : 4 * (column.offset + len(column))])
    return found


def counted(numbers: arrow.Array) -> Counter[int]:
    """How often each number stands in an array."""
    from pyarrow import compute

    found = compute.value_counts(numbers)
    return Counter(dict(zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True)))


def paired(one: arrow.Array, other: arrow.Array, width: int) -> arrow.Array:
    """Pairs of numbers as single ones, ``other`` being below ``width``."""
    import pyarrow as arrow
    from pyarrow import compute

    return compute.add(compute.multiply(one.cast(arrow.int64()), width), other.cast(arrow.int64()))


def placed(values: arrow.Array, rows: arrow.Array, count: int) -> arrow.Array:
    """A column of so many rows with these values at these different rows, and null elsewhere."""
    import pyarrow as arrow
    from pyarrow import compute

    if not len(rows):
        return arrow.nulls(count, values.type)
    return compute.scatter(values, rows.cast(arrow.int32()), max_index=count - 1)


def begins(values: arrow.Array) -> arrow.Array:
    """Where another value stands than before; equal ones stand together."""
    import pyarrow as arrow
    from pyarrow import compute

    if not len(values):
        return arrow.array([], arrow.bool_())
    changes = compute.not_equal(values.slice(1), values.slice(0, len(values) - 1))
    return arrow.concat_arrays([arrow.array([True]), changes])


def mask_of(rows: arrow.Array, count: int) -> arrow.Array:
    """Which of so many rows are these, which are different ones."""
    import pyarrow as arrow
    from pyarrow import compute

    return compute.fill_null(placed(arrow.repeat(True, len(rows)), rows, count), False)
