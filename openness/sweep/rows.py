"""One batch of rows, read: what each states of its license, which bases it names, what its files show. Nothing is judged here, so
that it can run in any process of a pool or cluster without the rules.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from openness.sources.hub_names import is_hub_id
from openness.sweep import columns
from openness.sweep.bases import PLAIN_ID, BaseReader
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
from openness.sweep.card_json import EMPTY, ODD_JSON, AnyCard, decode, read_card
from openness.sweep.files import FileNames
from openness.sweep.memory import uncollected
from openness.sweep.numbers import arrow_of
from openness.sweep.statements import statements

if TYPE_CHECKING:
    import pyarrow as arrow

#: Values of the column ``gated`` that say that there is a gate.
GATES = frozenset({True, "auto", "manual", "true", "True"})


class RowReader:
    """Reads batches; keeps what repeats from one to the next."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._files = FileNames(reading.files)
        self._bases = BaseReader(reading.lineage)

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
        lower = compute.utf8_lower(ids)
        tags = columns.text_lists(batch.column("tags"), "id")
        problems = array("H", bytes(2 * len(ids)))
        _mark(problems, "id-missing", compute.is_null(ids))
        _mark(problems, "tags-missing", compute.is_null(tags))
        odd = compute.fill_null(compute.invert(compute.match_substring_regex(ids, PLAIN_ID)), False)
        for row, name in zip(_rows_where(odd), ids.filter(odd).to_pylist(), strict=True):
            if not is_hub_id(name):
                problems[row] |= BIT["id-malformed"]
        flags = self._flags(batch, lower, problems)
        cards, unusual = _cards(batch.column("cardData"), problems)
        stated, different = statements(cards, unusual, tags, problems)
        edges = self._bases.edges(batch, lower, tags, cards, problems)
        return Batch(lower, flags, arrow_of(problems), stated, different, edges)

    def _flags(self, batch: arrow.RecordBatch, ids: arrow.Array, problems: array[int]) -> bytearray:
        """What is known of each row, as bits; ``ids`` are in lower case."""
        import pyarrow as arrow
        from pyarrow import compute

        siblings = columns.text_lists(batch.column("siblings"), "rfilename")
        unlisted = compute.is_null(siblings)
        _mark(problems, "files-missing", unlisted)
        shown, quantized = self._files.seen(siblings)
        known = [(SHOWN, shown), (QUANTIZED_FILES, quantized), (UNLISTED, unlisted), *self._named(ids)]
        names = batch.schema.names
        if "gated" in names:
            gates = [value in GATES for value in batch.column("gated").to_pylist()]
            known.append((GATED, arrow.array(gates, arrow.bool_())))
        if "absent" in names:
            known.append((ABSENT, compute.is_valid(batch.column("absent"))))
        for name, bit, wanted in (("disabled", ABSENT, True), ("complete", INCOMPLETE, False)):
            told = columns.yes_or_no(batch, name)
            if told is not None:
                known.append((bit, compute.equal(told, wanted)))
        return _bits(known, len(ids))

    def _named(self, ids: arrow.Array) -> Iterator[tuple[int, arrow.Array]]:
        """Which rows have names that are worth a look by the full rules; few have any."""
        from pyarrow import compute

        patterns = [(bit, text) for bit, text in ((HEAD, self._reading.heads), (LEAK, self._reading.leaks)) if text]
        if not patterns:
            return
        found = compute.fill_null(compute.match_substring_regex(ids, "|".join(f"(?:{text})" for _, text in patterns)), False)
        some = ids.filter(found)
        for bit, text in patterns if len(some) else ():
            yield bit, compute.replace_with_mask(found, found, compute.match_substring_regex(some, text))


def _cards(column: arrow.Array, problems: array[int]) -> tuple[list[AnyCard], list[int]]:
    """The card of each row, and the rows whose card is not of the usual kind; what is wrong with one is in ``problems``."""
    import pyarrow as arrow
    from pyarrow import compute

    if arrow.types.is_dictionary(column.type):  # what is in many rows is read once
        return _repeated_cards(column, problems)
    if arrow.types.is_struct(column.type) or arrow.types.is_map(column.type):
        values = column.to_pylist(maps_as_pydicts="lossy")
    else:
        # as bytes, which cost half of what text does
        texts = column if columns.is_bytes(column.type) else columns.plain_text(column)
        values = compute.fill_null(texts.cast(arrow.binary()), b"{}").to_pylist()
        column = texts
    _mark(problems, "card-missing", compute.is_null(column))
    cards: list[AnyCard] = []
    unusual = []
    left = iter(values)
    while len(cards) < len(values):
        try:
            cards.extend(map(decode, left))
        except (TypeError, *ODD_JSON):
            row = len(cards)
            card, odd = (EMPTY, None) if values[row] is None else read_card(values[row])
            cards.append(card)
            unusual.append(row)
            if odd is not None:
                problems[row] |= BIT[odd]
    return cards, unusual


def _repeated_cards(column: arrow.DictionaryArray, problems: array[int]) -> tuple[list[AnyCard], list[int]]:
    """The same for a column that is coded by a dictionary."""
    import pyarrow as arrow
    from pyarrow import compute

    wrong = array("H", bytes(2 * (len(column.dictionary) + 1)))
    cards, unusual = _cards(arrow.concat_arrays([column.dictionary, arrow.nulls(1, column.dictionary.type)]), wrong)
    odd = set(unusual)
    codes = compute.fill_null(column.indices, len(column.dictionary)).to_pylist()
    for row, code in enumerate(codes):
        problems[row] |= wrong[code]
    return [cards[code] for code in codes], [row for row, code in enumerate(codes) if code in odd]


def _rows_where(mask: arrow.Array) -> list[int]:
    from pyarrow import compute

    return list(compute.indices_nonzero(mask).to_pylist())


def _mark(problems: array[int], word: str, mask: arrow.Array) -> None:
    bit = BIT[word]
    for row in _rows_where(mask):
        problems[row] |= bit


def _bits(known: Iterable[tuple[int, arrow.Array]], count: int) -> bytearray:
    """What is known of each row as bits of one byte; an unknown answer is none."""
    import pyarrow as arrow
    from pyarrow import compute

    found = arrow_of(bytearray(count))
    for bit, mask in known:
        bits = compute.if_else(compute.fill_null(mask, False), arrow.scalar(bit, found.type), arrow.scalar(0, found.type))
        found = compute.bit_wise_or(found, bits)
    return bytearray(found.buffers()[1].to_pybytes()[:count])
