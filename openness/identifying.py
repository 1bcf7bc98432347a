"""From a license file to what it holds: known texts with what was changed in them, and clauses in words that nobody has read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

import msgspec

from openness.evidence import license_text
from openness.evidence.added_places import places_of
from openness.evidence.clauses import ClausePatterns, DetectedClause, detect
from openness.evidence.identify import FoundLicense, Identification, identify, identify_as
from openness.evidence.license_index import LicenseIndex
from openness.packaged import packaged
from openness.rules.patterns import clause_patterns

NO_TEXTS: Mapping[str, str] = MappingProxyType({})


class Identified(msgspec.Struct, frozen=True):
    """An identification with the clauses detected: of a changed text in the added words only, of an unknown text in all."""

    found: Identification
    clauses: tuple[DetectedClause, ...] = ()


@cache
def packaged_index() -> LicenseIndex:
    """The index that travels with the package, opened once."""
    return LicenseIndex.open()


@cache
def further_indexes(files: tuple[Path, ...]) -> tuple[LicenseIndex, ...]:
    """Indexes of the user's own, opened once. Raises MissingInput or IntegrityError."""
    return tuple(LicenseIndex.open(file) for file in files)


@cache
def packaged_patterns() -> ClausePatterns:
    return ClausePatterns(clause_patterns(packaged("rules")))


def identify_document(
    data: bytes | str,
    index: LicenseIndex | None = None,
    known: Mapping[str, str] = NO_TEXTS,
    judged: Callable[[str], bool] = lambda id: True,
    further: Sequence[LicenseIndex] = (),
) -> Identified:
    """Identify the text of a document. Never raises for what is in it.

    ``known`` maps hashes of words (``license_text.words_sha256``) to ids: texts of further rules, which the index does not have.
    ``further`` are the user's own indexes: the first that knows the text answers, else the one that has the nearest.
    ``judged`` says whether there are rules for a license; of one without rules, clauses are looked for in the whole text.
    """
    text = data if isinstance(data, str) else license_text.decode(data)
    found = _best(text, (index or packaged_index(), *further))
    if found.verdict == "none" and (id := known.get(license_text.words_sha256(text))):
        whole = (1, text.count("\n") + 1)
        found = Identification("exact", (FoundLicense(id, "", 1.0, 1.0, whole),), mentions=found.mentions)
    if found.verdict == "none" or not all(judged(license.id) for license in found.licenses):
        return Identified(found, detect(text[:LONGEST], packaged_patterns()))
    return Identified(found, _clauses_in_added(text, found))


def _best(text: str, indexes: Sequence[LicenseIndex]) -> Identification:
    answers = []
    for index in indexes:
        answers.append(identify(text, index))
        if answers[-1].whole:
            return answers[-1]
    best = max(answers, key=lambda found: max((license.score for license in found.licenses), default=0.0))
    return msgspec.structs.replace(best, mentions=tuple(sorted({name for found in answers for name in found.mentions})))


def _clauses_in_added(text: str, found: Identification) -> tuple[DetectedClause, ...]:
    if not found.added:
        return ()
    text = text[:LONGEST]
    return detect(text, packaged_patterns(), places_of(text, found.added))


#: Clauses are looked for in so many characters; the rest of a longer text counts as unread.
LONGEST = 1 << 20


def compare_with(path: Path, id: str, indexes: Sequence[LicenseIndex]) -> Identified:
    """The same for one known license, however far the text is from it, by the first index that has it. Raises MissingInput when
    none has."""
    text = license_text.decode(read_bounded(path))
    index = next((i for i in indexes if any(id == known.id or id in known.aliases for known in i.texts)), indexes[0])
    found = identify_as(text, id, index)
    return Identified(found, _clauses_in_added(text, found))


def identify_file(path: Path, index: LicenseIndex | None = None, further: Sequence[LicenseIndex] = ()) -> Identified:
    """Read a file (bounded) and identify it. Raises MissingInput when it cannot be read."""
    return identify_document(read_bounded(path), index, further=further)


def read_bounded(path: Path) -> bytes:
    """At most 32 MiB of a regular file; more than ``words.MAX_TEXT`` is never compared. Raises MissingInput."""
    from openness.errors import MissingInput
    from openness.printable import printable

    try:
        if not path.is_file():
            raise MissingInput(f"No such file: {printable(str(path), None)}; give a license file, or - for standard input.")
        with path.open("rb") as file:
            return file.read(32 << 20)
    except OSError as error:
        raise MissingInput(
            f"{printable(str(path), None)} cannot be read: {error.strerror}; check the path and its permissions."
        ) from error
