"""The bases that rows name: as the Hub derived them (``baseModels``, else its tags), and as the card states them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from openness.evidence.base_names import LineageWords, listed
from openness.evidence.card import facts_of_data
from openness.records import Place
from openness.sources.hub_fields import MOST_BASES, RELATIONS, is_name
from openness.sweep import columns
from openness.sweep.batch import BIT, Batch
from openness.sweep.card_json import EMPTY, Card

if TYPE_CHECKING:
    import pyarrow as arrow

BASE_TAG = "base_model:"
PLACE = Place("Hub API")
#: What the Hub says of a row's bases: their ids, and the relation that it gives.
Derived = tuple[list[str], str | None]


def derived(batch: arrow.RecordBatch, tags: arrow.Array) -> list[Derived | None]:
    """What the Hub derived of the bases of each row; None where there is nothing."""
    from pyarrow import compute

    found: list[Derived | None] = [None] * len(tags)
    if "baseModels" in batch.schema.names:
        column = batch.column("baseModels")
        for row, names, relation in _structured(column) if _is_plain(column) else _any_form(column):
            ids = names if len(names) == 1 else list(dict.fromkeys(names))
            if not all(map(_is_id, ids)):
                ids = [id for id in ids if _is_id(id)]
            if ids:
                found[row] = ids[:MOST_BASES], relation
    rows, words = compute.list_parent_indices(tags), compute.list_flatten(tags)
    mask = compute.starts_with(words, BASE_TAG)
    places = compute.indices_nonzero(mask)
    tagged: dict[int, list[str]] = {}
    for row, place in zip(rows.take(places).to_pylist(), places.to_pylist(), strict=True):
        if found[row] is None:
            tagged.setdefault(row, []).append(words[place].as_py())
    for row, given in tagged.items():
        ids, relation = _tagged(given)
        if ids:
            found[row] = ids, relation
    return found


@lru_cache(1 << 17)
def _is_id(text: str) -> bool:
    return is_name(text)


def _is_plain(column: arrow.Array) -> bool:
    """Whether the column has the form of the public dump."""
    import pyarrow as arrow

    kind = column.type
    if not arrow.types.is_struct(kind) or {"relation", "models"} - {field.name for field in kind}:
        return False
    models = kind.field("models").type
    return (
        kind.field("relation").type == arrow.string()
        and arrow.types.is_list(models)
        and arrow.types.is_struct(models.value_type)
        and any(field.name == "id" and field.type == arrow.string() for field in models.value_type)
    )


def _structured(column: arrow.Array) -> Iterator[tuple[int, list[str], str | None]]:
    """The common form, without an object of Python for every structure."""
    from pyarrow import compute

    models = compute.struct_field(column, "models")
    relations = compute.struct_field(column, "relation").to_pylist()
    names = compute.struct_field(compute.list_flatten(models), "id").to_pylist()
    start = 0
    for row, count in enumerate(compute.fill_null(compute.list_value_length(models), 0).to_pylist()):
        if count:
            given = names[start : start + count]
            start += count
            yield row, [name for name in given if name is not None] if None in given else given, relations[row]


def _any_form(column: arrow.Array) -> Iterator[tuple[int, list[str], str | None]]:
    for row, value in enumerate(columns.values(column)):
        if isinstance(value, dict):
            relation = value.get("relation")
            yield row, columns.strings(value.get("models"), "id") or [], relation if isinstance(relation, str) else None
        elif isinstance(value, list):
            yield row, columns.strings(value, "id") or [], None


def _tagged(tags: Sequence[str]) -> Derived:
    """As ``sources.hub_fields`` reads an answer without ``baseModels``."""
    found: dict[str, None] = {}
    relation = None
    for tag in tags:
        rest = tag.removeprefix(BASE_TAG)
        word, colon, id = rest.partition(":")
        if colon and word in RELATIONS:
            relation, rest = relation or word, id
        if is_name(rest):
            found[rest] = None
    return list(found)[:MOST_BASES], relation


class Names:
    """What one name of a base stands for; kept, since names repeat."""

    def __init__(self, words: LineageWords) -> None:
        self._words = words
        self._known: dict[str, tuple[tuple[str, ...], bool]] = {}

    def of(self, text: str) -> tuple[tuple[str, ...], bool]:
        """The Hub ids (none or one), and whether it is a name of another kind."""
        known = self._known.get(text)
        if known is None:
            found = listed(text, self._words)
            ids = tuple(base.id for base in found if base.id and is_name(base.id))
            known = ids, len(ids) < len(found)
            if len(self._known) < 1 << 18:
                self._known[text] = known
        return known


class Edges:
    """The edges of one batch, appended row by row."""

    def __init__(self, found: Batch, names: Names) -> None:
        self._found = found
        self._names = names
        self._bases: dict[str, int] = {}
        self._relations: dict[str, int] = {}

    def add(self, row: int, own: str, hub: Derived | None, card: Card) -> None:
        """The bases of a row, each once; where the Hub and the card name the same one, either may say how."""
        ids, relation = hub if hub is not None else ((), None)
        stated = card.base_model
        if ids and (stated is None or stated == ids or (len(ids) == 1 and stated == ids[0])):
            # as nearly always: the Hub made its list of the card's, so that one reading does for both
            how = relation or ""
            if not how and card.base_model_relation is not None:
                how = _relation(card)
            if how not in self._relations:
                how = how.strip().casefold()
            number = self._relation(how or ("merge" if len(ids) > 1 else ""))
            for id in ids:
                self._append(row, own, id.lower(), number)
            return
        for base, how in list(self._both(row, list(ids), relation, card).items())[:MOST_BASES]:
            self._append(row, own, base, self._relation(how))

    def _relation(self, how: str) -> int:
        number = self._relations.get(how)
        if number is None:
            number = self._relations[how] = len(self._found.relations)
            self._found.relations.append(how)
        return number

    def _append(self, row: int, own: str, base: str, relation: int) -> None:
        found = self._found
        if base == own:
            found.problems[row] |= BIT["base-itself"]
            return
        number = self._bases.get(base)
        if number is None:
            number = self._bases[base] = len(found.bases)
            found.bases.append(base)
        found.child.append(row)
        found.base.append(number)
        found.relation.append(relation)
        slash = own.find("/") + 1
        found.same.append(slash > 1 and base[:slash] == own[:slash])

    def _both(self, row: int, ids: list[str], relation: str | None, card: Card) -> dict[str, str]:
        found = self._found
        names = _base_values(card)
        if card.base_model is not None and not names:
            found.problems[row] |= BIT["base-malformed"]
        stated: dict[str, None] = {}
        worded = False
        for text in names:
            named, other = self._names.of(text)
            stated |= dict.fromkeys(id.lower() for id in named)
            worded |= other
        if worded:
            value = {"hub": ids, "relation": relation, "card": names, "how": card.base_model_relation}
            found.worded[row] = msgspec.json.encode(value)
        hub = [base.lower() for base in ids]
        if hub and stated and not set(hub) & stated.keys():
            found.problems[row] |= BIT["bases-disagree"]
        how = (relation or _relation(card)).strip().casefold()
        edges = dict.fromkeys(hub, how or ("merge" if len(ids) > 1 else ""))
        own_how = how or ("merge" if len(names) > 1 else "")
        for base in stated:
            edges[base] = edges.get(base) or own_how
        return edges


def _base_values(card: Card) -> list[str]:
    """The names under ``base_model``, as the reader of cards takes them."""
    value = _fact(card, "base_model")
    return [] if value is None else [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _relation(card: Card) -> str:
    value = card.base_model_relation
    if isinstance(value, str):
        return value
    found = _fact(card, "base_model_relation")
    return "" if found is None else str(found)


def _fact(card: Card, key: str) -> Any:
    """The value of one key as the reader of cards takes it; None where it says nothing."""
    value = getattr(card, key)
    facts = [] if card is EMPTY or value is None else facts_of_data({key: value}, PLACE)
    return facts[0].value if facts else None
