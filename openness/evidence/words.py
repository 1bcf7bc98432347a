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
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from urllib.parse import unquote

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
    }
)
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
#: A number with its separators, a word (what an apostrophe joins are two), a comparison or an amount sign at a number.
_WORD = re.compile(
    rf"\d+(?:[.,]\d+)*|[{_CJK}]|[^\W\d_{_CJK}]+"
    r"|(?:(?<=[\w)] )[<>]|[\u2264\u2265])=?(?=\s*[$\u20ac\u00a3\u00a5]?\s*\d)|[$\u20ac\u00a3\u00a5](?=\s*\d)|(?<=\d) ?%|&(?=\s)"
)
_SAME = {"&": "and", "\u2265": ">=", "\u2264": "<="}
_NUMBER_SEPARATOR = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

_TAG = re.compile(
    r"</?(?:a|abbr|address|article|aside|b|big|blockquote|body|br|center|cite|code|dd|del|details|dfn|div|dl|dt|em|font|footer|h[1-6]|head"
    r"|header|hr|html|i|img|ins|kbd|label|li|link|main|mark|meta|nav|ol|p|pre|q|s|samp|section|small|span|strong|sub|summary|sup|svg|table"
    r"|tbody|td|tfoot|th|thead|title|tr|tt|u|ul|var|wbr)(?:\s[^<>]{0,4000})?/?>|<!doctype[^<>]{0,300}>|<\?xml[^<>]{0,200}\?>",
    re.IGNORECASE,
)
_CODE = re.compile(r"<(script|style)\b[^<>]{0,1000}>.{0,200000}?</\1\s*>", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"<!--(.{0,100000}?)-->", re.DOTALL)
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
#: Four words in a row are read as a sentence in any language, wherever they hide.
_PROSE = re.compile(r"[^\W\d_]+(?:[ \t]+[^\W\d_]+){3}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{6}")
_LITERAL = re.compile(
    r"[\"'][^\"'\n]{0,200}?[^\W\d_]+(?: [^\W\d_]+){3}[^\"'\n]{0,1000}[\"']|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{6}"
)
_CODE_PROSE = re.compile(r"(?://|/\*)[^\n]{0,300}?[^\W\d_]+(?: [^\W\d_]+){3}")
#: A tag's name and a few attributes without values.
_MAX_BARE = 3
#: Attributes that style or link and that no reader sees as words.
_PLAIN_ATTRIBUTES = frozenset(
    """
    class id style rel type lang xml:lang dir name width height align valign border target role xmlns charset http-equiv
    """.split()
)
_MARKDOWN_LINK = re.compile(r"\[([^\[\]]{0,300})\]\(\s*<?([^()\s<>]{1,2000})>?(\s+\"[^\"\n]{0,300}\")?\s*\)")
_RST_TARGET = re.compile(r"<(https?://[^<>\s]{1,500})>(?='_)")
#: Words of addresses of documents.
_TARGET_WORDS = frozenset("use terms conditions agreement condition provisions changes permissions".split())
_MAX_TARGET_WORDS = 14

