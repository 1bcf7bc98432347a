"""Evaluate published definitions of openness: a pure function of (framework, case) to pass, fail or cannot say.

The definitions are data (``rules/frameworks/*.yaml``, where every criterion names the section it comes from); this module knows
the four ways in which they add up (``mode``) and no definition by name. What is not stated never passes and, by itself, never
fails; more openness never turns a pass into a fail (``rules lint`` holds the files to that).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from openness.rules.case import Case
from openness.rules.definitions import Criterion, Definitions, Framework, Rank
from openness.rules.predicates import Answer, ask, negate

PASS, FAIL, CANNOT_SAY = "pass", "fail", "cannot-say"


class CriterionResult(msgspec.Struct, frozen=True):
    """``why`` says what decided or what a person must judge; ``level`` is set where a framework has levels."""

    id: str
    title: str
    outcome: str
    evidence: tuple[str, ...]
    why: str
    level: str | None = None
    role: str = "required"


class Score(msgspec.Struct, frozen=True):
    """A figure of a framework: progress towards a class in percent, or a sum of levels with its bounds."""

    name: str
    value: float
    of: float


class FrameworkResult(msgspec.Struct, frozen=True):
    """``class_`` is the class, label or sum where the framework has one. ``passes_if`` lists what would have to be there;
    ``terms_only``: it fails on license terms alone, whatever else may still be open."""

    name: str
    outcome: str
    class_: str | None = msgspec.field(name="class")
    criteria: tuple[CriterionResult, ...]
    passes_if: tuple[str, ...] = ()
    terms_only: bool = False
    scores: tuple[Score, ...] = ()


def evaluate_all(case: Case, definitions: Definitions, names: Iterable[str] = ()) -> dict[str, FrameworkResult]:
    """The named frameworks, or all of them. Raises KeyError for a name that is none."""
    wanted = tuple(names) or tuple(definitions.frameworks)
    return {name: evaluate(definitions.frameworks[name], case, definitions) for name in wanted}


def evaluate(framework: Framework, case: Case, definitions: Definitions) -> FrameworkResult:
    """One framework on one case."""
    if framework.mode == "levels":
        return _levels(framework, case, definitions)
    results = {row.id: _criterion(row, case, definitions) for row in framework.criteria}
    return {"all": _all_required, "classes": _classes, "labels": _labels}[framework.mode](framework, results)


def _criterion(row: Criterion, case: Case, definitions: Definitions) -> CriterionResult:
    """A condition to pass and one to fail. Where both hold, it fails; where neither does, nobody can say from evidence."""
    passed = ask(row.passes, case, definitions)
    failed = ask(row.fails, case, definitions) if row.fails is not None else negate(passed)
    if failed.holds:
        outcome, why, evidence = FAIL, failed.why, failed.evidence
    elif passed.holds:
        outcome, why, evidence = PASS, _noted(row, passed, case, definitions), passed.evidence
    else:
        outcome, why, evidence = CANNOT_SAY, _undecided(row, passed), passed.evidence
    return CriterionResult(row.id, row.title, outcome, evidence, why, role=row.role)


def _undecided(row: Criterion, answer: Answer) -> str:
    """What is missing, and what a person has to judge."""
    return " - ".join(part for part in (answer.why, row.judge) if part)


def _noted(row: Criterion, passed: Answer, case: Case, definitions: Definitions) -> str:
    if row.note is None or ask(row.note["when"], case, definitions).holds is not False:
        return passed.why
    return f"{passed.why} - {row.note['text']}"


def _remedies(rows: Iterable[Criterion], results: Mapping[str, CriterionResult]) -> tuple[str, ...]:
    found = (row.remedy or row.title for row in rows if results[row.id].outcome == FAIL)
    return tuple(dict.fromkeys(found))


def _total(outcomes: Iterable[str]) -> str:
    seen = set(outcomes)
    return FAIL if FAIL in seen else CANNOT_SAY if CANNOT_SAY in seen else PASS


def _all_required(framework: Framework, results: Mapping[str, CriterionResult]) -> FrameworkResult:
    """Every required criterion must pass. An exclusion decides by failing alone; the others are only shown."""
    required = [row for row in framework.criteria if row.role == "required"]
    deciding = required + [row for row in framework.criteria if row.role == "exclusion" and results[row.id].outcome == FAIL]
    outcome = _total(results[row.id].outcome for row in deciding)
    failed = [row for row in deciding if results[row.id].outcome == FAIL]
    terms_only = bool(failed) and all(row.about == "terms" for row in failed)
    return FrameworkResult(
        framework.id, outcome, None, tuple(results.values()), _remedies(deciding, results), terms_only=terms_only
    )


def _classes(framework: Framework, results: Mapping[str, CriterionResult]) -> FrameworkResult:
    """The highest class that is complete together with those below it (criteria.md section 1.2, rule 5)."""
    reached, below = framework.none, True
    own: list[Criterion] = []
    missing: tuple[str, ...] = ()
    scores = []
    for rank in framework.classes:
        own = [*own, *(row for row in framework.criteria if row.class_ == rank.id and row.role == "required")]
        needed = [row for row in own if not _replaced(row, results, own)]
        incomplete = [row for row in needed if not _complete(row, results)]
        scores.append(Score(rank.id, 100 * (1 - len(incomplete) / len(needed)) if below else 0.0, 100))
        below = below and not incomplete
        reached = rank.id if below else reached
        missing = missing or tuple(row.title for row in incomplete)
    titles = {rank.id: rank.title for rank in framework.classes}
    return FrameworkResult(framework.id, reached, titles.get(reached), tuple(results.values()), missing, scores=tuple(scores))


def _complete(row: Criterion, results: Mapping[str, CriterionResult]) -> bool:
    """Released, or something stands in for it (a research paper for the technical report; rule 4)."""
    return any(results[id].outcome == PASS for id in (row.id, row.instead) if id)


def _replaced(row: Criterion, results: Mapping[str, CriterionResult], among: Iterable[Criterion]) -> bool:
    """Not counted a second time, where what stands in for it is itself asked for."""
    stands_in = bool(row.instead) and results[row.instead].outcome == PASS and results[row.id].outcome != PASS
    return stands_in and any(other.id == row.instead for other in among)


def _levels(framework: Framework, case: Case, definitions: Definitions) -> FrameworkResult:
    """Open 1, partial 0.5, closed 0, with both bounds while a level is not known (criteria.md section 3)."""
    results, low, high = [], 0.0, 0.0
    for row in framework.criteria:
        is_open, is_partial = ask(row.open, case, definitions), ask(row.partial, case, definitions)
        results.append(_level(row, is_open, is_partial))
        low += 1.0 if is_open.holds else 0.5 if is_partial.holds else 0.0
        high += 0.0 if is_partial.holds is False else 0.5 if is_open.holds is False else 1.0
    outcome = _total(result.outcome for result in results)
    of = float(len(results))
    total = f"{low:g}/{of:g}" if low == high else f"{low:g}-{high:g}/{of:g}"
    missing = tuple(result.title for result in results if result.outcome == FAIL)
    scores = (Score("lowest", low, of), Score("highest", high, of))
    return FrameworkResult(framework.id, outcome, total, tuple(results), missing, scores=scores)


def _level(row: Criterion, is_open: Answer, is_partial: Answer) -> CriterionResult:
    if is_open.holds:
        return CriterionResult(row.id, row.title, PASS, is_open.evidence, is_open.why, "open", row.role)
    if is_partial.holds is False:
        return CriterionResult(row.id, row.title, FAIL, is_partial.evidence, is_partial.why, "closed", row.role)
    if is_open.holds is False:
        level = "partial" if is_partial.holds else None
        return CriterionResult(row.id, row.title, FAIL, is_open.evidence, is_open.why, level, row.role)
    return CriterionResult(row.id, row.title, CANNOT_SAY, is_open.evidence, _undecided(row, is_open), None, row.role)


def _labels(framework: Framework, results: Mapping[str, CriterionResult]) -> FrameworkResult:
    """The first label whose needs pass and whose further conditions do not fail."""
    standing = {rank.id: _standing(rank, results) for rank in framework.labels}
    label = next((id for id, (outcome, _) in standing.items() if outcome == PASS), framework.none)
    certain = label in framework.passing and not standing[label][1]
    possible = any(standing[id][0] != FAIL for id in framework.passing)
    outcome = PASS if certain else CANNOT_SAY if possible else FAIL
    lowest = framework.labels[[rank.id for rank in framework.labels].index(framework.passing[-1])]
    named = [row for row in framework.criteria if row.id in (*lowest.needs, *lowest.unless_failed)]
    return FrameworkResult(framework.id, outcome, label, tuple(results.values()), _remedies(named, results))


def _standing(rank: Rank, results: Mapping[str, CriterionResult]) -> tuple[str, bool]:
    """Whether a label is earned, and whether something about it is in doubt."""
    needs = _total(results[id].outcome for id in rank.needs)
    others = _total(results[id].outcome for id in rank.unless_failed)
    return (FAIL if others == FAIL else needs), others == CANNOT_SAY
