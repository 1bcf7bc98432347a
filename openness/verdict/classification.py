"""From gathered evidence to the classification: a pure function. Facts → case → dimensions, category, definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from openness.evidence.repository_evidence import Link, RepositoryEvidence
from openness.records import Fact, Finding, Standing
from openness.rules import categories, dimensions, frameworks
from openness.rules.case import Availability, Case, ComponentState, FactState
from openness.rules.definitions import Definitions
from openness.rules.leaks import Leaks
from openness.rules.lineage_rules import LineageRules
from openness.rules.loader import Ruleset
from openness.verdict import base_documents, lineage
from openness.verdict.classified import BoundLicense, Classification
from openness.verdict.components import Documents, component_states
from openness.verdict.lineage import Lineage
from openness.verdict.lineage_terms import Known, spdx_of
from openness.verdict.own_terms import LicenseWords, OwnTerms, own_terms
from openness.verdict.weights_terms import InheritedTerms, weights_terms
from openness.verdict.would_change import holders, would_change

WEIGHTS = "parameters-final"


class Knowledge(msgspec.Struct, frozen=True):
    """What a classification knows beforehand: rules, definitions, and data about released models."""

    ruleset: Ruleset
    definitions: Definitions
    words: LicenseWords
    models: Known
    leaks: Leaks
    lineage: LineageRules


def classify(
    given: str,
    model: RepositoryEvidence,
    others: Sequence[RepositoryEvidence],
    lookup: Callable[[Link], RepositoryEvidence | None],
    knowledge: Knowledge,
    names: Iterable[str] = (),
) -> Classification:
    """The classification of a model. ``others`` are all repositories gathered beside it, for the evidence that is shown;
    ``names`` are the definitions to evaluate (all of them when empty)."""
    terms = _Terms(knowledge, lookup)
    beforehand = lineage.Beforehand(knowledge.models, knowledge.ruleset, knowledge.lineage, knowledge.leaks)
    found = lineage.lineage(model, lookup, terms.of, beforehand)
    case = _case(model, found, terms, lookup, knowledge)
    rated = dimensions.rate(case, knowledge.definitions)
    case = msgspec.structs.replace(case, levels=dimensions.levels(rated))
    own = terms.of(model)
    licenses = (*_own_licenses(own, model, knowledge.ruleset), *found.licenses)
    held = holders(model.name, licenses, found.entries, knowledge.ruleset, knowledge.definitions)
    return Classification(
        input=given,
        model=model.name,
        source=model.kind,
        revision=model.revision,
        url=model.url,
        result=categories.categorize(case, knowledge.definitions),
        dimensions=rated,
        licenses=licenses,
        lineage=found.entries,
        contradictions=(*own.contradictions, *found.contradictions),
        frameworks=frameworks.evaluate_all(case, knowledge.definitions, names),
        findings=(*own.findings, *found.findings, *_territory(model), *model.findings),
        evidence=(*model.facts, *_others(others, model)),
        would_change=would_change(case, knowledge.definitions, held),
        case=case,
        absences=model.absences if model.absent is None else (model.absent,),
    )


def _territory(model: RepositoryEvidence) -> Iterator[Finding]:
    """A gate that is shut to the EU is no term of the license: it asks where the model is used, and moves no category."""
    evidence = tuple(fact.id for fact in model.claims("eu-disallowed") if fact.value)
    if evidence:
        message = (
            "The publisher's gate refuses people in the European Union (extra_gated_eu_disallowed); "
            "whether the license itself excludes a place has to be read, and where you use the model decides."
        )
        yield Finding("territory:EU", "territory", "asks", message, evidence)


class _Terms:
    """Own terms of each repository, settled once; with the texts that its card links to elsewhere."""

    def __init__(self, knowledge: Knowledge, lookup: Callable[[Link], RepositoryEvidence | None]) -> None:
        self._knowledge = knowledge
        self._lookup = lookup
        self._found: dict[tuple[str, str], OwnTerms] = {}

    def of(self, evidence: RepositoryEvidence) -> OwnTerms:
        key = (evidence.kind, evidence.name)
        if key not in self._found:
            facts = [*evidence.facts, *linked_texts(evidence, self._lookup)]
            self._found[key] = own_terms(facts, self._knowledge.ruleset, self._knowledge.words, self._knowledge.definitions)
        return self._found[key]


def linked_texts(evidence: RepositoryEvidence, lookup: Callable[[Link], RepositoryEvidence | None]) -> Iterator[Fact]:
    """The texts of license files in other repositories that a card links to, as facts of this one."""
    own = {fact.place.document for fact in evidence.facts if fact.claim.startswith("license-text")}
    for link in evidence.linked("license-file"):
        found = lookup(link)
        if found is None or found.absent is not None or (found.name == evidence.name and link.path in own):
            continue
        for fact in found.facts:
            if fact.place.document == link.path and fact.claim.startswith("license-text"):
                claim = ":".join(fact.claim.split(":")[:1])
                yield msgspec.structs.replace(fact, id=f"{fact.id}@{found.name}", claim=claim)


def _case(
    model: RepositoryEvidence,
    found: Lineage,
    terms: _Terms,
    lookup: Callable[[Link], RepositoryEvidence | None],
    knowledge: Knowledge,
) -> Case:
    definitions, ruleset = knowledge.definitions, knowledge.ruleset
    own = terms.of(model)
    states = component_states(Documents(model, lookup), terms.of, ruleset, definitions)
    inherited = InheritedTerms(
        tuple(license.id for license in found.licenses),
        found.limits,
        unresolved=bool(found.unresolved) or bool(found.unknown),
        carried=found.carries_license,
    )
    stack = weights_terms(own, inherited, ruleset, definitions)
    weights = states.get(WEIGHTS) or ComponentState(WEIGHTS)
    states[WEIGHTS] = msgspec.structs.replace(
        weights, licenses=stack.ids, license_class=stack.license_class,
        evidence=tuple(dict.fromkeys((*weights.evidence, *own.evidence))),
    )  # fmt: skip
    facts = stack.facts | _facts(model, found, own, states)
    silent = {id for id in definitions.components if id not in states or states[id].availability is Availability.UNSTATED}
    searched = frozenset(silent) if model.complete else frozenset()
    case = Case(states, facts, searched)
    seen = base_documents.Seen(lookup, terms.of, ruleset, definitions)
    documented = base_documents.base_documented(model, found.bases, case, seen)
    if documented is not None:
        case = msgspec.structs.replace(case, facts={**facts, base_documents.FACT: documented})
    return case


def _facts(
    model: RepositoryEvidence,
    found: Lineage,
    own: OwnTerms,
    states: Mapping[str, ComponentState],
) -> dict[str, FactState]:
    facts: dict[str, FactState] = {}
    facts |= found.facts(model)
    contradicted = own.contradicted or found.contradicted
    evidence = tuple(id for c in own.contradictions for id in c.evidence)
    facts["terms-contradiction"] = FactState(frozenset({"yes" if contradicted else "no"}), evidence)
    if any(state.availability in ("published", "gated", "partial") for state in (states[WEIGHTS],)):
        facts["free-of-charge"] = FactState(frozenset({"yes"}), states[WEIGHTS].evidence)
    return facts


def _own_licenses(own: OwnTerms, model: RepositoryEvidence, ruleset: Ruleset) -> Iterator[BoundLicense]:
    changed = {id for fact in own.changed for id in fact.value["licenses"]}
    for id in own.ids:
        basis = str(own.basis or Standing.CARD)
        yield BoundLicense("weights", id, spdx_of(id, ruleset), basis, own.evidence, model.name, id in changed)


def _others(others: Iterable[RepositoryEvidence], model: RepositoryEvidence) -> Iterator[Fact]:
    for evidence in others:
        if evidence is not model:
            for fact in evidence.facts:
                yield msgspec.structs.replace(fact, id=f"{fact.id}@{evidence.name}")
