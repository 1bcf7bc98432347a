"""The columns of a table of models, as the public dump of the Hub and our own export have them, brought to one form.

The physical types differ from dump to dump (lists or JSON text, text or structures), so each is looked at and not assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import pyarrow as arrow

#: What says which rows are models at their newest revision.
SELECTING = ("kind", "current")
MODEL_KINDS = ("hub-model", "model")


def without_views(batch: arrow.RecordBatch) -> arrow.RecordBatch:
    """The same rows with ordinary text and bytes: Arrow cannot yet choose rows of views."""
    import pyarrow as arrow

    kinds = [_without_views(field.type) for field in batch.schema]
    if kinds == [field.type for field in batch.schema]:
        return batch
    found = [column if column.type == kind else column.cast(kind) for column, kind in zip(batch.columns, kinds, strict=True)]
    return arrow.RecordBatch.from_arrays(found, names=batch.schema.names)


def _without_views(kind: Any) -> Any:
    import pyarrow as arrow

    if arrow.types.is_string_view(kind) or arrow.types.is_binary_view(kind):
        return arrow.string() if arrow.types.is_string_view(kind) else arrow.binary()
    if arrow.types.is_list(kind) or arrow.types.is_large_list(kind):
        make = arrow.list_ if arrow.types.is_list(kind) else arrow.large_list
        return make(kind.value_field.with_type(_without_views(kind.value_type)))
    if arrow.types.is_struct(kind):
        return arrow.struct([field.with_type(_without_views(field.type)) for field in kind])
    return kind


def selected(batch: arrow.RecordBatch) -> arrow.RecordBatch:
    """Only models, and of each only the newest revision, where the table says so."""
    import pyarrow as arrow
    from pyarrow import compute

    mask = None
    if "kind" in batch.schema.names:
        kind = plain_text(batch.column("kind"))
        mask = compute.or_(compute.is_in(kind, value_set=arrow.array(MODEL_KINDS, kind.type)), compute.is_null(kind))
    current = yes_or_no(batch, "current")
    if current is not None:
        current = compute.fill_null(current, True)
        mask = current if mask is None else compute.and_(mask, current)
    return batch if mask is None else batch.filter(mask)


def yes_or_no(batch: arrow.RecordBatch, name: str) -> arrow.Array | None:
    """A column of truth values, some of which may be null; None where there is no such column."""
    import pyarrow as arrow
    from pyarrow import compute

    if name not in batch.schema.names:
        return None
    column = batch.column(name)
    if arrow.types.is_integer(column.type):
        return compute.not_equal(column, 0)
    return column if arrow.types.is_boolean(column.type) else None


def sound(batch: arrow.RecordBatch) -> arrow.RecordBatch:
    """The same rows with text that can be read: bytes that are no UTF-8 are replaced."""
    import pyarrow as arrow

    try:
        batch.validate(full=True)
    except arrow.ArrowInvalid:
        return arrow.RecordBatch.from_arrays([_repaired(column) for column in batch.columns], names=batch.schema.names)
    return batch


def _repaired(column: arrow.Array) -> arrow.Array:
    """A column whose texts, at whatever depth, are valid."""
    import pyarrow as arrow
    from pyarrow import compute

    kind = column.type
    if is_text(kind):
        return _decoded(column.cast(arrow.large_binary() if arrow.types.is_large_string(kind) else arrow.binary()))
    if arrow.types.is_list(kind):
        values = _repaired(compute.list_flatten(column))
        lengths = compute.fill_null(compute.list_value_length(column), 0).to_pylist()
        offsets = [0]
        for length in lengths:
            offsets.append(offsets[-1] + length)
        return arrow.ListArray.from_arrays(arrow.array(offsets, arrow.int32()), values, mask=compute.is_null(column))
    if arrow.types.is_struct(kind):
        parts = [_repaired(compute.struct_field(column, [at])) for at in range(kind.num_fields)]
        return arrow.StructArray.from_arrays(parts, names=[field.name for field in kind], mask=compute.is_null(column))
    return column


def plain_text(column: arrow.Array) -> arrow.Array:
    """A column of text as such; what is no text becomes null. Bytes are text whose writer did not say so."""
    import pyarrow as arrow

    column = undictionaried(column)
    if column.type == arrow.string():
        return column
    if is_text(column.type):
        return column.cast(arrow.string())
    if not is_bytes(column.type):
        return arrow.nulls(len(column), arrow.string())
    try:
        return column.cast(arrow.binary()).cast(arrow.string())
    except arrow.ArrowInvalid:
        return _decoded(column)


def _decoded(column: arrow.Array) -> arrow.Array:
    """Bytes as text; what is no UTF-8 is replaced."""
    import pyarrow as arrow

    texts = column.to_pylist()
    return arrow.array([None if text is None else text.decode("utf-8", "replace") for text in texts], arrow.string())


def undictionaried(column: arrow.Array) -> arrow.Array:
    """The values of a column that is coded by a dictionary."""
    kind = undictionaried_type(column.type)
    return column if kind == column.type else column.cast(kind)


def undictionaried_type(kind: Any) -> Any:
    import pyarrow as arrow

    return kind.value_type if arrow.types.is_dictionary(kind) else kind


def text_lists(column: arrow.Array, key: str) -> arrow.Array:
    """A column of lists of text: from lists, from lists of structures with the field ``key``, or from JSON text of either."""
    import pyarrow as arrow

    kind = column.type
    if arrow.types.is_list(kind):
        if kind.value_type == arrow.string():
            return column
        if arrow.types.is_large_string(kind.value_type):
            return column.cast(arrow.list_(arrow.string()))
    rows = [strings(value, key) for value in values(column)]
    return arrow.array(rows, arrow.list_(arrow.string()))


def strings(value: Any, key: str) -> list[str] | None:
    """The texts of a list, whatever else is in it; None for what is no list."""
    if not isinstance(value, (list, tuple)):
        return None
    found = [item.get(key) if isinstance(item, dict) else item for item in value]
    texts = [item.decode("utf-8", "replace") if isinstance(item, bytes) else item for item in found]
    return [item for item in texts if isinstance(item, str) and _encodable(item)]


def values(column: arrow.Array) -> list[Any]:
    """The values of a column as Python has them; JSON text is read as what it stands for, or None where it is none."""
    column = undictionaried(column)
    if not (is_text(column.type) or is_bytes(column.type)):
        return list(column.to_pylist(maps_as_pydicts="lossy"))
    return [None if text is None else _json(text) for text in column.to_pylist()]


def _json(text: str | bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _encodable(text: str) -> bool:
    """Whether text can be written again; JSON may name half of a surrogate pair."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def is_text(kind: Any) -> bool:
    import pyarrow as arrow

    return bool(arrow.types.is_string(kind) or arrow.types.is_large_string(kind) or arrow.types.is_string_view(kind))


def is_bytes(kind: Any) -> bool:
    """Whether a type is one of bytes, as old writers have text."""
    import pyarrow as arrow

    return bool(arrow.types.is_binary(kind) or arrow.types.is_large_binary(kind) or arrow.types.is_binary_view(kind))
