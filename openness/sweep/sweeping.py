"""A sweep from the table to its result: rows → graph → closure → verdicts → table and summary."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from openness.errors import OpennessError
from openness.evidence.base_names import owner_of
from openness.rules.loader import Ruleset
from openness.sweep import execution, table
from openness.sweep.batch import ABSENT, INCOMPLETE, LEAK, PROBLEMS, SHOWN, UNLISTED, Batch
from openness.sweep.drift import drift_of
from openness.sweep.graph import Graph, collected
from openness.sweep.judging import Judge, Judged, Row
from openness.sweep.lineage import LineageReader, Lineages
from openness.sweep.memory import uncollected
from openness.sweep.numbers import arrow_of, counted, mask_of, paired
from openness.sweep.reading import reading
from openness.sweep.source_table import Layout, layout
from openness.sweep.summary import Summary, by_two, plus, top
from openness.verdict.own_terms import OwnTerms

#: Problems that only the whole table shows, beside those of single rows.
FURTHER = ("base-missing", "lineage-cycle", "id-duplicate")
WORDS = (*PROBLEMS, *FURTHER)
MISSING, CYCLE, DUPLICATE = (1 << (len(PROBLEMS) + at) for at in range(len(FURTHER)))
#: What of a row decides beside its flags, as bits behind them.
DERIVED, COPIED, MIRRORED, LEAKED = (1 << (8 + at) for at in range(4))
DECIDING_BITS = bytes(bits & (SHOWN | UNLISTED | ABSENT | INCOMPLETE) for bits in range(256))
DISAGREE = 1 << PROBLEMS.index("bases-disagree")
BASE_MODEL = "base-model"
#: The step that is told while a cluster has no worker.
WAITING = "waiting for workers"


class Where(msgspec.Struct, frozen=True):
    """Where rows are read: on the cluster at an address, by a number of processes, or (neither) here."""

    cluster: str | None = None
    workers: int = 0


class NotEnoughMemory(OpennessError):
    """A table whose rows are too large for this machine."""

    code = "not-enough-memory"


def sweep(source: Path, target: Path, ruleset: Ruleset, where: Where, seen: Callable[[str, int, int], None]) -> Summary:
    """Judge every row of ``source`` and write ``target``. ``seen`` is told step, rows done and rows in all.

    Raises UsageError for a table that cannot be read or written, NotWritten for a full disk, WorkersLost, NotEnoughMemory.
    """
    found = layout(source)
    place = table.target(target, source)
    judge = Judge(ruleset)
    try:
        return _swept(found, place, judge, where, seen, str(source), str(target))
    except MemoryError:  # Arrow's own is one as well
        raise NotEnoughMemory(
            f"The rows of {source} do not fit into memory; sweep it on a machine with more, or in pieces."
        ) from None


def _swept(
    found: Layout, place: Path, judge: Judge, where: Where, seen: Callable[[str, int, int], None], source: str, target: str
) -> Summary:
    with uncollected():
        graph = _read(found, judge, where, seen)
        verdicts = _Verdicts(graph, judge)
        seen("judging", 0, graph.count)
        verdicts.judge()
        seen("writing", 0, graph.count)
        table.write(place, found, verdicts.results())
        seen("writing", graph.count, graph.count)
        return verdicts.summary(source, target, found.rows - graph.count)


def _read(found: Layout, judge: Judge, where: Where, seen: Callable[[str, int, int], None]) -> Graph:
    read = reading(judge.known.models.releases, judge.known.leaks)
    batches: Iterator[Batch]
    if where.cluster is not None:
        batches = execution.clustered(found, read, where.cluster, lambda: seen(WAITING, 0, found.rows))
    elif where.workers > 0:
        batches = execution.pooled(found, read, execution.usable_workers(where.workers))
    else:
        batches = execution.in_process(found, read)
    done = 0

    def told(count: int) -> None:
        nonlocal done
        done += count
        seen("reading", done, found.rows)

    return collected(batches, told)


class _Verdicts:
    """The verdicts of all rows of a graph."""

    def __init__(self, graph: Graph, judge: Judge) -> None:
        import pyarrow as arrow

        self._graph = graph
        self._judge = judge
        self._own = judge.owns(graph.statements)
        numbers: dict[OwnTerms, int] = {}
        #: Different statements may come to the same terms: those of each row, by number.
        of_statements = arrow.array([numbers.setdefault(own, len(numbers)) for own in self._own], arrow.int32())
        self._terms_of_rows = of_statements.take(graph.stated)
        self._terms = list(numbers)
        self._declared = [judge.declared_class(terms) for terms in self._terms]
        self._lineages: Lineages = LineageReader(graph, self._terms, self._terms_of_rows, judge).read()
        self._values: list[tuple[Any, ...]] = []
        self._statuses: list[str] = []
        self._numbers: Any = None

    def judge(self) -> None:
        """Each row's result, by its number among the different ones."""
        judged, different = self._judged()
        problems = arrow_of(self._problems())
        coded = paired(judged, problems, 1 << len(WORDS)).dictionary_encode()
        for key in coded.dictionary.to_pylist():
            found, declared = different[key >> len(WORDS)]
            bits = key & (1 << len(WORDS)) - 1
            contradictions = (*found.contradictions, *((BASE_MODEL,) if bits & DISAGREE else ()))
            words = tuple(word for at, word in enumerate(WORDS) if bits >> at & 1)
            self._values.append((found.category, found.sub_label, declared, contradictions, found.licenses, words))
            self._statuses.append(found.status)
        self._numbers = coded.indices

    def _judged(self) -> tuple[Any, list[tuple[Judged, str]]]:
        """The number of each row's verdict among the different ones, and those with the class of the declared license."""
        lineages = self._lineages
        terms = self._terms_of_rows
        pairs = paired(terms, lineages.sets, len(lineages.inheritances)).dictionary_encode()
        deciding = self._deciding()
        coded = paired(pairs.indices, deciding, 1 << 16).dictionary_encode()
        pair_of = pairs.dictionary.to_pylist()
        different = []
        for key in coded.dictionary.to_pylist():
            own, closure = divmod(pair_of[key >> 16], len(lineages.inheritances))
            different.append(self._verdict(own, closure, key & 0xFFFF, None))
        return self._with_owners(coded.indices, different, terms, deciding), different

    def _with_owners(self, numbers: Any, different: list[tuple[Judged, str]], terms: Any, deciding: Any) -> Any:
        """The same where it matters who passes weights on: rows with such a base are judged with their owner."""
        import pyarrow as arrow
        from pyarrow import compute

        lineages = self._lineages
        owned = arrow.array([found.owned for found in lineages.inheritances], arrow.bool_()).take(lineages.sets)
        rows = compute.indices_nonzero(owned)
        if not len(rows):
            return numbers
        known: dict[tuple[Any, ...], int] = {}
        found = []
        told = (column.take(rows).to_pylist() for column in (terms, lineages.sets, deciding))
        for own, closure, bits, name in zip(*told, self._graph.names(rows), strict=True):
            key = (own, closure, bits, owner_of(name))
            if key not in known:
                known[key] = len(different)
                different.append(self._verdict(*key))
            found.append(known[key])
        return compute.replace_with_mask(numbers, owned, arrow.array(found, numbers.type))

    def _deciding(self) -> Any:
        """What of each row decides beside its terms and bases, as bits."""
        import pyarrow as arrow
        from pyarrow import compute

        graph, lineages = self._graph, self._lineages
        leaks = compute.indices_nonzero(graph.flagged(LEAK))
        leaked = [row for row, name in zip(leaks.to_pylist(), graph.names(leaks), strict=True) if self._judge.leaked(name)]
        found = arrow_of(graph.flags.translate(DECIDING_BITS)).cast(arrow.uint16())
        told = ((DERIVED, lineages.derived), (COPIED, lineages.copied), (MIRRORED, lineages.mirrored))
        for bit, mask in (*told, (LEAKED, mask_of(arrow.array(leaked, arrow.int32()), graph.count))):
            found = compute.add(found, compute.if_else(mask, arrow.scalar(bit, found.type), arrow.scalar(0, found.type)))
        return found

    def _verdict(self, own: int, closure: int, bits: int, owner: str | None) -> tuple[Judged, str]:
        complete = not bits & (UNLISTED | ABSENT | INCOMPLETE)
        weights = True if bits & SHOWN else None if bits & UNLISTED else False
        derived, copied, mirrored, leaked = (bool(bits & bit) for bit in (DERIVED, COPIED, MIRRORED, LEAKED))
        given = Row(weights, complete, derived, copied, leaked, mirrored, owner)
        terms = self._terms[own]
        return self._judge.judged(terms, self._lineages.inheritances[closure], given), self._declared[own]

    def _problems(self) -> array[int]:
        problems = array("I", self._graph.problems.to_pylist())
        for row in self._lineages.lacking:
            problems[row] |= MISSING
        for cycle in self._lineages.cycles:
            for row in cycle:
                problems[row] |= CYCLE
        for row in self._graph.duplicates:
            problems[row] |= DUPLICATE
        return problems

    def results(self) -> table.Results:
        return table.Results(self._values, self._numbers)

    # -- counting

    def summary(self, source: str, target: str, skipped: int) -> Summary:
        """The table in figures."""
        counts = counted(self._numbers)
        cells: Counter[tuple[str, str]] = Counter()
        labels: Counter[str] = Counter()
        statuses: Counter[str] = Counter()
        about: Counter[str] = Counter()
        problems: Counter[str] = Counter()
        for number, count in counts.items():
            category, label, declared, contradictions, _, odd = self._values[number]
            status = self._statuses[number]
            cells[category or status, declared] += count
            statuses[status] += count
            labels[label or "none"] += count
            about.update(dict.fromkeys(contradictions, count))
            problems.update(dict.fromkeys(odd, count))
        drift, drift_pairs = drift_of(self._graph, self._terms_of_rows, self._terms, self._judge)
        return Summary(
            source, target, self._graph.count, skipped, by_two(cells), _ordered(labels), _ordered(statuses), _ordered(about),
            self._pairs(), drift, drift_pairs, self._figures(), _ordered(problems),
        )  # fmt: skip

    def _figures(self) -> dict[str, int]:
        graph, lineages = self._graph, self._lineages
        return {
            "derived": lineages.derived.true_count,
            "edges": len(graph.child),
            "edges_without_base": lineages.dangling,
            "cycles": len(lineages.cycles),
            "rows_in_cycles": sum(map(len, lineages.cycles)),
        }

    def _pairs(self) -> tuple[Any, ...]:
        """Which licenses contradict each other: the tag and the card's field, the model and its base."""
        graph, judge = self._graph, self._judge
        pairs: Counter[tuple[str, str, str]] = Counter()
        for stated, count in counted(graph.stated).items():
            if self._own[stated].contradictions:
                pairs["license", *_said(graph.statements[stated])] += count
        width = len(self._lineages.inheritances)
        loose = counted(paired(self._terms_of_rows, self._lineages.sets, width))
        for key, count in loose.items():
            terms, closure = divmod(key, width)
            own = self._terms[terms]
            above = {plus(atom.ids) for atom, _ in self._lineages.inheritances[closure].atoms if judge.looser(atom.ids, own)}
            for ids in above:
                pairs["license-of-base", plus(own.ids), ids] += count
        return top(pairs)


def _said(statement: bytes) -> tuple[str, str]:
    """The card's words and the tag's, of a statement in which they differ."""
    given = msgspec.json.decode(statement)
    card = given.get("license_name") or given.get("license")
    parts = card if isinstance(card, list) else [card]
    return plus([str(part) for part in parts]), plus(given.get("tags", ()))


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
