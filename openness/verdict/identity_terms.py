"""What the identity of a build does to its verdict: it can contradict what is said of the build, and so lower it, never raise it.

A claim is contradicted where the build is, by its weights or hash, a release under other terms; or where everything that it is
shaped and tokenized like is released under terms that exclude the claimed ones and are stricter. Then nothing passes until a text
says which terms hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from openness.printable import printable
from openness.records import AuditResult, BuildIdentity, Contradiction, Fact, Finding, Reason, UseVerdict, worst
from openness.rules.limits import CATEGORIES
from openness.rules.loader import Ruleset
from openness.verdict.claims import Claim, claims_of
from openness.verdict.stack import with_unknown

OPEN = "open"


class Doubt(msgspec.Struct, frozen=True):
    """One reason why what is said of a build is not believed. ``about`` is license or identity."""

    about: str
    summary: str
    evidence: tuple[str, ...] = ()


def contradicted_license(
    facts: Sequence[Fact], ids: Sequence[str], ruleset: Ruleset, *, what: str, own: bool, evidence: tuple[str, ...] = ()
) -> Doubt | None:
    """The doubt about a claimed license, where ``ids`` are the licenses of what the build is found to be, called ``what``.

    ``own``: the build is that release itself, so no other license can be right. Else further terms may stand on top, and only a
    claim that is looser than all of ``ids`` is doubted.
    """
    found = [claim for claim in claims_of(_build_claims(facts), ruleset) if claim.resolves]
    known = [id for id in ids if id in ruleset.license_ids]
    if not found or not known or len(known) < len(ids):
        return None
    if any(claim.ids & set(known) for claim in found):
        return None
    if not own and not all(_looser(claim, known, ruleset) for claim in found):
        return None
    said = ", ".join(sorted({id for claim in found for id in claim.ids}))
    summary = f"It says {said}, but {what}, released under {', '.join(known)}; nothing at hand settles which terms hold."
    return Doubt("license", summary, (*(id for claim in found for id in claim.evidence), *evidence))


def another_model(said: str, identity: BuildIdentity) -> Doubt | None:
    """The doubt about the model that the user names, where the file is known to be another one."""
    if identity.model is None or said.casefold() == identity.model.casefold() or identity.match == "fine-tuned":
        return None
    how = "hash" if identity.basis == "sha256" else "weights"
    return Doubt("identity", f"It is said to be {printable(said)}, but by its {how} it is {identity.model}.", ("user:model",))


def _build_claims(facts: Iterable[Fact]) -> list[Fact]:
    """What the build and what lies beside it say; not what is known of the model from elsewhere."""
    return [fact for fact in facts if "@" not in fact.id]


def _looser(claim: Claim, ids: Sequence[str], ruleset: Ruleset) -> bool:
    """Whether every license in ``ids`` is stricter in class than an open one, and none is milder than what is claimed."""
    claimed = max((_rank(id, ruleset) for id in claim.ids), default=0)
    ranks = [_rank(id, ruleset) for id in ids]
    return all(rank > CATEGORIES.index(OPEN) and rank >= claimed for rank in ranks)


def _rank(id: str, ruleset: Ruleset) -> int:
    category = ruleset.license(id).category if id in ruleset.license_ids else None
    return CATEGORIES.index(category) if category in CATEGORIES else len(CATEGORIES)


def with_doubts(result: AuditResult, doubts: Sequence[Doubt]) -> AuditResult:
    """The result with nothing passing that is doubted; a denial stays one, and the category is unverified."""
    if not doubts:
        return result
    uses = tuple(_doubted(use, doubts) for use in result.uses)
    return msgspec.structs.replace(
        result,
        uses=uses,
        verdict=worst(use.verdict for use in uses),
        category="unverified",
        contradictions=(*result.contradictions, *(Contradiction(doubt.about, doubt.evidence) for doubt in doubts)),
        findings=(*(_finding(number, doubt) for number, doubt in enumerate(doubts, 1)), *result.findings),
    )


def _doubted(use: UseVerdict, doubts: Sequence[Doubt]) -> UseVerdict:
    for doubt in doubts:
        use = with_unknown(use, Reason("", "", "IDENTITY", "unknown", doubt.summary, "", doubt.evidence))
    return use


def _finding(number: int, doubt: Doubt) -> Finding:
    return Finding(f"identity:{number}", "identity-agrees", "unknown", doubt.summary, doubt.evidence)
