"""Writes an index file from texts as hashes of words. The same texts in the same order give the same bytes."""

from __future__ import annotations

import json
import struct
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log
from typing import Any

import msgspec

from openness.evidence.license_index import (
    ADDRESS,
    ANYTHING,
    BUCKET_BITS,
    MAGIC,
    Header,
    KnownText,
    Origin,
    Slot,
    code_point,
    file_digest,
    pair_hash,
)

VERSION = "1"
#: In an alternative of a slot: any words.
ANY_WORDS = -1
#: ... a postal address.
ANY_ADDRESS = -2
_MARKS = {ANY_WORDS: ANYTHING, ANY_ADDRESS: ADDRESS}


class HashedSlot(msgspec.Struct, frozen=True):
    """``license_index.Slot`` with hashes of words."""

    start: int
    end: int
    alternatives: tuple[tuple[int, ...], ...] = ()


class HashedText(msgspec.Struct, frozen=True):
    """One text of an index, as ``license_index.KnownText``, with hashes of words in the place of code points."""

    id: str
    spdx: str
    aliases: tuple[str, ...]
    kind: str
    digest: bytes
    words: tuple[int, ...]
    slots: tuple[HashedSlot, ...] = ()
    optional: tuple[tuple[int, int], ...] = ()
    title: frozenset[int] = frozenset()
    markers: tuple[tuple[int, int], ...] = ()
    pinned: str = ""
    lines: tuple[int, ...] = ()
    notices: tuple[int, ...] = ()


def write(
    texts: Sequence[HashedText],
    origins: Sequence[Origin],
    names: Mapping[str, Sequence[str]],
    lists: Mapping[str, Any],
) -> bytes:
    """The bytes of an index with its word lists (``restrictive``, ``equivalent``, ``standard``). Texts go by id and digest,
    origins and names by their own words, whatever the order they come in."""
    entries = sorted(texts, key=lambda text: (text.id, text.digest))
    ranks = _ranks(entries)
    codes = bytearray()
    known: list[KnownText] = []
    holders: dict[int, set[int]] = {}
    for number, entry in enumerate(entries):
        code = "".join(code_point(ranks[word]) for word in entry.words)
        encoded = code.encode("utf-8")
        for pair in {pair_hash(ord(a), ord(b)) for a, b in pairwise(code)}:
            holders.setdefault(pair, set()).add(number)
        known.append(_known_text(entry, len(codes), len(encoded), ranks))
        codes += encoded
    weights = [0.0] * len(known)
    for numbers in holders.values():
        for number in numbers:
            weights[number] += log(1 + len(known) / len(numbers))
    known = [msgspec.structs.replace(text, weight=round(weight, 3)) for text, weight in zip(known, weights, strict=True)]
    hashed = sorted(ranks.items())
    sections = {
        "words": array("Q", [word for word, _ in hashed]).tobytes(),
        "word_ranks": array("I", [rank for _, rank in hashed]).tobytes(),
        **_pair_sections(holders),
        "digests": b"".join(entry.digest + struct.pack("<I", number) for number, entry in enumerate(entries)),
        "texts": bytes(codes),
        "names": json.dumps({name: sorted(ids) for name, ids in names.items()}, ensure_ascii=False, sort_keys=True).encode(),
        "origins": json.dumps(sorted({msgspec.structs.astuple(origin) for origin in origins}), ensure_ascii=False).encode(),
    }
    return _file(known, sections, lists)


def _ranks(entries: Sequence[HashedText]) -> dict[int, int]:
    """The more frequent a word the lower its rank; words of slots, titles and dropped markers alone come last."""
    counts = Counter(word for entry in entries for word in entry.words)
    further = {word for entry in entries for slot in entry.slots for words in slot.alternatives for word in words}
    further |= {word for entry in entries for word in (*entry.title, *(mark for _, mark in entry.markers))}
    counts.update(dict.fromkeys(further - counts.keys() - _MARKS.keys(), 1))
    return {word: rank for rank, (word, _) in enumerate(sorted(counts.items(), key=lambda item: (-item[1], item[0])))}


def _known_text(entry: HashedText, offset: int, length: int, ranks: Mapping[int, int]) -> KnownText:
    def encoded(alternative: tuple[int, ...]) -> str:
        return "".join(_MARKS.get(word) or code_point(ranks[word]) for word in alternative)

    return KnownText(
        entry.id,
        entry.spdx,
        entry.aliases,
        entry.kind,
        len(entry.words),
        offset,
        length,
        tuple(Slot(slot.start, slot.end, tuple(map(encoded, slot.alternatives))) for slot in entry.slots),
        entry.optional,
        0.0,
        "".join(sorted({code_point(ranks[word]) for word in entry.title})),
        tuple((at, code_point(ranks[mark])) for at, mark in entry.markers),
        entry.pinned,
        entry.lines,
        entry.notices,
    )


def _pair_sections(holders: Mapping[int, set[int]]) -> dict[str, bytes]:
    pairs = sorted(holders)
    starts = array("I", [0])
    postings = array("H")
    for pair in pairs:
        postings.extend(sorted(holders[pair]))
        starts.append(len(postings))
    buckets = array("I", [0] * ((1 << BUCKET_BITS) + 1))
    for pair in pairs:
        buckets[(pair >> (32 - BUCKET_BITS)) + 1] += 1
    for index in range(1, len(buckets)):
        buckets[index] += buckets[index - 1]
    return {
        "pairs": array("I", pairs).tobytes(),
        "pair_buckets": buckets.tobytes(),
        "posting_starts": starts.tobytes(),
        "postings": postings.tobytes(),
    }


def _file(texts: Sequence[KnownText], sections: Mapping[str, bytes], lists: Mapping[str, Any]) -> bytes:
    table: dict[str, tuple[int, int]] = {}
    body = bytearray()
    for name, content in sections.items():
        body += bytes(-len(body) % 8)
        table[name] = (len(body), len(content))
        body += content
    header = msgspec.json.encode(
        Header(
            f"{VERSION}-{file_digest(bytes(body)).hex()[:12]}",
            tuple(texts),
            dict(lists["restrictive"]),
            dict(lists["equivalent"]),
            dict(lists["standard"]),
            table,
        )
    )
    header += b" " * (-(len(MAGIC) + 4 + len(header)) % 8)
    content = MAGIC + struct.pack("<I", len(header)) + header + bytes(body)
    return content + file_digest(content)
