"""License texts beside a build, as facts: which known texts they hold, what was changed, and a clause in the user's copy."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from openness.printable import printable
from openness.records import Fact, Place, Standing
from openness.sources.folder import Document

if TYPE_CHECKING:
    from openness.evidence.clauses import DetectedClause
    from openness.evidence.identify import Identification

BRACKETED_HEAD = re.compile(r"\A\s*\[For a copy of the original[^\]]*\]")
COPYRIGHT_LINE = re.compile(r"^\W*(copyright\b|\(c\)|©|all rights reserved).{0,200}$", re.IGNORECASE | re.MULTILINE)
WORD = re.compile(r"[^\W_]+")
QUOTE_LIMIT = 400
#: Changes and clauses shown of one file.
MOST_CHANGES = 20


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


def facts_of(document: Document, found: Identification, clauses: Sequence[DetectedClause]) -> list[Fact]:
    """What a license file states: ``license-text`` with the ids of the texts in it (all apply), or None for an unknown text;
    and ``license-text-change`` where a known text was changed or cut, with what was added and the clauses in it."""
    place = Place(document.path, revision=document.revision, sha256=document.sha256, line=1)
    ids = tuple(x.id for x in found.licenses if x.kind != "exception")
    head = printable(_first_line(decode(document.data)), 120)
    facts = [Fact(f"text:{document.name}", "license-text", ids or None, head, Standing.TEXT, place)]
    if ids and not found.whole:
        first = found.added[0] if found.added else None
        quote = first.text if first else f"{sum(m.words for m in found.missing)} words of the known text are missing"
        value = {
            "verdict": found.verdict,
            "licenses": ids,
            "added": [(x.line, printable(x.text, QUOTE_LIMIT)) for x in found.added[:MOST_CHANGES]],
            "missing": sum(x.words for x in found.missing),
            "clauses": [(x.type, x.line, printable(x.quote, QUOTE_LIMIT)) for x in clauses[:MOST_CHANGES]],
        }
        where = msgspec.structs.replace(place, line=first.line if first else 1)
        facts.append(
            Fact(
                f"text:{document.name}:change", "license-text-change", value, printable(quote, QUOTE_LIMIT), Standing.TEXT, where
            )
        )
    elif not ids and clauses:
        spoken = [(x.type, x.line, printable(x.quote, QUOTE_LIMIT)) for x in clauses[:MOST_CHANGES]]
        where = msgspec.structs.replace(place, line=clauses[0].line)
        facts.append(
            Fact(
                f"text:{document.name}:clauses",
                "license-text-clauses",
                spoken,
                printable(clauses[0].quote, QUOTE_LIMIT),
                Standing.TEXT,
                where,
            )
        )
    return facts


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
