"""Slots and optional parts that wording alone shows, in texts whose source marks none: placeholders, the holder's name, postal
addresses, titles, numbers of items, and the instructions behind the end of the terms."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from openness.evidence.license_index import Slot
from openness.evidence.list_markers import is_named
from openness.evidence.restrictive import RestrictiveWords
from openness.evidence.standard_wording import StandardWording
from openness.evidence.words import Words

#: In an alternative: a postal address.
POSTAL = "\x01"
_PLACEHOLDER = re.compile(r"<[^<>]{1,120}>|\[[^\[\]]{1,120}\]|\{[^{}]{1,60}\}")
_PLACEHOLDER_WORD = re.compile(
    r"\b(?:year|yyyy|yy|name|names|owner|owners|holder|holders|author|authors|organi[sz]ation|fullname|insert|date|company|program|project|product|software|licensor|email|mail|description|title|brief|state|country|jurisdiction)\b",
    re.IGNORECASE,
)
_HEADING_WORDS = 6
_TITLE_LIMIT = 14
_TITLE_LINES = 8
_TITLE_WORDS = 30
#: Longer texts are agreements with a party that has a name of its own; shorter ones are notices that others take over.
_NOTICE_LIMIT = 700
_LEAST_NAME = 3
#: Paragraphs at either end that may be left out: so many, of so many words, and that part of the text in all.
_EDGE_PARAGRAPHS, _EDGE_WORDS, _EDGE_SHARE = 6, 60, 5
_PARTY_PLACES = re.compile(
    r"\bin no event shall (?P<liable>[^.;]{1,120}?) be liable"
    r"|\bnames? of (?P<name>[^.;]{1,100}?),? (?:not be used|may not be used|may be used|nor the names?|nor )"
    r"|\bprovided by (?P<provider>[^.;]{1,100}?),? [\W_]{0,3}as is\b",
    re.IGNORECASE,
)
_NOTICE_WORDS = frozenset("copyright copyrights c by all rights reserved portions and the a an present".split())
_LEGAL_FORMS = frozenset("inc ltd llc gmbh corp corporation co company ab ag bv sa limited incorporated".split())
_ITEM = re.compile(r"^[ \t*#/;>%-]{0,12}\(?(?P<mark>\d{1,2}|[a-z]|[ivx]{2,5})[.)](?=\s)", re.IGNORECASE | re.MULTILINE)
_BESIDE = re.compile(
    r"(?:(?<!\bat)(?<!\bfrom)(?<!\bto)(?<!\bsee)(?<!\bin)(?<!\bunder):|\()[ \t]*\n?[ \t]*"
    r"(?P<address>(?:https?://)?(?:[\w-]{1,40}\.){1,3}(?:org|com|net|io)(?:/[^\s()<>]{0,120})?)",
    re.IGNORECASE,
)
_DATE_OR_ADDRESS = re.compile(r"\W*(?:https?://\S+|www\.\S+|\S+\.(?:org|com|net|io)(?:/\S*)?|[\d./-]+)\W*")


def slots_in(words: Words, standard: StandardWording) -> Iterator[Slot]:
    """Words that a copy may replace."""
    yield from placeholders(words)
    for match in standard.address.finditer(words.text):
        start, end = _range(words, match.start(), match.end())
        if end > start:
            yield Slot(start, end, (POSTAL,))
    if len(words) <= _NOTICE_LIMIT:
        yield from _parties(words)
        yield from _holders(words, standard)


def optional_in(words: Words, standard: StandardWording, restrictive: RestrictiveWords) -> Iterator[tuple[int, int]]:
    """Words that a copy may leave out."""
    yield from _edges(words, standard, restrictive)
    yield from title(words, standard)
    yield from numbers_of_items(words)
    yield from _addresses(words)
    yield from appendix(words, standard)


def _range(words: Words, start: int, end: int) -> tuple[int, int]:
    return bisect_left(words.starts, start), bisect_left(words.starts, end)


def placeholders(words: Words) -> Iterator[Slot]:
    """``<name of author>``, ``[yyyy]``, ``{project}``."""
    for match in _PLACEHOLDER.finditer(words.text):
        if _PLACEHOLDER_WORD.search(match.group()):
            start, end = _range(words, match.start(), match.end())
            if end > start:
                yield Slot(start, end)


def _parties(words: Words) -> Iterator[Slot]:
    """Where the forms of short notices name the party that gives the license."""
    text = re.sub(r"\s", " ", words.text)
    for match in _PARTY_PLACES.finditer(text):
        group = match.lastgroup or ""
        start, end = _range(words, match.start(group), match.end(group))
        if 0 < end - start <= _TITLE_LIMIT:
            yield Slot(start, end)


def _holders(words: Words, standard: StandardWording) -> Iterator[Slot]:
    """The holder of the text's own notices, wherever the text names him again."""
    names = {name for _, _, line in words.notices for name in _names_in(line, standard)}
    for name in sorted(names, key=lambda name: (-len(name), name)):
        size = len(name)
        for at in range(len(words) - size + 1):
            if tuple(words.words[at : at + size]) == name and words.text[words.starts[at]].isupper():
                end = at + size
                while end < len(words) and words.words[end] in _LEGAL_FORMS:
                    end += 1
                yield Slot(at, end)


