"""From facts to the state of each component: how far it is to be had, where that was seen, and under which license.

What a card says of a component is held against what it points to: a repository that was read decides by its files, one that
could not be looked into leaves the card's word, one that is not there leaves a description.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from openness.evidence.repository_evidence import Link, RepositoryEvidence
from openness.records import Fact
from openness.rules.case import Availability, ComponentState, LicenseClass
from openness.rules.definitions import Definitions
from openness.rules.limits import license_class
from openness.rules.loader import Ruleset
from openness.verdict.own_terms import OwnTerms

#: The more of a thing can be had, the later it stands; of several statements about one component the last counts.
ORDER = ("unstated", "withheld", "described", "gated", "partial", "published")
#: What a named thing comes to that is not where its link leads.
NOT_THERE = frozenset({"missing", "disabled", "moved", "malformed"})
DATA = "data"
#: Kind of component (rules/components.yaml) that takes the release's license where its own was not seen.
CODE = "code"


class Seen(msgspec.Struct, frozen=True):
    """One statement about a component after it was held against what it points to.

    ``elsewhere``: it lies at an address that was not read, so its license is not that of the release.
    """

    component: str
    availability: str
    evidence: tuple[str, ...]
    repository: RepositoryEvidence | None = None
    elsewhere: bool = False


class Documents(msgspec.Struct, frozen=True):
    """What is needed of a dossier: the model, and how to find what its links lead to."""

    model: RepositoryEvidence
    lookup: Callable[[Link], RepositoryEvidence | None]


def component_states(
    documents: Documents,
    terms_of: Callable[[RepositoryEvidence], OwnTerms],
    ruleset: Ruleset,
    definitions: Definitions,
) -> dict[str, ComponentState]:
    """The states of all components but the weights' terms, which ``classification`` adds with what is inherited."""
    found: dict[str, list[Seen]] = {}
    for seen in _all_seen(documents):
        if seen.component in definitions.components:
            found.setdefault(seen.component, []).append(seen)
    return {id: _state(id, rows, documents.model, terms_of, ruleset, definitions) for id, rows in found.items()}


def _all_seen(documents: Documents) -> Iterator[Seen]:
    links: dict[str, list[Link]] = {}
    for link in documents.model.links:
        links.setdefault(link.fact, []).append(link)
    for fact in documents.model.facts:
        component = fact.claim.removeprefix("component:")
        if component == fact.claim or not isinstance(fact.value, Mapping):
            continue
        stated = str(fact.value.get("availability", "unstated"))
        linked = [link for link in links.get(fact.id, []) if link.kind in ("code", "dataset")]
        if not linked:
            yield Seen(component, stated, (fact.id,), elsewhere=bool(fact.value.get("address")))
        for link in linked:
            yield from _held_against(fact, component, stated, documents.lookup(link))
    for fact in documents.model.facts:
        if fact.claim == "dataset":
            yield from _datasets(fact, [documents.lookup(link) for link in links.get(fact.id, []) if link.kind == "dataset"])
    for evidence in _code(documents):
        yield from _code_shows(evidence)


def _held_against(fact: Fact, component: str, stated: str, found: RepositoryEvidence | None) -> Iterator[Seen]:
    if found is None:
        yield Seen(component, stated, (fact.id,))
    elif found.absent is not None:
        there = found.absent.reason not in NOT_THERE
        yield Seen(component, stated if there else "described", (fact.id,))
    elif found.kind == "hub-dataset":
        yield from _dataset_shows(fact, component, found)
    else:
        yield from _code_holds(fact, component, stated, found)


def _code_holds(fact: Fact, component: str, stated: str, found: RepositoryEvidence) -> Iterator[Seen]:
    """A repository named for a component: its files decide where they were seen."""
    shown = next((row for row in found.claims(f"component:{component}")), None)
    if shown is not None:
        yield Seen(component, str(shown.value["availability"]), (fact.id, reference(shown, found)), found)
    elif found.complete:
        yield Seen(component, "described", (fact.id,), found)
    else:
        yield Seen(component, stated, (fact.id,), found)


