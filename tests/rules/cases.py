"""Small cases of our own making for the tests of definitions, dimensions and categories."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from openness.rules import definitions, loader
from openness.rules.case import MORE_OPEN, Availability, Case, ComponentState, FactState, LicenseClass
from openness.rules.limits import license_class, terms_facts

RULES = loader.load()
DEFINITIONS = definitions.load()
MOF = {component.id: component for component in DEFINITIONS.components.values() if component.mof is not None}
DOCUMENTS = {id for id, component in MOF.items() if component.kind == "documentation"}


def state(component: str, license: str = "", availability: str = "published") -> ComponentState:
    """A component under a license id; ``none`` for no license, nothing for an unknown one."""
    kind = LicenseClass.NONE if license == "none" else LicenseClass.UNKNOWN
    ids = () if license in ("", "none") else (license,)
    if ids:
        known = [RULES.license(id) for id in ids if id in RULES.license_ids]
        kind = license_class(ids, known, DEFINITIONS)
    return ComponentState(component, Availability(availability), ids, kind, (f"e-{component}",))


def facts(**values: str) -> dict[str, FactState]:
    """Facts by name, ``_`` for ``-``; several values separated by spaces."""
    return {name.replace("_", "-"): FactState(frozenset(words.split()), (f"f-{name}",)) for name, words in values.items()}


def case(
    states: Mapping[str, str], *others: ComponentState, default: str = "apache-2.0", rest: str = "withheld", **stated: str
) -> Case:
    """Published components with their licenses (``=`` for the default). The other MOF components are ``rest``; ``others``
    replace what was said before. The terms follow from the license of the weights; the model is not derived unless said."""
    found = {id: state(id, "", rest) for id in MOF}
    found |= {id: state(id, default if license == "=" else license) for id, license in states.items()}
    found |= {other.component: other for other in others}
    known = [RULES.license(id) for id in found["parameters-final"].licenses if id in RULES.license_ids]
    about = terms_facts(known, DEFINITIONS) if known else {}
    return Case(found, about | facts(**{"derived": "no", **stated}))


def all_of(*components: str, license: str = "=") -> dict[str, str]:
    return dict.fromkeys(components, license)


CLASS_3 = all_of("model-architecture", "parameters-final", "technical-report", "evaluation-results", "model-card", "data-card")
CLASS_2 = CLASS_3 | all_of("training-code", "inference-code", "evaluation-code", "evaluation-data")
CLASS_1 = CLASS_2 | all_of("datasets", "data-preprocessing-code", "research-paper", "parameters-intermediate")

STATES = st.builds(
    ComponentState,
    st.just(""),
    st.sampled_from(list(Availability)),
    st.sampled_from([(), ("mit",), ("cc-by-4.0",), ("llama-3.1",), ("mit", "cc-by-nc-4.0")]),
    st.sampled_from(list(LicenseClass)),
)


def fact_states(name: str) -> st.SearchStrategy[FactState]:
    """One value, or several where a fact may have them; in part known or all."""
    kind = DEFINITIONS.facts[name]
    value = st.sampled_from(kind.values or tuple(DEFINITIONS.limits))
    values = st.frozensets(value, max_size=3) if kind.many == "yes" else value.map(lambda word: frozenset({word}))
    return st.builds(FactState, values, st.just(()), st.booleans())


FACTS = st.fixed_dictionaries({}, optional={name: fact_states(name) for name in DEFINITIONS.facts})
CASES = st.builds(
    Case,
    st.dictionaries(st.sampled_from(list(DEFINITIONS.components)), STATES).map(
        lambda found: {id: ComponentState(id, s.availability, s.licenses, s.license_class) for id, s in found.items()}
    ),
    FACTS,
    st.frozensets(st.sampled_from(list(DEFINITIONS.components)), max_size=4),
)


@st.composite
def more_open(draw: st.DrawFn) -> tuple[Case, Case]:
    """A case, and the same case with one component more open: easier to get, or under an open license."""
    before = draw(CASES)
    id = draw(st.sampled_from(list(DEFINITIONS.components)))
    old = before.state(id)
    above = sorted(MORE_OPEN.get(old.availability, frozenset())) or [old.availability.value]
    if old.availability is Availability.UNSTATED:
        above = ["described", "partial", "gated", "published"]
    new = ComponentState(id, Availability(draw(st.sampled_from(above))), old.licenses, old.license_class)
    if draw(st.booleans()):
        new = ComponentState(id, new.availability, ("apache-2.0",), LicenseClass.OPEN)
    return before, Case({**before.states, id: new}, before.facts, before.searched)
