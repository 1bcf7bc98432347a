"""``[[exceptions]]`` in an audit: a denied use, or one that asks, is permitted for a model that a person excepted.

They count only for a build that is the model, by its weights or its hash, or that the user names by ``--model``; a file name is
none. What is not known stays unknown: an exception is for terms that were read, not for evidence that is lacking.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

import msgspec

from openness.policy.stated import Excepted
from openness.printable import printable
from openness.records import AuditResult, Finding, Permission, Reason, UseVerdict, worst

IDENTIFIED = frozenset({"sha256", "weights", "user"})


class Exceptions(msgspec.Struct, frozen=True):
    """The exceptions of a policy with the words that each allows, license names resolved to ids."""

    all: Sequence[Excepted]
    allowed: Mapping[int, frozenset[str]]

    def apply(self, result: AuditResult, today: datetime.date | None = None) -> tuple[AuditResult, tuple[str, ...]]:
        """The result with excepted uses permitted, and a warning for each exception that would fit and has expired."""
        identity = result.identity
        if identity.model is None or identity.basis not in IDENTIFIED:
            return result, ()
        today = today or datetime.datetime.now(datetime.UTC).date()
        fitting = [one for one in self.all if one.fits(identity.model, None)]
        warnings = tuple(
            f"{one.where}: the exception for {printable(one.model, 120)} expired on {one.until} and no longer counts."
            for one in fitting
            if one.expired(today)
        )
        current = [one for one in fitting if not one.expired(today)]
        uses, findings = [], []
        for use in result.uses:
            one = next((one for one in current if _lifts(self.allowed[one.number], use)), None)
            uses.append(_lifted(use, one) if one else use)
            findings += [_finding(use, one)] if one else []
        if not findings:
            return result, warnings
        verdict = worst(use.verdict for use in uses)
        changed = msgspec.structs.replace(result, uses=tuple(uses), verdict=verdict, findings=(*result.findings, *findings))
        return changed, warnings


def _lifts(allowed: frozenset[str], use: UseVerdict) -> bool:
    """Whether what stands against a use is excepted: the use itself, or every license that denies it or asks."""
    if use.verdict not in (Permission.DENIED, Permission.NEEDS_ANSWER) or any(r.effect == "unknown" for r in use.reasons):
        return False
    against = {reason.license for reason in use.reasons if reason.effect in ("denied", "asks")}
    return use.use in allowed or (bool(against) and against <= allowed)


def _lifted(use: UseVerdict, one: Excepted) -> UseVerdict:
    verdict = Permission.WITH_DUTIES if use.duties else Permission.PERMITTED
    reason = Reason("", one.where, "EXCEPTION", "grants", f"The policy excepts this model: {printable(one.reason, 300)}.")
    kept = tuple(r for r in use.reasons if r.effect in ("grants", "duty"))
    return UseVerdict(use.use, verdict, None, (reason, *kept), use.duties)


def _finding(use: UseVerdict, one: Excepted) -> Finding:
    until = f" until {one.until}" if one.until else ""
    message = f"{use.use} was {use.verdict}; {one.where} excepts the model{until}: {printable(one.reason, 300)}."
    return Finding(f"exception:{one.number}:{use.use}", "exception", "info", message)