def _names_in(line: str, standard: StandardWording) -> Iterator[tuple[str, ...]]:
    line = re.sub(r"\S+@\S+|https?://\S+|\d+", " ", line)
    for part in re.split(r"[,;()<>]|\band\b", line, flags=re.IGNORECASE):
        found = re.findall(r"[^\W\d_]+", part.lower())
        while found and found[0] in _NOTICE_WORDS:
            found.pop(0)
        while found and (found[-1] in _LEGAL_FORMS or found[-1] in _NOTICE_WORDS):
            found.pop()
        if len("".join(found)) >= _LEAST_NAME and not set(found) <= standard.party:
            yield tuple(found)


def title(words: Words, standard: StandardWording) -> Iterator[tuple[int, int]]:
    """The first lines, as long as they are short and written like a title; dates and addresses may stand among them."""
    if not words.words:
        return
    at = words.starts[0]
    count = 0
    for line in words.text[at:].split("\n")[:_TITLE_LINES]:
        found = re.findall(r"[^\W\d_]+", line)
        capitals = sum(1 for word in found if not word[0].islower())
        beside = _DATE_OR_ADDRESS.fullmatch(line) is not None
        if not beside and (
            len(found) > _TITLE_LIMIT or line.rstrip().endswith((",", ";", ".")) or (found and capitals * 2 < len(found))
        ):
            break
        at += len(line) + 1
        reached = bisect_left(words.starts, at)
        if reached > _TITLE_WORDS:
            break
        count = reached
    if 0 < count < len(words.words) // 2:
        yield 0, count


def _edges(words: Words, standard: StandardWording, restrictive: RestrictiveWords) -> Iterator[tuple[int, int]]:
    """Paragraphs before and behind the terms in which no word can limit a permission: thanks, trademarks, a signature."""
    paragraphs = [
        (start, end)
        for match in re.finditer(r"\S(?:.|\n(?![ \t]*\n))*", words.text)
        if (start := _range(words, match.start(), match.end())[0]) < (end := _range(words, match.start(), match.end())[1])
    ]
    for ordered, front in ((paragraphs, True), (paragraphs[::-1], False)):
        left = len(words) // _EDGE_SHARE
        for start, end in ordered[:_EDGE_PARAGRAPHS]:
            left -= end - start
            own = words.words[start:end]
            if (
                left < 0
                or end - start > _EDGE_WORDS
                or restrictive.in_words([word for word in own if word not in standard.title])
            ):
                break
            yield (0, end) if front else (start, len(words))


def numbers_of_items(words: Words) -> Iterator[tuple[int, int]]:
    """Numbers that begin a line and were not dropped, since they stand below a heading; a reference to a section is none."""
    for match in _ITEM.finditer(words.text):
        start, end = _range(words, match.start("mark"), match.end("mark"))
        before = words.text[max(0, match.start() - 200) : match.start()]
        if end == start + 1 and words.starts[start] == match.start("mark") and _begins_item(before):
            yield start, end


def _begins_item(before: str) -> bool:
    """Whether a line below this text begins an item: there is a blank line, a sentence has ended, or a heading stands above."""
    lines = before.rstrip(" \t*#/;>%-\n").split("\n")
    blank = re.search(r"\n[ \t*#/;>%-]*\n[ \t*#/;>%-]*\Z", before) is not None
    heading = len(lines) > 1 and len(lines[-1].split()) <= _HEADING_WORDS and lines[-1].strip()[:1].isupper()
    ended = not lines[-1].strip() or lines[-1].rstrip()[-1] in ".;:!?"
    return (blank or heading or ended) and not is_named(before.lower()[-48:])


def _addresses(words: Words) -> Iterator[tuple[int, int]]:
    """The address of a page behind a colon or in brackets, where nothing but more information is to be had: a copy may have it as
    a link."""
    for match in _BESIDE.finditer(words.text):
        start, end = _range(words, match.start("address"), match.end("address"))
        if start < end:
            yield start, end


def appendix(words: Words, standard: StandardWording) -> Iterator[tuple[int, int]]:
    """Instructions behind the end of the terms, when at least half of the text stands before them."""
    for match in standard.appendix.finditer(words.text):
        start = bisect_left(words.starts, match.start())
        if start > len(words.words) // 2:
            yield start, len(words.words)
            return
