"""The edges of a table, each with what its base brings, and the closure over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from openness.evidence.base_names import owner_of
from openness.sweep.batch import GATED, QUANTIZED_FILES
from openness.sweep.brought import Atoms, Bases
from openness.sweep.closure import Closure, Sets
from openness.sweep.graph import NOWHERE, Graph
from openness.sweep.inheritance import Inheritance
from openness.sweep.judging import Judge
from openness.sweep.named import named
from openness.sweep.numbers import arrow_of, begins, mask_of, numbers_of, paired, placed
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

    sets: Any
    derived: Any
    copied: Any
    mirrored: Any
    inheritances: Sequence[Inheritance]
    lacking: Sequence[int]
    dangling: int
    cycles: tuple[tuple[int, ...], ...]


class LineageReader:
    """Turns the graph of a table into inheritances."""

    def __init__(self, graph: Graph, own: Sequence[OwnTerms], terms: arrow.Array, judge: Judge) -> None:
        """``own`` are the different terms, ``terms`` the number of those of each row."""
        import pyarrow as arrow

        self._graph = graph
        self._judge = judge
        #: The acts by which models are made from their bases; the mere copy is apart, whatever act it is judged by.
        relations = (*judge.known.lineage.acts, UNSTATED)
        changed = dict.fromkeys(judge.act(relation) for relation in relations if relation != QUANTIZED)
        self._acts = (judge.act(QUANTIZED), *changed)
        numbers = {relation: number for number, relation in enumerate(graph.relations)}
        self._unstated, self._quantized = numbers.get("", NOWHERE), numbers.get(QUANTIZED, NOWHERE)
        self._atoms = Atoms(judge)
        #: Of each row whether it says anything of a license.
        stated = arrow.array([terms.stated for terms in own], arrow.bool_())
        self._own = own
        self._terms = terms
        self._says = stated.take(terms)
        #: Of each base the row, or NOWHERE.
        self._rows = graph.usable()

    def read(self) -> Lineages:
        import pyarrow as arrow
        from pyarrow import compute

        graph = self._graph
        width = len(self._acts)
        acts = self._act_of_edges()
        child, items = graph.child, paired(self._atom_of_edges(self._passing()), acts, width).cast(arrow.int32())
        parents = self._rows.take(graph.base)
        changed = child.filter(compute.not_equal(acts, COPY))
        extra = named(graph, self._judge, self._hints)
        if extra:
            more = [(row, self._named_item(base)) for row, bases in extra.items() for base in bases]
            child = arrow.concat_arrays([child, arrow.array([row for row, _ in more], child.type)])
            items = arrow.concat_arrays([items, arrow.array([item for _, item in more], items.type)])
            parents = arrow.concat_arrays([parents, arrow.array([NOWHERE] * len(more), parents.type)])
            order = compute.sort_indices(child)
            child, items, parents = child.take(order), items.take(order), parents.take(order)
            further = [row for row, item in more if item % width != COPY]
            changed = arrow.concat_arrays([changed, arrow.array(further, changed.type)])
        starts = compute.indices_nonzero(begins(child))
        rows = child.take(starts)
        first = arrow.concat_arrays([starts.cast(arrow.int32()), arrow.array([len(child)], arrow.int32())])
        above = compute.fill_null(compute.index_in(parents, value_set=rows), NOWHERE)
        closure = Closure(numbers_of(first), numbers_of(above), numbers_of(items), Sets(width))
        return self._lineages(rows, closure, compute.unique(changed))

    def _lineages(self, rows: arrow.Array, closure: Closure, changed: arrow.Array) -> Lineages:
        from pyarrow import compute

        graph = self._graph
        sets = compute.fill_null(placed(arrow_of(closure.of()), rows, graph.count), 0)
        derived = mask_of(rows, graph.count)
        copied = compute.and_not(derived, mask_of(changed, graph.count))
        lacking = graph.child.filter(compute.equal(arrow_of(graph.row_of_base).take(graph.base), NOWHERE))
        cycles = tuple(tuple(rows[place].as_py() for place in members) for members in closure.cycles)
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
        told = compute.if_else(self._hints(graph.child.filter(mask)), COPY, self._act(UNSTATED))
        return compute.replace_with_mask(acts, mask, told.cast(arrow.int32()))

    def _hints(self, rows: arrow.Array) -> arrow.Array:
        """Whether name or files say that a row is in a number format of re-uploads."""
        import pyarrow as arrow
        from pyarrow import compute

        marks = self._judge.known.models.words.marks_quantization
        named = [marks(name.rpartition("/")[2]) for name in self._graph.names(rows)]
        return compute.or_(self._graph.flagged(QUANTIZED_FILES).take(rows), arrow.array(named, arrow.bool_()))

    # -- what a base brings

    def _passing(self) -> arrow.Array:
        """Rows without a license of their own that are another format of linked bases, as ``verdict.lineage_terms`` has it, as
        far as they are bases themselves."""
        import pyarrow as arrow
        from pyarrow import compute

        graph = self._graph
        rows = self._rows.filter(compute.not_equal(self._rows, NOWHERE))
        silent = rows.filter(compute.invert(self._says.take(rows)))
        linking = compute.unique(graph.child.filter(compute.is_in(graph.child, value_set=silent)))
        other = compute.is_in(linking, value_set=graph.child.filter(compute.not_equal(graph.relation, self._quantized)))
        changed = linking.filter(other)
        return arrow.concat_arrays([linking.filter(compute.invert(other)), changed.filter(self._hints(changed))])

    def _atom_of_edges(self, passing: arrow.Array) -> arrow.Array:
        """The atom of each edge. Who released a model released its base as well, where both have one owner."""
        import pyarrow as arrow
        from pyarrow import compute

        graph = self._graph
        bases = Bases(graph.bases, self._rows, compute.is_in(self._rows, value_set=passing), self._terms)
        brought, others = self._atoms.of_bases(bases, self._own)
        atoms = brought.take(graph.base)
        differs = compute.is_valid(others).take(graph.base)
        places = compute.indices_nonzero(differs)
        if not len(places):
            return atoms
        base = graph.base.take(places)
        owners = map(owner_of, graph.names(graph.child.take(places)))
        above = map(owner_of, graph.bases.take(base).to_pylist())
        same = arrow.array([bool(one) and one == other for one, other in zip(owners, above, strict=True)], arrow.bool_())
        return compute.replace_with_mask(atoms, differs, compute.if_else(same, brought.take(base), others.take(base)))

    def _named_item(self, base: NamedBase) -> int:
        """What a base without a row brings."""
        act = COPY if base.relation == QUANTIZED else self._act(base.relation)
        return self._atoms.of_named(base) * len(self._acts) + act

    def _mirrors(self) -> arrow.Array:
        """Rows without gate and terms that pass on a gated original of another owner in another format."""
        import pyarrow as arrow
        from pyarrow import compute

        graph = self._graph
        gated = graph.flagged(GATED)
        if not compute.any(gated).as_py():
            return mask_of(graph.child.slice(0, 0), graph.count)
        above = self._rows.take(graph.base)
        known = compute.not_equal(above, NOWHERE)
        doubtful = compute.and_(known, gated.take(compute.if_else(known, above, 0)))
        doubtful = compute.and_not(doubtful, compute.or_(gated, self._says).take(graph.child))
        row, above, relation = (column.filter(doubtful) for column in (graph.child, above, graph.relation))
        unstated = compute.and_(compute.equal(relation, self._unstated), self._hints(row))
        copies = compute.or_(compute.equal(relation, self._quantized), unstated)
        owners = zip(map(owner_of, graph.names(row)), map(owner_of, graph.names(above)), strict=True)
        differs = arrow.array([bool(owner) and owner != other for owner, other in owners], arrow.bool_())
        return mask_of(compute.unique(row.filter(compute.and_(copies, differs))), graph.count)

    def _inheritances(self, sets: Sets) -> list[Inheritance]:
        atoms = self._atoms.listed
        return [
            Inheritance.of(tuple((atoms[item // sets.width], self._acts[item % sets.width]) for item in sorted(items)))
            for items in sets.items
        ]
