"""One batch of rows, read: what each states of its license, which bases it names, what its files show. Nothing is judged here, so
that it can run in any process of a pool or cluster without the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from openness.sources.hub_names import is_hub_id
from openness.sweep import columns
from openness.sweep.bases import Derived, Edges, Names, derived
from openness.sweep.batch import (
    ABSENT,
    BIT,
    GATED,
    HEAD,
    INCOMPLETE,
    LEAK,
    QUANTIZED_FILES,
    SHOWN,
    UNLISTED,
    Batch,
    Reading,
)
from openness.sweep.card_json import EMPTY, ODD_JSON, Card, decode, read_card
from openness.sweep.files import FileNames
from openness.sweep.memory import uncollected

if TYPE_CHECKING:
    import pyarrow as arrow

LICENSE_TAG = "license:"
LICENSE_KEYS = ("license", "license_name", "license_link")
#: Values of the column ``gated`` that say that there is a gate.
GATES = frozenset({True, "auto", "manual", "true", "True"})
#: What an id of the Hub looks like at least; what does not is looked at by the full rule.
PLAIN_ID = r"^[A-Za-z0-9_][A-Za-z0-9_.]*/[A-Za-z0-9_.]+(?:-[A-Za-z0-9_.]+)*[A-Za-z0-9_]$"


class RowReader:
    """Reads batches; keeps what repeats from one to the next."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._files = FileNames(reading.files)
        self._names = Names(reading.lineage)

    def read(self, batch: arrow.RecordBatch) -> Batch:
        """Never raises for what a row holds."""
        import pyarrow as arrow

        with uncollected():
            try:
                return self._batch(batch)
            except (arrow.ArrowInvalid, UnicodeDecodeError):
                return self._batch(columns.sound(batch))

    def _batch(self, batch: arrow.RecordBatch) -> Batch:
        from pyarrow import compute

        ids = columns.plain_text(batch.column("id"))
        tags = columns.text_lists(batch.column("tags"), "id")
        found = Batch.of(compute.utf8_lower(ids))
        self._flag(found, batch, ids)
        for row in _rows_where(compute.is_null(tags)):
            found.problems[row] |= BIT["tags-missing"]
        self._read(found, _cards(batch.column("cardData")), license_tags(tags), derived(batch, tags))
        return found

    def _read(
        self, found: Batch, cards: list[object], licenses: list[tuple[str, ...] | None], bases: list[Derived | None]
    ) -> None:
        statements: dict[object, int] = {}
        problems, stated = found.problems, found.stated
        edges = Edges(found, self._names)
        names = found.ids.to_pylist()
        for row, (value, tagged, hub) in enumerate(zip(cards, licenses, bases, strict=True)):
            if value is None:
                card, odd = EMPTY, "card-missing"
            else:
                try:
                    card, odd = decode(value), None  # type: ignore[arg-type]
                except (TypeError, *ODD_JSON):
                    card, odd = read_card(value)
            if odd is not None:
                problems[row] |= BIT[odd]
            license, name, link = card.license, card.license_name, card.license_link
            plain = license is None or type(license) is str
            if name is not None or link is not None:
                plain = plain and (name is None or type(name) is str) and (link is None or type(link) is str)
            key = (license, name, link, tagged) if plain else None
            number = statements.get(key) if plain else None
            if number is None:
                number = _statement(found, card, tagged, statements, key)
            stated[row] = number
            if not plain:
                problems[row] |= _license_problem(license)
            if hub is not None or card.base_model is not None:
                edges.add(row, names[row] or "", hub, card)

    def _flag(self, found: Batch, batch: arrow.RecordBatch, ids: arrow.Array) -> None:
        import pyarrow as arrow
        from pyarrow import compute

        siblings = columns.text_lists(batch.column("siblings"), "rfilename")
        shown, quantized = self._files.seen(siblings)
        flags, problems = found.flags, found.problems
        for row in shown:
            flags[row] = SHOWN
        for row in quantized:
            flags[row] |= QUANTIZED_FILES
        for row in _rows_where(compute.is_null(siblings)):
            flags[row] |= UNLISTED
            problems[row] |= BIT["files-missing"]
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
            problems[row] |= BIT["id-missing"]
        odd = compute.invert(compute.match_substring_regex(ids, PLAIN_ID))
        for row, name in zip(_rows_where(odd), ids.filter(odd).to_pylist(), strict=False):
            if name is not None and not is_hub_id(name):
                problems[row] |= BIT["id-malformed"]


def _statement(found: Batch, card: Card, tagged: tuple[str, ...] | None, statements: dict[object, int], key: object) -> int:
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


def license_tags(tags: arrow.Array) -> list[tuple[str, ...] | None]:
    """The licenses that the tags of each row name."""
    from pyarrow import compute

    rows, words = compute.list_parent_indices(tags), compute.list_flatten(tags)
    mask = compute.starts_with(words, LICENSE_TAG)
    different = words.filter(mask).dictionary_encode()
    names = [(tag[len(LICENSE_TAG) :],) for tag in different.dictionary.to_pylist()]
    found: list[tuple[str, ...] | None] = [None] * len(tags)
    for row, number in zip(rows.filter(mask).to_pylist(), different.indices.to_pylist(), strict=True):
        before = found[row]
        found[row] = names[number] if before is None else before + names[number]
    return found


def _cards(column: arrow.Array) -> list[object]:
    """The cards as text, or as mappings where they are structures."""
    import pyarrow as arrow

    kind = column.type.value_type if arrow.types.is_dictionary(column.type) else column.type
    structured = arrow.types.is_struct(kind) or arrow.types.is_map(kind) or arrow.types.is_binary(kind)
    return list((column if structured else columns.plain_text(column)).to_pylist())


def _license_problem(license: object) -> int:
    if isinstance(license, list):
        return BIT["license-list"]
    return BIT["license-malformed"] if license is not None and not isinstance(license, (str, dict)) else 0


def _rows_where(mask: arrow.Array) -> list[int]:
    from pyarrow import compute

    return list(compute.indices_nonzero(mask).to_pylist())


def _set(flags: bytearray, bit: int, mask: arrow.Array) -> None:
    for row in _rows_where(mask):
        flags[row] |= bit
