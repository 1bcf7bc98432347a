"""A model file of the Model Openness Tool as facts: what it lists of a release, under which license, on the word of its author.

The license of a component is its own; else that of the release for its type of content; else that of the distribution; a
field that is there and empty is no license (criteria.md section 1.2, rule 1). Nothing is judged here: names stay as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from openness.evidence.repository_evidence import RepositoryEvidence
from openness.printable import printable
from openness.records import Fact, Finding, Place, Standing
from openness.sources.evidence_file import Malformed
from openness.sources.snapshot import EvidenceContent, RepositorySnapshot

#: A license field: one text, or several of which all apply; None for an empty one.
Written = str | tuple[str, ...] | None
#: Fields of a release that say what is described; each that is there becomes a fact.
ABOUT = {
    "name": "model-name",
    "version": "version",
    "producer": "producer",
    "date": "date",
    "type": "model-type",
    "architecture": "architecture",
    "treatment": "treatment",
    "huggingface": "address",
    "repository": "address",
}
#: Fields that name the model that this one was made from.
ORIGINS = ("origin", "base_model")
LISTING = "components"
NEAR = 60


class FileWords(msgspec.Struct, frozen=True):
    """``rules/evidence/evidence_files.yaml``, and the components by name; patterns match a whole field, whatever its case."""

    content_types: Mapping[str, str]
    distribution: str
    not_included: str
    unlicensed: str
    no_origin: str
    treatments: Mapping[str, str]
    components: Mapping[str, str] = msgspec.field(default_factory=dict)
    kinds: Mapping[str, str] = msgspec.field(default_factory=dict)

    def says(self, pattern: str, field: str) -> bool:
        return bool(re.search(pattern, " ".join(field.split()), re.IGNORECASE))


class Listed(msgspec.Struct, frozen=True):
    """A component that the file lists. ``license`` is as written, None for none; ``fact`` is the id of the fact that says so."""

    component: str
    license: Written
    fact: str


class ModelFile(msgspec.Struct, frozen=True):
    """A model file as read. ``origin`` is the model that it names as the base, empty for none; ``relation`` is what its
    treatment says: finetune, none for a model that was trained from scratch, or unstated."""

    evidence: RepositoryEvidence
    listed: tuple[Listed, ...]
    listing: str
    origin: str = ""
    relation: str = "unstated"


def name_key(name: str) -> str:
    """Names of components are compared by their letters and digits alone."""
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


def read(snapshot: RepositorySnapshot, content: EvidenceContent, words: FileWords) -> ModelFile:
    """The facts of a model file. Raises Malformed for a field that is not what it must be."""
    file = _File(snapshot, content, words)
    rows = [row for index, component in enumerate(file.components) for row in file.listed(index, component)]
    listed = tuple(row for row, _ in rows if row is not None)
    origin, base_fact = file.origin()
    facts = [*file.about(), file.listing(listed), *(fact for _, fact in rows if fact is not None), *base_fact]
    evidence = RepositoryEvidence(
        "evidence-file", file.name, snapshot.requested, url=snapshot.url, facts=tuple(facts),
        findings=tuple(file.findings), complete=True,
    )  # fmt: skip
    return ModelFile(evidence, listed, LISTING, origin, words.treatments.get(file.text("treatment").casefold(), "unstated"))


class _File:
    """One file while it is read."""

    def __init__(self, snapshot: RepositorySnapshot, content: EvidenceContent, words: FileWords) -> None:
        self.words = words
        self.document = snapshot.documents[0]
        self.lines = content.lines
        self.release: Mapping[str, Any] = content.content["release"]
        self.components: list[Mapping[str, Any]] = self.release["components"]
        self.findings: list[Finding] = []
        self.name = printable(self.text("name"), 200).strip()
        if not self.name:
            raise Malformed("release.name is missing; say which model the file is about")
        self.shared = self._shared()

    def text(self, field: str) -> str:
        value = self.release.get(field)
        if value is not None and not isinstance(value, (str, int, float)):
            raise Malformed(f"{self.where(f'release/{field}')}release.{field} is not a text")
        return "" if value is None else str(value).strip()

    def where(self, path: str) -> str:
        line = self.lines.get(path)
        return f"line {line}: " if line else ""

    def place(self, path: str) -> Place:
        return Place(printable(self.document.path, 200), None, None, self.document.sha256, self.lines.get(path))

    def fact(self, id: str, claim: str, value: Any, quote: str, path: str) -> Fact:
        return Fact(id, claim, value, printable(quote, 300), Standing.USER, self.place(path))

    def about(self) -> Iterator[Fact]:
        for field, claim in ABOUT.items():
            text = self.text(field)
            if text:
                yield self.fact(f"release.{field}", claim, printable(text, 200), f"{field}: {text}", f"release/{field}")

    def origin(self) -> tuple[str, list[Fact]]:
        for field in ORIGINS:
            text = self.text(field)
            if not self.words.says(self.words.no_origin, text):
                name = printable(text, 200)
                return name, [self.fact(f"release.{field}", "base-model", name, f"{field}: {text}", f"release/{field}")]
        return "", []

    def listing(self, listed: tuple[Listed, ...]) -> Fact:
        ids = list(dict.fromkeys(row.component for row in listed))
        quote = f"lists {len(ids)} components: {', '.join(ids)}" if ids else "lists no component"
        return self.fact(LISTING, "components-listed", ids, quote, "release/components")

    def listed(self, index: int, component: Mapping[str, Any]) -> Iterator[tuple[Listed | None, Fact | None]]:
        """The component and the fact that says so; nothing for a name that is unknown or listed as not included."""
        path = f"release/components/{index}"
        name = component.get("name")
        if not isinstance(name, str) or not name.strip():
            raise Malformed(f"{self.where(path)}release.components[{index}] has no name")
        id = self.words.components.get(name_key(name))
        if id is None:
            self.findings.append(self._unknown(name, path))
            return
        written, origin = self._license(component, id, path)
        if any(self.words.says(self.words.not_included, str(component.get(key, ""))) for key in ("license", "license_name")):
            fact = self.fact(f"file:{index}", f"component:{id}", {"availability": "withheld"}, f"{name}: {_shown(written)}", path)
            yield None, fact
            return
        if isinstance(written, str) and self.words.says(self.words.unlicensed, written):
            written = None
        said = "no license" if written is None else f"{_shown(written)}{f' (license of the {origin})' if origin else ''}"
        value = {"availability": "published", "license": None if written is None else printable(_shown(written), 300)}
        fact = self.fact(f"file:{index}", f"component:{id}", value, f"{name}: {said}", path)
        yield Listed(id, written, fact.id), fact

    def _license(self, component: Mapping[str, Any], id: str, path: str) -> tuple[Written, str]:
        """The license as written, and the part of the release it was given for, where it is not the component's own."""
        if "license" in component:
            return _written(component["license"], f"{self.where(path)}the license of {id}"), ""
        for key in (self.words.content_types[self.words.kinds[id]], self.words.distribution):
            if self.shared.get(key):
                return self.shared[key], key
        return None, ""

    def _shared(self) -> dict[str, Written]:
        """The licenses of the release by what they are given for."""
        field = self.release.get("license")
        if field is None or field in ("", []):
            return {}
        where = self.where("release/license")
        if isinstance(field, str):
            return {self.words.distribution: field}
        if not isinstance(field, dict):
            raise Malformed(f"{where}release.license is not a mapping of content types to licenses")
        found: dict[str, Written] = {}
        for key, entry in field.items():
            name = entry.get("name") if isinstance(entry, dict) else entry
            found[key] = _written(name, f"{where}release.license.{printable(str(key), 40)}")
        return found

    def _unknown(self, name: str, path: str) -> Finding:
        from rapidfuzz import process

        shown = printable(name, 80)
        near = process.extractOne(name_key(name), list(self.words.components), score_cutoff=NEAR)
        hint = f"the nearest is '{self.words.components[near[0]]}'" if near else "rules/components.yaml lists the known ones"
        line = self.place(path).line
        message = f"'{shown}'{f' (line {line})' if line else ''} is no component that is known here and was left out; {hint}."
        return Finding(f"unknown-component:{shown}", "component-known", "unknown", message, (LISTING,))


def _written(value: Any, where: str) -> Written:
    if value is None or value in ("", []):
        return None
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return tuple(value)
    if not isinstance(value, str):
        raise Malformed(f"{where} is not a text")
    return value.strip() or None


def _shown(written: Written) -> str:
    return written if isinstance(written, str) else ", ".join(written or ())
