"""Statements about one license that exclude each other, and what settles them: a text, or the fuller of two statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from openness.records import Contradiction, Fact
from openness.rules.loader import Ruleset
from openness.rules.names import EMPTY_NAMES, normalize
from openness.verdict.claims import Claim
from openness.verdict.license_class import comparable

#: The source of the claim that the Hub's tag makes (``claims.claims_of``).
HUB_TAG = "hub:license"


def contradictions(texts: Sequence[Claim], others: Sequence[Claim], ruleset: Ruleset) -> tuple[tuple[Contradiction, ...], bool]:
    """Statements that exclude each other, together, with what settles them; and whether classes differ unsettled."""
    named = [claim for claim in others if claim.resolves]
    found = []
    for text in texts:
        against = [claim for claim in named if not text.ids & claim.ids]
        if against:
            evidence = dict.fromkeys(id for claim in (text, *against) for id in claim.evidence)
            found.append(Contradiction("license", tuple(evidence), text.evidence[0]))
    if texts:
        return tuple(found), False
    return _among_equals(named, ruleset)


def _among_equals(named: Sequence[Claim], ruleset: Ruleset) -> tuple[tuple[Contradiction, ...], bool]:
    """The same among statements of one standing, each pair of differing readings once."""
    readings: dict[frozenset[str], list[Claim]] = {}
    for claim in named:
        readings.setdefault(claim.ids, []).append(claim)
    found, unsettled = [], False
    groups = list(readings.values())
    for index, one in enumerate(groups):
        for other in groups[index + 1 :]:
            same_class = comparable(one[0].expression, ruleset) == comparable(other[0].expression, ruleset)
            if one[0].ids & other[0].ids and same_class:
                continue
            settled = _fuller(one[0], other[0]) or _modified(one[0], other[0], ruleset)
            evidence = tuple(dict.fromkeys(id for claim in (*one, *other) for id in claim.evidence))
            found.append(Contradiction("license", evidence, settled))
            unsettled |= settled is None and not same_class
    return tuple(found), unsettled


def doubts(facts: Iterable[Fact], others: Sequence[Claim]) -> tuple[Contradiction, ...]:
    """Where the card itself says that its license is not certain, what it states elsewhere is not settled either."""
    doubted = [fact.id for fact in facts if fact.claim == "license-doubt"]
    stated = [id for claim in others if claim.resolves for id in claim.evidence]
    return (Contradiction("license", (*stated, *doubted)),) if doubted and stated else ()


def withheld_names(claims: Sequence[Claim], facts: Iterable[Fact]) -> tuple[Contradiction, ...]:
    """Where the Hub's tag names a license and the card's own field says that it is none on the Hub's list, or not known. The Hub
    makes the tag of the field, so that one of the two is not of this revision; the tag alone must not make a model open."""
    field = [fact for fact in facts if fact.claim == "license" and fact.id.startswith("card:")]
    tagged = [claim for claim in claims if claim.source == HUB_TAG and claim.resolves]
    named = {id for claim in claims if claim.source != HUB_TAG for id in claim.ids}
    if not field or not tagged or named:
        return ()
    values = [value for fact in field for value in (fact.value if isinstance(fact.value, list) else [fact.value])]
    if not all(normalize(str(value)) in EMPTY_NAMES for value in values):
        return ()
    return (Contradiction("license", (*(fact.id for fact in field), *(id for claim in tagged for id in claim.evidence))),)


def _fuller(one: Claim, other: Claim) -> str | None:
    """Of two statements that share a license the one that names more; it counts, since all that is named binds."""
    if one.ids < other.ids:
        return other.evidence[0]
    return one.evidence[0] if other.ids < one.ids else None


def _modified(one: Claim, other: Claim, ruleset: Ruleset) -> str | None:
    """Of a license and a modified form of it the modified one: it is the same text and something more, and that counts."""
    for claim, plain in ((one, other), (other, one)):
        known = {
            family["modifies"]
            for family in ruleset.families.values()
            if "modifies" in family and set(family["candidates"]) == claim.ids
        }
        if known & plain.ids:
            return claim.evidence[0]
    return None
