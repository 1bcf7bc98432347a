"""A text that nobody has read, split into sentences: what hides or parts words is seen through, lists are read with their lead.

Everything keeps its offset, so that what is found can be quoted from the text as it stands. Time is linear in the text.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import Protocol

#: A text without sentence ends is cut after this many characters.
LONGEST_SENTENCE = 10_000
#: Line ends inside a word that are looked at.
MOST_HYPHENS = 20_000
#: Words before the colon of a list that are read with each of its items.
LONGEST_LEAD = 14
#: Of a longer word only the beginning is looked at.
LONGEST_WORD = 64
HIDDEN, _BREAK = "\x01", "\x02"  # a character that hides inside a word; a tag that ends a block
_SIGNS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
SIGN = re.compile(f"[{_SIGNS}]")
WORD = re.compile(r"[^\W_][\w\x01\u0300-\u036f]*")
WORD_OR_SIGN = re.compile(rf"[{_SIGNS}]|(?![{_SIGNS}])[^\W_](?:(?![{_SIGNS}])[\w\x01\u0300-\u036f])*")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,15})((?:[\s/][^<>]{0,600})?)>")
_ENTITY = re.compile(r"&(?:#x?[0-9A-Fa-f]{1,6}|[A-Za-z]{2,12});")
_MARK_IN_WORD = re.compile(r"[*`_](?<=[^\W_].)(?:(?<=[*`])[*`]{0,2}|(?<=_)_)(?=[^\W_])")
_LAST_WORD = re.compile(r"[^\W_]+\Z")
_HYPHEN_AT_END = re.compile(r"[-\u2010\u2011\x01][ \t]{0,20}\r?\n[ \t>#*/;]{0,20}(?=[^\W\d_])")
_INLINE = frozenset(
    ["a", "b", "i", "u", "s", "em", "strong", "span", "font", "code", "sup", "sub", "mark", "small", "ins", "del", "wbr"]
)
_ITEM = re.compile(r"[ \t>]{0,12}(?:[-+*•–—][ \t]|\(?(?:[A-Za-z]|[ivx]{1,5}|\d{1,2}(?:\.\d{1,2}){0,3})[.)]?(?:[.)]|[ ]?\t))")
_NEXT_LINE = re.compile(r"\s*\n")
_LEAD = re.compile(r":[*_ \t\r]{0,9}\n")
_SENTENCE_END = re.compile(
    r"[.!?。！？\n\x02](?:(?<=[.!?])(?<!\b[A-Za-z].)(?<!\b\d.)(?<!\b\d\d.)(?<!\b(?:Inc|Ltd|Sec|Art|etc).)(?<!\b(?:No|Co).)"
    r"[\"'”’»)\]*_]{0,4}(?=\s{1,9}[^\sa-zа-яß-ÿ])|(?<=[。！？\x02])|(?<=\n)[ \t\r\n#>*/;|]*(?=\n)"
    rf"|(?<=\n)(?={_ITEM.pattern}))"
)
_GOES_ON = tuple(":;,，；：、")


class Meanings(Protocol):
    """What words mean to a reader: numbers, 0 for a word that means nothing; ``known`` remembers them."""

    known: dict[str, int]

    def meaning(self, word: str) -> int: ...


def clean(text: str) -> str:
    """The text without what can hide a word or part one, of the same length, so that offsets hold."""
    if not text.isascii():
        text = _INVISIBLE.sub(HIDDEN, text)
    if "&" in text:
        text = _ENTITY.sub(_plain_entity, text)
    if "<" in text:
        text = _TAG.sub(_plain_tag, text)
    text = _MARK_IN_WORD.sub(lambda match: HIDDEN * len(match[0]), text)
    return text.replace("_", " ")


def _plain_entity(match: re.Match[str]) -> str:
    plain = html.unescape(match[0])[:1]
    hidden = _INVISIBLE.match(plain) is not None
    return (HIDDEN if hidden else plain).ljust(len(match[0]), HIDDEN)


def _plain_tag(match: re.Match[str]) -> str:
    name, rest = match[2].lower(), match[3]
    values = re.split("[\"']", rest)[1::2]
    if any(len(value.split()) > 2 and not set(":;=/") & set(value) for value in values):  # it says something
        return " " * (1 + len(match[1]) + len(name)) + rest + " "
    if name in _INLINE:
        return HIDDEN * len(match[0])
    return _BREAK + " " * (len(match[0]) - 1)


def join_hyphens(text: str, meanings: Meanings) -> str:
    """A word that a line end parts is put together where only the whole says something; of the same length."""
    pieces: list[str] = []
    done = 0
    for match in islice(_HYPHEN_AT_END.finditer(text), MOST_HYPHENS):
        left = _LAST_WORD.search(text, max(match.start() - LONGEST_WORD, 0), match.start())
        right = WORD.match(text, match.end())
        if left and right and not meanings.meaning(right[0]) and meanings.meaning(left[0] + right[0]):
            pieces += [text[done : match.start()], HIDDEN * len(match[0])]
            done = match.end()
    return "".join([*pieces, text[done:]])


def sentences(text: str, meanings: Meanings, word: re.Pattern[str]) -> Iterator[tuple[int, int, int, list[int]]]:
    """(begin, end, words before it that are read with it, what its words mean to the reader) for every sentence."""
    colons = [match.start() for match in _LEAD.finditer(text)]
    lead: list[int] = []  # the end of what stands before the colon of a list
    known = meanings.known
    begin = 0
    for end in _sentence_ends(text):
        if lead and (line := _NEXT_LINE.match(text, begin)) and not _ITEM.match(text, line.end()):
            lead = []
        words = word.findall(text, begin, end)
        read = [known[w] if w in known else meanings.meaning(w) for w in words]
        if len(read) > 1:
            yield begin, end, len(lead), lead + read
        at = bisect_left(colons, end) - 1
        if at >= 0 and colons[at] >= begin:
            lead = (lead + read[: len(word.findall(text, begin, colons[at]))])[-LONGEST_LEAD:]
        begin = end


def _sentence_ends(text: str) -> Iterator[int]:
    """Where sentences end. An empty line ends one unless what stands before it plainly goes on behind it."""
    last = 0
    for match in _SENTENCE_END.finditer(text):
        end = match.end()
        if match[0] == "\n" and text[end : end + 1] != "\n":  # an item of a list begins
            end = match.start()
        elif match[0][0] in "\n\x02":
            before = text[max(match.start() - 80, 0) : match.start()].rstrip()
            after = text[end : end + 80].lstrip(" \t\r\n\x01\x02#>*/;|-")[:1]
            if before.endswith(_GOES_ON) or (before[-1:].islower() and after.islower()):
                continue
            end = match.start()
        yield from range(last + LONGEST_SENTENCE, end, LONGEST_SENTENCE)
        yield end
        last = end
    yield from range(last + LONGEST_SENTENCE, len(text), LONGEST_SENTENCE)
    yield len(text)
