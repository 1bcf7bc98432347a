"""What a sweep found, counted: categories, contradictions, drift of licenses along lineage, and what was odd about rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec


class Drift(msgspec.Struct, frozen=True):
    """Edges of one relation whose base is in the table, by what became of the license that the base declares. ``kept``: the same
    licenses; ``to_permissive`` and ``to_restrictive``: of a looser or stricter class; ``sideways``: others of the same class;
    ``dropped``: the model declares none; ``added``: only the model does; ``neither``; ``unclear``: a class is not known.

    ``restricted`` are the edges whose base declares a license with restrictions, ``lost`` those of them whose model declares a
    looser one or none: what Jewitt et al. (arXiv 2509.09873) count, there for applications."""

    relation: str
    edges: int
    kept: int = 0
    to_permissive: int = 0
    to_restrictive: int = 0
    sideways: int = 0
    dropped: int = 0
    added: int = 0
    neither: int = 0
    unclear: int = 0
    restricted: int = 0
    lost: int = 0

    @property
    def both(self) -> int:
        """Edges both ends of which declare a license."""
        return self.kept + self.to_permissive + self.to_restrictive + self.sideways + self.unclear


class Pair(msgspec.Struct, frozen=True):
    """Licenses that contradict each other, and the number of models: ``one`` is what the model declares, ``other`` what binds its
    base (``license-of-base``) or what the Hub's tag says (``license``)."""

    about: str
    one: str
    other: str
    models: int


class Summary(msgspec.Struct, frozen=True):
    """The whole table in figures. ``rows`` are those judged, ``skipped`` those that are no model or not the newest revision."""

    input: str
    output: str
    rows: int
    skipped: int
    categories: Mapping[str, Mapping[str, int]]
    sub_labels: Mapping[str, int]
    statuses: Mapping[str, int]
    contradictions: Mapping[str, int]
    pairs: tuple[Pair, ...]
    drift: tuple[Drift, ...]
    drift_pairs: tuple[Pair, ...]
    lineage: Mapping[str, int]
    problems: Mapping[str, int]


#: The class of a row that declares no license, and its place in a pair.
NO_LICENSE = "none"
#: Pairs that are listed; the others are in the table.
MOST_PAIRS = 15


def drift_of_relation(
    outcomes: Mapping[tuple[str, str], int], restricted: Mapping[tuple[str, bool], int], relation: str
) -> Drift:
    """The drift of one relation. ``outcomes`` is by relation and outcome; ``restricted`` by it and whether terms were lost."""
    found = {outcome: count for (word, outcome), count in outcomes.items() if word == relation}
    lost = restricted.get((relation, True), 0)
    bound = lost + restricted.get((relation, False), 0)
    return Drift(relation=relation or "unstated", edges=sum(found.values()), **found, restricted=bound, lost=lost)


def in_all(drift: Sequence[Drift]) -> Drift:
    """All relations together."""
    names = [name for name in Drift.__struct_fields__ if name != "relation"]
    return Drift(relation="all", **{name: sum(getattr(row, name) for row in drift) for name in names})


def plus(words: Sequence[str]) -> str:
    """Several licenses as one word."""
    return " + ".join(words) or NO_LICENSE


def top(pairs: Mapping[tuple[str, str, str], int], most: int = MOST_PAIRS) -> tuple[Pair, ...]:
    """The most frequent pairs, ties in the order of their words."""
    ordered = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Pair(*words, models=count) for words, count in ordered[:most])


def by_two(counts: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Counts of pairs of words as a table of tables, in the order of the words."""
    table: dict[str, dict[str, int]] = {}
    for (one, other), count in sorted(counts.items()):
        table.setdefault(one, {})[other] = count
    return table
