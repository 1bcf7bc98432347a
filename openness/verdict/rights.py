"""Signs that weights are public without leave of whoever holds the rights in them: leaks and mirrors without permission.

Rules on evidence: a list of known leaks with sources, statements of the uploader, notices of removal, and a gated original that
someone else passes on without its terms. What is derived from a leak is one as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from openness.evidence.base_names import owner_of
from openness.evidence.repository_evidence import RepositoryEvidence
from openness.records import Finding
from openness.rules.leaks import Leak, Leaks
from openness.verdict.lineage_terms import QUANTIZED, Base, TermsOf, qualified

LEAKED_RULE, DOUBT_RULE = "released-with-leave", "uploader-may-license"


class Rights(msgspec.Struct, frozen=True):
    """``leaked``: the weights, or what they were made from, were given away without leave; ``doubt``: signs that whoever uploaded
    them cannot license them. Both hold ids of facts, and may be empty where a list says it."""

    leaked: bool = False
    doubt: bool = False
    evidence: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def signs(
    model: RepositoryEvidence, bases: Sequence[Base], terms_of: TermsOf, leaks: Leaks, unlicensed: Sequence[str] = ()
) -> Rights:
    """All signs along the lineage. ``unlicensed`` are bases whose license gives no right to pass them on."""
    leaked = [*_leaks(model, bases, leaks)]
    doubt = [*_statements(model, bases, "removal-stated"), *_mirrored(model, bases, terms_of)]
    findings = (*leaked, *doubt)
    return Rights(
        leaked=bool(leaked),
        doubt=bool(doubt) or bool(unlicensed),
        evidence=tuple(dict.fromkeys(id for finding in findings for id in finding.evidence)),
        findings=tuple({finding.id: finding for finding in findings}.values()),
    )


def _chain(model: RepositoryEvidence, bases: Sequence[Base]) -> Iterator[tuple[str, RepositoryEvidence | None]]:
    yield model.name, model
    for base in bases:
        yield base.name, base.evidence
        if base.link is not None:
            yield base.link.target.name, base.evidence


def _leaks(model: RepositoryEvidence, bases: Sequence[Base], leaks: Leaks) -> Iterator[Finding]:
    for name, evidence in _chain(model, bases):
        hashes = [hash for fact in evidence.claims("weights-sha256") for hash in fact.value] if evidence else []
        if leak := leaks.of_model(name, hashes):
            yield _listed(name, leak, model)
    yield from _statements(model, bases, "leak-stated")


def _listed(name: str, leak: Leak, model: RepositoryEvidence) -> Finding:
    what = "These weights are" if name == model.name else f"The weights come from {name}, which is"
    message = f"{what} on the list of leaks ({leak.id}): {leak.what} ({leak.holder}, {leak.date}, {leak.source})."
    return Finding(f"leak:{leak.id}:{name}", LEAKED_RULE, "denies", message)


def _statements(model: RepositoryEvidence, bases: Sequence[Base], claim: str) -> Iterator[Finding]:
    for name, evidence in _chain(model, bases):
        for fact in evidence.claims(claim) if evidence is not None else ():
            said = "was given away without leave" if claim == "leak-stated" else "was removed at the wish of a rights holder"
            message = f"The card of {name} says that the model {said}: “{fact.quote}”"
            rule = LEAKED_RULE if claim == "leak-stated" else DOUBT_RULE
            yield Finding(f"{claim}:{name}:{fact.id}", rule, "denies", message, (qualified(fact.id, evidence, model),))


def _mirrored(model: RepositoryEvidence, bases: Sequence[Base], terms_of: TermsOf) -> Iterator[Finding]:
    """A gated original that another owner passes on, free of the gate and without a word of its terms."""
    own = terms_of(model)
    if own.stated or any(model.claims("gated")) or not owner_of(model.name):
        return
    for base in bases:
        gated = next(base.evidence.claims("gated"), None) if base.evidence is not None else None
        if gated is None or base.parent is not model or base.relation != QUANTIZED or owner_of(base.name) == owner_of(model.name):
            continue
        message = (
            f"{base.name} is handed out against an agreement; this copy by another owner has neither the gate nor any terms, so "
            "nothing shows that it may be passed on."
        )
        evidence = (qualified(base.fact, base.parent, model), qualified(gated.id, base.evidence, model))
        yield Finding(f"mirror:{base.name}", DOUBT_RULE, "denies", message, evidence)
