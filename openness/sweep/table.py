"""The result as a Parquet file: the rows of the input in their order, whole under its name or not there at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openness.errors import OpennessError, UsageError
from openness.sweep import columns, source_table
from openness.sweep.source_table import Layout

if TYPE_CHECKING:
    import pyarrow as arrow

COLUMNS = ("category", "sub_label", "license_class", "contradictions", "licenses", "problems")
LISTS = frozenset({"contradictions", "licenses", "problems"})
#: Rows of a row group of the output.
GROUP = 1 << 17


class NotWritten(OpennessError):
    """The table could not be written; nothing stands under its name that was not there before."""

    code = "not-written"


class Results:
    """The different results, and which of them each row has."""

    def __init__(self, values: Sequence[tuple[Any, ...]], numbers: arrow.Array) -> None:
        """``values`` are in the order of COLUMNS."""
        self.values = values
        self.numbers = numbers


def target(path: Path, source: Path) -> Path:
    """The file that is to be written, behind whatever links name it.

    Raises UsageError for a place that cannot be written to, before the work is done, and for the table that is read.
    """
    try:
        found = path.resolve()
        there = found.exists()
    except (OSError, RuntimeError) as error:
        raise UsageError(f"{path} cannot be written to ({getattr(error, 'strerror', None) or 'links in a circle'}).") from None
    if not found.parent.is_dir():
        raise UsageError(f"There is no folder {found.parent} to write {found.name} to.")
    if found.is_dir():
        raise UsageError(f"{path} is a folder; name the file to write.")
    if there and not (found.is_file() or _is_device(found)):
        raise UsageError(f"{path} is no regular file; name the file to write.")
    if there and found.samefile(source):
        raise UsageError(f"{path} is the table that is read; name another file to write.")
    if not _is_device(found) and not os.access(found.parent, os.W_OK):
        raise UsageError(f"{found.parent} cannot be written to.")
    return found


def _is_device(path: Path) -> bool:
    """Whether a path is something like /dev/null: it is written to, and never replaced by a file."""
    return path.is_char_device()


def write(path: Path, table: Layout, results: Results) -> None:
    """Write the ids of ``table`` with their results to a path that ``target`` has found. Raises NotWritten for a full disk,
    UsageError for a place that cannot be written to."""
    import pyarrow as arrow

    if _is_device(path):
        with path.open("wb") as device:
            _write(device, table, results)
        return
    folder = path.parent
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written to ({error.strerror}).") from None
    try:
        with os.fdopen(handle, "wb") as file:
            _write(file, table, results)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except (OSError, arrow.ArrowException) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NotWritten(f"{path} cannot be written ({reason}); free some space or name another place.") from None
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _umask() -> int:
    """The process's umask; asking for it means setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _write(file: Any, table: Layout, results: Results) -> None:
    import pyarrow as arrow
    from pyarrow import parquet

    text = arrow.string()
    schema = arrow.schema([("id", text), *((name, arrow.list_(text) if name in LISTS else text) for name in COLUMNS)])
    different = [arrow.array([row[at] for row in results.values], schema.field(name).type) for at, name in enumerate(COLUMNS)]
    start = 0
    # ids are all different, and in no order that the least and greatest of a group would tell anything of
    coded = [name if name not in LISTS else f"{name}.list.element" for name in COLUMNS]
    with parquet.ParquetWriter(file, schema, compression="zstd", use_dictionary=coded, write_statistics=False) as writer:
        for ids in _grouped(_ids(table)):
            numbers = results.numbers.slice(start, len(ids))
            start += len(ids)
            writer.write_table(arrow.table([ids, *(column.take(numbers) for column in different)], schema=schema))
    if start != len(results.numbers):
        raise NotWritten(f"{table.path} changed while it was read ({start} rows instead of {len(results.numbers)}).")


def _ids(table: Layout) -> Iterator[arrow.Array]:
    for part in table.parts:
        for batch in source_table.batches(table, part, ["id"]):
            yield columns.plain_text(columns.sound(batch).column("id"))


def _grouped(parts: Iterable[arrow.Array]) -> Iterator[arrow.Array]:
    """The same ids in pieces of one size, whatever pieces they were read in."""
    import pyarrow as arrow

    held: list[arrow.Array] = []
    size = 0
    for part in parts:
        rest = part
        while size + len(rest) >= GROUP:
            cut = GROUP - size
            yield arrow.concat_arrays([*held, rest.slice(0, cut)])
            rest, held, size = rest.slice(cut), [], 0
        held.append(rest)
        size += len(rest)
    if size:
        yield arrow.concat_arrays(held)
