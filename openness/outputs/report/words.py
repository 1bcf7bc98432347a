"""The words of the pages: each status is a glyph and a word, so that nothing depends on color."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from openness.records import Permission, UseVerdict
from openness.verdict.classified import Classification

NONE = "none"


class Mark(msgspec.Struct, frozen=True):
    """How a status is shown: glyph, word, color class (``good``, ``fair``, ``ask``, ``bad`` or ``dim``), and rank for sorting,
    best first."""

    glyph: str
    word: str
    tone: str
    rank: int
    short: str = ""

    @property
    def brief(self) -> str:
        """The word where room is scarce."""
        return self.short or self.word


LEVELS: Mapping[str, Mark] = {
    "open": Mark("●", "open", "good", 0),
    "partial": Mark("◐", "partial", "fair", 1),
    "closed": Mark("○", "closed", "bad", 2),
    "unknown": Mark("?", "unknown", "dim", 3),
}
CATEGORIES: Mapping[str, Mark] = {
    "fully-open": Mark("●", "fully-open", "good", 0),
    "source-available": Mark("◐", "source-available", "fair", 1),
    "research-only": Mark("◔", "research-only", "ask", 2),
    "unverified": Mark("?", "unverified", "bad", 3),
    "not-released": Mark("–", "not-released", "dim", 4),
}
VERDICTS: Mapping[Permission, Mark] = {
    Permission.PERMITTED: Mark("✓", "permitted", "good", 0),
    Permission.WITH_DUTIES: Mark("☑", "permitted with duties", "good", 1, "duties"),
    Permission.NEEDS_ANSWER: Mark("?", "your answer decides", "ask", 2, "asks you"),
    Permission.UNKNOWN: Mark("–", "cannot say", "dim", 3),
    Permission.DENIED: Mark("✕", "denied", "bad", 4),
}
OUTCOMES: Mapping[str, Mark] = {
    "pass": Mark("✓", "pass", "good", 0),
    "cannot-say": Mark("–", "cannot say", "dim", 1),
    "fail": Mark("✕", "fail", "bad", 2),
}
EFFECTS: Mapping[str, str] = {
    "grants": "grants",
    "denied": "denies",
    "unknown": "leaves open",
    "asks": "asks",
    "duty": "allows, with a duty",
}


def category_mark(category: str | None) -> Mark:
    return CATEGORIES[category or "not-released"]


def listed(names: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def category_sentence(found: Classification) -> str:
    """What the model is and why, as one sentence for people who read no further."""
    result = found.result
    if result.category is None:
        return f"There are no weights to be had: {result.why}."
    label = f" ({result.sub_label})" if result.sub_label else ""
    return f"This model is {result.category}{label}, because {result.why}."


def use_sentence(uses: Sequence[UseVerdict]) -> str:
    """Which uses may go ahead, which wait for an answer, and which may not."""
    parts = []
    for verdict, words in (
        (Permission.PERMITTED, "Permitted: {}."),
        (Permission.WITH_DUTIES, "Permitted, with duties: {}."),
        (Permission.NEEDS_ANSWER, "Your answer decides: {}."),
        (Permission.UNKNOWN, "Cannot be said, so do not: {}."),
        (Permission.DENIED, "Denied: {}."),
    ):
        names = [use.use for use in uses if use.verdict is verdict]
        if names:
            parts.append(words.format("every use asked" if len(names) == len(uses) and len(uses) > 1 else listed(names)))
    return " ".join(parts)
