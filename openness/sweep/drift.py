"""What became of licenses along lineage: of each edge, what the model declares beside what its base declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from openness.rules.model import CATEGORIES
from openness.sweep.graph import NOWHERE, Graph
from openness.sweep.judging import Judge
from openness.sweep.numbers import counted, paired
from openness.sweep.summary import Drift, Pair, drift_of_relation, plus, top
from openness.verdict.own_terms import OwnTerms

if TYPE_CHECKING:
    import pyarrow as arrow

#: Outcomes in which one license took the place of another.
CHANGED = ("to_permissive", "to_restrictive", "sideways")
#: Outcomes in which the restrictions that a base declares are gone.
LOST = ("to_permissive", "dropped")


def drift_of(
    graph: Graph, terms_of: arrow.Array, terms: Sequence[OwnTerms], judge: Judge
) -> tuple[tuple[Drift, ...], tuple[Pair, ...]]:
    """The drift by relation, and the most frequent changes. ``terms`` are the different terms that rows state, ``terms_of`` has
    the number of those of each row."""
    outcomes: Counter[tuple[str, str]] = Counter()
    restricted: Counter[tuple[str, bool]] = Counter()
    pairs: Counter[tuple[str, str, str]] = Counter()
    for (relation, one, other), edges in _edges(graph, terms_of, len(terms)).items():
        outcome = outcome_of(terms[one], terms[other], judge)
        outcomes[relation, outcome] += edges
        if judge.declared_class(terms[other]) in CATEGORIES[1:]:
            restricted[relation, outcome in LOST] += edges
        if outcome in CHANGED:
            pairs[outcome, plus(terms[one].ids), plus(terms[other].ids)] += edges
    return tuple(drift_of_relation(outcomes, restricted, relation) for relation in sorted(graph.relations)), top(pairs)


def _edges(graph: Graph, terms: arrow.Array, count: int) -> Counter[tuple[str, int, int]]:
    """How many edges there are of each relation between models of the same terms, where the base is in the table."""
    from pyarrow import compute

    above = graph.usable().take(graph.base)
    there = compute.not_equal(above, NOWHERE)

    def of(rows: arrow.Array) -> arrow.Array:
        return terms.take(rows.filter(there))

    keys = paired(paired(graph.relation.filter(there), of(graph.child), count), of(above), count)
    found: Counter[tuple[str, int, int]] = Counter()
    for key, edges in counted(keys).items():
        (relation, one), other = divmod(key // count, count), key % count
        found[graph.relations[relation], one, other] = edges
    return found


def outcome_of(own: OwnTerms, base: OwnTerms, judge: Judge) -> str:
    """What became of a base's declared license in a model, as a field of ``Drift``."""
    if not own.stated or not base.stated:
        return "neither" if not own.stated and not base.stated else "dropped" if not own.stated else "added"
    if own.ids and set(own.ids) == set(base.ids):
        return "kept"
    one, other = judge.declared_class(own), judge.declared_class(base)
    if one not in CATEGORIES or other not in CATEGORIES:
        return "unclear"
    if one == other:
        return "sideways"
    return "to_permissive" if CATEGORIES.index(one) < CATEGORIES.index(other) else "to_restrictive"
