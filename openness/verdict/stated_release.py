"""From a model file of the Model Openness Tool to a case. What the file does not list is not published.

Components beyond the tool's seventeen have no place in such a file: they count as not published where nothing is listed that
they could be part of (``within`` in rules/components.yaml), and stay unstated else.
"""

from __future__ import annotations

from collections.abc import Sequence

from openness.evidence.model_file import Listed, ModelFile
from openness.records import Standing
from openness.rules.case import Availability, Case, ComponentState, FactState, LicenseClass
from openness.rules.definitions import Definitions
from openness.verdict import stated_lineage
from openness.verdict.classification import WEIGHTS, Knowledge
from openness.verdict.classified import BoundLicense
from openness.verdict.lineage_terms import spdx_of
from openness.verdict.stated import Named, Stated, class_of_ids, merged, named, settled
from openness.verdict.stated_lineage import Origin


def stated_release(file: ModelFile, knowledge: Knowledge) -> Stated:
    """Everything that the file says of its model."""
    found = file.evidence
    terms = {id: _terms([row for row in file.listed if row.component == id], knowledge) for id in _ids(file.listed)}
    evidence = tuple(fact.id for fact in found.claims("base-model"))
    origin = stated_lineage.origin_of(
        found.name, file.origin, file.relation, evidence or (file.listing,), knowledge.models.releases, knowledge.ruleset
    )
    states = _withheld(file, knowledge.definitions)
    states |= {id: _state(id, file.listed, terms[id]) for id in terms}
    if WEIGHTS in terms:
        states[WEIGHTS] = _with_inherited(states[WEIGHTS], origin, knowledge)
    facts = origin.facts | {"terms-contradiction": FactState(frozenset({"no"}), (file.listing,))}
    weights = terms.get(WEIGHTS)
    if weights is not None and (weights.unresolved or weights.limits):
        facts["limits"] = FactState(weights.limits, states[WEIGHTS].evidence, complete=False)
    return Stated(
        model=found.name,
        case=settled(Case(states, facts), knowledge),
        evidence=found.facts,
        url=found.url,
        licenses=(*_weights(states.get(WEIGHTS), weights, found.name, knowledge), *origin.licenses),
        lineage=origin.lineage,
        findings=merged([*(finding for row in terms.values() for finding in row.findings), *origin.findings, *found.findings]),
    )


def _ids(listed: Sequence[Listed]) -> list[str]:
    return list(dict.fromkeys(row.component for row in listed))


def _terms(rows: Sequence[Listed], knowledge: Knowledge) -> Named:
    """The terms of a component; one that is listed several times is under all the licenses it is listed with."""
    if any(row.license is None for row in rows):
        return Named((), LicenseClass.NONE)
    texts = [part for row in rows for part in ([row.license] if isinstance(row.license, str) else row.license or ())]
    return named(texts[0] if len(texts) == 1 else texts, tuple(row.fact for row in rows), knowledge)


def _state(id: str, listed: Sequence[Listed], terms: Named) -> ComponentState:
    evidence = tuple(row.fact for row in listed if row.component == id)
    return ComponentState(id, Availability.PUBLISHED, terms.ids, terms.license_class, evidence)


def _with_inherited(weights: ComponentState, origin: Origin, knowledge: Knowledge) -> ComponentState:
    """What binds the weights includes what their base brings along."""
    inherited = [license.id for license in origin.licenses]
    if not inherited or weights.license_class is LicenseClass.NONE:
        return weights
    ids = tuple(dict.fromkeys((*weights.licenses, *inherited)))
    kind: LicenseClass = weights.license_class
    if kind is LicenseClass.OPEN or class_of_ids(inherited, knowledge) is LicenseClass.RESTRICTED:
        kind = class_of_ids(ids, knowledge)
    return ComponentState(weights.component, weights.availability, ids, kind, weights.evidence)


def _withheld(file: ModelFile, definitions: Definitions) -> dict[str, ComponentState]:
    listed = set(_ids(file.listed))
    found = {}
    for id, component in definitions.components.items():
        missing = component.mof is not None or (bool(component.within) and not listed & set(component.within))
        if missing and id not in listed:
            found[id] = ComponentState(id, Availability.WITHHELD, evidence=(file.listing,))
    return found


def _weights(state: ComponentState | None, terms: Named | None, model: str, knowledge: Knowledge) -> list[BoundLicense]:
    if state is None or terms is None:
        return []
    ruleset = knowledge.ruleset
    return [BoundLicense("weights", id, spdx_of(id, ruleset), str(Standing.USER), state.evidence, model) for id in terms.ids]
