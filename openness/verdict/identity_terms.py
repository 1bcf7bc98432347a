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
from openness.rules.loader import Ruleset
from openness.rules.model import CATEGORIES
from openness.verdict.claims import Claim, claims_of
from openness.verdict.stack import with_unknown

OPEN = "open"


class Doubt(msgspec.Struct, frozen=True):
    """One reason why what is said of a build is not believed. ``about`` is license or identity."""

    about: str
    summary: str
    evidence: tuple[str, ...] = ()


def contradicted_license(
    facts: Sequence[Fact],
    stacks: Sequence[Sequence[str]],
    ruleset: Ruleset,
    *,
    what: str,
    own: bool,
    evidence: tuple[str, ...] = (),
) -> Doubt | None:
    """The doubt about a claimed license, where the build is found to be ``what``, released under one of ``stacks``: license ids
    that all bind.

    ``own``: the build is that release itself, so no other license can be right. Else further terms may stand on top, and only a
    claim that is looser than every stack is doubted.
    """
    found = [claim for claim in claims_of(_build_claims(facts), ruleset) if claim.resolves]
    if not found or not stacks or not all(stack and set(stack) <= set(ruleset.license_ids) for stack in stacks):
        return None
    if any(claim.ids & set(stack) for claim in found for stack in stacks):
        return None
    if not own and not all(_looser(claim, stack, ruleset) for claim in found for stack in stacks):
        return None
    said = ", ".join(sorted({id for claim in found for id in claim.ids}))
    under = " or ".join(dict.fromkeys(" and ".join(stack) for stack in stacks))
    summary = f"It says {said}, but {what}, released under {under}; nothing at hand settles which terms hold."
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


def _looser(claim: Claim, stack: Sequence[str], ruleset: Ruleset) -> bool:
    """Whether the strictest license of a stack is stricter in class than an open one, and not milder than what is claimed."""
    claimed = max((_rank(id, ruleset) for id in claim.ids), default=0)
    strictest = max(_rank(id, ruleset) for id in stack)
    return strictest > CATEGORIES.index(OPEN) and strictest >= claimed


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
