"""A range of a document's words beside a known text, with the questions that every exception asks of it."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise

from openness.evidence.license_index import KnownText, LicenseIndex
from openness.evidence.party_names import only_names, without_addresses
from openness.evidence.words import Words

#: Words that change no meaning wherever they stand.
ARTICLES = frozenset("the a an s".split())
#: Words at the beginning of a text in which its title stands.
HEAD = 16
#: What may stand before a line's first word: comment marks, quotation, rules.
LINE_MARKS = " \t*#/;>%!|\"'-"
_RESERVED = re.compile(r"\ball[\s*#/;%-]{1,9}rights[\s*#/;%-]{1,9}(?:are[\s*#/;%-]{1,9})?reserved\b", re.IGNORECASE)
_NUMBER_LENGTH = 4
_NAMED = frozenset("name names company organization".split())


class Comparison:
    """Words ``start:end`` of a document (``code``: one code point a word) and text ``number`` of the index."""

    def __init__(self, index: LicenseIndex, number: int, words: Words, code: str, start: int, end: int) -> None:
        self.index = index
        self.standard = index.standard
        self.entry: KnownText = index.texts[number]
        self.known = index.text(number)
        self.words = words
        self.code = code
        self.start, self.end = start, end
        self.articles = index.codes(ARTICLES)
        self.restricting = index.codes(index.restrictive.english - index.standard.title)

    @cached_property
    def body_end(self) -> int:
        """Where the known text ends without its optional end."""
        end = len(self.known)
        for first, last in reversed(self.entry.optional):
            if last >= end - 1:
                end = min(end, first)
        return end

    @cached_property
    def title_end(self) -> int:
        """Where the known text's own title ends."""
        return max((end for begin, end in self.entry.optional if begin == 0), default=0)

    def shown(self, begin: int, stop: int) -> str:
        """The text of some words as the document has it."""
        return self.words.text[self.words.starts[begin] : self.words.ends[stop - 1]] if begin < stop else ""

    def between(self, at: int) -> str:
        """What stands between a word and the one before it."""
        begin = self.words.ends[at - 1] if at else 0
        return self.words.text[begin : self.words.starts[at] if at < len(self.words) else len(self.words.text)]

    def begins_line(self, at: int) -> bool:
        """Whether a word is the first of its line; the end of the document is one too."""
        return at == 0 or at >= len(self.words) or "\n" in self.between(at)

    def lines(self, start: int, end: int) -> list[tuple[int, int]]:
        """The words of each line."""
        breaks = [start, *(at for at in range(start + 1, end) if "\n" in self.between(at)), end]
        return list(pairwise(breaks))

    def is_page_number(self, start: int, end: int) -> bool:
        """A short number that has a line to itself."""
        return (
            end - start == 1
            and self.words.words[start].isdigit()
            and len(self.words.words[start]) < _NUMBER_LENGTH
            and self.begins_line(start)
            and self.begins_line(end)
        )

    def names_only(self, begin: int, stop: int, unknown: int = 2) -> bool:
        """Whether words of the document can be nothing but names, years and addresses."""
        if begin >= stop:
            return True
        first, last = self.words.starts[begin], self.words.ends[stop - 1]
        opening = self.words.text[max(0, first - 1) : first].strip("([<{")
        closing = self.words.text[last : last + 1].strip(")]>}")
        first, last = first - (not opening and first > 0), last + (not closing)
        return only_names(_RESERVED.sub(" ", self.words.text[first:last]), self.index.restrictive, unknown)

    def names_a_party(self, begin: int, stop: int) -> bool:
        """The same where a text names the party that gives the license: there a word for anyone else is no name."""
        plain = re.findall(r"[^\W\d_]+", without_addresses(self.shown(begin, stop)).casefold())
        others = [at for at, word in enumerate(plain) if word in self.standard.counterparties]
        if any(plain[at] != "your" or not _NAMED.intersection(plain[at + 1 : at + 3]) for at in others):
            return False
        return self.names_only(begin, stop)
