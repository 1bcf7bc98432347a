"""From the licenses that bind the weights to the facts that definitions look at: ``terms`` and ``limits``, and the license
class of a component. Which clause means which limit is data (``rules/limits.yaml``); no license is known by name here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from openness.rules.case import FactState, LicenseClass
from openness.rules.conditions import guard_admits
from openness.rules.definitions import Definitions, LimitSign
from openness.rules.model import CATEGORIES, Clause, License


def limits_of(license: License, definitions: Definitions) -> frozenset[str]:
    """The words of ``rules/limits.yaml`` that the clauses of a license make apply."""
    return limits_of_clauses(license.clauses, definitions)


def limits_of_clauses(clauses: Iterable[Clause], definitions: Definitions) -> frozenset[str]:
    """The same for clauses that stand in no license known here."""
    return frozenset(_limits(tuple(clauses), definitions))


def _limits(clauses: tuple[Clause, ...], definitions: Definitions) -> Iterator[str]:
    for limit in definitions.limits.values():
        if any(_shows(sign, clause) for sign in limit.when for clause in clauses):
            yield limit.id


def _shows(sign: LimitSign, clause: Clause) -> bool:
    if clause.type != sign.clause or not guard_admits(sign.guard, clause.params):
        return False
    return not sign.measures or any(test["measure"] in sign.measures for test in clause.params.get("tests", ()))


#: What gives the limits of a license.
LimitsOf = Callable[[License, Definitions], frozenset[str]]


def terms_facts(
    licenses: Iterable[License],
    definitions: Definitions,
    *,
    unresolved: bool = False,
    evidence: tuple[str, ...] = (),
    limits: LimitsOf = limits_of,
) -> dict[str, FactState]:
    """``terms`` and ``limits`` of a stack of licenses that all bind the weights.

    ``unresolved``: a further instrument binds that is not known here; what is then known holds, but is not all, and an open
    stack has no terms fact. A license whose text was not read whole leaves its limits incomplete too. ``limits`` may be a
    version of :func:`limits_of` that remembers.
    """
    stack = tuple(licenses)
    words = frozenset(word for license in stack for word in limits(license, definitions))
    complete = bool(stack) and not unresolved and all(license.text.was_read for license in stack)
    facts = {"limits": FactState(words, evidence, complete)}
    strictest = max((CATEGORIES.index(license.category) for license in stack), default=None)
    if strictest is not None and (not unresolved or CATEGORIES[strictest] == "research-only"):
        facts["terms"] = FactState(frozenset({CATEGORIES[strictest]}), evidence)
    return facts


def license_class(ids: Iterable[str], known: Iterable[License], definitions: Definitions) -> LicenseClass:
    """What licenses that all apply come to: restricted if any of them is, open only if every one is known to be.

    ``known`` are the records of those ids that have one. An id without a record is open when a body approved it or it stands
    among the open data licenses (``rules/license_lists.yaml``); of any other nothing is known. No id at all is unknown too:
    that no license was given is for the reader of evidence to say.
    """
    records = {license.id: license for license in known}
    approved = definitions.lists["mof-open"].members
    classes = {_class_of(id, records.get(id), approved) for id in ids}
    for found in (LicenseClass.RESTRICTED, LicenseClass.UNKNOWN, LicenseClass.OPEN):
        if found in classes:
            return found
    return LicenseClass.UNKNOWN


def _class_of(id: str, record: License | None, approved: frozenset[str]) -> LicenseClass:
    if record is not None:
        return LicenseClass.OPEN if record.category == "open" else LicenseClass.RESTRICTED
    return LicenseClass.OPEN if id.casefold() in approved else LicenseClass.UNKNOWN
