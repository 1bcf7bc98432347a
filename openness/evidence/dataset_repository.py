"""A dataset repository of the Hub as facts: whether its data can be had, its card and its license."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from openness.evidence import card, model_card
from openness.evidence.card_lines import lines_in
from openness.evidence.card_statements import says_something
from openness.evidence.license_text import decode, lines_of
from openness.evidence.model_repository import Reader, license_facts
from openness.evidence.repository_evidence import RepositoryEvidence
from openness.printable import printable
from openness.records import Fact, Place, Standing
from openness.sources.snapshot import Document, RepositorySnapshot

#: Letters of a card outside its front matter and the empty places of its template: so many tell of the data, fewer of a part.
WHOLE_CARD = 400
LEAST_CARD = 120


def read(snapshot: RepositorySnapshot, reader: Reader) -> RepositoryEvidence:
    """The evidence of a ``hub-dataset`` snapshot."""
    facts = list(_listed(snapshot, reader))
    for document in snapshot.documents:
        if document.kind == "card":
            facts += _card(document, reader)
        elif document.kind == "license":
            facts += license_facts(document, reader)
    return RepositoryEvidence(
        snapshot.kind, snapshot.name, snapshot.requested, snapshot.revision, snapshot.url, snapshot.date,
        facts=tuple(facts), complete=snapshot.absent is None and snapshot.files_complete,
        absent=snapshot.absent, absences=snapshot.absences,
    )  # fmt: skip


def _card(document: Document, reader: Reader) -> Iterator[Fact]:
    """License and documentation of the data. What the card's words say of its license counts where no tag says it."""
    front = card.facts_of(document)[0]
    yield from front
    if not any(fact.claim == "license" for fact in front):
        for fact in model_card.facts_of(document, reader.words, names=reader.names):
            if fact.claim in ("license", "license:data", "license-link"):
                yield msgspec.structs.replace(fact, claim=fact.claim.removesuffix(":data"))
    letters = _letters(document, reader)
    if letters >= LEAST_CARD:
        place = Place(document.path, document.url, document.revision, document.sha256, 1)
        value = {"availability": "published" if letters >= WHOLE_CARD else "partial", "kind": "card", "address": ""}
        quote = f"{printable(document.path)}, {letters} letters of text"
        yield Fact("card:data-card", "component:data-card", value, quote, Standing.CARD, place)


def _letters(document: Document, reader: Reader) -> int:
    """Letters of the text, headings and empty places of a template left out."""
    lines = lines_in(lines_of(decode(document.data)), card.read(document).end)
    said = (line.text for line in lines if not line.level and says_something(line.text, reader.words))
    return sum(len(text.strip()) for text in said)


def _listed(snapshot: RepositorySnapshot, reader: Reader) -> Iterator[Fact]:
    gated = snapshot.hub is not None and snapshot.hub.gated not in (None, "no")
    place = Place("file list", snapshot.url, snapshot.revision)
    for shown in reader.files.shown(snapshot.files, "dataset"):
        quote = printable(f"{shown.count} file{'s' * (shown.count != 1)}: {', '.join(shown.examples)}", 160)
        value = {"availability": "gated" if gated else shown.availability, "kind": "files", "address": ""}
        yield Fact(f"files:{shown.component}", f"component:{shown.component}", value, quote, Standing.CARD, place)
