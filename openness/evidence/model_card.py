"""The prose of a model card as facts: components of the release with the line that states them, licenses, bases, teachers.

What words and addresses mean is data (``rules/evidence/card_words.yaml``), handed in by the caller. Every line is read once and
bounded, so that a card of any shape takes time linear in its size; nothing that a card names is fetched here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from openness.evidence import card
from openness.evidence.card_license import LicenseReader, NamedLicense, Names, Said
from openness.evidence.card_lines import MAX_TEXT, Line, lines_in
from openness.evidence.card_links import Owner, dataset, repository
from openness.evidence.card_statements import CLAIMS, Claimed, Labeled, Stated, compiled, labeled, says_something, spoken, stated
from openness.evidence.card_summary import Amount, Summary
from openness.evidence.card_words import CardWords, Statement
from openness.evidence.license_text import decode, lines_of
from openness.printable import printable
from openness.records import Fact, Finding, Place, Standing
from openness.sources.snapshot import Document

__all__ = ["CLAIMS", "CardWords", "NamedLicense", "Owner", "cut", "dataset", "facts_of", "repository"]

#: A card of which it is not known whose it is.
NOBODY = Owner()
#: Facts kept of one card.
MAX_FACTS = 400
#: Lines whose sentences are read; the longest card known has some 1,500 lines in all.
MAX_SPOKEN = 2500
#: Below every heading: a label with nothing behind it introduces the lines that follow.
LABEL_LEVEL = 8


def facts_of(
    document: Document, words: CardWords, owner: Owner = NOBODY, names: Names = lambda text: (), *, skipped: int | None = None
) -> list[Fact]:
    """Facts of the prose: ``component:<id>`` (value with availability, kind and address), ``license…``, ``base-stated``, ….

    ``owner`` is the model's own; ``names`` finds the licenses that a text names; ``skipped`` lines are front matter.
    """
    reading = _Reading(words, owner, names)
    start = card.read(document).end if skipped is None else skipped
    for line in lines_in(lines_of(decode(document.data)), start):
        reading.take(line)
        if len(reading.found) >= MAX_FACTS:
            break
    return list(_facts(document, [*reading.settled(), *reading.summary.amounts()]))


def cut(document: Document) -> Iterator[Finding]:
    """A finding where a card is longer than what is read of it."""
    if document.size > MAX_TEXT:
        message = f"{printable(document.path)} has {document.size} bytes; its text was read up to {MAX_TEXT}."
        yield Finding(f"card-cut:{document.name}", "card-length", "info", message)


class _Reading:
    """What carries over from line to line: the open sections, and what was found so far."""

    def __init__(self, words: CardWords, owner: Owner, names: Names) -> None:
        self._words = words
        self._owner = owner
        self._license = LicenseReader(words, names, owner)
        self._room = MAX_SPOKEN
        self._sections: list[tuple[int, Statement | None]] = []
        self.summary = Summary(words)
        self.found: list[Stated | Claimed | Said] = []

    def take(self, line: Line) -> None:
        if line.level:
            self._open(line.level, self._words.heading(line.text))
            self.summary.heading(line)
            if "](" not in line.text:
                return
        else:
            self.summary.line(line)
        section = self._sections[-1][1] if self._sections else None
        row = labeled(line, section, self._words, self._owner)
        if row.label and not row.said:
            self._open(LABEL_LEVEL, row.statement)
            return
        self.found += self._read(row)

    def _open(self, level: int, statement: Statement | None) -> None:
        """A section ends those of its level and below; one in words that say nothing belongs to the section above it."""
        while self._sections and self._sections[-1][0] >= level:
            self._sections.pop()
        above = self._sections[-1][1] if self._sections else None
        self._sections.append((level, statement or above))

    def _read(self, row: Labeled) -> Iterator[Stated | Claimed | Said]:
        component = row.statement.component if row.statement else ""
        if component == "license":
            yield from self._license.labeled(row) if row.label else self._license.section(row)
            return
        if component in CLAIMS:
            if row.label and says_something(row.said, self._words):
                yield Claimed(CLAIMS[component], row.said.strip("*_` "), row.line)
            return
        for link in row.links:
            own = self._words.statement(link.words.partition(":")[0]) if link.words else None
            if own is not None and own.component == "license":
                yield from self._license.linked(row, link)
                yield from self._license.labeled(msgspec.structs.replace(row, said=_behind(link.words), links=()))
        if row.label and component and compiled(self._words.withheld_values).search(row.said[:200]):
            yield Stated(component, "withheld", "statement", "", row.line)
        yield from stated(row, self._words)
        if self._room and self._words.triggered(row.line.text):
            self._room -= 1
            yield from spoken(row, self._words)
            yield from self._license.spoken(row)

    def settled(self) -> list[Stated | Claimed | Said]:
        """What was found, after what one line says of another: documented code, parts that make up a whole."""
        rows = [row for row in self.found if isinstance(row, Stated)]
        documented = {repository(row.address) for row in rows if row.component == "code-documentation"}
        whole = {row.component for row in rows if row.availability == "published"}
        return [_weighed(row, documented, whole) if isinstance(row, Stated) else row for row in self.found]


def _weighed(row: Stated, documented: set[str | None], whole: set[str]) -> Stated:
    statement = row.statement
    if statement is None:
        return row
    found = repository(row.address)
    if found is not None and found in documented and row.kind in statement.documented:
        return msgspec.structs.replace(row, availability=statement.documented[row.kind])
    if statement.part_of and row.availability == "published" and statement.part_of not in whole:
        return msgspec.structs.replace(row, availability="partial")
    return row


def _behind(words: str) -> str:
    """Of a badge "License: MIT" the license; of other words all."""
    return words.partition(":")[2].strip() or words


def _facts(document: Document, found: Iterable[Stated | Claimed | Said | Amount]) -> Iterator[Fact]:
    """Each once, with an id that its line and order make unique."""
    seen: set[tuple[str, str]] = set()
    ids: dict[str, int] = {}
    for number, row in enumerate(found):
        claim, value = _claim_of(row)
        key = (claim, repr(value))
        if key in seen:
            continue
        seen.add(key)
        place = Place(document.path, document.url, document.revision, document.sha256, row.line.number)
        if isinstance(row, (Stated, Amount)):
            id = f"card:{document.name}:{row.component}:{row.line.number}:{number}"
        else:
            id = f"prose:{document.name}:{claim}:{row.line.number}"
            ids[id] = ids.get(id, 0) + 1
            id = id if ids[id] == 1 else f"{id}:{ids[id]}"
        yield Fact(id, claim, value, printable(row.line.raw.strip(), 160), Standing.CARD, place)


def _claim_of(row: Stated | Claimed | Said | Amount) -> tuple[str, object]:
    if isinstance(row, Stated):
        address = printable(row.address, 500)
        value = {"availability": row.availability, "kind": row.kind, "address": address}
        return f"component:{row.component}", value if row.own else {**value, "own": "no"}
    if isinstance(row, Amount):
        return f"component:{row.component}", {"availability": row.availability, "kind": "text", "address": ""}
    if isinstance(row.value, list):
        return row.claim, [printable(item, 300) for item in row.value]
    return row.claim, printable(row.value, 300)
