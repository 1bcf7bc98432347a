"""Judging a case by one of the published definitions."""

from __future__ import annotations

from openness.rules.case import Case
from openness.rules.frameworks import FrameworkResult, evaluate
from tests.rules.cases import DEFINITIONS


def judged(name: str, given: Case) -> FrameworkResult:
    return evaluate(DEFINITIONS.frameworks[name], given, DEFINITIONS)


def outcomes(result: FrameworkResult) -> dict[str, str]:
    return {row.id: row.outcome for row in result.criteria}
