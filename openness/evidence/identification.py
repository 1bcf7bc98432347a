"""The answer to which known license texts a document holds, and what was changed in them."""

from __future__ import annotations

import msgspec


class FoundLicense(msgspec.Struct, frozen=True):
    """One license in a document. ``score``: share of common words in both; ``coverage``: share of the known text that is here;
    ``lines``: first and last line."""

    id: str
    spdx: str
    score: float
    coverage: float
    lines: tuple[int, int]
    kind: str = "license"
    aliases: tuple[str, ...] = ()


class AddedWords(msgspec.Struct, frozen=True):
    """Words of the document that the known text does not have, quoted from the line where they begin."""

    line: int
    text: str
    last_line: int


class MissingWords(msgspec.Struct, frozen=True):
    """How many words of the known text are missing behind a line of the document."""

    after_line: int
    words: int


class Identification(msgspec.Struct, frozen=True):
    """The answer for one document."""

    verdict: str
    licenses: tuple[FoundLicense, ...] = ()
    added: tuple[AddedWords, ...] = ()
    missing: tuple[MissingWords, ...] = ()
    mentions: tuple[str, ...] = ()
    unread: bool = False

    @property
    def whole(self) -> bool:
        """Whether the document stands for the licenses that it was found to be."""
        return self.verdict in {"exact", "same", "multiple"}
