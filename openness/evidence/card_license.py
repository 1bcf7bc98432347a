"""What a card's prose says of licenses: names behind a label or in a section, "released under …", limits of commercial use.

Only the words that name a license become the value of a claim, so that it can be held against other claims; a statement about
the code or the data says so in the claim (``license:code``, ``license:data``), one about the weights too (``license:weights``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import msgspec

from openness.evidence.card_lines import Line
from openness.evidence.card_links import Link, Owner
from openness.evidence.card_statements import Labeled, compiled, says_something, sentences
from openness.evidence.card_words import CardWords

#: Statements about licenses looked at in one card; the names in each are looked up.
MOST_SENTENCES = 40
#: A longer text behind a label is a sentence and no name.
MOST_NAME_WORDS = 8
CLAUSES = re.compile(
    r"\s*[;；，。]\s*|,\s+|\s+(?:while|whereas|but)\s+|\.\s+|\s\|\s|\s/\s"
    r"|(?<=\))\s+and\s+|\s+and\s+(?=(?:the|our|its)\s)",
    re.IGNORECASE,
)
CHOICE = re.compile(r"\s*(?:,\s*)?(?:or|either|或者?|oder|ou|o|или)\s*", re.IGNORECASE)
#: What joins the names of several licenses.
PARTS = re.compile(r"\s*(?:[,;+&]|\band\b)\s*", re.IGNORECASE)
URL = re.compile(r"https?://[^\s<>()\[\]\"'|,]{4,500}")
MARKDOWN = re.compile(r"\[([^\[\]]{0,300})\]\([^()\s]{0,600}[^()]{0,200}\)")


#: Names of models with their size: "Name-72B", "Name 1.8B".
SIZES = re.compile(r"\b[A-Za-z][\w.]{0,30}?[- ]?\d{1,4}(?:\.\d+)?[BM]\b")


class NamedLicense(msgspec.Struct, frozen=True):
    """A license that a text names: where, in which words, and the ids they may mean."""

    start: int
    end: int
    text: str
    ids: tuple[str, ...]


#: Finds the licenses that a text names.
Names = Callable[[str], tuple[NamedLicense, ...]]


class Said(msgspec.Struct, frozen=True):
    """A claim about a license: ``claim`` with its scope, and the value."""

    claim: str
    value: str | list[str]
    line: Line


class LicenseReader:
    """Reads the lines of one card; the number of sentences whose names are looked up is bounded."""

    def __init__(self, words: CardWords, names: Names, owner: Owner) -> None:
        self._owner = owner
        self._words = words
        self._wording = words.license
        self._names = names
        self._room = MOST_SENTENCES

    def labeled(self, row: Labeled) -> Iterator[Said]:
        """A line behind the label "License", in words of its own."""
        if not says_something(row.said, self._words):
            return
        yield from self._links(row)
        text = _plain(row.said)
        outer = self._scope(row.label)
        if compiled(self._wording.doubt).search(text):
            yield Said(_claim("license-doubt", outer), text[:200], row.line)
            return
        found = list(self._claims(text, outer, row.line)) if text else []
        yield from found
        if any(said.claim == _claim("license", outer) for said in found):
            yield from self._further(text, outer, row.line)
        name = self._name(row, text)
        if self._nameless(name):
            return
        if not found and name and len(name.split()) <= MOST_NAME_WORDS:
            yield Said(_claim("license", outer), name[:300], row.line)

    def _further(self, text: str, outer: str, line: Line) -> Iterator[Said]:
        """Beside a license that is known, one that is named in words which nobody here knows: it binds as well."""
        named = self._names(text)
        for part in PARTS.split(text):
            start = text.find(part)
            known = any(name.start < start + len(part) and start < name.end for name in named)
            name = part.strip(" .()")
            if not known and compiled(self._wording.further).fullmatch(name) and not self._nameless(name):
                yield Said(_claim("license", self._scope(part) or outer), name[:300], line)

    def _nameless(self, name: str) -> bool:
        return re.fullmatch(self._wording.nameless, name, re.IGNORECASE) is not None

    def _name(self, row: Labeled, text: str) -> str:
        """What stands for the name of a license that is not known: the text, or where it leads to an address the link's words."""
        if not row.links:
            return text
        words = next((link.words for link in row.links if link.words and not link.words.startswith(("http", "www"))), "")
        return words or ("" if len(text.split()) > 4 or text.endswith((":", "：")) else text)

    def section(self, row: Labeled) -> Iterator[Said]:
        """A line in a section about the license: what its sentences name, and what its links lead to."""
        for sentence in sentences(row.line.text):
            if not self._of_others(_plain(sentence)):
                yield from self._claims(_plain(sentence), "", row.line)
        if not any(self._foreign(text) or self._of_others(_plain(text)) for text in sentences(row.line.text)):
            yield from self._links(row)

    def spoken(self, row: Labeled) -> Iterator[Said]:
        """A sentence anywhere that grants a license in so many words, or bars commercial use."""
        for sentence in sentences(row.line.text):
            text = _plain(sentence)
            if self._of_others(text):
                continue
            if any(compiled(pattern).search(text) for pattern in self._wording.granted):
                yield from self._claims(text, "", row.line)
            else:
                yield from self._limits(text, "", row.line)

    def linked(self, row: Labeled, link: Link) -> Iterator[Said]:
        """A link whose words say that it is the license."""
        match = next((m for m in URL.finditer(row.line.text) if link.address in m[0]), None)
        if match:
            yield Said("license-link", match[0].rstrip(".;:*_`"), row.line)

    def _links(self, row: Labeled) -> Iterator[Said]:
        """The first address of a license text."""
        for match in URL.finditer(row.line.text):
            if compiled(self._wording.addresses).search(match[0]):
                yield Said(_claim("license-link", self._scope(row.label)), match[0].rstrip(".;:*_`"), row.line)
                return

    def _claims(self, text: str, outer: str, line: Line) -> Iterator[Said]:
        """The licenses that a sentence names, clause by clause, each with what it is said of."""
        if self._room <= 0 or self._foreign(text):
            return
        self._room -= 1
        scope = outer
        for clause, names in _clauses(text, self._names(text)):
            scope = self._scope(clause) or scope
            if names:
                yield Said(_claim("license", scope), _value(clause, names), line)
            else:
                yield from self._limits(clause, scope, line)

    def _limits(self, text: str, scope: str, line: Line) -> Iterator[Said]:
        taken_back = compiled(self._wording.unless).search(text) is not None
        match = next((m for pattern in self._wording.limits if (m := compiled(pattern).search(text))), None)
        scope = self._scope(text) or scope
        if match and not taken_back and not self._foreign(text):
            yield Said(_claim("license", scope), match[0].strip()[:200], line)
            yield Said(_claim("commercial-use", scope), "barred", line)
            return
        for row in self._wording.commercial:
            if compiled(row.pattern).search(text):
                yield Said(_claim("commercial-use", scope), row.scope, line)
                return

    def _scope(self, text: str) -> str:
        """What a clause is about: one thing, or nothing in particular (also where it names several)."""
        found = [row.scope for row in self._wording.about if compiled(row.pattern).search(text)]
        return found[0] if len(found) == 1 else ""

    def _of_others(self, text: str) -> bool:
        """Does a sentence name models by their sizes, and this one not among them? A card may speak of a whole family."""
        sizes = SIZES.findall(text)
        own = _letters(self._owner.name)
        return bool(sizes) and bool(own) and not any(_letters(size) in own for size in sizes)

    def _foreign(self, text: str) -> bool:
        """Is this about the license of something else, such as a base model or a library?"""
        return compiled(self._wording.others).search(text) is not None


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def _claim(claim: str, scope: str) -> str:
    return f"{claim}:{scope}" if scope else claim


