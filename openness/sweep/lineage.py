"""The edges of a table, each with what its base brings, and the closure over them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from openness.evidence.base_names import owner_of
from openness.evidence.model_repository import read
from openness.evidence.repository_evidence import RepositoryEvidence
from openness.knowledge import reader
from openness.records import Fact, Place, Standing
from openness.rules.releases import Release
from openness.sources.snapshot import HubFields, RepositorySnapshot
from openness.sweep.batch import BIT, GATED, HEAD, QUANTIZED_FILES
from openness.sweep.closure import Closure, Sets
from openness.sweep.graph import NOWHERE, Graph
from openness.sweep.judging import Atom, Inheritance, Judge
from openness.verdict import named_bases
from openness.verdict.lineage_terms import QUANTIZED, UNSTATED
from openness.verdict.named_bases import NamedBase
from openness.verdict.own_terms import OwnTerms

COPY = 0


class Lineages(msgspec.Struct, frozen=True):
    """Of every row: the number of its set (0: no bases), whether it has bases at all, and whether they are all stated as the same
    in another number format; ``inheritances`` are the sets. ``lacking`` are rows with a base that is not in the table."""

    sets: Sequence[int]
    derived: bytearray
    copied: bytearray
    mirrored: bytearray
    inheritances: Sequence[Inheritance]
    lacking: bytearray
    cycles: tuple[tuple[int, ...], ...]
    dangling: int


class LineageReader:
    """Turns the graph of a table into inheritances."""

    def __init__(self, graph: Graph, own: Sequence[OwnTerms], judge: Judge) -> None:
        """``own`` are the terms of each statement of the graph."""
        self._graph = graph
        self._own = own
        self._judge = judge
        self._atoms: dict[Atom, int] = {}
        #: The acts by which models are made from their bases; the mere copy is apart, whatever act it is judged by.
        changed = dict.fromkeys(
            judge.act(relation) for relation in (*judge.known.lineage.acts, UNSTATED) if relation != QUANTIZED
        )
        self._acts = (judge.act(QUANTIZED), *changed)
        self._relations = list(graph.relations)
        self._unstated = graph.relations.get("", NOWHERE)
        self._usable = graph.usable()
        self._linking: set[int] = set()
        self._copying: set[int] = set()

    def read(self) -> Lineages:
        graph = self._graph
        count = graph.count
        found = Lineages(
            array("I", bytes(4 * count)), bytearray(count), bytearray(count), bytearray(count), [], bytearray(count), (), 0
        )
        acts = [COPY if relation == QUANTIZED else self._act(relation) for relation in self._relations]
        width = len(self._acts)
        self._find_copies()
        brought = self._brought()
        rows, first, parents, items = array("I"), array("I", [0]), array("i"), array("I")
        dangling = 0
        extra = dict(self._named())
        edges = zip(graph.base, graph.relation, graph.same, strict=True)
        usable, row_of_base, unstated = self._usable, graph.row_of_base, self._unstated
        for row, start, end in _runs(graph.child):
            copied = True
            for _ in range(start, end):
                base, relation, same = next(edges)
                atom, other = brought[base]
                act = acts[relation] if relation != unstated else self._unstated_act(row)
                copied &= act == COPY
                parents.append(usable[base])
                items.append((atom if same or other is None else other) * width + act)
                if row_of_base[base] == NOWHERE:
                    found.lacking[row] = 1
                    dangling += 1
            if extra:
                copied &= self._add_named(extra.pop(row, ()), width, parents, items)
            rows.append(row)
            first.append(len(items))
            found.derived[row], found.copied[row] = 1, copied
        for row, bases in extra.items():
            found.derived[row], found.copied[row] = 1, self._add_named(bases, width, parents, items)
            rows.append(row)
            first.append(len(items))
        closure = Closure(rows, first, parents, items, Sets(width))
        for row, number in zip(rows, closure.of(), strict=True):
            found.sets[row] = number  # type: ignore[index]
        self._mirrors(found)
        return msgspec.structs.replace(
            found,
            inheritances=self._inheritances(closure.sets),
            cycles=tuple(tuple(rows[place] for place in members) for members in closure.cycles),
            dangling=dangling,
        )

    # -- what a base brings

    def _brought(self) -> list[tuple[int, int | None]]:
        """Of each base the atom it brings to a model of its own publisher, and another for those of others, where they differ."""
        graph, judge = self._graph, self._judge
        leaks = _pattern(judge)
        numbers: dict[OwnTerms, int] = {}
        own_of = [numbers.setdefault(own, len(numbers)) for own in self._own]
        known: dict[tuple[Any, ...], tuple[int, int | None]] = {}
        found: list[tuple[int, int | None]] = []
        for name, row in zip(graph.bases, self._usable, strict=True):
            own = None if row == NOWHERE else self._own[graph.stated[row]]
            stated = own is not None and own.stated
            release = None if stated else judge.release(name)
            leaked = leaks is not None and bool(leaks.search(name)) and judge.leaked(name)
            passes = not stated and row != NOWHERE and self._passes_through(row)
            forbids = judge.may_forbid(own.ids if own is not None and stated else release.licenses if release else ())
            owner = owner_of(name) if forbids else None
            owned = stated or release is not None or "/" in name
            key = (-1 if own is None else own_of[graph.stated[row]], release and release.ids, leaked, passes, owner, owned)
            brought = known.get(key)
            if brought is None:
                brought = known[key] = self._atoms_of(own, release, passes=passes, leaked=leaked, owner=owner, owned=owned)
            found.append(brought)
        return found

    def _atoms_of(
        self, own: OwnTerms | None, release: Release | None, *, passes: bool, leaked: bool, owner: str | None, owned: bool
    ) -> tuple[int, int | None]:
        def atom(own_publisher: bool) -> int:
            made = self._judge.atom(own, release, own_publisher=own_publisher, passes_through=passes, leaked=leaked, owner=owner)
            return self._number(made)

        settled = (own is not None and own.stated) or release is not None or not owned
        return (atom(False), None) if settled else (atom(True), atom(False))

    def _number(self, atom: Atom) -> int:
        return self._atoms.setdefault(atom, len(self._atoms))

    def _passes_through(self, row: int) -> bool:
        """As ``verdict.lineage_terms`` has it: another format of linked bases, with no license of its own."""
        return row in self._copying or (row in self._linking and self._hint(row))

    def _find_copies(self) -> None:
        """Rows that are a base, have linked bases, and state all of them as the same in another number format."""
        graph = self._graph
        quantized = graph.relations.get(QUANTIZED)
        for row, start, end in _runs(graph.child):
            if graph.is_base[row]:
                self._linking.add(row)
                if all(graph.relation[at] == quantized for at in range(start, end)):
                    self._copying.add(row)

    def _hint(self, row: int) -> bool:
        """Whether name or files say that a row is in a number format of re-uploads."""
        if self._graph.flags[row] & QUANTIZED_FILES:
            return True
        return self._judge.known.models.words.marks_quantization(self._graph.name(row).rpartition("/")[2])

    # -- acts

    def _act(self, relation: str) -> int:
        return self._acts.index(self._judge.act(relation or UNSTATED), COPY + 1)

    def _unstated_act(self, row: int) -> int:
        return COPY if self._hint(row) else self._act(UNSTATED)

    # -- bases that are named and not linked

    def _named(self) -> Iterator[tuple[int, list[NamedBase]]]:
        """Rows whose card names a base in words, or that are called like a release of another publisher and state none."""
        graph = self._graph
        itself = BIT["base-itself"]
        linked = bytearray(graph.count)
        for row in graph.child:
            linked[row] = 1
        for row, value in graph.worded.items():
            yield from self._placed(row, msgspec.json.decode(value))
        for row, flags in enumerate(graph.flags):
            if not flags & HEAD or linked[row] or row in graph.worded or graph.problems[row] & itself:
                continue
            if self._hint(row):  # without it a name is only a question
                yield from self._placed(row, {})

    def _placed(self, row: int, said: dict[str, Any]) -> Iterator[tuple[int, list[NamedBase]]]:
        known = self._judge.known.models
        evidence = self._evidence(row, said)
        linked = [link.target.name for link in evidence.linked("base")]
        found = [item for item in named_bases.of(evidence, linked, known.releases, known.words) if isinstance(item, NamedBase)]
        if found:
            yield row, found

    def _evidence(self, row: int, said: dict[str, Any]) -> RepositoryEvidence:
        """The evidence of one row, as a classification would have it."""
        name = self._graph.name(row)
        card = {"base_model": said["card"], "base_model_relation": said["how"]} if said else {}
        hub = HubFields(base_models=tuple(said.get("hub", ())), relation=said.get("relation"), card_data=card)
        found = read(RepositorySnapshot("hub-model", name, name, hub=hub), reader(self._judge.ruleset))
        if self._graph.flags[row] & QUANTIZED_FILES and not any(found.claims("quantized-hint")):
            hint = Fact("files:quantized", "quantized-hint", True, "", Standing.NAME, Place("file list"))
            found = msgspec.structs.replace(found, facts=(*found.facts, hint))
        return found

    def _add_named(self, bases: Sequence[NamedBase], width: int, parents: array[int], items: array[int]) -> bool:
        """Append what bases without a row bring; whether all of them are mere copies."""
        copied = True
        for base in bases:
            forbids = not base.stage and self._judge.may_forbid(base.licenses)
            atom = Atom(base.licenses, leaked=self._judge.leaked(base.text), owner=owner_of(base.text) if forbids else None)
            act = COPY if base.relation == QUANTIZED else self._act(base.relation)
            copied &= act == COPY
            parents.append(NOWHERE)
            items.append(self._number(atom) * width + act)
        return copied

    def _mirrors(self, found: Lineages) -> None:
        """Rows without gate and terms that pass on a gated original of another owner in another format."""
        graph = self._graph
        if not any(flags & GATED for flags in graph.flags):
            return
        for row, start, end in _runs(graph.child):
            if graph.flags[row] & GATED or self._own[graph.stated[row]].stated:
                continue
            for at in range(start, end):
                above, relation = self._usable[graph.base[at]], graph.relation[at]
                copies = self._relations[relation] == QUANTIZED or (relation == self._unstated and self._hint(row))
                if above != NOWHERE and graph.flags[above] & GATED and copies and owner_of(graph.name(row)):
                    found.mirrored[row] |= not graph.same[at]

    def _inheritances(self, sets: Sets) -> list[Inheritance]:
        atoms = list(self._atoms)
        return [
            Inheritance(tuple((atoms[item // sets.width], self._acts[item % sets.width]) for item in sorted(items)))
            for items in sets.items
        ]


def _runs(child: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Each row that has edges with where they begin and end."""
    start, count = 0, len(child)
    while start < count:
        row, end = child[start], start + 1
        while end < count and child[end] == row:
            end += 1
        yield row, start, end
        start = end


def _pattern(judge: Judge) -> Any:
    import re

    from openness.sweep.reading import leak_heads

    heads = leak_heads(judge.known.leaks)
    return re.compile(heads, re.IGNORECASE) if heads else None
