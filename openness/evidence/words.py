"""From a document to the words that are compared: what a copy may differ in without differing in its terms is dropped.

Dropped are layout, letter case, punctuation, markup, comment marks, list markers, page numbers and copyright lines. Nothing is
dropped unseen: each part is first searched for words that can limit a permission (``restrictive``), and a hit keeps it.
Offsets stay those of the folded text, so every word can be shown in its line.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property
from itertools import accumulate

from openness.evidence.list_markers import list_markers, without
from openness.evidence.markup import blank, without_link_targets, without_markup
from openness.evidence.party_names import only_names
from openness.evidence.restrictive import INVISIBLE, RestrictiveWords

#: Longer texts are read up to here, and the rest counts as an unread addition.
MAX_TEXT = 1 << 20
#: ... and so do words beyond this number (the longest license known here has 13,000).
MAX_WORDS = 150_000

_FOLD = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63", "-"),
        **dict.fromkeys("\u2122\u00ae\u2028\u2029\u0085\x0b\x1c\x1d\x1e", " "),
        # raised digits are no digits of the number before them
        **{raised: f"^{digit}" for digit, raised in enumerate("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")},
        "\u2044": "/",
        "\u00bd": " 1/2",
        "\u00bc": " 1/4",
        "\u00be": " 3/4",
    }
)
_FOLDED = re.compile(f"[{re.escape(''.join(map(chr, _FOLD)))}]")
#: Runs of marks that are no letters; unfolding long ones takes quadratic time, and they are dropped anyway.
_MARK_RUN = re.compile(r"([^\w\s\x00-\x7f]{32})[^\w\s\x00-\x7f]+")
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
#: A number with its separators, a word (what an apostrophe joins are two), and signs at a number: comparisons, amounts, signs
#: of plus and minus, ranges; struck-out text.
_SIGNS = (
    r"(?:[<>\u2264\u2265]=?|=[<>])(?=[ \t]{0,3}[$\u20ac\u00a3\u00a5]?[ \t]{0,3}\d)|[$\u20ac\u00a3\u00a5](?=[ \t]{0,3}\d)"
    r"|(?<=\d) ?[%\u2030$\u20ac\u00a3\u00a5]|(?<=\d)[-/^](?=\d)|(?<![\w)])[+-](?=\d)|&(?=\s)|(?<!~)~~(?!~)"
)
_WORD = re.compile(rf"([^\W\d_{_CJK}]+|\d+(?:[.,]\d+)*|[{_CJK}]|{_SIGNS})")
#: The same for texts of these characters alone, which is several times faster.
_ASCII_WORD = re.compile(rf"([a-z]+|\d+(?:[.,]\d+)*|{_SIGNS})")
#: Marks of quotation at the beginning of a line, which are no comparisons.
_QUOTED = re.compile(r"^[ \t]*>[> \t]*", re.MULTILINE)
_SAME = {"&": "and", "\u2265": ">=", "\u2264": "<=", **{f" {sign}": sign for sign in "%\u2030$\u20ac\u00a3\u00a5"}}
_NUMBER_SEPARATOR = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

_LEADS = r"[ \t*#/;>%!|\"'-]*"
_LINE_WORD = re.compile(r"^[ \t]*(rem|dnl|\.\\\"|@c|c)(?=\s|$)", re.IGNORECASE | re.MULTILINE)
_COPYRIGHT = re.compile(
    rf"^{_LEADS}(?:portions?\s+|some\s+parts\s+|all\s+|changes\s+|modifications\s+|original\s+version\s+)?(?:copyrights?\b|\(c\)\s*(?:copyright\b|\d{{4}})|\u00a9|\u7248\u6743\u6240\u6709|spdx-filecopyrighttext:)[^\n]*$|^{_LEADS}all\s+rights\s+reserved[.\s]*$",
    re.IGNORECASE | re.MULTILINE,
)
#: What shows that a line beginning with the word copyright is a notice and no sentence.
NOTICE = re.compile(
    r"\(c\)|\u00a9|\b(?:19|20)\d\d\b|<|\[|\{|\byear\b|\byyyy\b|\bby\b|:|all rights reserved|\u7248\u6743\u6240\u6709",
    re.IGNORECASE,
)
_MAX_NOTICE = 300
_RESERVED = re.compile(
    r"\ball[\s*#/;%-]{1,9}rights[\s*#/;%-]{1,9}reserved\b|\u7248\u6743\u6240\u6709|spdx-filecopyrighttext", re.IGNORECASE
)
#: What a program's interpreter or editor reads in the first lines.
_CODING = re.compile(
    r"\A#![ \t]*/[\w/.-]{1,60}(?: [\w.-]{1,20}){0,2}$"
    r"|^[ \t#/;\"*%]*-\*-[ \t]*(?:[\w-]{1,20}:[ \t]*[\w-]{1,20};?[ \t]*){1,4}-\*-[ \t]*$",
    re.MULTILINE,
)
_PAGE = re.compile(
    r"^[ \t]*(?:page\s+\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?|-{1,2}\s*\d{1,4}\s*-{1,2}|\d{1,4}\s*/\s*\d{1,4})[ \t]*$"
    r"|\f[ \t]*\d{1,4}[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)


#: Shorter words may be told apart by an accent alone, also in what they mean.
_LEAST_PLAIN = 4
_LATIN = re.compile(r"[a-z\u00df-\u024f]+")
_LETTERS = str.maketrans({"\u0153": "oe", "\u00e6": "ae", "\u00df": "ss", "\u00f8": "o", "\u0142": "l"})


class Words:
    """The words of a document with their places.

    ``text`` is the folded text (its lines are those of the document); ``words`` are lower-cased; ``starts`` and ``ends`` are
    offsets into ``text``; ``markers`` are the dropped list markers as (number of words before, what stood there) and ``notices``
    the dropped notices as (start, end, text); ``unread`` says that the document goes on where reading stopped. Places are
    worked out when first asked for: a text that is known as it stands needs none.
    """

    def __init__(
        self,
        text: str,
        pieces: list[str],
        words: list[str],
        marks: list[tuple[int, str]],
        unread: bool,
        notices: list[tuple[int, int, str]],
    ) -> None:
        self.text = text
        self.words = words
        self.notices = notices
        self.unread = unread
        self._pieces = pieces
        self._marks = marks

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def _edges(self) -> list[int]:
        """Where each word begins and ends, in turn."""
        return list(accumulate(map(len, self._pieces)))

    @cached_property
    def starts(self) -> list[int]:
        return self._edges[0 : 2 * len(self.words) : 2]

    @cached_property
    def ends(self) -> list[int]:
        return self._edges[1 : 2 * len(self.words) : 2]

    @cached_property
    def restored(self) -> str:
        """The folded text with the notices that were dropped from it."""
        text = self.text
        for start, end, notice in self.notices:
            if len(notice) == end - start:
                text = text[:start] + notice + text[end:]
        return text

    @cached_property
    def markers(self) -> list[tuple[int, str]]:
        return [(bisect_left(self.starts, at), mark) for at, mark in self._marks]

    @cached_property
    def _newlines(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self.text)]

    def line(self, index: int) -> int:
        """The line, counted from 1, of a word."""
        if index >= len(self.words):
            return len(self._newlines) + 1
        return bisect_left(self._newlines, self.starts[index]) + 1

    def quote(self, first: int, last: int, limit: int = 400) -> str:
        """The folded text from word ``first`` up to but without word ``last``, on one line."""
        if first >= last:
            return ""
        found = self.text[self.starts[first] : self.ends[last - 1]]
        return " ".join(found[: 4 * limit].split())[:limit]


def words_of(text: str, restrictive: RestrictiveWords, equivalent: Mapping[str, str]) -> Words:
    """Fold a text and split it. ``equivalent`` maps spellings to one form. Takes time linear in the text."""
    unread = len(text) > MAX_TEXT
    text = _visible(text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n"))
    text = without_markup(text, restrictive)
    if "&" in text:
        text = _visible(html.unescape(text))
    if len(text) > MAX_TEXT:  # some characters unfold to many
        text, unread = text[:MAX_TEXT], True
    text = _without_line_words(without_link_targets(text, restrictive))
    text, notices = _without_notices(text, restrictive)
    return _split(text, equivalent, unread, notices)


def _visible(text: str) -> str:
    """As a reader sees it: one form per letter, straight quotes, no invisible marks."""
    if text.isascii():
        return text.replace("`", "'") if "`" in text else text
    text = INVISIBLE.sub("", _MARK_RUN.sub(r"\1", _folded(text)))
    return _folded(INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))


def _folded(text: str) -> str:
    return _FOLDED.sub(lambda mark: mark[0].translate(_FOLD), text)


def _without_line_words(text: str) -> str:
    """Comment marks that are letters (``rem``, ``dnl``) go only where most lines have them."""
    found = _LINE_WORD.findall(text[:4000])
    if len(found) * 2 <= sum(1 for line in text[:4000].split("\n") if line.strip()):
        return text
    return _LINE_WORD.sub(lambda m: blank(m.group()), text)


def _without_notices(text: str, restrictive: RestrictiveWords) -> tuple[str, list[tuple[int, int, str]]]:
    """Also gives what was dropped: where lines break otherwise, a known text may have it as words."""
    dropped: list[tuple[int, int, str]] = []

    def drop(match: re.Match[str]) -> str:
        line = match.group()
        if len(line) > _MAX_NOTICE or not NOTICE.search(line) or not only_names(_RESERVED.sub(" ", line), restrictive):
            return line
        dropped.append((match.start(), match.end(), line))
        return blank(line)

    def drop_page(match: re.Match[str]) -> str:
        if restrictive.speaks(match.group()):
            return match.group()
        dropped.append((match.start(), match.end(), match.group()))
        return blank(match.group())

    text = _PAGE.sub(drop_page, _CODING.sub(drop_page, _COPYRIGHT.sub(drop, text)))
    return text, sorted(dropped)


def _plain(word: str) -> str:
    """A long Latin word without its accents, which copies lose."""
    if len(word) < _LEAST_PLAIN or not _LATIN.fullmatch(word):
        return word
    unfolded = unicodedata.normalize("NFD", word.translate(_LETTERS))
    return "".join(letter for letter in unfolded if not unicodedata.combining(letter))


def _split(text: str, equivalent: Mapping[str, str], unread: bool, notices: list[tuple[int, int, str]]) -> Words:
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters have longer lower forms
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    lowered = _QUOTED.sub(lambda m: " " * len(m.group()), lowered) if ">" in lowered else lowered
    marks = list(list_markers(lowered))
    lowered = without(lowered, marks)
    pieces = (_ASCII_WORD if lowered.isascii() else _WORD).split(lowered)
    words = pieces[1::2]
    if len(words) > MAX_WORDS:
        words, unread = words[:MAX_WORDS], True
    if _NUMBER_SEPARATOR.search(lowered):
        words = [_NUMBER_SEPARATOR.sub("", word) if "," in word else word for word in words]
    if not lowered.isascii():
        words = [word if word.isascii() else _plain(word) for word in words]
    same = {**equivalent, **_SAME}
    words = [same.get(word, word) for word in words]
    return Words(
        text,
        pieces,
        words,
        [(at, mark.strip("(). ")) for at, mark in marks],
        unread,
        notices,
    )
