"""Rules and data that reading evidence and classifying need, as packaged: read once, and only when a model is classified."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from openness.evidence import model_file
from openness.evidence.base_names import LineageWords
from openness.evidence.card_license import NamedLicense
from openness.evidence.card_words import CardWords
from openness.evidence.code_readme import CodeWords
from openness.evidence.file_rules import FileRules
from openness.evidence.model_file import FileWords
from openness.evidence.model_repository import Reader
from openness.packaged import packaged
from openness.rules import definitions, leaks, lineage_rules, releases
from openness.rules.definitions import Definitions
from openness.rules.loader import Ruleset
from openness.rules.name_mentions import mentions
from openness.rules.own_block import without_own_block
from openness.rules.packaged_files import read_packaged
from openness.verdict.classification import Knowledge
from openness.verdict.lineage_terms import Known
from openness.verdict.own_terms import LicenseWords

if TYPE_CHECKING:
    from openness.evidence.clauses import DetectedClause
    from openness.evidence.identify import Identification


def file_words(known: Definitions) -> FileWords:
    """How model files are read: the words, and the components by each of their names."""
    rules = read_packaged(packaged("rules") / "evidence" / "evidence_files.yaml")
    names = {
        model_file.name_key(name): component.id
        for component in known.components.values()
        for name in (component.id, component.title, *component.names)
    }
    kinds = {id: component.kind for id, component in known.components.items()}
    return msgspec.convert({**rules, "components": names, "kinds": kinds}, FileWords)


def reader(ruleset: Ruleset) -> Reader:
    """Rules for reading evidence, with the identification of license texts."""

    def identify(data: bytes) -> tuple[Identification, tuple[DetectedClause, ...]]:
        from openness import identifying  # most uses meet no license text

        found = identifying.identify_document(data, known=ruleset.texts)
        return found.found, found.clauses

    def names(text: str) -> tuple[NamedLicense, ...]:
        return tuple(NamedLicense(found.start, found.end, found.text, found.ids) for found in mentions(text, ruleset))

    words, files, code = _reading()
    return Reader(words, files, identify, lineage_words(), names, code, without_own_block)


@cache
def _reading() -> tuple[CardWords, FileRules, CodeWords]:
    rules = packaged("rules") / "evidence"
    words = CardWords.of(read_packaged(rules / "card_words.yaml"))
    code = msgspec.convert(read_packaged(rules / "code_words.yaml"), CodeWords)
    return words, FileRules(read_packaged(rules / "files.yaml")), code


@cache
def lineage_words() -> LineageWords:
    """The words that lineage is stated in, as packaged."""
    return msgspec.convert(read_packaged(packaged("rules") / "evidence" / "lineage_words.yaml"), LineageWords)


def knowledge(ruleset: Ruleset) -> Knowledge:
    """Definitions and data about released models, as packaged."""
    words, known = _known_beforehand()
    return Knowledge(ruleset, definitions.load(), words, known, leaks.load(), lineage_rules.load())


@cache
def _known_beforehand() -> tuple[LicenseWords, Known]:
    words = msgspec.convert(read_packaged(packaged("rules") / "evidence" / "license_words.yaml"), LicenseWords)
    return words, Known(releases.load(), lineage_words())
