"""Whether the bases of a model are documented as a fully open model must be: the fact ``base-documented``.

A base that was read is held to the same conditions (``rules/categories.yaml``, documented); of one that could not be read a
published source may say what it was trained on; an own earlier stage is covered by what the model's card says of data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from openness.evidence.repository_evidence import RepositoryEvidence
from openness.rules import dimensions
from openness.rules.case import Case, FactState
from openness.rules.definitions import Definitions
from openness.rules.loader import Ruleset
from openness.rules.predicates import ask
from openness.verdict.components import Documents, component_states
from openness.verdict.lineage_terms import Base, Lookup, TermsOf

BASE_DATA, DATA = "base-datasets", "data"
SHOWN = ("published", "partial")
DOCUMENTED_LEVELS = ("open", "partial")
FACT = "base-documented"


class Seen(msgspec.Struct, frozen=True):
    """What the question needs: how evidence is found and settled, and the definitions."""

    lookup: Lookup
    terms_of: TermsOf
    ruleset: Ruleset
    definitions: Definitions


def base_documented(model: RepositoryEvidence, bases: Sequence[Base], case: Case, seen: Seen) -> FactState | None:
    """The fact for a model with these bases (its whole closure); None where nothing decides."""
    data = case.state(BASE_DATA)
    if str(data.availability) in SHOWN:
        return FactState(frozenset({"yes"}), data.evidence)
    direct = [base for base in bases if base.parent is model and not base.again]
    found = [_of_base(base, bases, case, seen) for base in direct]
    if not found or None in found:
        return None
    evidence = tuple(base.fact for base in direct)
    return FactState(frozenset({"yes" if all(found) else "no"}), evidence)


def _of_base(base: Base, bases: Sequence[Base], case: Case, seen: Seen) -> bool | None:
    """True or False where it is known whether one base is documented; bounded, since every base stands once in the closure."""
    if base.stage:
        return True if _levels(case, seen.definitions).get(DATA) in DOCUMENTED_LEVELS else None
    if base.evidence is None:
        return True if base.release is not None and base.release.documented else None
    states = component_states(Documents(base.evidence, seen.lookup), seen.terms_of, seen.ruleset, seen.definitions)
    own = Case(states)
    further = base_documented(base.evidence, bases, own, seen) if any(b.parent is base.evidence for b in bases) else None
    facts = {FACT: further} if further is not None else {}
    if not any(b.parent is base.evidence for b in bases):
        facts["derived"] = FactState(frozenset({"no"}))
    own = msgspec.structs.replace(own, facts=facts, levels=_levels(own, seen.definitions))
    answer = ask(seen.definitions.categories.documented, own, seen.definitions)
    if answer.holds is not True and base.release is not None and base.release.documented and not base.evidence.complete:
        return True
    return answer.holds


def _levels(case: Case, definitions: Definitions) -> Mapping[str, str]:
    return dimensions.levels(dimensions.rate(case, definitions))
