"""What rows state of their license: the different statements of a batch, and which of them each row makes."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from openness.sweep.batch import BIT
from openness.sweep.card_json import Card

if TYPE_CHECKING:
    import pyarrow as arrow

LICENSE_TAG = "license:"
LICENSE_KEYS = ("license", "license_name", "license_link")


def statements(cards: Sequence[Card], tags: arrow.Array, problems: array[int]) -> tuple[Any, list[bytes]]:
    """The number of each row's statement, and the different statements as JSON; sets bits of ``problems``."""
    import pyarrow as arrow
    from pyarrow import compute

    texts: list[list[str | None]] = []
    odd: set[int] = set()
    for key in LICENSE_KEYS:
        values = [getattr(card, key) for card in cards]
        plain = [value if type(value) is str else None for value in values]
        if plain != values:
            odd.update(row for row, value in enumerate(values) if value is not None and type(value) is not str)
        texts.append(plain)
    tagged, named = license_tags(tags)
    codes, parts = tagged, []
    for text in texts:
        coded = arrow.array(text, arrow.string()).dictionary_encode()
        parts.append(coded)
        numbers = coded.indices.fill_null(len(coded.dictionary)).cast(arrow.int64())
        both = compute.add(compute.multiply(codes.cast(arrow.int64()), len(coded.dictionary) + 1), numbers)
        codes = both.dictionary_encode().indices
    rows = _first_rows(codes)
    found: list[bytes] = []
    for row in rows:
        given = {key: value for key, part in zip(LICENSE_KEYS, parts, strict=True) if (value := part[row].as_py()) is not None}
        names = named[tagged[row].as_py()]
        found.append(msgspec.json.encode({**given, "tags": names} if names else given))
    if odd:
        codes = _with_odd(codes, found, sorted(odd), cards, [named[number] for number in tagged.to_pylist()], problems)
    return codes, found


def license_tags(tags: arrow.Array) -> tuple[Any, list[tuple[str, ...]]]:
    """The number of the licenses that the tags of each row name, and the different ones."""
    import pyarrow as arrow
    from pyarrow import compute

    rows, words = compute.list_parent_indices(tags), compute.list_flatten(tags)
    mask = compute.starts_with(words, LICENSE_TAG)
    different = words.filter(mask).dictionary_encode()
    names = [(tag[len(LICENSE_TAG) :],) for tag in different.dictionary.to_pylist()]
    numbers: dict[tuple[str, ...], int] = {(): 0}
    found = array("i", bytes(4 * len(tags)))
    for row, number in zip(rows.filter(mask).to_pylist(), different.indices.to_pylist(), strict=True):
        name = names[number]
        if found[row]:
            name = (*list(numbers)[found[row]], *name)
        found[row] = numbers.setdefault(name, len(numbers))
    return arrow.Array.from_buffers(arrow.int32(), len(tags), [None, arrow.py_buffer(found)]), list(numbers)


def _first_rows(codes: arrow.Array) -> list[int]:
    """The first row of each number, in the order of the numbers, which count up as they come."""
    first: dict[int, int] = {}
    for row, number in enumerate(codes.to_pylist()):
        if number not in first:
            first[number] = row
    return list(first.values())


def _with_odd(
    codes: arrow.Array,
    found: list[bytes],
    odd: Sequence[int],
    cards: Sequence[Card],
    tags: Sequence[tuple[str, ...]],
    problems: array[int],
) -> Any:
    """The numbers with those of rows whose values are lists, mappings or of another kind."""
    import pyarrow as arrow

    numbers = array("i", codes.to_pylist())
    known: dict[bytes, int] = {}
    for row in odd:
        card = cards[row]
        given = {key: value for key in LICENSE_KEYS if (value := getattr(card, key)) is not None}
        problems[row] |= _problem(card.license)
        encoded = msgspec.json.encode({**given, "tags": tags[row]} if tags[row] else given)
        if encoded not in known:
            known[encoded] = len(found)
            found.append(encoded)
        numbers[row] = known[encoded]
    return arrow.array(numbers, arrow.int32())


def _problem(license: object) -> int:
    if isinstance(license, list):
        return BIT["license-list"]
    return BIT["license-malformed"] if license is not None and not isinstance(license, (str, dict)) else 0
