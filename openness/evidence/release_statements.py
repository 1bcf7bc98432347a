"""What a card says of how the weights came to be where they are: a leak, a removal, a phrase that a license asks to be shown,
a teacher. One sentence at a time, within bounds; the words are data (``rules/evidence/lineage_words.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from openness.evidence.base_names import LineageWords, Statement
from openness.evidence.card import read as front_matter_of
from openness.evidence.front_matter import FrontMatter
from openness.evidence.license_text import decode, lines_of
from openness.printable import printable
from openness.records import Fact, Place, Standing
from openness.sources.snapshot import Document, FileEntry

MAX_LINES = 100_000
MAX_LINE = 2000
#: Of a sentence, and sentences of a card that have a word worth looking at.
MAX_SENTENCE = 600
MAX_SENTENCES = 600
MAX_FACTS = 40
#: Large files that are kept by hash, for lists of known leaks.
MAX_HASHES = 200
SENTENCE = re.compile(r"(?<=[.!?;])\s+")


def facts_of(document: Document, words: LineageWords) -> list[Fact]:
    """Facts ``leak-stated``, ``removal-stated``, ``scratch-stated``, ``attribution`` and ``distilled`` of a card."""
    text = decode(document.data)
    front = front_matter_of(document)
    found = list(_tags(document, front, words))
    skipped = front.end
    for number, sentence in islice(_sentences(text, skipped, words.triggers), MAX_SENTENCES):
        if len(found) >= MAX_FACTS:
            break
        place = Place(document.path, document.url, document.revision, document.sha256, number)
        found += _sentence(document, sentence, place, words)
    return found[:MAX_FACTS]


def _sentences(text: str, skipped: int, triggers: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """The sentences with a word that could matter, each with the number of its line."""
    for number, whole in enumerate(lines_of(text)[skipped : skipped + MAX_LINES], skipped + 1):
        line = whole[:MAX_LINE]
        low = line.casefold()
        if any(word in low for word in triggers):
            for sentence in SENTENCE.split(line):
                low = sentence.casefold()
                if any(word in low for word in triggers):
                    yield number, sentence[:MAX_SENTENCE]


def _sentence(document: Document, sentence: str, place: Place, words: LineageWords) -> Iterator[Fact]:
    for row in words.statements:
        if _says(row, sentence):
            id = f"{row.claim}:{document.name}:{place.line}"
            yield Fact(id, row.claim, True, printable(sentence.strip(), 200), Standing.CARD, place)
    if shown := re.search(words.attribution, sentence, re.IGNORECASE):
        id = f"attribution:{document.name}:{place.line}"
        yield Fact(id, "attribution", printable(shown[0], 120), printable(sentence.strip(), 200), Standing.CARD, place)


def _says(row: Statement, sentence: str) -> bool:
    """Whether a sentence makes the statement: its pattern and what must stand beside it, and nothing that turns it round."""
    match = re.search(row.pattern, sentence, re.IGNORECASE)
    if not match or (row.not_before and re.search(row.not_before, sentence[: match.start()], re.IGNORECASE)):
        return False
    if row.beside and not re.search(row.beside, sentence, re.IGNORECASE):
        return False
    rest = re.sub(row.pattern, " ", sentence, flags=re.IGNORECASE)
    return not (row.unless and re.search(row.unless, rest, re.IGNORECASE))


def _tags(document: Document, front: FrontMatter, words: LineageWords) -> Iterator[Fact]:
    for entry in front.of("tags"):
        for tag in entry.value if isinstance(entry.value, list) else [entry.value]:
            if isinstance(tag, str) and re.fullmatch(words.distilled_tags, tag.strip(), re.IGNORECASE):
                place = Place(document.path, document.url, document.revision, document.sha256, entry.line)
                quote = printable(f"tags: {tag}", 80)
                yield Fact(f"tag:{document.name}:distilled", "distilled", True, quote, Standing.CARD, place)
                return


def hashes(files: tuple[FileEntry, ...], place: Place) -> Iterator[Fact]:
    """The sha256 of the large files, which name their content whatever the file is called."""
    found = [file for file in files if file.sha256][:MAX_HASHES]
    if found:
        value = [str(file.sha256) for file in found]
        quote = printable(f"{len(found)} files stored by hash: {found[0].path} …", 160)
        yield Fact("files:sha256", "weights-sha256", value, quote, Standing.CARD, place)
