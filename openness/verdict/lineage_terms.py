"""What a model inherits: the closure over its bases, with the terms of each and how they are known.

Every base's terms bind its derivatives as well, so the strictest instrument travels. A base that could not be read is known from
the table of released models, or counts as covered where the same publisher released both; else it is unresolved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from openness.evidence.base_names import LineageWords, owner_of
from openness.evidence.repository_evidence import Link, RepositoryEvidence
from openness.records import Contradiction, Finding, Standing
from openness.rules.loader import Ruleset
from openness.rules.model import CATEGORIES
from openness.rules.releases import Release, Releases
from openness.verdict import named_bases
from openness.verdict.classified import BoundLicense, LineageEntry
from openness.verdict.license_class import class_of_id
from openness.verdict.own_terms import OwnTerms

EVIDENCE, TABLE, OWN_PUBLISHER = "evidence", "table", "own-publisher"
UNSTATED, QUANTIZED = "unstated", "quantized"
#: The relation of an entry that is no base: its outputs taught the model.
TEACHER = "teacher"
#: The limit that makes a license research-only (rules/categories.yaml, commercial-use-barred).
BARRED = "noncommercial"
Lookup = Callable[[Link], RepositoryEvidence | None]
TermsOf = Callable[[RepositoryEvidence], OwnTerms]


class Known(msgspec.Struct, frozen=True):
    """What is known beforehand of released models and of the words that lineage is stated in."""

    releases: Releases
    words: LineageWords


class Base(msgspec.Struct, frozen=True):
    """One edge: ``parent`` was made from ``name``. ``evidence`` is the base as read, ``release`` the row that knows it;
    ``resolved`` says which of them its ``ids`` are from. ``stage``: it is an earlier stage of the parent's own making;
    ``again``: the base stands in the closure by another edge already."""

    parent: RepositoryEvidence
    name: str
    relation: str
    fact: str
    ids: tuple[str, ...] = ()
    resolved: str | None = None
    terms: OwnTerms = OwnTerms()
    evidence: RepositoryEvidence | None = None
    release: Release | None = None
    stage: bool = False
    link: Link | None = None
    again: bool = False


class Inherited(msgspec.Struct, frozen=True):
    """The closure. ``licenses`` are those of all bases; ``unresolved`` are bases whose terms nobody here knows; ``open_ended``:
    a base is named or hinted at that cannot be placed, so that nothing says whether the model is derived."""

    bases: tuple[Base, ...] = ()
    entries: tuple[LineageEntry, ...] = ()
    licenses: tuple[BoundLicense, ...] = ()
    unresolved: tuple[str, ...] = ()
    limits: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    contradicted: bool = False
    open_ended: bool = False

    @property
    def derived(self) -> bool:
        return bool(self.bases)


def inherited(model: RepositoryEvidence, lookup: Lookup, terms_of: TermsOf, known: Known, ruleset: Ruleset) -> Inherited:
    """The closure over the bases of ``model``; a cycle ends where it closes."""
    findings: list[Finding] = []
    bases: list[Base] = []
    for item in _walk(model, lookup, terms_of, known, model.name.casefold()):
        if isinstance(item, Base):
            bases.append(item)
        else:
            findings.append(item)
    licenses = [license for base in bases for license in _bound(base, model, ruleset)]
    unresolved = tuple(base.name for base in bases if _is_unresolved(base))
    findings += [_unresolved(base, model) for base in bases if _is_unresolved(base)]
    findings += [found for base in bases if (found := _by_name(base, model))]
    contradictions = tuple(_disagreements(model))
    findings += [_disagreement_finding(number, found) for number, found in enumerate(contradictions, 1)]
    return Inherited(
        bases=tuple(bases),
        entries=tuple(_entry(base, ruleset) for base in bases),
        licenses=tuple(dict.fromkeys(licenses)),
        unresolved=unresolved,
        limits=frozenset(limit for base in bases for limit in base.terms.limits),
        unknown=tuple(dict.fromkeys(name for base in bases for name in base.terms.unresolved)),
        findings=tuple(dict.fromkeys(findings)),
        contradictions=contradictions,
        contradicted=any(base.terms.contradicted for base in bases),
        open_ended=any(finding.rule in named_bases.OPEN_ENDED for finding in (*findings, *model.findings)),
    )


def _walk(model: RepositoryEvidence, lookup: Lookup, terms_of: TermsOf, known: Known, own: str) -> Iterator[Base | Finding]:
    """Each base, breadth first: the edge that names it, or why a name is none. A base that is named again stands there twice
    only if its terms are known otherwise that way (its publisher's own derivative, or that of another): then both count, so
    that the order in which bases are named decides nothing."""
    seen: dict[str, set[str | None]] = {own: set()}
    level = [model]
    while level:
        following: list[RepositoryEvidence] = []
        for parent in level:
            for item in _bases_of(parent, lookup, terms_of, known):
                if isinstance(item, Finding):
                    yield item
                    continue
                names = {item.name.casefold()} | ({item.link.target.name.casefold()} if item.link else set())
                if own in names:
                    if parent.name.casefold() != own:
                        yield _cycle(parent, item, model)
                    continue
                earlier = [seen[name] for name in names if name in seen]
                if any(item.resolved in ways for ways in earlier):
                    continue
                for ways in earlier:
                    ways.add(item.resolved)
                if earlier:
                    yield msgspec.structs.replace(item, again=True)
                    continue
                yield item
                seen |= {name: {item.resolved} for name in names}
                if item.evidence is not None:
                    following.append(item.evidence)
        level = following


def _bases_of(parent: RepositoryEvidence, lookup: Lookup, terms_of: TermsOf, known: Known) -> Iterator[Base | Finding]:
    linked = [_linked(parent, link, lookup(link), terms_of, known) for link in parent.linked("base")]
    yield from linked
    for found in named_bases.of(parent, [base.name for base in linked], known.releases, known.words):
        if isinstance(found, Finding):
            yield found
        else:
            how = OWN_PUBLISHER if found.stage else TABLE
            ids = () if found.stage else found.licenses
            relation = found.relation or UNSTATED
            yield Base(
                parent, found.text, relation, found.fact, ids, how, release=found.release, stage=found.stage
            )  # fmt: skip


def _linked(parent: RepositoryEvidence, link: Link, found: RepositoryEvidence | None, terms_of: TermsOf, known: Known) -> Base:
    evidence = found if found is not None and found.absent is None else None
    name = evidence.name if evidence else link.target.name
    terms = terms_of(evidence) if evidence else OwnTerms()
    release = known.releases.of_id(name) or known.releases.of_id(link.target.name)
    if release is None and "/" not in name:
        release = next(iter(known.releases.of_name(name)), None)
    ids, how = _terms(name, parent, terms, evidence, release)
    relation = link.relation or (QUANTIZED if any(parent.claims("quantized-hint")) else UNSTATED)
    return Base(parent, name, relation, link.fact, ids, how, terms, evidence, release, link=link)


def _terms(
    name: str, parent: RepositoryEvidence, terms: OwnTerms, evidence: RepositoryEvidence | None, release: Release | None
) -> tuple[tuple[str, ...], str | None]:
    return terms_of_base(
        terms,
        release,
        own_publisher=bool(owner_of(name)) and owner_of(name) == owner_of(parent.name),
        passes_through=evidence is not None and _passes_through(evidence),
    )


def terms_of_base(
    terms: OwnTerms, release: Release | None, *, own_publisher: bool, passes_through: bool
) -> tuple[tuple[str, ...], str | None]:
    """The licenses that a base brings, and how they are known: what it states, else what is known of its release."""
    if terms.stated:
        return terms.ids, EVIDENCE
    if release is not None:
        return release.licenses, TABLE
    if own_publisher:
        # whoever released the derivative released the base: the grant for the derivative is theirs to give
        return (), OWN_PUBLISHER
    if passes_through:
        # it states no license of its own, but what it was made from is known: those terms bind whoever has the copy
        return (), EVIDENCE
    return (), None


def _passes_through(evidence: RepositoryEvidence) -> bool:
    """A re-upload in another format without a license of its own: its bases are walked, and theirs are the terms."""
    links = list(evidence.linked("base"))
    return bool(links) and (any(evidence.claims("quantized-hint")) or all(link.relation == QUANTIZED for link in links))


def _entry(base: Base, ruleset: Ruleset) -> LineageEntry:
    return LineageEntry(base.name, base.relation, base.ids, strictest(base.ids, ruleset), base.parent.name, _how(base))


def _bound(base: Base, model: RepositoryEvidence, ruleset: Ruleset) -> Iterator[BoundLicense]:
    read = base.resolved == EVIDENCE and base.evidence is not None
    basis = str(base.terms.basis or Standing.CARD) if read else str(Standing.NAME)
    own = tuple(qualified(id, base.evidence, model) for id in base.terms.evidence) if read else ()
    for id in base.ids:
        evidence = (qualified(base.fact, base.parent, model), *own)
        yield BoundLicense("weights", id, spdx_of(id, ruleset), basis, evidence, base.name)


def qualified(id: str, evidence: RepositoryEvidence | None, model: RepositoryEvidence) -> str:
    """The id of a fact as the result lists it: that of another repository names it."""
    return id if evidence is None or evidence is model else f"{id}@{evidence.name}"


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


def _how(base: Base) -> str | None:
    return None if _is_unresolved(base) else base.resolved


def _is_unresolved(base: Base) -> bool:
    return unresolved_base(base.resolved, base.terms)


def unresolved_base(resolved: str | None, terms: OwnTerms) -> bool:
    """Whether the terms of a base are not all known; a bar on commerce that is certain is answer enough."""
    partly = terms.stated and not terms.known
    return resolved is None or (resolved == EVIDENCE and partly and BARRED not in terms.limits)


def _unresolved(base: Base, model: RepositoryEvidence) -> Finding:
    found = base.evidence
    why = "what it states is no license that is known here" if base.terms.stated else "it states no license"
    if found is None:
        why = "it could not be read, or lies beyond the number of bases that are followed"
    message = f"The terms of the base model {base.name} are not known ({why}); they bind the model as well."
    evidence = (qualified(base.fact, base.parent, model),)
    return Finding(f"base-unresolved:{base.name}", "base-terms-known", "unknown", message, evidence)


def _by_name(base: Base, model: RepositoryEvidence) -> Finding | None:
    """What stands on a name only is said."""
    if base.resolved != TABLE:
        return None
    ids = ", ".join(base.ids)
    message = f"The base {base.name} was not read; by its name it was released under {ids}, which is taken to bind."
    return Finding(f"base-by-name:{base.name}", "base-read", "info", message, (qualified(base.fact, base.parent, model),))


def _cycle(parent: RepositoryEvidence, base: Base, model: RepositoryEvidence) -> Finding:
    message = f"{parent.name} names {base.name} as its base, which is made from it: one of the two statements is wrong."
    evidence = (qualified(base.fact, parent, model),)
    return Finding(f"lineage-cycle:{parent.name}", "lineage-without-cycle", "asks", message, evidence)


def _disagreements(model: RepositoryEvidence) -> Iterator[Contradiction]:
    """Sources of one repository that name bases without any in common: all of them are kept."""
    named: dict[str, set[str]] = {}
    for link in model.linked("base"):
        named.setdefault(link.fact, set()).add(link.target.name.casefold())
    stated = {fact.id: set(named_bases.ids_in(fact)) for fact in model.claims("base-model")}
    facts = [id for id, names in stated.items() if names]
    for index, one in enumerate(facts):
        for other in facts[index + 1 :]:
            if not stated[one] & stated[other]:
                yield Contradiction("base-model", (one, other))


def _disagreement_finding(number: int, found: Contradiction) -> Finding:
    message = "Sources name different base models; the terms of all of them are taken to bind."
    return Finding(f"base-contradiction:{number}", "base-statements-agree", "asks", message, found.evidence)