def _plain(text: str) -> str:
    """A text without addresses and emphasis; of links the words."""
    return URL.sub(" ", re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", MARKDOWN.sub(r"\1", text))).strip(" |-<>\t")


def _clauses(text: str, names: tuple[NamedLicense, ...]) -> Iterator[tuple[str, list[NamedLicense]]]:
    """The clauses of a text with the names in each; a name is never cut in two."""
    cuts = [m for m in CLAUSES.finditer(text) if not any(name.start < m.end() and m.start() < name.end for name in names)]
    start = 0
    for begin, end in [(m.start(), m.end()) for m in cuts] + [(len(text), len(text))]:
        part = text[start:begin]
        if part.strip():
            own = [
                msgspec.structs.replace(n, start=n.start - start, end=n.end - start) for n in names if start <= n.start < begin
            ]
            yield part, own
        start = end


def _value(clause: str, names: list[NamedLicense]) -> str | list[str]:
    """One name as it stands, a choice as an expression, several as a list (all apply)."""
    distinct = list({name.ids: name for name in names}.values())
    if len(distinct) == 1:
        return distinct[0].text
    gaps = [clause[a.end : b.start] for a, b in pairwise(names)]
    single = all(len(name.ids) == 1 for name in distinct)
    if single and all(CHOICE.fullmatch(gap) for gap in gaps):
        return " OR ".join(name.ids[0] for name in distinct)
    return [name.text for name in distinct]
