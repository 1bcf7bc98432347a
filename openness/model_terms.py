"""What stored evidence of Hub models says of their terms, as facts of an audit: of the model that the user names, and of the
base models that a build names. Nothing is fetched unless the source given may fetch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from openness import classifying
from openness.printable import printable
from openness.records import Fact, Place, Standing
from openness.rules.loader import Ruleset
from openness.sources.model_reference import linked
from openness.sources.snapshot import Source
from openness.verdict.classified import Classification

LICENSE_CLAIMS = ("license", "license-name", "license-link")


def facts_of_model(name: str, source: Source, ruleset: Ruleset) -> list[Fact]:
    """The license statements and texts of a model's own repository, and what it inherits; empty where nothing is stored.

    Ids end in ``@owner/name``, so that they are never taken for documents beside the build.
    """
    found = _classified(name, source, ruleset)
    if found is None:
        return []
    own = [
        msgspec.structs.replace(fact, id=f"{fact.id}@{found.model}")
        for fact in found.evidence
        if "@" not in fact.id and (fact.claim in LICENSE_CLAIMS or fact.claim.startswith("license-text"))
    ]
    return [*own, *_inherited(found)]


def facts_of_bases(names: Iterable[str], source: Source, ruleset: Ruleset) -> Iterator[Fact]:
    """One ``base-license`` fact for each base whose terms are stored: its own licenses and those that it inherits."""
    for name in names:
        found = _classified(name, source, ruleset)
        ids = list(dict.fromkeys(license.id for license in found.licenses)) if found is not None else []
        if found is not None and ids:
            basis = max((Standing(license.basis) for license in found.licenses), key=lambda s: s.rank, default=Standing.NAME)
            quote = printable(f"{found.model}: {', '.join(ids)} ({basis})", 200)
            place = Place("local store", found.url, found.revision)
            yield Fact(f"store:{name}", "base-license", ids, quote, basis, place)


def _inherited(found: Classification) -> Iterator[Fact]:
    for entry in found.lineage:
        if entry.license:
            quote = printable(f"{entry.relation} of {entry.model}: {', '.join(entry.license)}", 200)
            place = Place("local store", found.url, found.revision)
            yield Fact(f"lineage:{entry.model}", "base-license", list(entry.license), quote, Standing.CARD, place)


def _classified(name: str, source: Source, ruleset: Ruleset) -> Classification | None:
    reference = linked("hub-model", name)
    if reference is None:
        return None
    classified = classifying.classify(reference, source, ruleset)
    return classified.result if classified.dossier.model.absent is None else None
