"""The prose of a model card: which components of a release it states, with the line, and what its links are.

What words and addresses mean is data (``rules/evidence/card_words.yaml``), handed in by the caller. Every line is read once and
bounded, so that a card of any shape takes time linear in its size; nothing that a card names is fetched here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from openness.evidence.card import FRONT_MATTER
from openness.evidence.license_text import decode, lines_of
from openness.printable import printable
from openness.records import Fact, Place, Standing
from openness.sources.snapshot import Document

#: More of a line is not read, nor more lines or facts of a card.
MAX_LINE = 2000
MAX_LINES = 100_000
MAX_FACTS = 400
LABEL = re.compile(r"\s{0,8}(?:[-*+|]\s{0,4})?[*_`]{0,3}([^:\[\]<>|*_`]{2,60}?)[*_`]{0,3}\s{0,2}[:|][*_`]{0,3}\s")
HEADING = re.compile(r"#{1,6}\s+(.{1,120}?)\s*#*$")
ADDRESS = re.compile(r"https?://(?:www\.)?([^\s<>()\[\]\"'|,]{4,500})")
REPOSITORY = re.compile(r"github\.com/([\w.-]{1,100}/[\w.-]{1,100})")
DATASET = re.compile(r"(?:huggingface\.co|hf\.co)/datasets/([\w.-]{1,96}/[\w.-]{1,96})")


#: Statements that are no component: what they say is a claim about the license or the lineage.
CLAIMS = {"license": "license", "base": "base-stated"}


class LinkKind(msgspec.Struct, frozen=True):
    kind: str
    address: str


class Statement(msgspec.Struct, frozen=True):
    """A component, the words that introduce it, and how far it is to be had for each kind of link."""

    words: tuple[str, ...]
    component: str
    links: Mapping[str, str] = msgspec.field(default_factory=dict)
    named: str = ""


class Withheld(msgspec.Struct, frozen=True):
    component: str
    pattern: str


class CardWords(msgspec.Struct, frozen=True):
    """``rules/evidence/card_words.yaml``."""

    verified: str
    links: tuple[LinkKind, ...]
    statements: tuple[Statement, ...]
    withheld: tuple[Withheld, ...]

    def kind_of(self, address: str) -> str:
        return next((row.kind for row in self.links if re.match(row.address, address, re.IGNORECASE)), "other")

    def statement(self, label: str) -> Statement | None:
        label = label.strip().casefold()
        return next((row for row in self.statements if label in row.words), None)


def facts_of(document: Document, words: CardWords) -> list[Fact]:
    """One fact for each component that a line states: claim ``component:<id>``, value with availability, kind and address."""
    text = decode(document.data)
    front = FRONT_MATTER.match(text)
    skipped = text[: front.end()].count("\n") if front else 0
    found: list[Fact] = []
    section: Statement | None = None
    for number, whole in enumerate(lines_of(text)[skipped : skipped + MAX_LINES], skipped + 1):
        line = whole[:MAX_LINE]
        if heading := HEADING.match(line):
            section = words.statement(heading[1])
            continue
        label = LABEL.match(line)
        statement = (words.statement(label[1]) if label else None) or section
        place = Place(document.path, document.url, document.revision, document.sha256, number)
        if label and statement and statement.component in CLAIMS:
            found += _claimed(document, line, label, CLAIMS[statement.component], place)
            continue
        for component, value in (*_stated(line, statement, label, words), *_withheld(line, words)):
            id = f"card:{document.name}:{component}:{number}:{len(found)}"
            found.append(Fact(id, f"component:{component}", value, printable(line.strip(), 160), Standing.CARD, place))
        if len(found) >= MAX_FACTS:
            break
    return found


def _claimed(document: Document, line: str, label: re.Match[str], claim: str, place: Place) -> Iterator[Fact]:
    """What a labeled line says of the license or the base model, as a claim that is held against the front matter."""
    said = line[label.end() :].strip().strip("*_`").strip()
    quote = printable(line.strip(), 160)
    address = ADDRESS.search(said)
    if not said:
        return
    if claim == "license" and address:
        yield Fact(f"prose:{document.name}:license-link:{place.line}", "license-link", address[0], quote, Standing.CARD, place)
        said = said.replace(address[0], "").strip(" -()[]<>*_.,")
    if said:
        yield Fact(f"prose:{document.name}:{claim}:{place.line}", claim, printable(said, 300), quote, Standing.CARD, place)


def _stated(
    line: str, statement: Statement | None, label: re.Match[str] | None, words: CardWords
) -> Iterator[tuple[str, dict[str, str]]]:
    if statement is None:
        return
    for match in ADDRESS.finditer(line):
        address = match[1].rstrip(".;")
        kind = words.kind_of(address)
        if available := statement.links.get(kind):
            yield statement.component, {"availability": available, "kind": kind, "address": address}
    if statement.named and label and line[label.end() :].strip():
        yield statement.component, {"availability": statement.named, "kind": "named", "address": ""}


def _withheld(line: str, words: CardWords) -> Iterator[tuple[str, dict[str, str]]]:
    for row in words.withheld:
        if re.search(row.pattern, line, re.IGNORECASE):
            yield row.component, {"availability": "withheld", "kind": "statement", "address": ""}


def repository(address: str) -> str | None:
    """``owner/name`` of an address on GitHub."""
    match = REPOSITORY.match(address)
    return match[1].removesuffix(".git") if match else None


def dataset(address: str) -> str | None:
    """``owner/name`` of an address of a dataset on the Hub."""
    match = DATASET.match(address)
    return match[1] if match else None
