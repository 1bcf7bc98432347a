"""The path of a classification: fetch → evidence → rules → result. Sources answer; nothing else reaches out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import msgspec

from openness import identifying
from openness.evidence.card_license import NamedLicense
from openness.evidence.card_words import CardWords
from openness.evidence.clauses import DetectedClause
from openness.evidence.code_readme import CodeWords
from openness.evidence.file_rules import FileRules
from openness.evidence.identify import Identification
from openness.evidence.model_repository import Reader
from openness.evidence.repository_evidence import Link, RepositoryEvidence
from openness.gathering import Dossier, gather
from openness.packaged import packaged
from openness.rules import definitions, loader
from openness.rules.loader import Ruleset
from openness.rules.name_mentions import mentions
from openness.sources.snapshot import Reference, Source
from openness.verdict import classification
from openness.verdict.classification import Knowledge
from openness.verdict.classified import Classification
from openness.verdict.lineage_terms import KnownModels
from openness.verdict.own_terms import LicenseWords


class Classified(msgspec.Struct, frozen=True):
    """A classification with the evidence that it was made from."""

    result: Classification
    dossier: Dossier


def classify(reference: Reference, source: Source, ruleset: Ruleset, names: Iterable[str] = ()) -> Classified:
    """Classify one model. Never raises for what a source answers; what could not be had is in the result."""
    dossier = gather(reference, source, reader(ruleset))

    def lookup(link: Link) -> RepositoryEvidence | None:
        return dossier.get(link.target)

    others = [evidence for evidence in dossier.repositories.values() if evidence is not dossier.model]
    result = classification.classify(reference.given or reference.name, dossier.model, others, lookup, knowledge(ruleset), names)
    return Classified(result, dossier)


def classify_all(reference: Reference, source: Source, ruleset: Ruleset, names: Iterable[str] = ()) -> Iterator[Classified]:
    """The classifications that one argument asks for: one of a repository, one of each model in an evidence file."""
    yield classify(reference, source, ruleset, names)


def reader(ruleset: Ruleset) -> Reader:
    """Rules for reading evidence, with the identification of license texts."""

    def identify(data: bytes) -> tuple[Identification, tuple[DetectedClause, ...]]:
        found = identifying.identify_document(data, known=ruleset.texts)
        return found.found, found.clauses

    def names(text: str) -> tuple[NamedLicense, ...]:
        return tuple(NamedLicense(found.start, found.end, found.text, found.ids) for found in mentions(text, ruleset))

    words, files, code = _reading()
    return Reader(words, files, identify, names, code)


@cache
def _reading() -> tuple[CardWords, FileRules, CodeWords]:
    rules = packaged("rules") / "evidence"
    words = CardWords.of(loader.read_yaml(rules / "card_words.yaml"))
    code = msgspec.convert(loader.read_yaml(rules / "code_words.yaml"), CodeWords)
    return words, FileRules(loader.read_yaml(rules / "files.yaml")), code


def knowledge(ruleset: Ruleset) -> Knowledge:
    """Definitions and data about released models, as packaged."""
    words, models = _known_beforehand()
    return Knowledge(ruleset, definitions.load(), words, models)


@cache
def _known_beforehand() -> tuple[LicenseWords, KnownModels]:
    words = msgspec.convert(loader.read_yaml(packaged("rules") / "evidence" / "license_words.yaml"), LicenseWords)
    return words, loader.read_yaml(packaged("corpus") / "models.yaml")["models"]
