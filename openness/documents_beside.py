"""Cards, license texts and adapter configurations beside a build: what they say, as facts. Nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from openness import identifying
from openness.evidence import card, license_text
from openness.printable import printable
from openness.records import Absent, Fact, Finding
from openness.rules.loader import Ruleset
from openness.sources.folder import Document

#: Facts, findings, and the license texts with the ids of their facts, for quoting.
Beside = tuple[list[Fact], list[Finding], list[tuple[Document, str]]]


def read_documents(documents: Iterable[Document | Absent], ruleset: Ruleset, index_files: tuple[Path, ...]) -> Beside:
    """What the ``documents`` say; one that could not be read is a finding."""
    facts: list[Fact] = []
    findings: list[Finding] = []
    texts: list[tuple[Document, str]] = []
    for number, document in enumerate(documents, 1):
        if isinstance(document, Absent):
            message = f"{printable(document.what)} was not read: {printable(document.reason)}."
            findings.append(Finding(f"not-read:{number}", "neighbor-not-read", "info", message))
        elif document.kind == "card":
            new_facts, new_findings = card.facts_of(document)
            facts += new_facts
            findings += new_findings
        elif document.kind == "license":
            facts += _license_facts(document, ruleset, index_files)
            texts.append((document, f"text:{document.name}"))
        elif document.kind == "adapter":
            base = card.adapter_base(document)
            facts += [base] if base else []
    return facts, findings, texts


def _license_facts(document: Document, ruleset: Ruleset, index_files: tuple[Path, ...]) -> list[Fact]:
    identified = identifying.identify_document(
        document.data,
        known=ruleset.texts,
        judged=ruleset.license_ids.__contains__,
        further=identifying.further_indexes(index_files),
    )
    return license_text.facts_of(document, identified.found, identified.clauses)
