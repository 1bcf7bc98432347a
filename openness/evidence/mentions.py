"""Licenses that a document names, by the names and ids of the index. A mention is no text of a license."""

from __future__ import annotations

from collections.abc import Iterator

from openness.evidence.license_index import UNSAID, LicenseIndex
from openness.evidence.words import Words

#: Words beside which a short id, such as ``mit``, is a license and no name of something else.
_BESIDE = frozenset(["identifier", "license", "licenses", "licensed", "under"])
_MOST = 20


def mentions_in(words: Words, index: LicenseIndex) -> tuple[str, ...]:
    """Ids of the licenses named, in order of appearance, at most twenty; of names within names only the longest. A name that
    several licenses bear gives all of them."""
    found = dict.fromkeys(id for ids in _named(words.words, index) for id in ids)
    return tuple(found)[:_MOST]


def _named(words: list[str], index: LicenseIndex) -> Iterator[tuple[str, ...]]:
    starts = index.name_starts
    words = [word for word in words if word not in UNSAID]
    skip = 0
    for at, word in enumerate(words):
        if at < skip or word not in starts:
            continue
        for length in starts[word]:
            ids = index.names.get(" ".join(words[at : at + length]))
            if ids and (length > 1 or _beside(words, at)):
                skip = at + length
                yield tuple(ids)
                break


def _beside(words: list[str], at: int) -> bool:
    return not _BESIDE.isdisjoint(words[max(0, at - 2) : at] + words[at + 1 : at + 2])
