"""A dataset repository of the Hub as facts: whether its data can be had, its card and its license."""

from __future__ import annotations

from collections.abc import Iterator

from openness.evidence import card
from openness.evidence.model_repository import Reader, license_facts
from openness.evidence.repository_evidence import RepositoryEvidence
from openness.printable import printable
from openness.records import Fact, Place, Standing
from openness.sources.snapshot import RepositorySnapshot

#: A card with less text than this says nothing of the data (front matter aside).
LEAST_CARD = 400


def read(snapshot: RepositorySnapshot, reader: Reader) -> RepositoryEvidence:
    """The evidence of a ``hub-dataset`` snapshot."""
    facts = list(_listed(snapshot, reader))
    for document in snapshot.documents:
        if document.kind == "card":
            facts += card.facts_of(document)[0]
            if document.size >= LEAST_CARD:
                place = Place(document.path, document.url, document.revision, document.sha256, 1)
                value = {"availability": "published", "kind": "card", "address": ""}
                quote = f"{printable(document.path)}, {document.size} bytes"
                facts.append(Fact("card:data-card", "component:data-card", value, quote, Standing.CARD, place))
        elif document.kind == "license":
            facts += license_facts(document, reader)
    return RepositoryEvidence(
        snapshot.kind, snapshot.name, snapshot.requested, snapshot.revision, snapshot.url, snapshot.date,
        facts=tuple(facts), complete=snapshot.absent is None and snapshot.files_complete,
        absent=snapshot.absent, absences=snapshot.absences,
    )  # fmt: skip


def _listed(snapshot: RepositorySnapshot, reader: Reader) -> Iterator[Fact]:
    gated = snapshot.hub is not None and snapshot.hub.gated not in (None, "no")
    place = Place("file list", snapshot.url, snapshot.revision)
    for shown in reader.files.shown(snapshot.files, "dataset"):
        quote = printable(f"{shown.count} file{'s' * (shown.count != 1)}: {', '.join(shown.examples)}", 160)
        value = {"availability": "gated" if gated else shown.availability, "kind": "files", "address": ""}
        yield Fact(f"files:{shown.component}", f"component:{shown.component}", value, quote, Standing.CARD, place)
