"""The terms on the weights as a case states them: own licenses and all that is inherited, weighed as one stack.

What evidence shows is reduced here to the few facts that categories look at, so that one model and a table of millions are
judged by the same words (``rules/categories.yaml``).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openness.rules.case import FactState, LicenseClass
from openness.rules.definitions import Definitions
from openness.rules.limits import LimitsOf, license_class, limits_of, terms_facts
from openness.rules.loader import Ruleset
from openness.rules.model import CATEGORIES, License
from openness.verdict.lineage_terms import BARRED
from openness.verdict.own_terms import OwnTerms

STRICTEST = CATEGORIES[-1]


class InheritedTerms(msgspec.Struct, frozen=True):
    """What comes from bases. ``unresolved``: something binds that nobody here knows; ``carried``: as ``carries_license`` of a
    lineage says."""

    ids: tuple[str, ...] = ()
    limits: frozenset[str] = frozenset()
    unresolved: bool = False
    carried: bool = False


class WeightsTerms(msgspec.Struct, frozen=True):
    """All licenses that bind the weights, what they come to, and the facts ``terms`` and ``limits`` of a case."""

    ids: tuple[str, ...]
    license_class: LicenseClass
    facts: dict[str, FactState]


def weights_terms(
    own: OwnTerms, inherited: InheritedTerms, ruleset: Ruleset, definitions: Definitions, limits_of: LimitsOf = limits_of
) -> WeightsTerms:
    """The whole stack: the strictest instrument wins, and a part that is not known leaves the whole open."""
    ids = tuple(dict.fromkeys([*own.ids, *inherited.ids]))
    known = [ruleset.license(id) for id in ids if id in ruleset.license_ids]
    unresolved = not (own.known or inherited.carried) or inherited.unresolved
    facts: dict[str, FactState] = {}
    if known:
        facts = terms_facts(known, definitions, unresolved=unresolved, evidence=own.evidence, limits=limits_of)
    limits = own.limits | inherited.limits
    if limits:
        before = facts.get("limits", FactState(frozenset()))
        facts["limits"] = FactState(before.values | limits, before.evidence, complete=False)
    return WeightsTerms(ids, _class(own, inherited, ids, known, definitions), facts)


def _class(
    own: OwnTerms, inherited: InheritedTerms, ids: Sequence[str], known: Sequence[License], definitions: Definitions
) -> LicenseClass:
    """A stack in which something bars commercial use is restricted whatever else is in it; otherwise a part that is not
    known leaves the whole unknown, since it could bar just that."""
    if not own.stated and not inherited.carried:
        return LicenseClass.NONE
    if BARRED in own.limits | inherited.limits or any(license.category == STRICTEST for license in known):
        return LicenseClass.RESTRICTED
    if own.custom:
        return LicenseClass.RESTRICTED
    if not own.known and not inherited.carried:
        return LicenseClass.UNKNOWN if own.stated else LicenseClass.NONE
    return license_class(ids, known, definitions)
