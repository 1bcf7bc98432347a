"""One batch of rows, read: what each states of its license, which bases it names, what its files show. Nothing is judged here, so
that it can run in any process of a pool or cluster without the rules.
"""

from __future__ import annotations

from array import array
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
        import pyarrow as arrow
        from pyarrow import compute

        ids = columns.plain_text(batch.column("id"))
        lower = compute.utf8_lower(ids)
        tags = columns.text_lists(batch.column("tags"), "id")
        problems = array("H", bytes(2 * len(ids)))
        flags = self._flags(batch, ids, problems)
        for row in _rows_where(compute.is_null(tags)):
            problems[row] |= BIT["tags-missing"]
        cards = _cards(batch.column("cardData"), problems)
        stated, different = statements(cards, tags, problems)
        edges = self._bases.edges(batch, lower, tags, cards, problems)
        return Batch(lower, flags, arrow.array(problems, arrow.uint16()), stated, different, edges)

    def _flags(self, batch: arrow.RecordBatch, ids: arrow.Array, problems: array[int]) -> bytearray:
        import pyarrow as arrow
        from pyarrow import compute

        siblings = columns.text_lists(batch.column("siblings"), "rfilename")
        shown, quantized = self._files.seen(siblings)
        flags = bytearray(len(ids))
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
        odd = compute.fill_null(compute.invert(compute.match_substring_regex(ids, PLAIN_ID)), False)
        for row, name in zip(_rows_where(odd), ids.filter(odd).to_pylist(), strict=True):
            if not is_hub_id(name):
                problems[row] |= BIT["id-malformed"]
        return flags


def _cards(column: arrow.Array, problems: array[int]) -> list[AnyCard]:
    """The card of each row; what is wrong with it is in ``problems``."""
    import pyarrow as arrow

    kind = column.type.value_type if arrow.types.is_dictionary(column.type) else column.type
    structured = arrow.types.is_struct(kind) or arrow.types.is_map(kind) or arrow.types.is_binary(kind)
    cards: list[AnyCard] = []
    put, missing = cards.append, BIT["card-missing"]
    for value in (column if structured else columns.plain_text(column)).to_pylist():
        if value is None:
            put(EMPTY)
            problems[len(cards) - 1] |= missing
            continue
        try:
            put(decode(value))
        except (TypeError, *ODD_JSON):
            card, odd = read_card(value)
            put(card)
            if odd is not None:
                problems[len(cards) - 1] |= BIT[odd]
    return cards


def _rows_where(mask: arrow.Array) -> list[int]:
    from pyarrow import compute

    return list(compute.indices_nonzero(mask).to_pylist())


def _set(flags: bytearray, bit: int, mask: arrow.Array) -> None:
    for row in _rows_where(mask):
        flags[row] |= bit
