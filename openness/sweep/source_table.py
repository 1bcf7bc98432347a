"""The Parquet file that is swept: which columns and row groups it has, and its rows, some at a time.

What is held of it in memory is bounded by bytes as well as by rows, as far as the file says how large its rows are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from openness.errors import MissingInput, UsageError
from openness.printable import printable
from openness.sweep.columns import SELECTING, is_bytes, is_text, selected, undictionaried_type, without_views

if TYPE_CHECKING:
    import pyarrow as arrow
    from pyarrow import parquet

#: Without these a row cannot be judged: what it is called, what the Hub and its card say, and whether weights are there.
NECESSARY = ("id", "tags", "cardData", "siblings")
#: Read where they are there. The lineage is in the tags as well; the others are our own export's.
OPTIONAL = ("baseModels", "gated", "disabled", "absent", "complete", "kind", "current")
CARDS = "cardData"
#: Rows judged at a time, if they are not large.
MOST_ROWS = 65_536
#: Bytes of rows judged at a time, and of a part that one worker reads.
MOST_BYTES = 128 << 20
#: A column that packs better than this repeats few values: it is read as a dictionary, since it might not fit otherwise.
SUSPICIOUS = 100


class Part(msgspec.Struct, frozen=True):
    """Row groups from ``first`` up to ``end`` that are read in one go, and how many rows of them at a time. ``packed``: the cards
    repeat so much that they are kept as a dictionary."""

    first: int
    end: int
    rows: int
    at_a_time: int
    packed: bool = False


class Layout(msgspec.Struct, frozen=True):
    """A table as found: its path, the columns that are read, and its parts in order."""

    path: str
    columns: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


def layout(path: Path) -> Layout:
    """What is read of a table. Raises UsageError that names a column which is lacking or holds something else."""
    import pyarrow as arrow

    path = path.absolute()  # workers of a cluster have folders of their own
    file = _opened(path)
    schema = file.schema_arrow
    lacking = [name for name in NECESSARY if name not in schema.names]
    if lacking:
        raise UsageError(
            f"{path} has no column {', '.join(lacking)}; a table of models has {', '.join(NECESSARY)} (docs/sweep.md says how)."
        )
    doubled = [name for name in (*NECESSARY, *OPTIONAL) if schema.names.count(name) > 1]
    if doubled:
        raise UsageError(f"{path} has the column {doubled[0]} more than once.")
    kind = undictionaried_type(schema.field("id").type)
    if not (is_text(kind) or is_bytes(kind) or arrow.types.is_null(kind)):
        raise UsageError(f"The column id of {path} holds {kind}, not text.")
    columns = (*NECESSARY, *(name for name in OPTIONAL if name in schema.names))
    return Layout(str(path), columns, tuple(_parts(file.metadata)))


def batches(table: Layout, part: Part, columns: Iterable[str]) -> Iterator[arrow.RecordBatch]:
    """The rows of one part that are models at their newest revision, some thousands at a time.

    Raises UsageError where the file is damaged.
    """
    import pyarrow as arrow

    names = list(dict.fromkeys([*columns, *(name for name in table.columns if name in SELECTING)]))
    file = _opened(table.path, packed=part.packed and CARDS in names)
    groups = list(range(part.first, part.end))
    try:
        for batch in file.iter_batches(batch_size=part.at_a_time, row_groups=groups, columns=names, use_threads=False):
            yield selected(without_views(batch))
    except (arrow.ArrowInvalid, arrow.ArrowNotImplementedError, OSError) as error:
        where = f"Row group {part.first}" if part.end == part.first + 1 else f"Row groups {part.first} to {part.end - 1}"
        raise UsageError(f"{where} of {table.path} cannot be read ({_first_line(error)}).") from None
    finally:
        file.close()


def _opened(path: Path | str, *, packed: bool = False) -> parquet.ParquetFile:
    """A Parquet file. Raises MissingInput where there is none, UsageError for what is no Parquet."""
    import pyarrow as arrow
    from pyarrow import parquet

    if Path(path).exists() and not Path(path).is_dir() and not Path(path).is_file():
        raise UsageError(f"{path} is no regular file; name one Parquet file.")
    try:
        return parquet.ParquetFile(path, memory_map=False, pre_buffer=False, read_dictionary=[CARDS] if packed else None)
    except FileNotFoundError:
        raise MissingInput(f"There is no file {path} (on a cluster every worker has to see it).") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder; name one Parquet file.") from None
    except (arrow.ArrowInvalid, OSError, EOFError) as error:
        raise UsageError(f"{path} cannot be read as Parquet ({_first_line(error)}).") from None


def _parts(metadata: parquet.FileMetaData) -> Iterator[Part]:
    """Small row groups are read together, so that each is not an errand of its own."""
    cards = [at for at in range(metadata.num_columns) if metadata.schema.column(at).path == CARDS]
    first = rows = size = 0
    packed = False
    for at in range(metadata.num_row_groups):
        group = metadata.row_group(at)
        rows, size = rows + group.num_rows, size + max(0, group.total_byte_size)
        packed = packed or any(_suspicious(group.column(column)) for column in cards)
        if rows >= MOST_ROWS or size >= MOST_BYTES or at == metadata.num_row_groups - 1:
            yield Part(first, at + 1, rows, _at_a_time(rows, size), packed)
            first, rows, size, packed = at + 1, 0, 0, False


def _at_a_time(rows: int, size: int) -> int:
    """How many rows at a time, in pieces of about one size."""
    most = max(1, min(MOST_ROWS, rows, rows * MOST_BYTES // max(1, size)))
    pieces = -(-rows // most)
    return max(1, -(-rows // max(1, pieces)))


def _suspicious(column: parquet.ColumnChunkMetaData) -> bool:
    return bool(column.total_uncompressed_size > SUSPICIOUS * max(1, column.total_compressed_size))


def _first_line(error: BaseException) -> str:
    return printable(str(error).partition("\n")[0], 160).rstrip(".")
