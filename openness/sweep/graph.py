"""Rows and edges of a whole table, in columns of numbers: small enough that millions are kept while every card is forgotten."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from openness.sweep.batch import ABSENT, Batch

if TYPE_CHECKING:
    import pyarrow as arrow

#: The row of a base that is not in the table.
NOWHERE = -1
DUPLICATE = "id-duplicate"


class Graph:
    """What all batches come to. Rows are numbered through; ``statements`` and ``bases`` are the different ones of all."""

    def __init__(self) -> None:
        self.count = 0
        self.ids: list[arrow.Array] = []
        self.flags = bytearray()
        self.problems: array[int] = array("H")
        self.stated: array[int] = array("I")
        self.statements: dict[bytes, int] = {}
        self.child: array[int] = array("I")
        self.base: array[int] = array("I")
        self.relation: array[int] = array("B")
        self.same = bytearray()
        self.bases: dict[str, int] = {}
        self.relations: dict[str, int] = {}
        self.worded: dict[int, bytes] = {}
        #: Of each base the row that it is, or NOWHERE; filled by ``locate``.
        self.row_of_base: array[int] = array("i")
        self.duplicates: set[int] = set()
        #: Rows that are a base of another.
        self.is_base = bytearray()

    def add(self, batch: Batch) -> None:
        """Append a batch; they come in the order of the table."""
        start = self.count
        self.count += batch.count
        self.ids.append(batch.ids)
        self.flags += batch.flags
        self.problems.extend(batch.problems)
        numbers = [self.statements.setdefault(text, len(self.statements)) for text in batch.statements]
        self.stated.extend(map(numbers.__getitem__, batch.stated))
        bases = [self.bases.setdefault(name, len(self.bases)) for name in batch.bases]
        self.base.extend(map(bases.__getitem__, batch.base))
        relations = [self._relation(word) for word in batch.relations]
        self.relation.extend(map(relations.__getitem__, batch.relation))
        self.child.extend(map(start.__add__, batch.child))
        self.same += batch.same
        self.worded.update((start + row, value) for row, value in batch.worded.items())

    def _relation(self, word: str) -> int:
        """The number of a relation; there are four, and whatever else a stranger wrote beyond some hundred is one more."""
        if word not in self.relations and len(self.relations) > 200:
            word = "…"
        return self.relations.setdefault(word, len(self.relations))

    def locate(self) -> None:
        """Find the row of each base. Of rows with one id the first counts."""
        import pyarrow as arrow
        from pyarrow import compute

        self.row_of_base = array("i", [NOWHERE]) * len(self.bases)
        self.is_base = bytearray(self.count)
        names = arrow.array(list(self.bases), arrow.string())
        start = 0
        for found in compute.index_in(self._ids(), value_set=names).chunks:
            mask = compute.is_valid(found)
            for row, base in zip(compute.indices_nonzero(mask).to_pylist(), found.filter(mask).to_pylist(), strict=True):
                if self.row_of_base[base] == NOWHERE:
                    self.row_of_base[base] = start + row
                    self.is_base[start + row] = 1
            start += len(found)
        self.duplicates = set(self._repeated())

    def _ids(self) -> arrow.ChunkedArray:
        import pyarrow as arrow

        return arrow.chunked_array(self.ids, arrow.string())

    def _repeated(self) -> Iterator[int]:
        """Rows whose id stood in an earlier row."""
        from pyarrow import compute

        ids = self._ids()
        if compute.count_distinct(ids).as_py() == self.count - ids.null_count:
            return
        seen: set[str] = set()
        for row, name in enumerate(ids.to_pylist()):
            if name is not None:
                if name in seen:
                    yield row
                seen.add(name)

    def name(self, row: int) -> str:
        """The id of a row, in lower case."""
        for ids in self.ids:
            if row < len(ids):
                return str(ids[row].as_py() or "")
            row -= len(ids)
        raise IndexError(row)

    def names(self, rows: Sequence[int]) -> list[str]:
        """The ids of several rows."""
        import pyarrow as arrow

        return [name or "" for name in self._ids().take(arrow.array(rows, arrow.int64())).to_pylist()]

    def usable(self) -> array[int]:
        """Of each base the row whose evidence can be used, or NOWHERE."""
        flags = self.flags
        return array("i", (NOWHERE if row == NOWHERE or flags[row] & ABSENT else row for row in self.row_of_base))


def collected(batches: Iterable[Batch], seen: Any = None) -> Graph:
    """All batches, with every base found. ``seen`` is told the number of rows of each."""
    graph = Graph()
    for batch in batches:
        graph.add(batch)
        if seen is not None:
            seen(batch.count)
    graph.locate()
    return graph
