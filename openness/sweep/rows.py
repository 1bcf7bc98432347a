"""One batch of rows, read: what each states of its license, which bases it names, what its files show. Nothing is judged here, so
that it can run in any process of a pool or cluster without the rules.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from openness.evidence.base_names import LineageWords, listed
from openness.evidence.card import facts_of_data
from openness.records import Place
from openness.sources.hub_fields import MOST_BASES, RELATIONS, is_name
from openness.sweep import columns
from openness.sweep.card_json import Card, read_card
from openness.sweep.files import FileNames, FilePatterns

if TYPE_CHECKING:
    import pyarrow as arrow

#: What is known of a row, one bit each.
SHOWN, UNLISTED, QUANTIZED_FILES, GATED, ABSENT, INCOMPLETE, HEAD, LEAK = (1 << bit for bit in range(8))
#: What is odd about a row, one bit each; the words are those of the column ``problems``.
PROBLEMS = (
    "id-missing", "id-malformed", "card-unreadable", "card-missing", "license-list", "license-malformed", "base-itself",
    "base-malformed", "bases-disagree", "tags-missing",
)  # fmt: skip
BIT = {word: 1 << bit for bit, word in enumerate(PROBLEMS)}
LICENSE_TAG, BASE_TAG = "license:", "base_model:"
LICENSE_KEYS = ("license", "license_name", "license_link")


class Reading(msgspec.Struct, frozen=True):
    """What reading needs of the rules. ``heads`` and ``leaks``: beginnings of names that are worth a look by the full rules."""

    files: FilePatterns
    lineage: LineageWords
    heads: str
    leaks: str


class Batch(msgspec.Struct):
    """What a batch of rows comes to, in columns. ``statements`` are the different ones, as JSON: ``stated`` has the number of
    each row's. Edges go from ``child`` (row) to ``base`` (number in ``bases``, in lower case). ``worded`` are rows that name a
    base which is no id, with the values as JSON."""

    count: int
    ids: Any
    flags: bytearray
    problems: array[int]
    stated: array[int]
    statements: list[bytes]
    child: array[int]
    base: array[int]
    relation: array[int]
    bases: list[str]
    relations: list[str]
    worded: dict[int, bytes]


class RowReader:
    """Reads batches; keeps what repeats from one to the next."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._files = FileNames(reading.files)
        self._named: dict[str, tuple[tuple[str, ...], bool]] = {}

    def read(self, batch: arrow.RecordBatch) -> Batch:
        """Never raises for what a row holds."""
        from pyarrow import compute

        count = batch.num_rows
        ids = columns.plain_text(batch.column("id"))
        tags = columns.text_lists(batch.column("tags"), "id")
        found = Batch(
            count, compute.utf8_lower(ids), bytearray(count), array("H", bytes(2 * count)), array("I", bytes(4 * count)), [],
            array("I"), array("I"), array("H"), [], [], {},
        )  # fmt: skip
        self._flag(found, batch, ids)
        self._problem(found, "tags-missing", compute.is_null(tags))
        lineage = _Lineage(found, self)
        bases = hub_bases(batch, tags)
        self._rows(found, batch.column("cardData"), license_tags(tags), bases, lineage)
        return found

    def _rows(
        self,
        found: Batch,
        cards: arrow.Array,
        licenses: Mapping[int, list[str]],
        bases: Mapping[int, tuple[list[str], str | None]],
        lineage: _Lineage,
    ) -> None:
        statements: dict[object, int] = {}
        problems, stated = found.problems, found.stated
        names = found.ids.to_pylist()
        for row, value in enumerate(columns.plain_text(cards).to_pylist() if _readable(cards) else cards.to_pylist()):
            card, problem = read_card(value)
            if problem:
                problems[row] |= BIT[problem]
            tagged = licenses.get(row)
            license, name, link = card.license, card.license_name, card.license_link
            plain = license is None or type(license) is str
            if name is not None or link is not None:
                plain = plain and (name is None or type(name) is str) and (link is None or type(link) is str)
            key = (license, name, link, None if tagged is None else tuple(tagged)) if plain else None
            number = statements.get(key) if plain else None
            if number is None:
                number = self._statement(found, card, tagged, statements, key)
            stated[row] = number
            if not plain:
                problems[row] |= _license_problem(license)
            if row in bases or card.base_model is not None:
                lineage.add(row, names[row] or "", bases.get(row), card)

    def _statement(self, found: Batch, card: Card, tagged: list[str] | None, statements: dict[object, int], key: object) -> int:
        """The number of a statement that was not met in this form before; ``key`` is the form where it is plain."""
        given = {name: getattr(card, name) for name in LICENSE_KEYS if getattr(card, name) is not None}
        if tagged:
            given["tags"] = tagged
        encoded = msgspec.json.encode(given)
        number = statements.setdefault(encoded, len(found.statements))
        if number == len(found.statements):
            found.statements.append(encoded)
        if key is not None:
            statements[key] = number
        return number

    def _flag(self, found: Batch, batch: arrow.RecordBatch, ids: arrow.Array) -> None:
        import pyarrow as arrow
        from pyarrow import compute

        siblings = columns.text_lists(batch.column("siblings"), "rfilename")
        shown, quantized = self._files.seen(siblings)
        flags = found.flags
        for bit, rows in ((SHOWN, shown), (QUANTIZED_FILES, quantized)):
            for row in rows:
                flags[row] |= bit
        _set(flags, UNLISTED, compute.is_null(siblings))
        for bit, pattern in ((HEAD, self._reading.heads), (LEAK, self._reading.leaks)):
            if pattern:
                _set(flags, bit, compute.match_substring_regex(ids, pattern, ignore_case=True))
        names = batch.schema.names
        if "gated" in names:
            _set(flags, GATED, arrow.array([value in GATES for value in batch.column("gated").to_pylist()], arrow.bool_()))
        if "absent" in names:
            _set(flags, ABSENT, compute.is_valid(batch.column("absent")))
        for name, bit, wanted in (("disabled", ABSENT, True), ("complete", INCOMPLETE, False)):
            if name in names and arrow.types.is_boolean(batch.schema.field(name).type):
                _set(flags, bit, compute.equal(batch.column(name), wanted))
        for row in _rows_where(compute.is_null(ids)):
            found.problems[row] |= BIT["id-missing"]

    def _problem(self, found: Batch, word: str, mask: arrow.Array) -> None:
        for row in _rows_where(mask):
            found.problems[row] |= BIT[word]

    def named(self, text: str) -> tuple[tuple[str, ...], bool]:
        """The Hub ids that one name of a base stands for (none or one), and whether it is a name of another kind."""
        known = self._named.get(text)
        if known is None:
            found = listed(text, self._reading.lineage)
            ids = tuple(base.id for base in found if base.id and is_name(base.id))
            known = ids, len(ids) < len(found)
            if len(self._named) < 1_000_000:
                self._named[text] = known
        return known


