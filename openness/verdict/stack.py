"""Several licenses on one build: all of a sum bind (worst verdict, union of duties), of a choice the best branch counts."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from openness.printable import printable
from openness.records import Permission, Reason, UseVerdict, worst
from openness.rules.engine import grants, judge
from openness.rules.expressions import AllOf, AnyOf, Expression, Term
from openness.rules.loader import Ruleset
from openness.rules.model import FactSet


def judge_license(id: str, use: str, declared: FactSet, ruleset: Ruleset) -> UseVerdict:
    """One license with every instrument that its text binds in (a use policy, a base license)."""
    seen: dict[str, None] = {}
    pending = [id]
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen[current] = None
        license = ruleset.license(current)
        for clause in license.clauses if license.text.was_read else ():
            pending.extend(str(other) for other in clause.params.get("licenses", ()))
    licenses = [ruleset.license(i) for i in seen]
    granted = any(grants(license, ruleset.types) for license in licenses)
    parts = [
        judge(license, use, declared, ruleset.types, ruleset.vocabulary, grants_elsewhere=granted and len(seen) > 1)
        for license in licenses
    ]
    return all_of(parts, use)


def judge_expression(expression: Expression, use: str, declared: FactSet, ruleset: Ruleset) -> UseVerdict:
    """The verdict of a license expression. A name that resolves to nothing is ``unknown``; a family counts as its strictest."""
    if isinstance(expression, AllOf):
        return all_of([judge_expression(part, use, declared, ruleset) for part in expression.parts], use)
    if isinstance(expression, AnyOf):
        return best_of([judge_expression(part, use, declared, ruleset) for part in expression.parts])
    return _judge_term(expression, use, declared, ruleset)


def _judge_term(term: Term, use: str, declared: FactSet, ruleset: Ruleset) -> UseVerdict:
    resolved = term.resolved
    if not resolved.ids:
        name = "" if resolved.how in ("unknown-text", "no-rules") else printable(resolved.name, 80)
        reason = Reason(name, "", "NAME", "unknown", unresolved(term))
        return UseVerdict(use, Permission.UNKNOWN, None, (reason,))
    verdict = all_of([judge_license(id, use, declared, ruleset) for id in resolved.ids], use)
    if resolved.certain:
        return verdict
    return with_unknown(
        verdict, Reason(printable(resolved.name, 80), "", "NAME", "unknown", f"{resolved.reading}; nothing says which it is.")
    )


def unresolved(term: Term) -> str:
    """Why a name stands for no license, and what to do."""
    name, near = printable(term.resolved.name, 80) or "(empty)", term.resolved.nearest
    if term.resolved.how == "unknown-text":
        return f"The license text that begins “{name}” is not known here, so nobody here has read what it allows."
    if term.resolved.how == "no-rules":
        return f"The text is that of {name}, for which there are no rules here."
    hint = f" The nearest known name is {near} (score {term.resolved.shown_score}), which is not used." if near else ""
    return f"The name {name} stands for no license that is known here.{hint}"


def all_of(verdicts: Iterable[UseVerdict], use: str) -> UseVerdict:
    """Everything binds: the worst verdict, the union of reasons, duties and questions."""
    parts = list(verdicts)
    verdict = worst(part.verdict for part in parts)
    once = None
    if verdict is Permission.NEEDS_ANSWER:
        once = worst(part.once_answered or part.verdict for part in parts)
    reasons = sorted(
        dict.fromkeys(reason for part in parts for reason in part.reasons), key=lambda r: EFFECT_ORDER.index(r.effect)
    )
    return UseVerdict(
        use=use,
        verdict=verdict,
        once_answered=once,
        reasons=tuple(reasons),
        duties=tuple(dict.fromkeys(duty for part in parts for duty in part.duties)),
        questions=tuple(dict.fromkeys(q for part in parts for q in part.questions)) if once else (),
    )


EFFECT_ORDER = ("denied", "unknown", "asks", "grants", "duty")


def best_of(verdicts: list[UseVerdict]) -> UseVerdict:
    """A choice: the branch that binds least. An unknown branch is never better than one that is known to pass."""
    return min(verdicts, key=lambda v: (v.verdict.rank, (v.once_answered or v.verdict).rank, len(v.duties)))


def with_unknown(verdict: UseVerdict, reason: Reason) -> UseVerdict:
    """The same verdict made at least ``unknown``, for what ``reason`` says; a denial stays one."""
    if verdict.verdict is Permission.DENIED:
        return msgspec.structs.replace(verdict, reasons=(*verdict.reasons, reason))
    return msgspec.structs.replace(
        verdict, verdict=Permission.UNKNOWN, once_answered=None, questions=(), reasons=(reason, *verdict.reasons)
    )
