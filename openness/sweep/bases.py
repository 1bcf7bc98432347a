"""The bases that rows name: as the Hub derived them (``baseModels``, else its tags), and as the card states them.

Nearly always a row has one base and both name it; such rows are read together. Every other row is read by itself.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from openness.evidence.base_names import LineageWords
from openness.sources.hub_fields import MOST_BASES, RELATIONS, is_name
from openness.sweep import columns
from openness.sweep.batch import Edges
from openness.sweep.card_json import AnyCard
from openness.sweep.numbers import mask_of
from openness.sweep.row_bases import BaseNames, Derived, RowEdges

if TYPE_CHECKING:
    import pyarrow as arrow

BASE_TAG = "base_model:"
#: What an id of the Hub looks like at least; what does not is looked at by the full rule.
PLAIN_ID = r"^[A-Za-z0-9_][A-Za-z0-9_.]*/[A-Za-z0-9_]+(?:[-.][A-Za-z0-9_]+)*$"


class BaseReader:
    """Reads the bases of batches."""

    def __init__(self, words: LineageWords) -> None:
        self._names = BaseNames(words)

    def edges(
        self, batch: arrow.RecordBatch, ids: arrow.Array, tags: arrow.Array, cards: Sequence[AnyCard], problems: array[int]
    ) -> Edges:
        """The edges of a batch; sets bits of ``problems``. ``ids`` are those of its rows in lower case."""
        import pyarrow as arrow
        from pyarrow import compute

        stated = [card.base_model for card in cards]
        rows, bases, relations = _nothing()
        hub: dict[int, Derived] = {}
        if "baseModels" in batch.schema.names:
            column = batch.column("baseModels")
            if _is_plain(column):
                (rows, bases, relations), left = self._single(column, ids, stated, cards)
                hub = dict(_structured(column, left))
            else:
                hub = dict(_any_form(column))
        hub = {row: value for row, given in hub.items() if (value := self._names.valid(*given))[0]}
        read = mask_of(rows, len(cards))
        hub |= _tagged_rows(tags, compute.or_(read, mask_of(arrow.array(hub, arrow.int32()), len(cards))))
        saying = arrow.array([value is not None for value in stated], arrow.bool_())
        said = compute.indices_nonzero(compute.and_not(saying, read)).to_pylist()
        left = sorted({*hub, *said})
        own = RowEdges(self._names, problems)
        for row, name in zip(left, ids.take(arrow.array(left, arrow.int64())).to_pylist(), strict=True):
            own.add(row, name or "", hub.get(row), cards[row])
        child = arrow.concat_arrays([rows.cast(arrow.int32()), arrow.array(own.child, arrow.int32())])
        order = compute.sort_indices(child)
        base = arrow.concat_arrays([bases, arrow.array(own.base, arrow.string())]).take(order)
        relation = arrow.concat_arrays([relations, arrow.array(own.relation, arrow.string())]).take(order)
        return Edges(child.take(order), base.dictionary_encode(), relation.dictionary_encode(), own.worded)

    def _single(
        self, column: arrow.Array, ids: arrow.Array, stated: Sequence[Any], cards: Sequence[AnyCard]
    ) -> tuple[tuple[arrow.Array, arrow.Array, arrow.Array], list[int]]:
        """Rows with one base of the Hub's that the card names as well or not at all: row, base, relation; and the other rows for
        which the Hub has any."""
        import pyarrow as arrow
        from pyarrow import compute

        models = compute.struct_field(column, "models")
        lengths = compute.fill_null(compute.list_value_length(models), 0)
        rows = compute.indices_nonzero(compute.equal(lengths, 1))
        more = compute.indices_nonzero(compute.greater(lengths, 1)).to_pylist()
        if not len(rows):
            return _nothing(), more
        names = compute.struct_field(compute.list_flatten(models), "id").take(_begin(lengths).take(rows))
        said = map(stated.__getitem__, rows.to_pylist())
        single = arrow.array(
            [value if type(value) is str else None if value is None else _one(value) for value in said], arrow.string()
        )
        bases = compute.utf8_lower(names)
        relations = compute.struct_field(column, "relation").take(rows)
        fast = compute.and_(self._are_ids(names), compute.fill_null(compute.equal(single, names), True))
        fast = compute.and_(fast, compute.not_equal(bases, ids.take(rows)))
        if relations.null_count:
            mask = compute.is_null(relations)
            silent = [cards[row].base_model_relation is None for row in rows.filter(mask).to_pylist()]
            fast = compute.replace_with_mask(fast, mask, compute.and_(fast.filter(mask), arrow.array(silent, arrow.bool_())))
        fast = compute.fill_null(fast, False)
        left = [*more, *rows.filter(compute.invert(fast)).to_pylist()]
        return (rows.filter(fast), bases.filter(fast), _plain_words(relations.filter(fast))), left

    def _are_ids(self, names: arrow.Array) -> arrow.Array:
        """Which names can be ids; most have a plain form that is looked at for all of them together."""
        import pyarrow as arrow
        from pyarrow import compute

        coded = names.dictionary_encode()
        plain = compute.fill_null(compute.match_substring_regex(coded.dictionary, PLAIN_ID), False)
        valid = [
            is_plain or self._names.is_id(name)
            for is_plain, name in zip(plain.to_pylist(), coded.dictionary.to_pylist(), strict=True)
        ]
        return compute.fill_null(arrow.array(valid, arrow.bool_()).take(coded.indices), False)


def _nothing() -> tuple[arrow.Array, arrow.Array, arrow.Array]:
    import pyarrow as arrow

    return arrow.array([], arrow.uint64()), arrow.array([], arrow.string()), arrow.array([], arrow.string())


def _one(value: object) -> str:
    """The one name in a card's list of bases, an empty word where it says anything else."""
    only = value[0] if type(value) is list and len(value) == 1 else None
    return only if type(only) is str else ""


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