#: Values of the column ``gated`` that say that there is a gate.
GATES = frozenset({True, "auto", "manual", "true", "True"})


class _Lineage:
    """The edges of one batch."""

    def __init__(self, found: Batch, reader: RowReader) -> None:
        self._found = found
        self._reader = reader
        self._bases: dict[str, int] = {}
        self._relations: dict[str, int] = {}

    def add(self, row: int, name: str, hub: tuple[list[str], str | None] | None, card: Card) -> None:
        """The bases that the Hub and the card name, each once; of two that name one, one may say how."""
        found, own = self._found, name
        hub_ids, relation = hub if hub is not None else ([], None)
        stated = card.base_model
        if hub_ids and (stated is None or stated == hub_ids or (len(hub_ids) == 1 and stated == hub_ids[0])):
            # as nearly always: the Hub made its list of the card's, so that one reading does for both
            relation = (relation or _relation(card)).strip().casefold()
            how = relation or ("merge" if len(hub_ids) > 1 else "")
            edges = dict.fromkeys((base.lower() for base in hub_ids), how)
        else:
            edges = self._both(row, hub_ids, relation, card)
        if own in edges:
            found.problems[row] |= BIT["base-itself"]
            del edges[own]
        for base, how in list(edges.items())[:MOST_BASES]:
            found.child.append(row)
            number = self._bases.get(base)
            if number is None:
                number = self._bases[base] = len(found.bases)
                found.bases.append(base)
            found.base.append(number)
            number = self._relations.get(how)
            if number is None:
                number = self._relations[how] = len(found.relations)
                found.relations.append(how)
            found.relation.append(number)

    def _both(self, row: int, hub_ids: list[str], relation: str | None, card: Card) -> dict[str, str]:
        found = self._found
        names = [str(value) for value in _base_values(card)]
        if card.base_model is not None and not names:
            found.problems[row] |= BIT["base-malformed"]
        stated: dict[str, None] = {}
        worded = False
        for text in names:
            ids, other = self._reader.named(text)
            stated |= dict.fromkeys(id.lower() for id in ids)
            worded |= other
        if worded:
            value = {"hub": hub_ids, "relation": relation, "card": names, "how": card.base_model_relation}
            found.worded[row] = msgspec.json.encode(value)
        listed_ids = [base.lower() for base in hub_ids]
        if listed_ids and stated and not set(listed_ids) & stated.keys():
            found.problems[row] |= BIT["bases-disagree"]
        relation = (relation or _relation(card)).strip().casefold()
        edges = dict.fromkeys(listed_ids, relation or ("merge" if len(hub_ids) > 1 else ""))
        how = relation or ("merge" if len(names) > 1 else "")
        for base in stated:
            edges[base] = edges.get(base) or how
        return edges


