"""The bases of one row that is read by itself: what its names stand for, and what the Hub and the card say together."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

import msgspec

from openness.evidence.base_names import LineageWords, listed
from openness.evidence.card import facts_of_data
from openness.records import Place
from openness.sources.hub_fields import MOST_BASES, is_name
from openness.sweep.batch import BIT
from openness.sweep.card_json import EMPTY, AnyCard

MERGE = "merge"
PLACE = Place("Hub API")
#: Names that are remembered; there are some hundred thousand in a table of millions.
MOST_NAMES = 1 << 18
#: What the Hub says of a row's bases: their ids, and the relation that it gives.
Derived = tuple[list[str], str | None]


class BaseNames:
    """What names of bases stand for; kept, since they repeat."""

    def __init__(self, words: LineageWords) -> None:
        self._words = words
        self._known: dict[str, tuple[tuple[str, ...], bool]] = {}
        self._ids: dict[str, bool] = {}

    def is_id(self, text: str | None) -> bool:
        if text is None:
            return False
        found = self._ids.get(text)
        if found is None:
            found = is_name(text)
            if len(self._ids) < MOST_NAMES:
                self._ids[text] = found
        return found

    def valid(self, names: Iterable[str], relation: str | None) -> Derived:
        """The ids of what the Hub says."""
        return [name for name in dict.fromkeys(names) if self.is_id(name)][:MOST_BASES], relation

    def named(self, text: str) -> tuple[tuple[str, ...], bool]:
        """The Hub ids that one name of a card stands for (none or one), and whether it is a name of another kind."""
        known = self._known.get(text)
        if known is None:
            found = listed(text, self._words)
            ids = tuple(base.id for base in found if base.id and is_name(base.id))
            known = ids, len(ids) < len(found)
            if len(self._known) < MOST_NAMES:
                self._known[text] = known
        return known


class RowEdges:
    """The edges of rows that are read by themselves."""

    def __init__(self, names: BaseNames, problems: array[int]) -> None:
        self._names = names
        self._problems = problems
        self.child: list[int] = []
        self.base: list[str] = []
        self.relation: list[str] = []
        self.worded: dict[int, bytes] = {}

    def add(self, row: int, own: str, hub: Derived | None, card: AnyCard) -> None:
        """The bases of a row, each once; where the Hub and the card name the same one, either may say how."""
        ids, relation = hub if hub is not None else ([], None)
        for base, how in list(self._edges(row, ids, relation, card).items())[:MOST_BASES]:
            if base == own:
                self._problems[row] |= BIT["base-itself"]
                continue
            self.child.append(row)
            self.base.append(base)
            self.relation.append(how)

    def _edges(self, row: int, ids: list[str], relation: str | None, card: AnyCard) -> dict[str, str]:
        if ids and (card.base_model is None or card.base_model == ids):
            # the Hub made its list of the card's, so that one reading does for both
            how = (relation or _relation(card)).strip().casefold()
            return dict.fromkeys((base.lower() for base in ids), how or (MERGE if len(ids) > 1 else ""))
        names = _base_values(card)
        if card.base_model is not None and not names:
            self._problems[row] |= BIT["base-malformed"]
        stated: dict[str, None] = {}
        worded = False
        for text in names:
            named, other = self._names.named(text)
            stated |= dict.fromkeys(id.lower() for id in named)
            worded |= other
        if worded:
            value = {"hub": ids, "relation": relation, "card": names, "how": card.base_model_relation}
            self.worded[row] = msgspec.json.encode(value)
        hub = [base.lower() for base in ids]
        one_of, other_of = ({id for id in ids if "/" in id} for ids in (hub, stated))
        if one_of and other_of and not one_of & other_of:
            self._problems[row] |= BIT["bases-disagree"]
        how = (relation or _relation(card)).strip().casefold()
        edges = dict.fromkeys(hub, how or (MERGE if len(ids) > 1 else ""))
        own_how = how or (MERGE if len(names) > 1 else "")
        for base in stated:
            edges[base] = edges.get(base) or own_how
        return edges


def _base_values(card: AnyCard) -> list[str]:
    """The names under ``base_model``, as the reader of cards takes them."""
    value = _fact(card, "base_model")
    return [] if value is None else [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _relation(card: AnyCard) -> str:
    value = card.base_model_relation
    if isinstance(value, str):
        return value
    found = _fact(card, "base_model_relation")
    return "" if found is None else str(found)


def _fact(card: AnyCard, key: str) -> Any:
    """The value of one key as the reader of cards takes it; None where it says nothing."""
    value = getattr(card, key)
    facts = [] if card is EMPTY or value is None else facts_of_data({key: value}, PLACE)
    return facts[0].value if facts else None
