"""What of a classification or an audit is kept in a lock: licenses with their places, and the verdict of each use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from openness.policy.lock import LockedLicense, LockedPlace, LockedReason, LockedUse
from openness.printable import printable
from openness.records import Fact, UseVerdict
from openness.rules.loader import Ruleset
from openness.verdict.classified import BoundLicense, Classification

#: The words in which a use's decision is kept: the deciding reasons, shortened (characters).
MAX_REASONS = 6
MAX_TEXT = 300
MAX_QUOTE = 120


def uses_of(verdicts: Iterable[UseVerdict]) -> dict[str, LockedUse]:
    """The verdicts with the reasons that decided them."""
    return {
        verdict.use: LockedUse(verdict.verdict, tuple(_reasons(verdict)), tuple(dict.fromkeys(q.fact for q in verdict.questions)))
        for verdict in verdicts
    }


def _reasons(verdict: UseVerdict) -> Iterator[LockedReason]:
    """Why a use does not pass; empty for one that does."""
    effect = {"denied": "denied", "unknown": "unknown", "needs-answer": "asks"}.get(str(verdict.verdict))
    found = [reason for reason in verdict.reasons if reason.effect == effect]
    for reason in found[:MAX_REASONS]:
        yield LockedReason(reason.effect, printable(reason.summary, MAX_TEXT), reason.license, reason.section, reason.clause)
    if effect == "asks" and not found:
        yield from (LockedReason("asks", printable(question.text, MAX_TEXT)) for question in verdict.questions[:MAX_REASONS])


def licenses_of(found: Classification) -> Iterator[LockedLicense]:
    facts = {fact.id: fact for fact in found.evidence}
    seen: set[tuple[str, str]] = set()
    for license in found.licenses:
        if license.component == "weights" and (license.id, license.source) not in seen:
            seen.add((license.id, license.source))
            yield _license(license, facts, found.model)


def _license(license: BoundLicense, facts: Mapping[str, Fact], model: str) -> LockedLicense:
    cited = [facts[id] for id in license.evidence if id in facts]
    cards = [fact for fact in cited if not fact.claim.startswith("license-text")]
    texts = [fact for fact in cited if fact.claim.startswith(("license-text", "license-clarified"))]
    return LockedLicense(
        id=license.id,
        spdx=license.spdx,
        basis=license.basis,
        source=license.source if license.source and license.source != model else None,
        card=place_of(cards[0]) if cards else None,
        text=place_of(texts[0]) if texts else None,
    )


def place_of(fact: Fact) -> LockedPlace:
    place = fact.place
    quote = printable(fact.quote, MAX_QUOTE)
    return LockedPlace(printable(place.document), place.url, place.sha256, place.line, quote)


def license_entry(id: str, evidence: Sequence[Fact], ruleset: Ruleset) -> LockedLicense:
    """A license that an audit found, with the document that says so."""
    texts = [fact for fact in evidence if fact.claim == "license-text" and id in (fact.value or ())]
    said = [fact for fact in evidence if fact.claim in ("license", "license-name", "base-license")]
    known = id in ruleset.license_ids or id in ruleset.spdx
    basis = max((fact.standing for fact in (*texts, *said)), key=lambda s: s.rank, default="name")
    card, text = (place_of(found[0]) if found else None for found in (said, texts))
    return LockedLicense(id, ruleset.license(id).spdx if known else f"LicenseRef-{id}", str(basis), None, card, text)
