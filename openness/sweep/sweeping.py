"""A sweep from the table to its result: rows → graph → closure → verdicts → table and summary."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from openness.evidence.base_names import owner_of
from openness.rules.loader import Ruleset
from openness.rules.model import CATEGORIES
from openness.sweep import execution, table
from openness.sweep.batch import ABSENT, INCOMPLETE, LEAK, PROBLEMS, SHOWN, UNLISTED, Batch
from openness.sweep.columns import Layout, layout
from openness.sweep.graph import NOWHERE, Graph, collected
from openness.sweep.judging import NO_LICENSE, Judge, Judged, Row
from openness.sweep.lineage import LineageReader, Lineages
from openness.sweep.memory import uncollected
from openness.sweep.reading import reading
from openness.sweep.summary import Drift, Summary, by_two, drift_of, top
from openness.verdict.own_terms import OwnTerms

#: Problems that only the whole table shows, beside those of single rows.
FURTHER = ("base-missing", "lineage-cycle", "id-duplicate")
WORDS = (*PROBLEMS, *FURTHER)
MISSING, CYCLE, DUPLICATE = (1 << (len(PROBLEMS) + at) for at in range(len(FURTHER)))
DISAGREE = 1 << PROBLEMS.index("bases-disagree")
BASE_MODEL = "base-model"


class Where(msgspec.Struct, frozen=True):
    """Where rows are read: on the cluster at an address, by a number of processes, or (neither) here."""

    cluster: str | None = None
    workers: int = 0


def sweep(source: Path, target: Path, ruleset: Ruleset, where: Where, seen: Callable[[str, int, int], None]) -> Summary:
    """Judge every row of ``source`` and write ``target``. ``seen`` is told step, rows done and rows in all.

    Raises UsageError for a table that cannot be read or written, NotWritten for a full disk, WorkersLost.
    """
    found = layout(source)
    table.check(target)
    judge = Judge(ruleset)
    with uncollected():
        graph = _read(found, judge, where, seen)
        verdicts = _Verdicts(graph, judge)
        seen("judging", 0, graph.count)
        verdicts.judge()
        seen("writing", 0, graph.count)
        table.write(target, found, verdicts.results())
        seen("writing", graph.count, graph.count)
        return verdicts.summary(str(source), str(target), found.rows - graph.count)


def _read(found: Layout, judge: Judge, where: Where, seen: Callable[[str, int, int], None]) -> Graph:
    read = reading(judge.known.models.releases, judge.known.leaks)
    batches: Iterator[Batch]
    if where.cluster is not None:
        batches = execution.clustered(found, read, where.cluster)
    elif where.workers > 0:
        batches = execution.pooled(found, read, execution.usable_workers(where.workers))
    else:
        batches = execution.in_process(found, read)
    done = 0

    def counted(count: int) -> None:
        nonlocal done
        done += count
        seen("reading", done, found.rows)

    return collected(batches, counted)


class _Verdicts:
    """The verdicts of all rows of a graph."""

    def __init__(self, graph: Graph, judge: Judge) -> None:
        self._graph = graph
        self._judge = judge
        self._own = [judge.own(statement) for statement in graph.statements]
        self._classes = [judge.declared_class(own) for own in self._own]
        self._lineages: Lineages = LineageReader(graph, self._own, judge).read()
        self._keys: dict[tuple[Any, ...], int] = {}
        self._values: list[tuple[Any, ...]] = []
        self._judged: list[Judged] = []
        self._rows: array[int] = array("I")

    def judge(self) -> None:
        """Each row's result, by its number among the different ones."""
        graph, lineages, keys = self._graph, self._lineages, self._keys
        own_of = self._numbered_terms()
        owned = [any(atom.owner is not None for atom, _ in found.atoms) for found in lineages.inheritances]
        problems = self._problems()
        numbers = array("I", bytes(4 * graph.count))
        owners = self._owners([row for row, closure in enumerate(lineages.sets) if owned[closure]] if any(owned) else [])
        deciding = SHOWN | UNLISTED | ABSENT | INCOMPLETE | LEAK
        for row in range(graph.count):
            stated, closure, flags = graph.stated[row], lineages.sets[row], graph.flags[row] & deciding
            owner = owners[row] if owned[closure] else None
            leaked = bool(flags & LEAK) and self._judge.leaked(graph.name(row))
            more = lineages.derived[row] | lineages.copied[row] << 1 | lineages.mirrored[row] << 2 | leaked << 3
            key = (own_of[stated], closure, flags, more, owner, problems[row])
            number = keys.get(key)
            if number is None:
                number = keys[key] = self._new(stated, row, closure, flags, leaked, owner, problems[row])
            numbers[row] = number
        self._rows = numbers

    def _owners(self, rows: list[int]) -> dict[int, str]:
        return dict(zip(rows, map(owner_of, self._graph.names(rows)), strict=True))

    def _numbered_terms(self) -> list[int]:
        """The number of the terms of each statement; different statements may come to the same."""
        numbers: dict[OwnTerms, int] = {}
        return [numbers.setdefault(own, len(numbers)) for own in self._own]

    def _new(self, stated: int, row: int, closure: int, flags: int, leaked: bool, owner: str | None, problems: int) -> int:
        lineages = self._lineages
        complete = not flags & (UNLISTED | ABSENT | INCOMPLETE)
        weights = True if flags & SHOWN else None if flags & UNLISTED else False
        given = Row(
            weights,
            complete,
            bool(lineages.derived[row]),
            bool(lineages.copied[row]),
            leaked,
            bool(lineages.mirrored[row]),
            owner,
        )
        judged = self._judge.judged(self._own[stated], lineages.inheritances[closure], given)
        contradictions = (*judged.contradictions, *((BASE_MODEL,) if problems & DISAGREE else ()))
        words = tuple(word for at, word in enumerate(WORDS) if problems >> at & 1)
        self._judged.append(judged)
        self._values.append((judged.category, judged.sub_label, self._classes[stated], contradictions, judged.licenses, words))
        return len(self._values) - 1

    def _problems(self) -> array[int]:
        problems = array("I", self._graph.problems)
        for row, lacking in enumerate(self._lineages.lacking):
            if lacking:
                problems[row] |= MISSING
        for cycle in self._lineages.cycles:
            for row in cycle:
                problems[row] |= CYCLE
        for row in self._graph.duplicates:
            problems[row] |= DUPLICATE
        return problems

    def results(self) -> table.Results:
        return table.Results(self._values, self._rows)

    # -- counting

    def summary(self, source: str, target: str, skipped: int) -> Summary:
        """The table in figures."""
        counts = Counter(self._rows)
        cells: Counter[tuple[str, str]] = Counter()
        labels: Counter[str] = Counter()
        statuses: Counter[str] = Counter()
        about: Counter[str] = Counter()
        problems: Counter[str] = Counter()
        for number, count in counts.items():
            category, label, declared, contradictions, _, odd = self._values[number]
            status = self._judged[number].status
            cells[category or status, declared] += count
            statuses[status] += count
            labels[label or "none"] += count
            about.update(dict.fromkeys(contradictions, count))
            problems.update(dict.fromkeys(odd, count))
        drift, drift_pairs = self._drift()
        return Summary(
            source, target, len(self._rows), skipped, by_two(cells), _ordered(labels), _ordered(statuses), _ordered(about),
            self._pairs(), drift, drift_pairs, self._figures(), _ordered(problems),
        )  # fmt: skip

    def _figures(self) -> dict[str, int]:
        graph, lineages = self._graph, self._lineages
        return {
            "derived": sum(lineages.derived),
            "edges": len(graph.child),
            "edges_without_base": lineages.dangling,
            "cycles": len(lineages.cycles),
            "rows_in_cycles": sum(map(len, lineages.cycles)),
        }

    def _pairs(self) -> tuple[Any, ...]:
        """Which licenses contradict each other: the tag and the card's field, the model and its base."""
        graph, judge = self._graph, self._judge
        pairs: Counter[tuple[str, str, str]] = Counter()
        for stated, count in Counter(graph.stated).items():
            if self._own[stated].contradictions:
                pairs["license", *_said(list(graph.statements)[stated])] += count
        loose: Counter[tuple[int, int]] = Counter(zip(graph.stated, self._lineages.sets, strict=True))
        for (stated, closure), count in loose.items():
            own = self._own[stated]
            above = {_plus(atom.ids) for atom, _ in self._lineages.inheritances[closure].atoms if judge.looser(atom, own)}
            for ids in above:
                pairs["license-of-base", _plus(own.ids), ids] += count
        return top(pairs)

    def _drift(self) -> tuple[tuple[Drift, ...], tuple[Any, ...]]:
        """What became of each base's declared license, by relation."""
        graph = self._graph
        usable = graph.usable()
        counts: Counter[tuple[int, int, int]] = Counter()
        for child, base, relation in zip(graph.child, graph.base, graph.relation, strict=True):
            above = usable[base]
            if above != NOWHERE:
                counts[relation, graph.stated[child], graph.stated[above]] += 1
        relations = list(graph.relations)
        outcomes: Counter[tuple[str, str]] = Counter()
        pairs: Counter[tuple[str, str, str]] = Counter()
        for (relation, child, above), count in counts.items():
            outcome = self._outcome(child, above)
            outcomes[relations[relation], outcome] += count
            if outcome in ("to_permissive", "to_restrictive", "sideways"):
                pairs[outcome, _plus(self._own[child].ids), _plus(self._own[above].ids)] += count
        return tuple(drift_of(outcomes, relation) for relation in sorted(relations)), top(pairs)

    def _outcome(self, child: int, above: int) -> str:
        own, base = self._own[child], self._own[above]
        if not own.stated or not base.stated:
            return "neither" if not own.stated and not base.stated else "dropped" if not own.stated else "added"
        if own.ids and set(own.ids) == set(base.ids):
            return "kept"
        one, other = self._classes[child], self._classes[above]
        if one not in CATEGORIES or other not in CATEGORIES:
            return "unclear"
        if one == other:
            return "sideways"
        return "to_permissive" if CATEGORIES.index(one) < CATEGORIES.index(other) else "to_restrictive"


def _said(statement: bytes) -> tuple[str, str]:
    """The card's words and the tag's, of a statement in which they differ."""
    given = msgspec.json.decode(statement)
    card = given.get("license_name") or given.get("license")
    parts = card if isinstance(card, list) else [card]
    return _plus([str(part) for part in parts]), _plus(given.get("tags", ()))


def _plus(words: Sequence[str]) -> str:
    return " + ".join(words) or NO_LICENSE


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
