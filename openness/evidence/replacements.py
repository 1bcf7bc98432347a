"""Replacements that mean the same: a word split or joined, a list marker, a party's name, an address that is repeated."""

from __future__ import annotations

import re
from itertools import pairwise

from rapidfuzz.distance import Indel

from openness.evidence.alignment import Block
from openness.evidence.comparison import LINE_MARKS, Comparison
from openness.evidence.headings import is_running_header
from openness.evidence.markup import target_speaks

_NAME_LIMIT = 12
_PARTY_LIMIT = 8
_LONGEST_HEADER = 30
_LONGEST_ADDRESS = 30
_MARKER = re.compile(r"\d{1,2}(?:\.\d{1,2})?|[a-z]|[ivx]{1,5}")
_ADDRESS = re.compile(r"(?:https?://|www\.|[\w-]{1,40}\.(?:com|org|net|io|ai|edu|gov|html?|txt)\b)", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]+")
_WHOLE_ADDRESS = re.compile(r"(?:https?://|www\.)[\w.-]{1,60}(?P<path>/[^\s<>\"()]{0,200})", re.IGNORECASE)
_LONGEST_URL = 200
_REFILED = 3
#: In "why-not-lgpl".
_NEGATION = frozenset(["not", "lgpl", "gpl"])
_SCHEME = frozenset(["http", "https", "www"])


def means_the_same(c: Comparison, block: Block) -> bool:
    """Whether the words of the document say what the words of the known text say."""
    return same_letters(c, block) or is_marker(c, block) or names_a_party(c, block) or is_refiled(c, block)


def same_letters(c: Comparison, block: Block) -> bool:
    """The same letters split otherwise; a page may end within the word."""
    if not 0 < block.last - block.first <= 3 or block.start == block.end:
        return False
    reference = c.known[block.first : block.last]
    if block.end - block.start <= 3:
        shown = c.shown(block.start, block.end).casefold()
        as_written = [] if re.search(r"\d", shown) else _LETTERS.findall(shown)
        return _spells(c, c.words.words[block.start : block.end], reference) or _spells(c, as_written, reference)
    return (
        len(reference) == 1
        and block.end - block.start <= _LONGEST_HEADER
        and c.between(block.start + 1).lstrip()[:1] == "-"
        and _spells(c, [c.words.words[block.start], c.words.words[block.end - 1]], reference)
        and is_running_header(c, block.start + 1, block.end - 1)
    )


def _spells(c: Comparison, words: list[str], reference: str) -> bool:
    if any(one[-1:].isdigit() and two[:1].isdigit() for one, two in pairwise(words)):
        return False  # 70 0 is not 700
    joined = "".join(words)
    if len(reference) == 1:
        return c.index.encode([c.index.equivalent.get(joined, joined)]) == reference
    return len(reference) == 2 and any(c.index.encode([joined[:i], joined[i:]]) == reference for i in range(1, len(joined)))


def is_marker(c: Comparison, block: Block) -> bool:
    """A number that is a list marker here or there: dropped in one text, part of a line in the other."""
    if block.start == block.end and block.last - block.first == 1:
        here = [mark for at, mark in c.words.markers if at == block.start]
        return any(c.index.encode([mark]) == c.known[block.first] for mark in here)
    return block.end - block.start == 1 and block.first == block.last and is_added_marker(c, block.start, block.first)


def is_added_marker(c: Comparison, at: int, place: int) -> bool:
    """Word ``at`` of the document, where the known text is at ``place``, is the number of a page or an item."""
    if c.is_page_number(at, at + 1):
        return True
    if any(place == where and mark == c.code[at] for where, mark in c.entry.markers):
        return True
    begin = c.words.starts[at]
    line = c.words.text[c.words.text.rfind("\n", 0, begin) + 1 : begin]
    follows = c.words.text[c.words.ends[at] : c.words.ends[at] + 1]
    word = c.words.words[at]
    return _MARKER.fullmatch(word) is not None and not line.strip(" \t*#/;>%-([") and (follows in {".", ")", "]"} or word == "o")


def names_a_party(c: Comparison, block: Block) -> bool:
    """``the copyright holder`` replaced by a name, where a text speaks of the party that gives the license."""
    if not 0 < block.last - block.first <= _PARTY_LIMIT or not 0 < block.end - block.start <= _NAME_LIMIT:
        return False
    replaced = set(c.known[block.first : block.last])
    if not replaced <= c.index.codes(c.standard.party) or not replaced & c.index.codes(c.standard.party_nouns):
        return False
    before = c.words.words[max(c.start, block.start - 4) : block.start]
    behind = c.words.words[block.end : block.end + 1]
    leads = not c.standard.before_party.isdisjoint(before) or not c.standard.after_party.isdisjoint(behind)
    return leads and c.names_a_party(block.start, block.end)


def is_refiled(c: Comparison, block: Block) -> bool:
    """Another place at the same host for what the publisher files: its licenses, not terms that hold beside them."""
    if not 0 < block.last - block.first <= _REFILED or not 0 < block.end - block.start <= _REFILED:
        return False
    begin, stop = c.words.starts[block.start], c.words.ends[block.end - 1]
    address = _WHOLE_ADDRESS.search(c.words.text, max(0, begin - _LONGEST_URL), min(len(c.words.text), stop + _LONGEST_URL))
    while address and address.end() < stop:
        address = _WHOLE_ADDRESS.search(c.words.text, address.end(), min(len(c.words.text), stop + _LONGEST_URL))
    if address is None or not address.start("path") <= begin <= stop <= address.end():
        return False
    others = c.index.restrictive.english | c.index.restrictive.sensitive | c.standard.own_terms
    words = set(c.words.words[block.start : block.end])
    path = set(re.findall(r"[^\W\d_]+", address["path"].casefold()))
    return (
        words <= c.standard.filed
        and set(c.known[block.first : block.last]) <= c.index.codes(c.standard.filed)
        and path.isdisjoint(others - c.standard.filed - _NEGATION)
    )


def is_pointer(c: Comparison, start: int, end: int) -> bool:
    """A sentence that only says where a page is."""
    found = c.standard.pointer.fullmatch(" ".join(c.shown(start, end).split()))
    return found is not None and not target_speaks(found[1], c.index.restrictive)


def repeats_address(c: Comparison, start: int, end: int) -> bool:
    """The address of a link beside the same address as the link's text."""
    if not 0 < end - start <= _LONGEST_ADDRESS or not _ADDRESS.search(c.shown(start, end)):
        return False
    own = [word for word in c.words.words[start:end] if word not in _SCHEME]
    before = [word for word in c.words.words[max(c.start, start - len(own) - 4) : start] if word not in _SCHEME]
    behind = [word for word in c.words.words[end : end + len(own) + 4] if word not in _SCHEME]
    return bool(own) and (before[-len(own) :] == own or behind[: len(own)] == own)


def was_dropped_as_notice(c: Comparison, place: int, dropped: str) -> bool:
    """Whether the words that the document lacks stand in it, in a line that was dropped as a notice since it begins like one."""
    begin = c.words.ends[place - 1] if place else 0
    end = c.words.starts[place] if place < len(c.words) else len(c.words.text)
    for start, stop, line in c.words.notices:
        if begin <= start and stop <= end:
            own = c.index.encode(c.index.words_of("x " + line.strip(LINE_MARKS)).words[1:])
            if Indel.distance(dropped, own) <= abs(len(dropped) - len(own)) + 2 and (len(dropped) > 2 or dropped in own):
                return True  # a line break may have split a word or two
    return False
