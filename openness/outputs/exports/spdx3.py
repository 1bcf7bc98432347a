"""SPDX 3.0.1 JSON-LD through spdx-python-model (extra ``openness[spdx3]``): AI packages, data sets, how they hang together.

Profiles are claimed only as far as they hold: the AI profile where supplier, revision, date and address of every model are known
(3.0.1, AIPackage, "External properties cardinality updates"); that of data sets asks for the time at which the data were made,
which no hub states, and is never claimed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from openness import __version__
from openness.errors import UsageError
from openness.outputs.exports.spdx2 import NO_COPY
from openness.outputs.exports.stamp import identity, now
from openness.outputs.exports.subject import Related, Subject, Terms, expression

#: Stands for a license of which nothing is asserted.
NO_ASSERTION = "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense"
MISSING = "The format spdx3 needs a further package; run `pip install 'openness[spdx3]'`, or use --format spdx."


def spdx3(subjects: Sequence[Subject]) -> str:
    """The document as JSON-LD. Raises UsageError where the extra is not installed."""
    try:
        from spdx_python_model import v3_0_1 as spdx
    except ImportError:
        raise UsageError(MISSING, code="missing-extra") from None
    objects = spdx.SHACLObjectSet()
    for found in _Document(spdx, subjects).objects():
        objects.add(found)
    objects.create_index()
    written = io.BytesIO()
    spdx.JSONLDSerializer().write(objects, written, indent=2)
    return written.getvalue().decode("utf-8")


class _Document:
    """One document while it is put together; ``spdx`` is the module of the bindings."""

    def __init__(self, spdx: Any, subjects: Sequence[Subject]) -> None:
        self.spdx, self.subjects, self.when = spdx, subjects, now()
        self.base = f"https://spdx.org/spdxdocs/openness-{identity(repr(subjects), self.when)}#"
        self.info = spdx.CreationInfo(_id="_:creation", specVersion="3.0.1", created=self.when)
        self.elements: list[Any] = []
        self.expressions: dict[str, Any] = {}
        self.texts: dict[str, Any] = {}

    def make(self, kind: str, local: str, /, **fields: Any) -> Any:
        """A new element with this local id, which ends up in the document."""
        found = getattr(self.spdx, kind)(_id=f"{self.base}{local}", creationInfo=self.info, **fields)
        self.elements.append(found)
        return found

    def objects(self) -> Iterator[Any]:
        tool = self.make("SoftwareAgent", "openness", name=f"openness {__version__}")
        self.info.createdBy = [tool]
        models = [self._model(subject, f"model-{number}") for number, subject in enumerate(self.subjects, 1)]
        profile = self.spdx.ProfileIdentifierType
        claimed = [profile.core, profile.software, profile.simpleLicensing]
        complete = all(subject.group and subject.revision and subject.date and subject.url for subject in self.subjects)
        claimed += [profile.ai] if complete else []
        name = self.subjects[0].full_name if len(self.subjects) == 1 else f"{len(self.subjects)} models"
        data = self._expression((Terms("CC0-1.0", True, "CC0-1.0", "ours"),))
        yield self.info
        yield from self.elements
        yield self.spdx.SpdxDocument(
            _id=f"{self.base}document",
            creationInfo=self.info,
            name=name,
            profileConformance=claimed,
            rootElement=models,
            element=list(self.elements),
            dataLicense=data,
        )

    def _model(self, subject: Subject, name: str) -> Any:
        model = self.make(
            "ai_AIPackage",
            name,
            name=subject.full_name,
            summary=f"Machine learning model: {subject.category}",
            description=f"Category by openness: {subject.category}, because {subject.why}. Not legal advice.",
            software_primaryPurpose=self.spdx.software_SoftwarePurpose.model,
        )
        if subject.revision:
            model.software_packageVersion = subject.revision
        if subject.url:
            model.software_downloadLocation = model.software_homePage = subject.url
        if subject.purl:
            model.software_packageUrl = subject.purl
        if subject.date:
            model.releaseTime = datetime.fromisoformat(subject.date).replace(tzinfo=UTC)
        if subject.group:
            model.suppliedBy = self.make("Agent", f"{name}-supplier", name=subject.group)
        self._licensed(model, name, subject)
        note = self.spdx.AnnotationType.review
        lines = "\n".join(f"{key}={value}" for key, value in subject.notes)
        self.make("Annotation", f"{name}-found", annotationType=note, subject=model, statement=lines)
        self._around(model, name, subject)
        return model

    def _licensed(self, model: Any, name: str, subject: Subject) -> None:
        kinds = self.spdx.RelationshipType
        concluded = self._expression(subject.terms) if subject.asserted else NO_ASSERTION
        declared = self._expression(subject.declared) if subject.declared else NO_ASSERTION
        self._relation(f"{name}-concluded", model, kinds.hasConcludedLicense, [concluded])
        self._relation(f"{name}-declared", model, kinds.hasDeclaredLicense, [declared])

    def _around(self, model: Any, name: str, subject: Subject) -> None:
        """Models it was made from, and data it was trained on."""
        kinds = self.spdx.RelationshipType
        for number, base in enumerate(subject.bases, 1):
            other = self._other("software_Package", f"{name}-base-{number}", base, self.spdx.software_SoftwarePurpose.model)
            said = f"{base.relation} of {base.name}"
            self._relation(f"{name}-from-{number}", model, kinds.descendantOf, [other], comment=said)
            declared = self._expression(base.terms) if base.terms else NO_ASSERTION
            self._relation(f"{name}-base-{number}-declared", other, kinds.hasDeclaredLicense, [declared])
        for number, data in enumerate(subject.data, 1):
            other = self._other("dataset_DatasetPackage", f"{name}-data-{number}", data, self.spdx.software_SoftwarePurpose.data)
            other.dataset_datasetType = [self.spdx.dataset_DatasetType.noAssertion]
            self._relation(f"{name}-trained-{number}", model, kinds.trainedOn, [other])

    def _other(self, kind: str, id: str, other: Related, purpose: Any) -> Any:
        made = self.make(kind, id, name=other.name, software_primaryPurpose=purpose)
        if other.url:
            made.software_downloadLocation = other.url
        if other.purl:
            made.software_packageUrl = other.purl
        return made

    def _relation(self, id: str, source: Any, kind: Any, to: list[Any], **more: Any) -> None:
        whole = self.spdx.RelationshipCompleteness.noAssertion
        self.make("Relationship", id, from_=source, relationshipType=kind, to=to, completeness=whole, **more)

    def _expression(self, terms: tuple[Terms, ...]) -> Any:
        """The license expression element, made once; its LicenseRefs lead to the texts."""
        text = expression(terms)
        if text not in self.expressions:
            number = len(self.expressions) + 1
            made = self.make("simplelicensing_LicenseExpression", f"license-{number}", simplelicensing_licenseExpression=text)
            made.simplelicensing_customIdToUri = [
                self.spdx.DictionaryEntry(key=row.spdx, value=self._text(row)) for row in terms if not row.listed
            ]
            self.expressions[text] = made
        return self.expressions[text]

    def _text(self, terms: Terms) -> str:
        """The id of the element that holds the text of a license outside the SPDX list."""
        if terms.spdx not in self.texts:
            made = self.make(
                "simplelicensing_SimpleLicensingText",
                f"text-{len(self.texts) + 1}",
                name=terms.title,
                simplelicensing_licenseText=terms.text or NO_COPY,
            )
            if terms.url:
                made.externalRef = [self.spdx.ExternalRef(externalRefType=self.spdx.ExternalRefType.license, locator=[terms.url])]
            self.texts[terms.spdx] = made
        return str(self.texts[terms.spdx]._id)
