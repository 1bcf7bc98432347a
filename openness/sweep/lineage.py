"""The edges of a table, each with what its base brings, and the closure over them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from openness.evidence.base_names import owner_of
from openness.rules.releases import Release
from openness.sweep.batch import GATED, QUANTIZED_FILES
from openness.sweep.closure import Closure, Sets
from openness.sweep.graph import NOWHERE, Graph
from openness.sweep.judging import Atom, Inheritance, Judge
from openness.sweep.named import named
from openness.sweep.numbers import arrow_of, numbers_of, paired
from openness.sweep.reading import leak_heads
from openness.verdict.lineage_terms import QUANTIZED, UNSTATED
from openness.verdict.named_bases import NamedBase
from openness.verdict.own_terms import OwnTerms

if TYPE_CHECKING:
    import pyarrow as arrow

#: The act of an edge to the same model in another number format; what lies behind it keeps its own act.
COPY = 0


class Lineages(msgspec.Struct, frozen=True):
    """Of every row: the number of its set (0: no bases), whether it has bases at all, whether they are all stated as the same in
    another number format, and whether it is a mirror of a gated one; ``inheritances`` are the sets. ``lacking`` are rows with a
    base that is not in the table, ``dangling`` the number of such edges."""

    sets: array[int]
    derived: bytearray
    copied: bytearray
    mirrored: bytearray
    inheritances: Sequence[Inheritance]
    lacking: Sequence[int]
    dangling: int
    cycles: tuple[tuple[int, ...], ...]


class LineageReader:
    """Turns the graph of a table into inheritances."""

    def __init__(self, graph: Graph, own: Sequence[OwnTerms], own_of: Sequence[int], judge: Judge) -> None:
        """``own`` are the terms of each statement of the graph, ``own_of`` their numbers among the different ones."""
        self._graph = graph
        self._own = own
        self._own_of = own_of
        self._judge = judge
        self._atoms: dict[Atom, int] = {}
        #: The acts by which models are made from their bases; the mere copy is apart, whatever act it is judged by.
        relations = (*judge.known.lineage.acts, UNSTATED)
        changed = dict.fromkeys(judge.act(relation) for relation in relations if relation != QUANTIZED)
        self._acts = (judge.act(QUANTIZED), *changed)
        self._unstated = graph.relations.index("") if "" in graph.relations else NOWHERE
        self._usable = graph.usable()
        self._stated = numbers_of(graph.stated)

    def read(self) -> Lineages:
        import pyarrow as arrow
        from pyarrow import compute

        graph = self._graph
        width = len(self._acts)
        acts = self._act_of_edges()
        brought = self._brought(acts)
        atoms = self._atom_of_edges(brought)
        child, items = graph.child, paired(atoms, acts, width).cast(arrow.int32())
        parents = arrow_of(self._usable).take(graph.base)
        changed = child.filter(compute.not_equal(acts, COPY))
        extra = named(graph, self._judge, self.hint)
        if extra:
            more = [(row, self._named_item(base)) for row, bases in extra.items() for base in bases]
            child = arrow.concat_arrays([child, arrow.array([row for row, _ in more], child.type)])
            items = arrow.concat_arrays([items, arrow.array([item for _, item in more], items.type)])
            parents = arrow.concat_arrays([parents, arrow.array([NOWHERE] * len(more), parents.type)])
            order = compute.sort_indices(child)
            child, items, parents = child.take(order), items.take(order), parents.take(order)
            rows = [row for row, item in more if item % width != COPY]
            changed = arrow.concat_arrays([changed, arrow.array(rows, changed.type)])
        starts = _starts(child)
        rows = child.take(starts)
        first = arrow.concat_arrays([starts.cast(arrow.int32()), arrow.array([len(child)], arrow.int32())])
        above = compute.fill_null(compute.index_in(parents, value_set=rows), NOWHERE)
        closure = Closure(numbers_of(first), numbers_of(above), numbers_of(items), Sets(width))
        return self._lineages(numbers_of(rows), closure, compute.unique(changed).to_pylist())

    def _lineages(self, rows: array[int], closure: Closure, changed: list[int]) -> Lineages:
        from pyarrow import compute

        graph = self._graph
        sets, derived = array("I", bytes(4 * graph.count)), bytearray(graph.count)
        for row, number in zip(rows, closure.of(), strict=True):
            sets[row] = number
            derived[row] = 1
        copied = bytearray(derived)
        for row in changed:
            copied[row] = 0
        lacking = graph.child.filter(compute.equal(arrow_of(graph.row_of_base).take(graph.base), NOWHERE))
        cycles = tuple(tuple(rows[place] for place in members) for members in closure.cycles)
        return Lineages(
            sets, derived, copied, self._mirrors(), self._inheritances(closure.sets), compute.unique(lacking).to_pylist(),
            len(lacking), cycles,
        )  # fmt: skip

    # -- acts

    def _act(self, relation: str) -> int:
        return self._acts.index(self._judge.act(relation or UNSTATED), COPY + 1)

    def _act_of_edges(self) -> arrow.Array:
        """The number of the act of each edge; where nothing says how, name and files may say that it is another format."""
        import pyarrow as arrow
        from pyarrow import compute

        graph = self._graph
        of_relation = [COPY if relation == QUANTIZED else self._act(relation) for relation in graph.relations]
        acts = arrow.array(of_relation, arrow.int32()).take(graph.relation)
        if self._unstated == NOWHERE:
            return acts
        mask = compute.equal(graph.relation, self._unstated)
        rows = graph.child.filter(mask).to_pylist()
        told = [COPY if self.hint(row) else self._act(UNSTATED) for row in rows]
        return compute.replace_with_mask(acts, mask, arrow.array(told, arrow.int32()))

    def hint(self, row: int) -> bool:
        """Whether name or files say that a row is in a number format of re-uploads."""
        if self._graph.flags[row] & QUANTIZED_FILES:
            return True
        return self._judge.known.models.words.marks_quantization(self._graph.name(row).rpartition("/")[2])

    # -- what a base brings

    def _brought(self, acts: arrow.Array) -> list[tuple[int, int | None]]:
        """Of each base the atom it brings to a model of its own publisher, and another for those of others, where they differ."""
        judge, stated_of, own_of = self._judge, self._stated, self._own_of
        from pyarrow import compute

        heads = leak_heads(judge.known.leaks)
        doubtful = compute.match_substring_regex(self._graph.bases, heads or "$^", ignore_case=True).to_pylist()
        passing = self._passing(acts)
        known: dict[tuple[Any, ...], tuple[int, int | None]] = {}
        found: list[tuple[int, int | None]] = []
        for name, row, doubt in zip(self._graph.bases.to_pylist(), self._usable, doubtful, strict=True):
            statement = NOWHERE if row == NOWHERE else stated_of[row]
            own = None if row == NOWHERE else self._own[statement]
            stated = own is not None and own.stated
            release = None if stated else judge.release(name)
            leaked = doubt and judge.leaked(name)
            ids = own.ids if own is not None and stated else release.licenses if release else ()
            owner = owner_of(name) if judge.may_forbid(ids) else None
            number = statement if statement < 0 else own_of[statement]
            key = (number, release and release.ids, leaked, row in passing, owner, "/" in name)
            brought = known.get(key)
            if brought is None:
                settled = stated or release is not None or "/" not in name
                brought = known[key] = self._atoms_of(own, release, row in passing, leaked, owner, settled=settled)
            found.append(brought)
        return found

    def _atoms_of(
        self, own: OwnTerms | None, release: Release | None, passes: bool, leaked: bool, owner: str | None, *, settled: bool
    ) -> tuple[int, int | None]:
        def atom(own_publisher: bool) -> int:
            made = self._judge.atom(
                own, release, own_publisher=own_publisher, passes_through=passes, leaked=leaked, owner=owner
            )  # fmt: skip
            return self._number(made)

        return (atom(False), None) if settled else (atom(True), atom(False))

    def _number(self, atom: Atom) -> int:
        return self._atoms.setdefault(atom, len(self._atoms))

    def _passing(self, acts: arrow.Array) -> frozenset[int]:
        """Bases without a license of their own that are another format of linked bases, as ``verdict.lineage_terms`` has it."""
        import pyarrow as arrow
        from pyarrow import compute

        graph = self._graph
        silent = [row for row in self._usable if row != NOWHERE and not self._own[self._stated[row]].stated]
        linking = set(
            compute.unique(graph.child.filter(compute.is_in(graph.child, arrow.array(silent, graph.child.type)))).to_pylist()
        )
        quantized = graph.relations.index(QUANTIZED) if QUANTIZED in graph.relations else NOWHERE
        other = set(compute.unique(graph.child.filter(compute.not_equal(graph.relation, quantized))).to_pylist())
        return frozenset(row for row in linking if row not in other or self.hint(row))

    def _atom_of_edges(self, brought: Sequence[tuple[int, int | None]]) -> arrow.Array:
        """The atom of each edge. Who released a model released its base as well, where both have one owner."""
        import pyarrow as arrow
        from pyarrow import compute

        graph = self._graph
        atoms = arrow.array([one for one, _ in brought], arrow.int32()).take(graph.base)
        differs = arrow.array([other is not None for _, other in brought], arrow.bool_()).take(graph.base)
        places = compute.indices_nonzero(differs)
        if not len(places):
            return atoms
        base = graph.base.take(places)
        owners = map(owner_of, graph.names(graph.child.take(places)))
        others = map(owner_of, graph.bases.take(base).to_pylist())
        told = [
            one if owner and owner == above else other
            for owner, above, (one, other) in zip(owners, others, (brought[at] for at in base.to_pylist()), strict=True)
        ]
        return compute.replace_with_mask(atoms, differs, arrow.array(told, arrow.int32()))

    def _named_item(self, base: NamedBase) -> int:
        """What a base without a row brings."""
        forbids = not base.stage and self._judge.may_forbid(base.licenses)
        atom = Atom(base.licenses, leaked=self._judge.leaked(base.text), owner=owner_of(base.text) if forbids else None)
        act = COPY if base.relation == QUANTIZED else self._act(base.relation)
        return self._number(atom) * len(self._acts) + act

    def _mirrors(self) -> bytearray:
        """Rows without gate and terms that pass on a gated original of another owner in another format."""
        graph = self._graph
        found = bytearray(graph.count)
        if not any(flags & GATED for flags in graph.flags):
            return found
        for row, base, relation in zip(graph.child.to_pylist(), graph.base.to_pylist(), graph.relation.to_pylist(), strict=True):
            above = self._usable[base]
            if above == NOWHERE or not graph.flags[above] & GATED or graph.flags[row] & GATED:
                continue
            copies = graph.relations[relation] == QUANTIZED or (relation == self._unstated and self.hint(row))
            owner = owner_of(graph.name(row))
            if copies and owner and not self._own[self._stated[row]].stated and owner != owner_of(graph.name(above)):
                found[row] = 1
        return found

    def _inheritances(self, sets: Sets) -> list[Inheritance]:
        atoms = list(self._atoms)
        return [
            Inheritance.of(tuple((atoms[item // sets.width], self._acts[item % sets.width]) for item in sorted(items)))
            for items in sets.items
        ]


def _starts(child: arrow.Array) -> arrow.Array:
    """The places where another row begins."""
    import pyarrow as arrow
    from pyarrow import compute

    if not len(child):
        return arrow.array([], arrow.uint64())
    changes = compute.not_equal(child.slice(1), child.slice(0, len(child) - 1))
    return compute.indices_nonzero(arrow.concat_arrays([arrow.array([True]), changes]))
