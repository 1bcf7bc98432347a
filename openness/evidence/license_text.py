"""License texts beside a build, as facts: which known texts they hold, what was changed, and a clause in the user's copy."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from openness.evidence.added_places import places_of
from openness.printable import printable
from openness.records import Fact, Place, Standing
from openness.sources.folder import Document

if TYPE_CHECKING:
    from openness.evidence.clauses import DetectedClause
    from openness.evidence.identify import AddedWords, Identification

BRACKETED_HEAD = re.compile(r"\A\s*\[For a copy of the original[^\]]*\]")
COPYRIGHT_LINE = re.compile(r"^\W*(copyright\b|\(c\)|©|all rights reserved).{0,200}$", re.IGNORECASE | re.MULTILINE)
WORD = re.compile(r"[^\W_]+")
QUOTE_LIMIT = 400
#: Changes and clauses shown of one file.
MOST_CHANGES = 20
#: Fewer added words than these are shown with so many characters on either side.
FEW_WORDS, AROUND = 5, 100


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
    """What a license file states.

    ``license-text``: the ids of the texts in it (all apply), or None for an unknown text. ``license-text-change``: a known text
    that was changed or cut, with what was added and the clauses in it. ``license-text-clauses``: clauses that were recognized
    by their wording in a text that is not known, or has no rules.
    """
    place = Place(document.path, revision=document.revision, sha256=document.sha256, line=1)
    ids = tuple(x.id for x in found.licenses if x.kind != "exception")
    head = printable(_first_line(decode(document.data)), 120)
    facts = [Fact(f"text:{document.name}", "license-text", ids or None, head, Standing.TEXT, place)]
    spoken = [clause_value(clause) for clause in _telling(clauses)]
    if ids and not found.whole:
        first = found.added[0] if found.added else None
        quote = _added(decode(document.data), first)[1] if first else missing_words(sum(m.words for m in found.missing))
        value = {
            "verdict": found.verdict,
            "licenses": ids,
            "added": [(x.line, *_added(decode(document.data), x)) for x in found.added[:MOST_CHANGES]],
            "missing": sum(x.words for x in found.missing),
            "clauses": spoken,
        }
        where = msgspec.structs.replace(place, line=first.line if first else 1)
        facts.append(Fact(f"text:{document.name}:change", "license-text-change", value, quote, Standing.TEXT, where))
    elif spoken:
        where = msgspec.structs.replace(place, line=spoken[0]["line"])
        quote = spoken[0]["quote"]
        facts.append(Fact(f"text:{document.name}:clauses", "license-text-clauses", spoken, quote, Standing.TEXT, where))
    return facts


def _added(text: str, added: AddedWords) -> tuple[str, str]:
    """The added words, and what to show a person: a few words alone say nothing, so the words around them go along."""
    words = printable(added.text, QUOTE_LIMIT)
    if len(added.text.split()) >= FEW_WORDS:
        return words, words
    place = places_of(text, [added])[0]
    begin, end = max(place[0] - AROUND, 0), min(place[1] + AROUND, len(text))
    around = text[begin:end].split()
    around = around[1 if begin else 0 : -1 if end < len(text) else None]
    return words, printable(" ".join(around), QUOTE_LIMIT) or words


def missing_words(count: int) -> str:
    """What a person reads of a text that was cut."""
    return "1 word of the known text is missing" if count == 1 else f"{count} words of the known text are missing"


def clause_value(clause: DetectedClause) -> dict[str, Any]:
    """A detected clause as the value of a fact; ``verdict.detected`` judges it."""
    return {
        "type": clause.type,
        "line": clause.line,
        "quote": printable(clause.quote, QUOTE_LIMIT),
        "pattern": clause.pattern,
        "params": dict(clause.params),
        "unread": list(clause.unread),
        "restricts": clause.restricts,
        "certain": clause.certain,
    }


def _telling(clauses: Sequence[DetectedClause]) -> list[DetectedClause]:
    """Bounded, but nothing that may decide is left out: the first of each way to restrict, then others up to MOST_CHANGES."""
    first: dict[tuple[str, str, bool], DetectedClause] = {}
    for clause in clauses:
        first.setdefault((clause.type, repr(clause.params), clause.certain), clause)
    kept = [clause for clause in first.values() if clause.restricts]
    others = [clause for clause in clauses if clause not in kept]
    kept += others[: max(0, MOST_CHANGES - len(kept))]
    return sorted(kept, key=lambda clause: (clause.line, clause.type))


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
