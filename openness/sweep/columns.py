"""The columns of a table of models, as the public dump of the Hub and our own export have them, brought to one form.

The physical types differ from dump to dump (lists or JSON text, text or structures), so each is looked at and not assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from openness.errors import MissingInput, UsageError

if TYPE_CHECKING:
    import pyarrow as arrow
    from pyarrow import parquet

#: Without these a row cannot be judged: what it is called, what the Hub and its card say, and whether weights are there.
NECESSARY = ("id", "tags", "cardData", "siblings")
#: Read where they are there. The lineage is in the tags as well; the others are our own export's.
OPTIONAL = ("baseModels", "gated", "disabled", "absent", "complete", "kind", "current")
#: What says which rows are models at their newest revision.
SELECTING = ("kind", "current")
#: Rows judged at a time: what is held of a table in memory.
BATCH = 65_536
MODEL_KINDS = ("hub-model", "model")


class Layout(msgspec.Struct, frozen=True):
    """A table as found: its path, rows, row groups, and the columns that are read."""

    path: str
    rows: int
    groups: int
    columns: tuple[str, ...]

    def selecting(self) -> list[str]:
        return [name for name in self.columns if name in SELECTING]


def opened(path: Path | str) -> parquet.ParquetFile:
    """A Parquet file. Raises MissingInput where there is none, UsageError for what is no Parquet."""
    import pyarrow as arrow
    from pyarrow import parquet

    if Path(path).exists() and not Path(path).is_dir() and not Path(path).is_file():
        raise UsageError(f"{path} is no regular file; name one Parquet file.")
    try:
        return parquet.ParquetFile(path, memory_map=False, pre_buffer=False)
    except FileNotFoundError:
        raise MissingInput(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder; name one Parquet file.") from None
    except (arrow.ArrowInvalid, OSError, EOFError) as error:
        raise UsageError(f"{path} cannot be read as Parquet ({_first_line(error)}).") from None


def layout(path: Path) -> Layout:
    """What is read of a table. Raises UsageError that names a column which is lacking or holds something else."""
    import pyarrow as arrow

    file = opened(path)
    schema = file.schema_arrow
    lacking = [name for name in NECESSARY if name not in schema.names]
    if lacking:
        raise UsageError(
            f"{path} has no column {', '.join(lacking)}; a table of models has {', '.join(NECESSARY)} (docs/sweep.md says how)."
        )
    doubled = [name for name in (*NECESSARY, *OPTIONAL) if schema.names.count(name) > 1]
    if doubled:
        raise UsageError(f"{path} has the column {doubled[0]} more than once.")
    kind = schema.field("id").type
    if arrow.types.is_dictionary(kind):
        kind = kind.value_type
    if not (_is_text(kind) or is_bytes(kind) or arrow.types.is_null(kind)):
        raise UsageError(f"The column id of {path} holds {kind}, not text.")
    columns = (*NECESSARY, *(name for name in OPTIONAL if name in schema.names))
    return Layout(str(path), file.metadata.num_rows, file.metadata.num_row_groups, columns)


def batches(table: Layout, group: int, columns: Iterable[str]) -> Iterator[arrow.RecordBatch]:
    """The rows of one row group that are models at their newest revision, some thousands at a time.

    Raises UsageError where the file is damaged.
    """
    import pyarrow as arrow

    names = list(dict.fromkeys([*columns, *table.selecting()]))
    file = opened(table.path)
    try:
        for batch in file.iter_batches(batch_size=BATCH, row_groups=[group], columns=names, use_threads=False):
            yield selected(without_views(batch))
    except (arrow.ArrowInvalid, arrow.ArrowNotImplementedError, OSError) as error:
        raise UsageError(f"Row group {group} of {table.path} cannot be read ({_first_line(error)}).") from None
    finally:
        file.close()


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
    if _is_text(kind):
        texts = column.cast(arrow.large_binary() if arrow.types.is_large_string(kind) else arrow.binary()).to_pylist()
        return arrow.array([None if text is None else text.decode("utf-8", "replace") for text in texts], arrow.string())
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
    if _is_text(column.type):
        return column.cast(arrow.string())
    if not is_bytes(column.type):
        return arrow.nulls(len(column), arrow.string())
    try:
        return column.cast(arrow.binary()).cast(arrow.string())
    except arrow.ArrowInvalid:
        texts = column.to_pylist()
        return arrow.array([None if text is None else text.decode("utf-8", "replace") for text in texts], arrow.string())


def undictionaried(column: arrow.Array) -> arrow.Array:
    """The values of a column that is coded by a dictionary."""
    import pyarrow as arrow

    return column.cast(column.type.value_type) if arrow.types.is_dictionary(column.type) else column


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
    if not (_is_text(column.type) or is_bytes(column.type)):
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


def _is_text(kind: Any) -> bool:
    import pyarrow as arrow

    return bool(arrow.types.is_string(kind) or arrow.types.is_large_string(kind) or arrow.types.is_string_view(kind))


def is_bytes(kind: Any) -> bool:
    """Whether a type is one of bytes, as old writers have text."""
    import pyarrow as arrow

    return bool(arrow.types.is_binary(kind) or arrow.types.is_large_binary(kind) or arrow.types.is_binary_view(kind))


def _first_line(error: BaseException) -> str:
    from openness.printable import printable

    return printable(str(error).partition("\n")[0], 160).rstrip(".")
