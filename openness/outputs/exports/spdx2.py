"""SPDX 2.3 JSON through spdx-tools: one package for a model, one for each base and data set, related as far as 2.3 has words."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from openness import __version__
from openness.outputs.exports.stamp import identity, now
from openness.outputs.exports.subject import Related, Subject, Terms, expression

if TYPE_CHECKING:
    from spdx_tools.spdx.model import Document, Package

#: What stands in place of a text that the user has no copy of: the field must not be empty.
NO_COPY = "The text is not reproduced here: no copy of it was found with the model."
PREFIX = "SPDXRef-"


def spdx2(subjects: Sequence[Subject]) -> str:
    """The document as JSON. License texts in it are the user's own copies; where there is none, it says so."""
    from spdx_tools.spdx.writer.json.json_writer import write_document_to_stream

    written = io.StringIO()
    write_document_to_stream(document(subjects), written, validate=False)
    content = json.loads(written.getvalue())
    for package in content["packages"]:  # spdx-tools 0.8 writes PACKAGE_MANAGER; the schema of 2.3 has a hyphen
        for reference in package.get("externalRefs", ()):
            reference["referenceCategory"] = reference["referenceCategory"].replace("_", "-")
    return json.dumps(content, indent=2)


def document(subjects: Sequence[Subject]) -> Document:
    """The same as an object of spdx-tools."""
    from spdx_tools.spdx import model as spdx

    when = now()
    name = subjects[0].full_name if len(subjects) == 1 else f"{len(subjects)} models"
    namespace = f"https://spdx.org/spdxdocs/openness-{identity(repr(subjects), when)}"
    tool = spdx.Actor(spdx.ActorType.TOOL, f"openness-{__version__}")
    found = spdx.Document(spdx.CreationInfo("SPDX-2.3", "SPDXRef-DOCUMENT", name, namespace, [tool], when))
    references: dict[str, Terms] = {}
    for number, subject in enumerate(subjects, 1):
        _add(found, subject, f"{PREFIX}Model-{number}", when, references)
    found.extracted_licensing_info = [
        spdx.ExtractedLicensingInfo(
            license_id=terms.spdx,
            extracted_text=terms.text or NO_COPY,
            license_name=terms.title,
            cross_references=[terms.url] if terms.url else [],
        )
        for terms in references.values()
    ]
    return found


def _add(found: Document, subject: Subject, id: str, when: Any, references: dict[str, Terms]) -> None:
    from spdx_tools.spdx import model as spdx

    found.packages.append(_model(subject, id))
    found.relationships.append(spdx.Relationship("SPDXRef-DOCUMENT", spdx.RelationshipType.DESCRIBES, id))
    tool = spdx.Actor(spdx.ActorType.TOOL, f"openness-{__version__}")
    lines = "\n".join(f"{name}={value}" for name, value in subject.notes)
    found.annotations.append(spdx.Annotation(id, spdx.AnnotationType.REVIEW, tool, when, lines))
    _refer(references, subject.terms)
    _refer(references, subject.declared)
    for number, base in enumerate(subject.bases, 1):
        other = f"{id}-Base-{number}"
        found.packages.append(_related(base, other))
        _refer(references, base.terms)
        kind = spdx.RelationshipType.DESCENDANT_OF
        found.relationships.append(spdx.Relationship(id, kind, other, f"{base.relation} of {base.name}"))
    for number, data in enumerate(subject.data, 1):
        other = f"{id}-Data-{number}"
        found.packages.append(_related(data, other))
        found.relationships.append(spdx.Relationship(id, spdx.RelationshipType.OTHER, other, f"trained on {data.name}"))


def _refer(references: dict[str, Terms], terms: Sequence[Terms]) -> None:
    for row in terms:
        before = references.get(row.spdx)
        if not row.listed and (before is None or before.text is None):
            references[row.spdx] = row


def _model(subject: Subject, id: str) -> Package:
    from spdx_tools.spdx import model as spdx

    bases = ", ".join(f"{row.spdx} ({row.basis})" for row in subject.terms)
    return spdx.Package(
        id,
        subject.full_name,
        subject.url or spdx.SpdxNoAssertion(),
        version=subject.revision,
        files_analyzed=False,
        checksums=[spdx.Checksum(spdx.ChecksumAlgorithm.SHA256, subject.sha256)] if subject.sha256 else [],
        license_concluded=_license(subject.terms if subject.asserted else ()),
        license_declared=_license(subject.declared),
        license_comment=f"Known on the word of: {bases}." if bases else None,
        copyright_text=spdx.SpdxNoAssertion(),
        summary=f"Machine learning model: {subject.category}",
        comment=f"Category by openness: {subject.category}, because {subject.why}. Not legal advice.",
        external_references=[*_purls(subject.purl)],
        primary_package_purpose=spdx.PackagePurpose.OTHER,
    )


def _related(other: Related, id: str) -> Package:
    from spdx_tools.spdx import model as spdx

    return spdx.Package(
        id,
        other.name,
        other.url or spdx.SpdxNoAssertion(),
        files_analyzed=False,
        license_concluded=spdx.SpdxNoAssertion(),
        license_declared=_license(other.terms),
        copyright_text=spdx.SpdxNoAssertion(),
        external_references=[*_purls(other.purl)],
        primary_package_purpose=spdx.PackagePurpose.OTHER,
    )


def _purls(purl: str | None) -> Iterator[Any]:
    from spdx_tools.spdx import model as spdx

    if purl:
        yield spdx.ExternalPackageRef(spdx.ExternalPackageRefCategory.PACKAGE_MANAGER, "purl", purl)


def _license(terms: tuple[Terms, ...]) -> Any:
    """The expression as spdx-tools has it; no assertion where there is none."""
    from license_expression import get_spdx_licensing
    from spdx_tools.spdx.model import SpdxNoAssertion

    return get_spdx_licensing().parse(expression(terms)) if terms else SpdxNoAssertion()
