"""What a model inherits: the closure over its bases, with the terms of each and how they are known.

Every base's terms bind its derivatives as well, so the strictest instrument travels. A base that could not be read is known
from the table of released models, or counts as covered where the same publisher released both; else it is unresolved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from openness.evidence.repository_evidence import Link, RepositoryEvidence
from openness.records import Finding, Standing
from openness.rules.limits import CATEGORIES
from openness.rules.loader import Ruleset
from openness.verdict.classified import BoundLicense, LineageEntry
from openness.verdict.own_terms import OwnTerms, class_of_id

EVIDENCE, TABLE, OWN_PUBLISHER = "evidence", "table", "own-publisher"
#: Hub id in lower case → license ids, of models that cannot be asked (corpus/models.yaml).
KnownModels = Mapping[str, Sequence[str]]
Lookup = Callable[[Link], RepositoryEvidence | None]


class Inherited(msgspec.Struct, frozen=True):
    """The closure. ``licenses`` are those of all bases; ``unresolved`` are bases whose terms nobody here knows;
    ``names`` those that were read only from the table, by their names."""

    entries: tuple[LineageEntry, ...] = ()
    licenses: tuple[BoundLicense, ...] = ()
    unresolved: tuple[str, ...] = ()
    limits: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    contradicted: bool = False

    @property
    def derived(self) -> bool:
        return bool(self.entries)


def inherited(
    model: RepositoryEvidence,
    lookup: Lookup,
    terms_of: Callable[[RepositoryEvidence], OwnTerms],
    known: KnownModels,
    ruleset: Ruleset,
) -> Inherited:
    """The closure over the bases of ``model``; a cycle ends where it closes."""
    found = [*_walk(model, lookup, {model.name.casefold()})]
    entries: list[LineageEntry] = []
    licenses: list[BoundLicense] = []
    unresolved: list[str] = []
    unknown: list[str] = []
    limits: frozenset[str] = frozenset()
    findings: list[Finding] = []
    contradicted = False
    for parent, link, base in found:
        name = base.name if base is not None and base.absent is None else link.target.name
        terms = terms_of(base) if base is not None and base.absent is None else OwnTerms()
        ids, how = _terms(name, parent, terms, known)
        entries.append(LineageEntry(name, link.relation or "unstated", ids, strictest(ids, ruleset), parent.name, how))
        basis = str(terms.basis or Standing.CARD) if how == EVIDENCE else str(Standing.NAME)
        evidence = terms.evidence if how == EVIDENCE else ()
        licenses += [BoundLicense("weights", id, spdx_of(id, ruleset), basis, (link.fact, *evidence), name) for id in ids]
        limits |= terms.limits
        unknown += terms.unresolved
        contradicted |= terms.contradicted
        if how is None:
            unresolved.append(name)
            findings.append(_unresolved(name, link, base))
    return Inherited(
        tuple(entries),
        tuple(dict.fromkeys(licenses)),
        tuple(unresolved),
        limits,
        tuple(dict.fromkeys(unknown)),
        tuple(findings),
        contradicted,
    )


def _walk(
    model: RepositoryEvidence, lookup: Lookup, seen: set[str]
) -> Iterator[tuple[RepositoryEvidence, Link, RepositoryEvidence | None]]:
    """Each base once, breadth first: who names it, the link, and its evidence where it was gathered."""
    level = [model]
    while level:
        following: list[RepositoryEvidence] = []
        for parent in level:
            for link in parent.linked("base"):
                if link.target.name.casefold() in seen:
                    continue
                seen.add(link.target.name.casefold())
                base = lookup(link)
                yield parent, link, base
                if base is not None and base.absent is None:
                    following.append(base)
        level = following


def _terms(name: str, parent: RepositoryEvidence, terms: OwnTerms, known: KnownModels) -> tuple[tuple[str, ...], str | None]:
    if terms.stated:
        return terms.ids, EVIDENCE
    if name.casefold() in known:
        return tuple(known[name.casefold()]), TABLE
    if owner_of(name) == owner_of(parent.name) and owner_of(name):
        # whoever released the derivative released the base: the grant for the derivative is theirs to give
        return (), OWN_PUBLISHER
    return (), None


def owner_of(name: str) -> str:
    return name.partition("/")[0].casefold() if "/" in name else ""


def strictest(ids: Sequence[str], ruleset: Ruleset) -> str | None:
    """The strictest category among licenses; None where one of them is not known or there is none."""
    classes = [class_of_id(id, ruleset) for id in ids]
    if not classes or not all(name in CATEGORIES for name in classes):
        return None
    return max(classes, key=CATEGORIES.index)


def spdx_of(id: str, ruleset: Ruleset) -> str:
    if id in ruleset.license_ids or id in ruleset.spdx:
        return ruleset.license(id).spdx
    return f"LicenseRef-{id}"


def _unresolved(name: str, link: Link, base: RepositoryEvidence | None) -> Finding:
    why = base.absent.reason if base is not None and base.absent is not None else "it states no license"
    message = f"The terms of the base model {name} are not known ({why}); they bind the model as well."
    return Finding(f"base-unresolved:{name}", "base-terms-known", "unknown", message, (link.fact,))
