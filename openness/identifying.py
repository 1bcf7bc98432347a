"""From a license file to what it holds: known texts with what was changed in them, and clauses in words that nobody has read."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from openness.evidence import license_text
from openness.evidence.clauses import ClausePatterns, DetectedClause, detect
from openness.evidence.identify import Identification, identify
from openness.evidence.license_index import LicenseIndex
from openness.packaged import packaged
from openness.rules.patterns import clause_patterns

#: Verdicts on which a text stands for the license that it was found to be.
WHOLE = frozenset({"exact", "same", "multiple"})


class Identified(msgspec.Struct, frozen=True):
    """An identification with the clauses detected: of a changed text in the added words only, of an unknown text in all."""

    found: Identification
    clauses: tuple[DetectedClause, ...] = ()


@cache
def packaged_index() -> LicenseIndex:
    """The index that travels with the package, opened once."""
    return LicenseIndex.open()


@cache
def packaged_patterns() -> ClausePatterns:
    return ClausePatterns(clause_patterns(packaged("rules")))


def identify_document(data: bytes | str, index: LicenseIndex | None = None) -> Identified:
    """Identify the text of a document. Never raises for what is in it."""
    text = data if isinstance(data, str) else license_text.decode(data)
    found = identify(text, index or packaged_index())
    if found.verdict in WHOLE:
        return Identified(found)
    lines = None if found.verdict == "none" else [(added.line, added.last_line) for added in found.added]
    if lines is not None and not lines:
        return Identified(found)
    return Identified(found, detect(text[:LONGEST], packaged_patterns(), lines))


#: Clauses are looked for in so many characters; the rest of a longer text counts as unread.
LONGEST = 1 << 20


def identify_file(path: Path, index: LicenseIndex | None = None) -> Identified:
    """Read a file (bounded) and identify it. Raises MissingInput when it cannot be read."""
    return identify_document(read_bounded(path), index)


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
        raise MissingInput(f"{printable(str(path), None)} cannot be read: {error.strerror}; check the path and its permissions.") from error