def _begin(lengths: arrow.Array) -> arrow.Array:
    """Where the items of each list begin among all of them."""
    from pyarrow import compute

    return compute.subtract(compute.cumulative_sum(lengths.cast("int64")), lengths)


def _structured(column: arrow.Array, wanted: Sequence[int]) -> Iterable[tuple[int, tuple[list[str], str | None]]]:
    """Some rows of a plain column."""
    import pyarrow as arrow
    from pyarrow import compute

    some = column.take(arrow.array(wanted, arrow.int64()))
    relations = compute.struct_field(some, "relation").to_pylist()
    for row, models, relation in zip(wanted, compute.struct_field(some, "models").to_pylist(), relations, strict=True):
        yield row, ([name for model in models or () if model and (name := model["id"]) is not None], relation)


def _any_form(column: arrow.Array) -> Iterable[tuple[int, tuple[list[str], str | None]]]:
    for row, value in enumerate(columns.values(column)):
        if isinstance(value, dict):
            relation = value.get("relation")
            yield row, (columns.strings(value.get("models"), "id") or [], relation if isinstance(relation, str) else None)
        elif isinstance(value, list):
            yield row, (columns.strings(value, "id") or [], None)


def _tagged_rows(tags: arrow.Array, done: arrow.Array) -> dict[int, Derived]:
    """The bases of the rows that are not done, by their tags."""
    from pyarrow import compute

    rows, words = compute.list_parent_indices(tags), compute.list_flatten(tags)
    places = compute.indices_nonzero(compute.starts_with(words, BASE_TAG))
    owners = rows.take(places)
    lacking = compute.invert(done.take(owners))
    tagged: dict[int, list[str]] = {}
    for row, tag in zip(owners.filter(lacking).to_pylist(), words.take(places.filter(lacking)).to_pylist(), strict=True):
        tagged.setdefault(row, []).append(tag)
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