def _dataset_shows(fact: Fact, component: str, found: RepositoryEvidence) -> Iterator[Seen]:
    data = next(found.claims(f"component:{DATA}"), None)
    card = next(found.claims("component:data-card"), None)
    if component == "data-card":
        yield Seen(component, "published" if card else "described", (fact.id,), found)
    elif data is not None:
        yield Seen(component, str(data.value["availability"]), (fact.id, reference(data, found)), found)
    else:
        yield Seen(component, "described" if found.complete else "partial", (fact.id,), found)
    if card is not None:
        yield Seen("data-card", "published", (reference(card, found),), found)


def _datasets(fact: Fact, found: Sequence[RepositoryEvidence | None]) -> Iterator[Seen]:
    """Datasets that the front matter lists: each by what it shows; their names alone are a list of sources."""
    yield Seen("data-sources", "published", (fact.id,))
    for evidence in found:
        if evidence is not None and evidence.absent is None:
            yield from _dataset_shows(fact, "datasets", evidence)


def _code(documents: Documents) -> Iterator[RepositoryEvidence]:
    seen: set[str] = set()
    foreign = {fact.id for fact in documents.model.facts if isinstance(fact.value, Mapping) and fact.value.get("own") == "no"}
    for link in documents.model.linked("code"):
        if link.fact in foreign:
            continue  # a library that the card mentions holds training code of its own, not that of this model
        evidence = documents.lookup(link)
        if evidence is not None and evidence.absent is None and evidence.name.casefold() not in seen:
            seen.add(evidence.name.casefold())
            yield evidence


def _code_shows(evidence: RepositoryEvidence) -> Iterator[Seen]:
    """Everything that the files of a linked code repository show, whatever the card called it."""
    for fact in evidence.facts:
        component = fact.claim.removeprefix("component:")
        if component != fact.claim:
            yield Seen(component, str(fact.value["availability"]), (reference(fact, evidence),), evidence)


def reference(fact: Fact, evidence: RepositoryEvidence) -> str:
    """The id of a fact of another repository, as the result lists it."""
    return f"{fact.id}@{evidence.name}"


def _state(
    id: str,
    rows: Sequence[Seen],
    model: RepositoryEvidence,
    terms_of: Callable[[RepositoryEvidence], OwnTerms],
    ruleset: Ruleset,
    definitions: Definitions,
) -> ComponentState:
    best = max((row.availability for row in rows), key=ORDER.index)
    deciding = [row for row in rows if row.availability == best]
    ids, license = _license(deciding, model, terms_of, ruleset, definitions)
    evidence = tuple(dict.fromkeys(e for row in deciding for e in row.evidence))
    return ComponentState(id, Availability(best), ids, license, evidence)


def _license(
    rows: Iterable[Seen],
    model: RepositoryEvidence,
    terms_of: Callable[[RepositoryEvidence], OwnTerms],
    ruleset: Ruleset,
    definitions: Definitions,
) -> tuple[tuple[str, ...], LicenseClass]:
    """The license of where a component lies. A repository whose files were not seen whole may have a license that was not
    seen either; then the release's own stands in, as in the Model Openness Framework (criteria.md section 1.2, rule 1)."""
    own = terms_of(model)
    for row in rows:
        found = row.repository
        if row.elsewhere and definitions.components[row.component].kind != CODE:
            continue
        terms = own if found is None else terms_of(found)
        if found is not None and not terms.stated:
            if found.complete:
                continue
            terms = own
        if terms.known:
            records = [ruleset.license(id) for id in terms.ids if id in ruleset.license_ids]
            return terms.ids, license_class(terms.ids, records, definitions)
        if terms.stated:
            return terms.ids, LicenseClass.UNKNOWN
    whole = [row.repository for row in rows if row.repository is not None]
    return (), LicenseClass.NONE if whole and all(found.complete for found in whole) else LicenseClass.UNKNOWN
