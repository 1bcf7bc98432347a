"""What rows state of their license: the different statements of a batch, and which of them each row makes."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec

from openness.sources.hub_fields import MOST_TAGS
from openness.sweep.batch import BIT
from openness.sweep.card_json import AnyCard
from openness.sweep.numbers import arrow_of, numbers_of, paired, placed

if TYPE_CHECKING:
    import pyarrow as arrow

LICENSE_TAG = "license:"
LICENSE_KEYS = ("license", "license_name", "license_link")


def statements(
    cards: Sequence[AnyCard], unusual: Sequence[int], tags: arrow.Array, problems: array[int]
) -> tuple[Any, list[bytes]]:
    """The number of each row's statement, and the different statements as JSON; sets bits of ``problems``. ``unusual`` are the
    rows whose card may hold values of any kind."""
    import pyarrow as arrow

    more = [row for row, card in enumerate(cards) if card.license_name is not None or card.license_link is not None]
    alone = list(dict.fromkeys([*more, *unusual]))
    licenses: list[Any] = [card.license for card in cards]
    for row in alone:
        licenses[row] = None
    tagged, named = license_tags(tags)
    coded = arrow.array(licenses, arrow.string()).dictionary_encode()
    words = [*coded.dictionary.to_pylist(), None]
    both = paired(tagged, coded.indices.fill_null(len(words) - 1), len(words)).dictionary_encode()
    found = []
    for key in both.dictionary.to_pylist():
        tag, word = divmod(key, len(words))
        given = {} if words[word] is None else {"license": words[word]}
        found.append(msgspec.json.encode({**given, "tags": named[tag]} if named[tag] else given))
    if not alone:
        return both.indices, found
    of_these = [named[number] for number in tagged.take(arrow.array(alone, arrow.int64())).to_pylist()]
    return _each(both.indices, found, alone, cards, of_these, problems), found


def license_tags(tags: arrow.Array) -> tuple[Any, list[tuple[str, ...]]]:
    """The number of the licenses that the tags of each row name, and the different ones."""
    import pyarrow as arrow
    from pyarrow import compute

    rows, words = compute.list_parent_indices(tags), compute.list_flatten(tags)
    mask = compute.starts_with(words, LICENSE_TAG)
    different = words.filter(mask).dictionary_encode()
    names = [(tag[len(LICENSE_TAG) :],) for tag in different.dictionary.to_pylist()]
    owners = rows.filter(mask)
    if compute.count_distinct(owners).as_py() == len(owners):  # as the Hub has it: one license a row
        codes = compute.add(different.indices, arrow.scalar(1, arrow.int32()))
        return compute.fill_null(placed(codes, owners, len(tags)), 0), [(), *names]
    said: dict[int, tuple[str, ...]] = {}
    for row, several in groupby(zip(owners.to_pylist(), different.indices.to_pylist(), strict=True), key=itemgetter(0)):
        said[row] = tuple(names[number][0] for _, number in islice(several, MOST_TAGS))
    numbers: dict[tuple[str, ...], int] = {(): 0}
    found = array("i", bytes(4 * len(tags)))
    for row, all_names in said.items():
        found[row] = numbers.setdefault(all_names, len(numbers))
    return arrow_of(found), list(numbers)


def _each(
    codes: arrow.Array,
    found: list[bytes],
    rows: Sequence[int],
    cards: Sequence[AnyCard],
    tags: Sequence[tuple[str, ...]],
    problems: array[int],
) -> Any:
    """The numbers with those of rows that say more than a plain license; their statements are appended. ``tags`` are theirs."""
    numbers = numbers_of(codes)
    known: dict[bytes, int] = {}
    for row, tagged in zip(rows, tags, strict=True):
        card = cards[row]
        given = {key: value for key in LICENSE_KEYS if (value := getattr(card, key)) is not None}
        problems[row] |= _problem(card.license)
        encoded = msgspec.json.encode({**given, "tags": tagged} if tagged else given)
        if encoded not in known:
            known[encoded] = len(found)
            found.append(encoded)
        numbers[row] = known[encoded]
    return arrow_of(numbers)


def _problem(license: object) -> int:
    if isinstance(license, list):
        return BIT["license-list"]
    return BIT["license-malformed"] if license is not None and not isinstance(license, (str, dict)) else 0
