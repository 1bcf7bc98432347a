"""The path of a classification: fetch → evidence → rules → result. Sources answer; nothing else reaches out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from openness.evidence import model_file
from openness.evidence.release_digest import PART, unchanged_part
from openness.evidence.repository_evidence import Link, RepositoryEvidence
from openness.gathering import Dossier, gather
from openness.knowledge import file_words, knowledge, reader
from openness.records import Absent, Finding
from openness.rules.case import Case
from openness.rules.loader import Ruleset
from openness.sources.evidence_file import Malformed
from openness.sources.snapshot import EvidenceContent, Reference, RepositorySnapshot, Source
from openness.verdict import classification, stated
from openness.verdict.classification import Knowledge
from openness.verdict.classified import Classification
from openness.verdict.stated import Stated
from openness.verdict.stated_release import stated_release
from openness.verdict.stated_result import File, stated_result


class Classified(msgspec.Struct, frozen=True):
    """A classification with the evidence that it was made from."""

    result: Classification
    dossier: Dossier


def classify(reference: Reference, source: Source, ruleset: Ruleset, names: Iterable[str] = ()) -> Classified:
    """Classify one model. Never raises for what a source answers; what could not be had is in the result."""
    return concluded(reference, gathered(reference, source, ruleset), ruleset, names)


def gathered(reference: Reference, source: Source, ruleset: Ruleset) -> Dossier:
    """The evidence alone, for a caller that has something to say of it before it is classified."""
    return gather(reference, source, reader(ruleset))


def concluded(reference: Reference, dossier: Dossier, ruleset: Ruleset, names: Iterable[str] = ()) -> Classified:
    """The classification of evidence that was gathered."""

    def lookup(link: Link) -> RepositoryEvidence | None:
        return dossier.get(link.target)

    others = [evidence for evidence in dossier.repositories.values() if evidence is not dossier.model]
    result = classification.classify(reference.given or reference.name, dossier.model, others, lookup, knowledge(ruleset), names)
    return Classified(msgspec.structs.replace(result, findings=(*result.findings, *_left_out(dossier))), dossier)


def _left_out(dossier: Dossier) -> Iterator[Finding]:
    """What the bounds of the walk cut off, each kind once; a base beyond them is unresolved, which the lineage says."""
    for kind, words in (("dataset", "data sets"), ("code", "code repositories"), ("teacher", "teachers")):
        links = [link for link in dossier.left_out if link.kind == kind]
        if links:
            names = ", ".join(link.target.name for link in links[:3])
            message = (
                f"{len(links)} further {words} that the documents name were not read ({names}{', …' if len(links) > 3 else ''})."
            )
            yield Finding(f"left-out:{kind}", "bounds", "info", message, tuple(link.fact for link in links))


def classify_all(reference: Reference, source: Source, ruleset: Ruleset, names: Iterable[str] = ()) -> tuple[Classified, ...]:
    """The classifications that one argument asks for: one of a repository, one of each model in an evidence file."""
    if reference.kind != "evidence-file":
        return (classify(reference, source, ruleset, names),)
    return stated_models(source.fetch(reference), reference.given or reference.name, ruleset, names)


def stated_models(
    snapshot: RepositorySnapshot, given: str, ruleset: Ruleset, names: Iterable[str] = ()
) -> tuple[Classified, ...]:
    """The models of an evidence file; one without a case where the file could not be read, with the reason."""
    known, wanted = knowledge(ruleset), tuple(names)
    try:
        found = [] if snapshot.absent is not None else list(_stated(snapshot, known))
    except Malformed as error:
        snapshot = msgspec.structs.replace(snapshot, absent=Absent(snapshot.name, "malformed", str(error)))
        found = []
    if not found and snapshot.absent is None:
        snapshot = msgspec.structs.replace(snapshot, absent=Absent(snapshot.name, "malformed", "it has no results"))
    if snapshot.absent is not None:
        nothing = RepositoryEvidence(snapshot.kind, snapshot.name, snapshot.requested, url=snapshot.url, absent=snapshot.absent)
        empty = Stated(snapshot.name, Case(), (), url=snapshot.url, absences=(snapshot.absent,))
        return (Classified(stated.concluded(empty, given, known, wanted), Dossier(nothing)),)
    return tuple(_concluded(row, given, snapshot, known, wanted) for row in found)


def _stated(snapshot: RepositorySnapshot, known: Knowledge) -> Iterator[Stated]:
    content = snapshot.evidence or EvidenceContent("openness", {"results": []})
    results, lines = content.content.get("results", []), content.lines
    if content.form == "mot":
        part = unchanged_part(content.content)
        if part is None:
            found = stated_release(model_file.read(snapshot, content, file_words(known.definitions)), known)
            yield msgspec.structs.replace(found, findings=(*found.findings, *_part_left_out(content)))
            return
        results = part["results"]
        lines = {at.removeprefix(f"{PART}/"): line for at, line in lines.items() if at.startswith(f"{PART}/")}
    file = File(snapshot.documents[0], lines)
    for index, row in enumerate(results):
        yield stated_result(row, index, file, known)


def _part_left_out(content: EvidenceContent) -> Iterator[Finding]:
    """A part of ours in a model file that was changed since: what the person wrote counts."""
    if PART in content.content:
        message = f"The part '{PART}' of the file is left out: 'release' is no longer what it was written for, and counts alone."
        yield Finding("part-left-out", "evidence-file-part", "info", message)


def _concluded(row: Stated, given: str, snapshot: RepositorySnapshot, known: Knowledge, names: Iterable[str]) -> Classified:
    model = RepositoryEvidence(snapshot.kind, row.model, snapshot.requested, url=snapshot.url, facts=row.evidence, complete=True)
    return Classified(stated.concluded(row, given, known, names), Dossier(model))
