"""The bases that rows name: as the Hub derived them (``baseModels``, else its tags), and as the card states them.

Nearly always a row has one base and both name it; such rows are read together. Every other row is read by itself.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from openness.evidence.base_names import LineageWords, listed
from openness.evidence.card import facts_of_data
from openness.records import Place
from openness.sources.hub_fields import MOST_BASES, RELATIONS, is_name
from openness.sweep import columns
from openness.sweep.batch import BIT, Edges
from openness.sweep.card_json import EMPTY, Card

if TYPE_CHECKING:
    import pyarrow as arrow

BASE_TAG = "base_model:"
MERGE = "merge"
PLACE = Place("Hub API")
#: What the Hub says of a row's bases: their ids, and the relation that it gives.
Derived = tuple[list[str], str | None]


class BaseReader:
    """Reads the bases of batches; keeps what names stand for, since they repeat."""

    def __init__(self, words: LineageWords) -> None:
        self._words = words
        self._known: dict[str, tuple[tuple[str, ...], bool]] = {}
        self._ids: dict[str, bool] = {}

    def edges(
        self, batch: arrow.RecordBatch, ids: arrow.Array, tags: arrow.Array, cards: Sequence[Card], problems: array[int]
    ) -> Edges:
        """The edges of a batch; sets bits of ``problems``. ``ids`` are those of its rows in lower case."""
        import pyarrow as arrow
        from pyarrow import compute

        stated = [card.base_model for card in cards]
        hub: dict[int, Derived] = {}
        rows, bases, relations = _nothing()
        if "baseModels" in batch.schema.names:
            column = batch.column("baseModels")
            if _is_plain(column):
                rows, bases, relations = self._single(column, ids, stated, cards)
                done = set(rows.to_pylist())
                hub = {row: value for row, value in _structured(column, done)}
            else:
                hub = dict(_any_form(column))
        done = set(rows.to_pylist())
        hub = {row: value for row, given in hub.items() if (value := self._valid(*given))[0]}
        hub |= _tagged_rows(tags, done | hub.keys())
        left = sorted(hub.keys() | {row for row, value in enumerate(stated) if value is not None and row not in done})
        own = _RowEdges(self, problems)
        for row, name in zip(left, ids.take(arrow.array(left, arrow.int64())).to_pylist(), strict=True):
            own.add(row, name or "", hub.get(row), cards[row])
        child = arrow.concat_arrays([rows.cast(arrow.int32()), arrow.array(own.child, arrow.int32())])
        order = compute.sort_indices(child)
        base = arrow.concat_arrays([bases, arrow.array(own.base, arrow.string())]).take(order)
        relation = arrow.concat_arrays([relations, arrow.array(own.relation, arrow.string())]).take(order)
        return Edges(child.take(order), base.dictionary_encode(), relation.dictionary_encode(), own.worded)

    def _single(
        self, column: arrow.Array, ids: arrow.Array, stated: Sequence[Any], cards: Sequence[Card]
    ) -> tuple[arrow.Array, arrow.Array, arrow.Array]:
        """Rows with one base of the Hub's that the card names as well or not at all: row, base, relation."""
        import pyarrow as arrow
        from pyarrow import compute

        models = compute.struct_field(column, "models")
        lengths = compute.fill_null(compute.list_value_length(models), 0)
        places = compute.subtract(compute.cumulative_sum(lengths), lengths)
        one = compute.equal(lengths, 1)
        rows = compute.indices_nonzero(one)
        if not len(rows):
            return _nothing()
        names = compute.struct_field(compute.list_flatten(models), "id").take(places.filter(one))
        single = arrow.array([_one(value) for value in stated], arrow.string()).take(rows)
        silent = arrow.array([value is None for value in stated], arrow.bool_()).take(rows)
        coded = names.dictionary_encode()
        valid = arrow.array([self.is_id(name) for name in coded.dictionary.to_pylist()], arrow.bool_()).take(coded.indices)
        bases = compute.utf8_lower(names)
        relations = compute.struct_field(column, "relation").take(rows)
        fast = compute.and_(valid, compute.or_(silent, compute.equal(single, names)))
        fast = compute.and_(fast, compute.not_equal(bases, ids.take(rows)))
        if any(card.base_model_relation is not None for card in cards):
            alone = arrow.array([card.base_model_relation is None for card in cards], arrow.bool_()).take(rows)
            fast = compute.and_(fast, compute.or_(alone, compute.is_valid(relations)))
        fast = compute.fill_null(fast, False)
        return rows.filter(fast), bases.filter(fast), _plain_words(relations.filter(fast))

    def is_id(self, text: str | None) -> bool:
        if text is None:
            return False
        found = self._ids.get(text)
        if found is None:
            found = is_name(text)
            if len(self._ids) < 1 << 18:
                self._ids[text] = found
        return found

    def _valid(self, names: Iterable[str], relation: str | None) -> Derived:
        return [name for name in dict.fromkeys(names) if self.is_id(name)][:MOST_BASES], relation

    def named(self, text: str) -> tuple[tuple[str, ...], bool]:
        """The Hub ids that one name of a card stands for (none or one), and whether it is a name of another kind."""
        known = self._known.get(text)
        if known is None:
            found = listed(text, self._words)
            ids = tuple(base.id for base in found if base.id and is_name(base.id))
            known = ids, len(ids) < len(found)
            if len(self._known) < 1 << 18:
                self._known[text] = known
        return known


