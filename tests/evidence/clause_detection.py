"""Detecting clauses in tests: with the packaged patterns."""

from __future__ import annotations

from openness.evidence.clauses import ClausePatterns, DetectedClause, detect
from openness.packaged import packaged
from openness.rules.patterns import clause_patterns

DATA = clause_patterns(packaged("rules"))
PATTERNS = ClausePatterns(DATA)


def types(text: str) -> set[str]:
    return {clause.type for clause in detect(text, PATTERNS)}


def restrictions(text: str) -> list[DetectedClause]:
    return [clause for clause in detect(text, PATTERNS) if clause.pattern in PATTERNS.restricting]