_LEADS = r"[ \t*#/;>%!|\"'-]*"
_LINE_WORD = re.compile(r"^[ \t]*(rem|dnl|\.\\\"|@c|c)(?=\s|$)", re.IGNORECASE | re.MULTILINE)
_COPYRIGHT = re.compile(
    rf"^{_LEADS}(?:portions?\s+|some\s+parts\s+|all\s+)?(?:copyrights?\b|\(c\)\s*(?:copyright\b|\d{{4}})|\u00a9|\u7248\u6743\u6240\u6709|spdx-filecopyrighttext:)[^\n]*$|^{_LEADS}all\s+rights\s+reserved[.\s]*$",
    re.IGNORECASE | re.MULTILINE,
)
#: What shows that a line beginning with the word copyright is a notice and no sentence.
NOTICE = re.compile(
    r"\(c\)|\u00a9|\b(?:19|20)\d\d\b|<|\[|\{|\byear\b|\byyyy\b|\bby\b|:|all rights reserved|\u7248\u6743\u6240\u6709",
    re.IGNORECASE,
)
_MAX_NOTICE = 300
_RESERVED = re.compile(r"\ball\s+rights\s+reserved\b|\u7248\u6743\u6240\u6709|spdx-filecopyrighttext", re.IGNORECASE)
#: What a program's interpreter or editor reads in the first lines.
_CODING = re.compile(r"\A#![ \t]*/[\w/ .-]{1,60}$|^[ \t#/;\"*%-]*-\*-[^\n]{1,60}-\*-[ \t]*$", re.MULTILINE)
_PAGE = re.compile(
    r"^[ \t]*(?:page\s+\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?|-{1,2}\s*\d{1,4}\s*-{1,2}|\d{1,4}\s*/\s*\d{1,4})[ \t]*$"
    r"|\f[ \t]*\d{1,4}[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
#: What may end a list marker, and a marker that ends there: (a) ii) 2.1.
_MARKER_END = re.compile(r"[.)](?=\s)")
_MARKER = re.compile(
    r"(?:\(\s?(?:\d{1,2}|[a-z]|[ivx]{2,5})\s?\)|(?<![^\s*#/;>%-])(?:\d{1,2}(?:\.\d{1,2})*|[a-z]|[ivx]{2,5})[.)])\Z"
)
_LONGEST_MARKER = 10
_MARKS = " \t*#/;>%-"
#: What may stand before a list marker: the end of a sentence or of an item, or a conjunction.
_BEFORE_MARKER = re.compile(r"(?:[.;:,!?)\"]|\A|\band|\bor|\n[ \t*#/;>%-]*\n)[ \t*#/;>%\n-]*\Z")


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
        lowered: str,
        words: list[str],
        marks: list[tuple[int, str]],
        unread: bool,
        notices: list[tuple[int, int, str]],
    ) -> None:
        self.text = text
        self.words = words
        self.notices = notices
        self.unread = unread
        self._lowered = lowered
        self._marks = marks

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def starts(self) -> list[int]:
        return [match.start() for match, _ in zip(_WORD.finditer(self._lowered), self.words, strict=False)]

    @cached_property
    def ends(self) -> list[int]:
        return [match.end() for match, _ in zip(_WORD.finditer(self._lowered), self.words, strict=False)]

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
    for drop in (_without_markup, _without_link_targets, _without_line_words):
        text = drop(text, restrictive)
    text, notices = _without_notices(text, restrictive)
    return _split(text, equivalent, unread, notices)


def _visible(text: str) -> str:
    """As a reader sees it: one form per letter, straight quotes, no invisible marks."""
    if text.isascii():
        return text.replace("`", "'") if "`" in text else text
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text.translate(_FOLD))).translate(_FOLD)
    return text


def _blank(part: str) -> str:
    """The same number of characters and lines, without words."""
    if "\n" not in part:
        return " " * len(part)
    return "\n".join(" " * len(line) for line in part.split("\n"))


