"""``rules/evidence/card_words.yaml``: what words and addresses in a card mean, as records, with the patterns compiled once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

import msgspec

#: Words around a label that say nothing: numbering, signs, brackets.
EDGES = re.compile(r"^[\W\d_]+|[\W_]+$")
BRACKETS = re.compile(r"[(（][^()（）]{0,60}[)）]")
#: More words of a heading are not looked at.
MOST_WORDS = 12


class LinkKind(msgspec.Struct, frozen=True):
    kind: str
    address: str


class Statement(msgspec.Struct, frozen=True):
    """A component, the words that introduce it, and how far it is to be had for each kind of link.

    ``documented`` is what a link counts once documentation of the same thing is linked as well; ``also`` is a further
    component that a kind of link shows, ``part_of`` names a component without which this one is only a part of the whole;
    ``named`` counts where words say what it is; ``anywhere`` are headings that count also where other words stand around
    them; ``known_names``: only names of known data sets count as named.
    """

    words: tuple[str, ...]
    component: str
    links: Mapping[str, str] = msgspec.field(default_factory=dict)
    documented: Mapping[str, str] = msgspec.field(default_factory=dict)
    named: str = ""
    known_names: str = "no"
    also: Mapping[str, str] = msgspec.field(default_factory=dict)
    part_of: str = ""
    anywhere: str = "no"


class Sentence(msgspec.Struct, frozen=True):
    """A pattern of running text. ``states`` counts by itself; ``links`` by the kind of link in the same sentence; ``claim``
    makes a claim of the Hub model that is linked, or of group ``what``; ``own``: only the publisher's own code counts;
    nothing is said where ``unless`` fits."""

    pattern: str
    component: str = ""
    claim: str = ""
    states: str = ""
    links: Mapping[str, str] = msgspec.field(default_factory=dict)
    named: str = ""
    own: str = "no"
    unless: str = ""


class Scope(msgspec.Struct, frozen=True):
    scope: str
    pattern: str


class LicenseWording(msgspec.Struct, frozen=True):
    """How cards speak of licenses in running text.

    ``doubt`` are words behind the label that leave it open, ``further`` is what a name beside a known license looks like when
    it is a license too; ``granted`` are the verbs, ``about`` what a clause is about, ``others`` what is no grant,
    ``nameless`` words that name no license, ``addresses`` those of license texts, ``limits`` what bars commercial use,
    ``unless`` what takes a limit back, ``commercial`` what else is said of commercial use, ``placeholders`` the empty places
    of templates.
    """

    granted: tuple[str, ...]
    about: tuple[Scope, ...]
    others: str
    nameless: str
    further: str
    doubt: str
    addresses: str
    limits: tuple[str, ...]
    unless: str
    commercial: tuple[Scope, ...]
    placeholders: str


class Topic(msgspec.Struct, frozen=True):
    """A subject that a summary of a model has: the headings it stands under, and the words that show it elsewhere."""

    id: str
    headings: tuple[str, ...]
    pattern: str = ""


class Summary(msgspec.Struct, frozen=True):
    """When a card is a summary, a usage guide or a recipe: how many topics or settings make it whole or a part."""

    topics: tuple[Topic, ...]
    least: int
    model_card: Mapping[str, int]
    usage: tuple[str, ...]
    settings: tuple[str, ...]
    recipe: Mapping[str, int]


class CardWords(msgspec.Struct, frozen=True, dict=True):
    """``rules/evidence/card_words.yaml``."""

    verified: str
    links: tuple[LinkKind, ...]
    generic_names: tuple[str, ...]
    data_names: tuple[str, ...]
    triggers: tuple[str, ...]
    statements: tuple[Statement, ...]
    sentences: tuple[Sentence, ...]
    withheld: tuple[Sentence, ...]
    not_withheld: str
    withheld_values: str
    license: LicenseWording
    summary: Summary

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> CardWords:
        """From the contents of the file, in which every scalar is a string."""
        return msgspec.convert(data, cls, strict=False)

    def kind_of(self, address: str) -> str:
        """The kind of an address without its scheme."""
        return next((kind for kind, pattern in self._links if pattern.match(address)), "other")

    def statement(self, label: str) -> Statement | None:
        """What a label introduces: its words alone decide, whatever stands in brackets behind them."""
        return self._by_word.get(plain(label))

    def heading(self, text: str) -> Statement | None:
        """What a heading introduces: as a label, or by some of its words where a statement allows that."""
        whole = self.statement(text)
        return whole or next((self._anywhere[run] for run in _runs(plain(text)) if run in self._anywhere), None)

    def topic(self, heading: str) -> str | None:
        """The subject of a summary that a heading opens."""
        return next((self._topics[run] for run in _runs(plain(heading)) if run in self._topics), None)

    def names_data(self, text: str) -> list[str]:
        """Names of known public data sets in a text."""
        return list(dict.fromkeys(match[0] for match in self._data_names.finditer(text)))[:20]

    def triggered(self, line: str) -> bool:
        """Whether a line may hold anything that the patterns of sentences look for."""
        return self._triggers.search(line) is not None

    @cached_property
    def _links(self) -> list[tuple[str, re.Pattern[str]]]:
        return [(row.kind, re.compile(row.address, re.IGNORECASE)) for row in self.links]

    @cached_property
    def _by_word(self) -> dict[str, Statement]:
        return {plain(word): row for row in self.statements for word in row.words}

    @cached_property
    def _anywhere(self) -> dict[str, Statement]:
        return {plain(word): row for row in self.statements if row.anywhere == "yes" for word in row.words}

    @cached_property
    def _topics(self) -> dict[str, str]:
        return {plain(heading): topic.id for topic in self.summary.topics for heading in topic.headings}

    @cached_property
    def _data_names(self) -> re.Pattern[str]:
        names = sorted(self.data_names, key=len, reverse=True)
        return re.compile(rf"(?<![\w-])(?:{'|'.join(re.escape(name) for name in names)})(?![\w])", re.IGNORECASE)

    @cached_property
    def _triggers(self) -> re.Pattern[str]:
        return re.compile("|".join(re.escape(word) for word in self.triggers), re.IGNORECASE)


@lru_cache(maxsize=4096)
def plain(label: str) -> str:
    """A label as it is compared: letter case, signs at its edges, numbering and what stands in brackets do not matter."""
    text = BRACKETS.sub(" ", label.replace("&amp;", "&")).casefold()
    return re.sub(r"\s+", " ", EDGES.sub("", EDGES.sub("", text.strip()))).strip()


def _runs(text: str) -> list[str]:
    """Runs of words, the longest first. Scripts without blanks between words give every run of their signs up to twelve."""
    words = text.split(" ")[:MOST_WORDS]
    runs = [" ".join(words[a:b]) for size in range(len(words), 0, -1) for a in range(len(words) - size + 1) for b in (a + size,)]
    signs = [word for word in words if not word.isascii() and len(word) <= 24]
    cut = [word[a : a + size] for word in signs for size in range(min(len(word), 12), 1, -1) for a in range(len(word) - size + 1)]
    return [*runs, *cut]