def _facts(card: Card, key: str) -> Iterator[Any]:
    """The value of one key as the card's reader takes it."""
    value = getattr(card, key)
    if value is not None:
        for fact in facts_of_data({key: value}, Place("Hub API")):
            yield fact.value


def _base_values(card: Card) -> list[str]:
    found = next(_facts(card, "base_model"), None)
    return [] if found is None else list(found) if isinstance(found, list) else [found]


def _relation(card: Card) -> str:
    value = card.base_model_relation
    if value is None or isinstance(value, str):
        return value or ""
    return str(next(_facts(card, "base_model_relation"), ""))


def hub_bases(batch: arrow.RecordBatch, tags: arrow.Array) -> dict[int, tuple[list[str], str | None]]:
    """What the Hub derived of the bases of each row that has any: from ``baseModels``, else from the tags."""
    import pyarrow as arrow
    from pyarrow import compute

    found: dict[int, tuple[list[str], str | None]] = {}
    if "baseModels" in batch.schema.names:
        column = batch.column("baseModels")
        plain = _plain_bases(column)
        for row, ids, relation in _structured(column) if plain else _any_bases(column):
            names = list(dict.fromkeys(id for id in ids if _is_id(id)))[:MOST_BASES]
            if names:
                found[row] = names, relation
    rows = compute.list_parent_indices(tags)
    words = compute.list_flatten(tags)
    mask = compute.starts_with(words, BASE_TAG)
    without = arrow.array([row not in found for row in range(len(tags))], arrow.bool_()) if found else None
    if without is not None and len(words):
        mask = compute.and_(mask, without.take(rows))
    by_row: dict[int, list[str]] = {}
    for row, tag in zip(rows.filter(mask).to_pylist(), words.filter(mask).to_pylist(), strict=True):
        by_row.setdefault(row, []).append(tag)
    for row, listed_tags in by_row.items():
        names, relation = _tagged(listed_tags)
        if names:
            found[row] = names, relation
    return found


@lru_cache(1 << 17)
def _is_id(text: str) -> bool:
    return is_name(text)


def _plain_bases(column: arrow.Array) -> bool:
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
    by_row: dict[int, list[str]] = {}
    names = compute.struct_field(compute.list_flatten(models), "id").to_pylist()
    for row, name in zip(compute.list_parent_indices(models).to_pylist(), names, strict=True):
        if name is not None:
            by_row.setdefault(row, []).append(name)
    return ((row, found, relations[row]) for row, found in by_row.items())


def _any_bases(column: arrow.Array) -> Iterator[tuple[int, list[str], str | None]]:
    for row, value in enumerate(columns.values(column)):
        if isinstance(value, dict):
            relation = value.get("relation")
            yield row, columns.strings(value.get("models"), "id") or [], relation if isinstance(relation, str) else None
        elif isinstance(value, list):
            yield row, columns.strings(value, "id") or [], None


def _tagged(tags: list[str]) -> tuple[list[str], str | None]:
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


def license_tags(tags: arrow.Array) -> dict[int, list[str]]:
    """The licenses that the tags of each row name."""
    from pyarrow import compute

    rows, words = compute.list_parent_indices(tags), compute.list_flatten(tags)
    mask = compute.starts_with(words, LICENSE_TAG)
    found: dict[int, list[str]] = {}
    for row, tag in zip(rows.filter(mask).to_pylist(), words.filter(mask).to_pylist(), strict=True):
        found.setdefault(row, []).append(tag[len(LICENSE_TAG) :])
    return found


def _license_problem(license: object) -> int:
    if isinstance(license, list):
        return BIT["license-list"]
    return BIT["license-malformed"] if license is not None and not isinstance(license, (str, dict)) else 0


def _readable(cards: arrow.Array) -> bool:
    """Whether a column of cards is text; else its values are taken as they are."""
    import pyarrow as arrow

    kind = cards.type.value_type if arrow.types.is_dictionary(cards.type) else cards.type
    return not (arrow.types.is_struct(kind) or arrow.types.is_binary(kind) or arrow.types.is_map(kind))


def _rows_where(mask: arrow.Array) -> list[int]:
    from pyarrow import compute

    return list(compute.indices_nonzero(mask).to_pylist())


def _set(flags: bytearray, bit: int, mask: arrow.Array) -> None:
    for row in _rows_where(mask):
        flags[row] |= bit