def _blank_unless(restricts: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        return match.group() if restricts(match.group()) else _blank(match.group())

    return replace


def _without_markup(text: str, restrictive: RestrictiveWords) -> str:
    if "<" not in text and "&" not in text:
        return text
    text = _CODE.sub(
        _blank_unless(lambda part: bool(_LITERAL.search(part) or _CODE_PROSE.search(part)) or restrictive.strongly(part)), text
    )
    text = _COMMENT.sub(_blank_unless(lambda part: bool(_PROSE.search(part)) or restrictive.in_text(part)), text)

    def drop(match: re.Match[str]) -> str:
        tag = match.group()
        if len(re.findall(r"[^\W_]+", _ATTRIBUTE.sub(" ", tag))) > _MAX_BARE:
            return tag  # brackets around words
        kept = [value for name, value in _ATTRIBUTE.findall(tag) if _says_something(name, value, restrictive)]
        if not kept:
            return _blank(tag)
        return _fit(" ".join(value.strip("\"'") for value in kept), tag)

    stripped = _TAG.sub(drop, text)
    return _visible(html.unescape(stripped)) if "&" in stripped else stripped


def _says_something(name: str, value: str, restrictive: RestrictiveWords) -> bool:
    name = name.casefold()
    if name in _PLAIN_ATTRIBUTES:
        return restrictive.strongly(re.sub(r"[_-]", " ", value))
    if name in {"href", "src"}:
        return _target_restricts(value, restrictive)
    return bool(_PROSE.search(value)) or restrictive.in_text(value)


def _fit(kept: str, tag: str) -> str:
    """``kept`` in the room of ``tag``, with as many lines."""
    lines = tag.count("\n")
    return " " + kept.replace("\n", " ") + " " + "\n" * lines


def _target_restricts(target: str, restrictive: RestrictiveWords) -> bool:
    """A link's path may speak (``/no-commercial-use``); the usual words of a document's address do not."""
    path = unquote(html.unescape(target))
    words = re.findall(r"[^\W\d_]+", path)
    rest = " ".join(word for word in re.split(r"[/?#&=_.,;:+-]+", path) if word.casefold() not in _TARGET_WORDS)
    return len(words) > _MAX_TARGET_WORDS or restrictive.in_text(rest) or (not path.isascii() and bool(_PROSE.search(path)))


def _without_link_targets(text: str, restrictive: RestrictiveWords) -> str:
    text = (
        _RST_TARGET.sub(lambda m: m.group() if _target_restricts(m[1], restrictive) else _blank(m.group()), text)
        if ">'_" in text
        else text
    )
    if "](" not in text:
        return text

    def drop(match: re.Match[str]) -> str:
        shown = match[1].strip().rstrip("/")
        speaks = False if shown and shown == match[2].rstrip("/") else _target_restricts(match[2], restrictive)
        if speaks or (match[3] and restrictive.in_text(match[3])):
            return match.group()
        cut = match.end(1) - match.start() + 1
        return match.group()[:cut] + _blank(match.group()[cut:])

    return _MARKDOWN_LINK.sub(drop, text)


def _without_line_words(text: str, _restrictive: RestrictiveWords) -> str:
    """Comment marks that are letters (``rem``, ``dnl``) go only where most lines have them."""
    found = _LINE_WORD.findall(text[:4000])
    if len(found) * 2 <= sum(1 for line in text[:4000].split("\n") if line.strip()):
        return text
    return _LINE_WORD.sub(lambda m: _blank(m.group()), text)


def _without_notices(text: str, restrictive: RestrictiveWords) -> tuple[str, list[tuple[int, int, str]]]:
    """Also gives what was dropped: where lines break otherwise, a known text may have it as words."""
    dropped: list[tuple[int, int, str]] = []

    def drop(match: re.Match[str]) -> str:
        line = match.group()
        if len(line) > _MAX_NOTICE or not NOTICE.search(line) or not only_names(_RESERVED.sub(" ", line), restrictive):
            return line
        dropped.append((match.start(), match.end(), line))
        return _blank(line)

    def drop_page(match: re.Match[str]) -> str:
        dropped.append((match.start(), match.end(), match.group()))
        return _blank(match.group())

    text = _PAGE.sub(drop_page, _CODING.sub(drop_page, _COPYRIGHT.sub(drop, text)))
    return text, sorted(dropped)


def _split(text: str, equivalent: Mapping[str, str], unread: bool, notices: list[tuple[int, int, str]]) -> Words:
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters have longer lower forms
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    marks = list(_list_markers(lowered))
    lowered = _without(lowered, marks)
    words = _WORD.findall(lowered)
    if len(words) > MAX_WORDS:
        words, unread = words[:MAX_WORDS], True
    if "," in lowered:
        words = [_NUMBER_SEPARATOR.sub("", word) if "," in word else word for word in words]
    same = {**equivalent, **_SAME, " %": "%"}
    return Words(
        text, lowered, [same.get(word, word) for word in words], [(at, mark.strip("(). ")) for at, mark in marks], unread, notices
    )


def _list_markers(lowered: str) -> Iterator[tuple[int, str]]:
    for end in _MARKER_END.finditer(lowered):
        begin = max(0, end.end() - _LONGEST_MARKER)
        found = _MARKER.search(lowered, begin, end.end())
        if found is None or (
            "." in found.group()[:-1] and lowered[lowered.rfind("\n", 0, found.start()) + 1 : found.start()].strip(_MARKS)
        ):
            continue  # 2.1 within a line is a number
        if _BEFORE_MARKER.search(lowered, max(0, found.start() - 40), found.start()):
            yield found.start(), found.group()


def _without(text: str, marks: list[tuple[int, str]]) -> str:
    parts = []
    at = 0
    for start, mark in marks:
        parts += [text[at:start], " " * len(mark)]
        at = start + len(mark)
    return "".join([*parts, text[at:]])
