"""A code repository on GitHub as facts: which components of a release its files show, and under which license they are."""

from __future__ import annotations

from collections.abc import Iterator

from openness.evidence import code_readme
from openness.evidence.model_repository import Reader, license_facts, notice_fact
from openness.evidence.repository_evidence import RepositoryEvidence
from openness.printable import printable
from openness.records import Fact, Place, Standing
from openness.sources.snapshot import RepositorySnapshot

#: What GitHub answers where it found a license file that it does not know.
NO_ASSERTION = "NOASSERTION"


def read(snapshot: RepositorySnapshot, reader: Reader) -> RepositoryEvidence:
    """The evidence of a ``github`` snapshot."""
    facts = [*_listed(snapshot, reader), *_github_license(snapshot)]
    for document in snapshot.documents:
        if document.kind == "license":
            facts += license_facts(document, reader)
        elif document.kind == "notice":
            facts.append(notice_fact(document))
        elif document.kind == "readme" and "/" not in document.path:
            shown = {fact.claim for fact in facts}
            said = code_readme.facts_of(document, reader.code, listed=snapshot.files_complete)
            facts += (fact for fact in said if fact.claim not in shown)
    return RepositoryEvidence(
        snapshot.kind, snapshot.name, snapshot.requested, snapshot.revision, snapshot.url, snapshot.date,
        facts=tuple(facts), complete=snapshot.absent is None and snapshot.files_complete,
        absent=snapshot.absent, absences=snapshot.absences,
    )  # fmt: skip


def _listed(snapshot: RepositorySnapshot, reader: Reader) -> Iterator[Fact]:
    place = Place("file list", snapshot.url, snapshot.revision)
    for shown in reader.files.shown(snapshot.files, "code"):
        quote = printable(f"{shown.count} file{'s' * (shown.count != 1)}: {', '.join(shown.examples)}", 160)
        value = {"availability": shown.availability, "kind": "files", "address": ""}
        yield Fact(f"files:{shown.component}", f"component:{shown.component}", value, quote, Standing.CARD, place)


def _github_license(snapshot: RepositorySnapshot) -> Iterator[Fact]:
    """GitHub's own reading of the license file; the text, where it was read, counts more."""
    license = snapshot.github.license if snapshot.github else None
    if license and license != NO_ASSERTION:
        place = Place("GitHub API", snapshot.url, snapshot.revision)
        name = printable(license, 80)
        yield Fact("github:license", "license", name, f"license.spdx_id: {name}", Standing.CARD, place)