class _RowEdges:
    """The edges of rows that are read by themselves."""

    def __init__(self, reader: BaseReader, problems: array[int]) -> None:
        self._reader = reader
        self._problems = problems
        self.child: list[int] = []
        self.base: list[str] = []
        self.relation: list[str] = []
        self.worded: dict[int, bytes] = {}

    def add(self, row: int, own: str, hub: Derived | None, card: Card) -> None:
        """The bases of a row, each once; where the Hub and the card name the same one, either may say how."""
        ids, relation = hub if hub is not None else ([], None)
        for base, how in list(self._edges(row, ids, relation, card).items())[:MOST_BASES]:
            if base == own:
                self._problems[row] |= BIT["base-itself"]
                continue
            self.child.append(row)
            self.base.append(base)
            self.relation.append(how)

    def _edges(self, row: int, ids: list[str], relation: str | None, card: Card) -> dict[str, str]:
        names = _base_values(card)
        if card.base_model is not None and not names:
            self._problems[row] |= BIT["base-malformed"]
        stated: dict[str, None] = {}
        worded = False
        for text in names:
            named, other = self._reader.named(text)
            stated |= dict.fromkeys(id.lower() for id in named)
            worded |= other
        if worded:
            value = {"hub": ids, "relation": relation, "card": names, "how": card.base_model_relation}
            self.worded[row] = msgspec.json.encode(value)
        hub = [base.lower() for base in ids]
        if hub and stated and not set(hub) & stated.keys():
            self._problems[row] |= BIT["bases-disagree"]
        how = (relation or _relation(card)).strip().casefold()
        edges = dict.fromkeys(hub, how or (MERGE if len(ids) > 1 else ""))
        own_how = how or (MERGE if len(names) > 1 else "")
        for base in stated:
            edges[base] = edges.get(base) or own_how
        return edges


def _nothing() -> tuple[arrow.Array, arrow.Array, arrow.Array]:
    import pyarrow as arrow

    return arrow.array([], arrow.uint64()), arrow.array([], arrow.string()), arrow.array([], arrow.string())


def _one(value: object) -> str | None:
    """The one name of a card's base, where it is a name or a list of one."""
    if type(value) is list:
        value = value[0] if len(value) == 1 else None
    return value if type(value) is str else None


def _plain_words(relations: arrow.Array) -> arrow.Array:
    """Relations as they are compared: in lower case, none as an empty word."""
    import pyarrow as arrow

    coded = relations.dictionary_encode()
    words = [(word or "").strip().casefold() for word in coded.dictionary.to_pylist()]
    return arrow.array([*words, ""], arrow.string()).take(coded.indices.fill_null(len(words)))


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


def _structured(column: arrow.Array, done: set[int]) -> Iterable[tuple[int, tuple[list[str], str | None]]]:
    """The rows of a plain column that were not done together."""
    from pyarrow import compute

    models = compute.struct_field(column, "models")
    relations = compute.struct_field(column, "relation")
    names = compute.struct_field(compute.list_flatten(models), "id")
    start = 0
    for row, count in enumerate(compute.fill_null(compute.list_value_length(models), 0).to_pylist()):
        if count and row not in done:
            given = [name for name in names.slice(start, count).to_pylist() if name is not None]
            yield row, (given, relations[row].as_py())
        start += count


def _any_form(column: arrow.Array) -> Iterable[tuple[int, tuple[list[str], str | None]]]:
    for row, value in enumerate(columns.values(column)):
        if isinstance(value, dict):
            relation = value.get("relation")
            yield row, (columns.strings(value.get("models"), "id") or [], relation if isinstance(relation, str) else None)
        elif isinstance(value, list):
            yield row, (columns.strings(value, "id") or [], None)


def _tagged_rows(tags: arrow.Array, done: set[int]) -> dict[int, Derived]:
    """The bases of the rows that have none elsewhere, by their tags."""
    from pyarrow import compute

    rows, words = compute.list_parent_indices(tags), compute.list_flatten(tags)
    places = compute.indices_nonzero(compute.starts_with(words, BASE_TAG))
    tagged: dict[int, list[str]] = {}
    for row, place in zip(rows.take(places).to_pylist(), places.to_pylist(), strict=True):
        if row not in done:
            tagged.setdefault(row, []).append(words[place].as_py())
    found = {row: _tagged(given) for row, given in tagged.items()}
    return {row: value for row, value in found.items() if value[0]}


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
