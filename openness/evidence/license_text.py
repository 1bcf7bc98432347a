"""License texts beside a build: which known text is this, word for word, and what does a clause say in the user's copy.

Identification here is exact up to layout, letter case, punctuation, copyright lines and comment marks: the words are hashed
and looked up. Anything else is an unknown text, which never permits.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from openness.printable import printable
from openness.records import Fact, Place, Standing
from openness.sources.folder import Document

BRACKETED_HEAD = re.compile(r"\A\s*\[For a copy of the original[^\]]*\]")
COPYRIGHT_LINE = re.compile(r"^\W*(copyright\b|\(c\)|©|all rights reserved).{0,200}$", re.IGNORECASE | re.MULTILINE)
WORD = re.compile(r"[^\W_]+")
QUOTE_LIMIT = 400


def decode(data: bytes) -> str:
    """Text of a document: UTF-8 (with or without mark), UTF-16 with a mark, else Latin-1, which reads any bytes."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def lines_of(text: str) -> list[str]:
    """Lines as an editor counts them: only line feeds end one, so that a cited line can be found by hand."""
    return text.replace("\r\n", "\n").split("\n")


def words_sha256(text: str) -> str:
    """sha256 over the words of a text, lower-cased and joined by blanks, without copyright lines."""
    text = COPYRIGHT_LINE.sub("", BRACKETED_HEAD.sub("", text))
    return hashlib.sha256(" ".join(WORD.findall(text.casefold())).encode()).hexdigest()


def fact_of(document: Document, known: Mapping[str, str]) -> Fact:
    """The fact that a license file states: ``license-text`` with the id, or None for a text that is not known.

    ``known`` maps hashes of words to license ids.
    """
    text = decode(document.data)
    id = known.get(words_sha256(text))
    place = Place(document.path, revision=document.revision, sha256=document.sha256, line=1)
    return Fact(f"text:{document.name}", "license-text", id, printable(_first_line(text), 120), Standing.TEXT, place)


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def quote(document: Document, pinned_sha256: str | None, lines: tuple[int, int] | None) -> tuple[str, int] | None:
    """The clause in the user's own copy, with its line, when the copy is byte for byte the text that the rules pin."""
    if lines is None or document.sha256 != pinned_sha256:
        return None
    first, last = lines
    found = lines_of(decode(document.data))[first - 1 : last]
    return printable(" ".join(line.strip() for line in found), QUOTE_LIMIT), first
