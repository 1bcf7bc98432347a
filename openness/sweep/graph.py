"""Rows and edges of a whole table, in columns of numbers: small enough that millions are kept while every card is forgotten."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from openness.sweep.batch import ABSENT, Batch
from openness.sweep.numbers import arrow_of

if TYPE_CHECKING:
    import pyarrow as arrow

#: The row of a base that is not in the table.
NOWHERE = -1


class Graph(msgspec.Struct, frozen=True):
    """What all batches come to. Rows are numbered through, as are the different ``statements``, ``bases`` (ids in lower case) and
    ``relations``; ``stated`` is a number for each row, ``child``, ``base`` and ``relation`` for each edge, in order of the rows.

    ``row_of_base`` is the row that a base is, or NOWHERE; of rows with one id the first counts, the others are ``duplicates``.
    """

    ids: Any
    flags: bytearray
    problems: Any
    stated: Any
    statements: list[bytes]
    child: Any
    base: Any
    relation: Any
    bases: Any
    relations: list[str]
    worded: dict[int, bytes]
    row_of_base: array[int]
    duplicates: tuple[int, ...]

    @property
    def count(self) -> int:
        return len(self.flags)

    def name(self, row: int) -> str:
        """The id of a row, in lower case."""
        return str(self.ids[row].as_py() or "")

    def names(self, rows: Sequence[int] | arrow.Array) -> list[str]:
        """The ids of several rows."""
        import pyarrow as arrow

        places = rows if isinstance(rows, arrow.Array) else arrow.array(rows, arrow.int64())
        return [name or "" for name in self.ids.take(places).to_pylist()]

    def flagged(self, bit: int) -> arrow.Array:
        """Whether each row has a flag."""
        import pyarrow as arrow
        from pyarrow import compute

        wanted = arrow.scalar(bit, arrow.uint8())
        return compute.equal(compute.bit_wise_and(arrow_of(self.flags), wanted), wanted)

    def usable(self) -> arrow.Array:
        """Of each base the row whose evidence can be used, or NOWHERE."""
        from pyarrow import compute

        rows = arrow_of(self.row_of_base)
        there = compute.not_equal(rows, NOWHERE)
        absent = self.flagged(ABSENT).take(compute.if_else(there, rows, 0))
        return compute.if_else(compute.and_not(there, absent), rows, NOWHERE).cast("int32")


def collected(batches: Iterable[Batch], seen: Callable[[int], None]) -> Graph:
    """The graph of all batches, which come in the order of the table. ``seen`` is told the number of rows of each."""
    import pyarrow as arrow
    from pyarrow import compute

    flags = bytearray()
    statements: dict[bytes, int] = {}
    worded: dict[int, bytes] = {}
    ids, problems, stated, child, base, relation = ([] for _ in range(6))
    for batch in batches:
        start = len(flags)
        flags += batch.flags
        numbers = [statements.setdefault(text, len(statements)) for text in batch.statements]
        stated.append(arrow.array(numbers, arrow.int32()).take(batch.stated))
        ids.append(batch.ids)
        problems.append(batch.problems)
        edges = batch.edges
        child.append(compute.add(edges.child, arrow.scalar(start, arrow.int32())))
        base.append(edges.base)
        relation.append(edges.relation)
        worded.update((start + row, value) for row, value in edges.worded.items())
        seen(batch.count)
    names = arrow.chunked_array(ids, arrow.string())
    coded, related = _coded(base), _coded(relation)
    row_of_base = _located(names, coded.dictionary)
    return Graph(
        ids=names,
        flags=flags,
        problems=arrow.concat_arrays(problems) if problems else arrow.array([], arrow.uint16()),
        stated=arrow.concat_arrays(stated) if stated else arrow.array([], arrow.int32()),
        statements=list(statements),
        child=arrow.concat_arrays(child) if child else arrow.array([], arrow.int32()),
        base=coded.indices,
        relation=related.indices,
        bases=coded.dictionary,
        relations=related.dictionary.to_pylist(),
        worded=worded,
        row_of_base=row_of_base,
        duplicates=_repeated(names),
    )


def _coded(parts: Sequence[arrow.DictionaryArray]) -> arrow.DictionaryArray:
    """Words of all batches with one dictionary."""
    import pyarrow as arrow

    kind = arrow.dictionary(arrow.int32(), arrow.string())
    return arrow.chunked_array(parts, kind).unify_dictionaries().combine_chunks() if parts else arrow.array([], kind)


def _located(ids: arrow.ChunkedArray, bases: arrow.Array) -> array[int]:
    """The row of each base, or NOWHERE."""
    from pyarrow import compute

    found = array("i", [NOWHERE]) * len(bases)
    start = 0
    for part in compute.index_in(ids, value_set=bases).chunks:
        mask = compute.is_valid(part)
        for row, base in zip(compute.indices_nonzero(mask).to_pylist(), part.filter(mask).to_pylist(), strict=True):
            if found[base] == NOWHERE:
                found[base] = start + row
        start += len(part)
    return found


def _repeated(ids: arrow.ChunkedArray) -> tuple[int, ...]:
    """Rows whose id stood in an earlier row."""
    from pyarrow import compute

    if len(compute.unique(ids)) == len(ids) + (ids.null_count > 0) - ids.null_count:
        return ()
    seen: set[str] = set()
    found = []
    for row, name in enumerate(name for part in ids.chunks for name in part.to_pylist()):
        if name is not None:
            if name in seen:
                found.append(row)
            seen.add(name)
    return tuple(found)
