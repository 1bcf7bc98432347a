"""What the README of a code repository says can be done with the code: train, prepare data, evaluate, or only run a model.

Instructions are a section under a heading that says so, with a command in it. They describe code; the files of the repository
decide where they were seen, so instructions count as a part at most (``partial``), and as a description where the files are
known and show no such code.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from openness.evidence.card_lines import FENCE, HEADING
from openness.evidence.card_statements import compiled
from openness.evidence.license_text import decode, lines_of
from openness.printable import printable
from openness.records import Fact, Place, Standing
from openness.sources.snapshot import Document

MAX_LINES = 5000
MAX_LINE = 500


class Instructions(msgspec.Struct, frozen=True):
    """A component, the headings of its instructions, and the commands that make them instructions."""

    component: str
    heading: str
    command: str


class CodeWords(msgspec.Struct, frozen=True):
    """``rules/evidence/code_words.yaml``."""

    verified: str = ""
    instructions: tuple[Instructions, ...] = ()
    elsewhere: str = "(?!)"


def facts_of(document: Document, words: CodeWords, *, listed: bool) -> Iterator[Fact]:
    """One fact for each component that the README has instructions for. ``listed``: the files were seen whole."""
    for component, number, raw in _found(lines_of(decode(document.data))[:MAX_LINES], words):
        place = Place(document.path, document.url, document.revision, document.sha256, number)
        value = {"availability": "described" if listed else "partial", "kind": "instructions", "address": ""}
        quote = printable(raw.strip(), 160)
        id = f"readme:{document.name}:{component}:{number}"
        yield Fact(id, f"component:{component}", value, quote, Standing.CARD, place)


def _found(lines: list[str], words: CodeWords) -> Iterator[tuple[str, int, str]]:
    """The first command of each kind of instructions, with the number of its line."""
    open_rows: list[tuple[int, Instructions]] = []
    seen: set[str] = set()
    fenced = False
    for number, whole in enumerate(lines, 1):
        line = whole[:MAX_LINE]
        if FENCE.match(line):
            fenced = not fenced
            continue
        heading = None if fenced else HEADING.match(line)
        if heading:
            level = len(heading[1])
            open_rows = [(at, row) for at, row in open_rows if at < level]
            open_rows += [(level, row) for row in words.instructions if compiled(row.heading).search(heading[2])]
            continue
        for _, row in open_rows:
            if row.component in seen or not compiled(row.command).search(line) or compiled(words.elsewhere).search(line):
                continue
            seen.add(row.component)
            yield row.component, number, whole
