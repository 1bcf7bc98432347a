"""A model as an evidence file states it, and what follows: the engine is run on the facts, never on what a file concludes.

Facts carry the standing of who states them. What follows from license names (the class of a license, the terms and limits of a
stack) is worked out again here; a file can only make it stricter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from openness.printable import printable
from openness.records import Absent, Contradiction, Fact, Finding
from openness.rules import categories, dimensions, frameworks
from openness.rules.case import Case, ComponentState, FactState, LicenseClass
from openness.rules.expressions import Term, parse, terms
from openness.rules.limits import license_class, terms_facts
from openness.rules.loader import Ruleset
from openness.rules.model import CATEGORIES, License
from openness.verdict.classification import WEIGHTS, Knowledge
from openness.verdict.classified import BoundLicense, Classification, LineageEntry
from openness.verdict.license_class import chosen
from openness.verdict.would_change import holders, would_change

#: From this likeness on (0 to 100) a name is worth suggesting.
NEAR = 60


class Stated(msgspec.Struct, frozen=True):
    """Everything that a file says of one model. ``claimed`` is what it concludes itself, to be held against the facts:
    dotted name → value."""

    model: str
    case: Case
    evidence: tuple[Fact, ...]
    source: str = "evidence-file"
    url: str | None = None
    revision: str | None = None
    licenses: tuple[BoundLicense, ...] = ()
    lineage: tuple[LineageEntry, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    findings: tuple[Finding, ...] = ()
    absences: tuple[Absent, ...] = ()
    claimed: Mapping[str, Any] = msgspec.field(default_factory=dict)


def concluded(stated: Stated, given: str, knowledge: Knowledge, names: Iterable[str] = ()) -> Classification:
    """The classification of a stated model; a conclusion of the file that its facts do not bear out is a finding."""
    definitions = knowledge.definitions
    rated = dimensions.rate(stated.case, definitions)
    case = msgspec.structs.replace(stated.case, levels=dimensions.levels(rated))
    held = holders(stated.model, stated.licenses, stated.lineage, knowledge.ruleset, definitions)
    found = Classification(
        input=given,
        model=stated.model,
        source=stated.source,
        revision=stated.revision,
        url=stated.url,
        result=categories.categorize(case, definitions),
        dimensions=rated,
        licenses=stated.licenses,
        lineage=stated.lineage,
        contradictions=stated.contradictions,
        frameworks=frameworks.evaluate_all(case, definitions, names),
        findings=stated.findings,
        evidence=stated.evidence,
        would_change=would_change(case, definitions, held),
        case=case,
        absences=stated.absences,
    )
    return msgspec.structs.replace(found, findings=(*found.findings, *_not_borne_out(stated.claimed, conclusions(found))))


def conclusions(found: Classification) -> dict[str, Any]:
    """What a classification concludes, by dotted name."""
    result = found.result
    said: dict[str, Any] = {
        "status": result.status,
        "category": result.category,
        "sub_label": result.sub_label,
        "g7_label": result.g7_label,
    }
    for name, rated in found.dimensions.items():
        said |= {f"dimensions.{name}.level": rated.level, f"dimensions.{name}.score": rated.score}
    for name, evaluated in found.frameworks.items():
        said |= {f"frameworks.{name}.outcome": evaluated.outcome, f"frameworks.{name}.class": evaluated.class_}
    return said


def _not_borne_out(claimed: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Finding]:
    for name, value in claimed.items():
        if name in found and found[name] != value:
            message = f"The file says {name} = {printable(str(value), 60)}; its facts give {found[name]}, which counts."
            yield Finding(f"not-borne-out:{name}", "evidence-file-conclusions", "info", message)


def settled(case: Case, knowledge: Knowledge) -> Case:
    """The case with everything that follows from license names worked out, never less strictly than the case says."""
    states = {id: _classed(state, knowledge) for id, state in case.states.items()}
    weights = states.get(WEIGHTS)
    facts = dict(case.facts)
    known = records_of(weights.licenses, knowledge.ruleset) if weights is not None else []
    if weights is not None and known:
        unresolved = weights.license_class is LicenseClass.UNKNOWN or "unresolved" in _values(facts, "base-terms")
        followed = terms_facts(known, knowledge.definitions, unresolved=unresolved, evidence=weights.evidence)
        facts |= _stricter(facts, followed)
    return Case(states, facts, case.searched)


def _values(facts: Mapping[str, FactState], name: str) -> frozenset[str]:
    return facts[name].values if name in facts else frozenset()


def _classed(state: ComponentState, knowledge: Knowledge) -> ComponentState:
    """An open license needs a name that stands for one."""
    if state.license_class is not LicenseClass.OPEN:
        return state
    return msgspec.structs.replace(state, license_class=class_of_ids(state.licenses, knowledge))


def class_of_ids(ids: Sequence[str], knowledge: Knowledge) -> LicenseClass:
    """What licenses that all apply come to, by their ids."""
    return license_class(ids, records_of(ids, knowledge.ruleset), knowledge.definitions)


def records_of(ids: Iterable[str], ruleset: Ruleset) -> list[License]:
    """The licenses among ``ids`` that rules describe."""
    known = set(ruleset.license_ids)
    return [ruleset.license(id) for id in ids if id in known]


def _stricter(stated: Mapping[str, FactState], followed: Mapping[str, FactState]) -> dict[str, FactState]:
    """``terms`` and ``limits``: what is stated and what follows, of both the stricter. Where limits are stated without terms, not
    everything that binds was known, and only a license that bars commercial use gives terms all the same."""
    found: dict[str, FactState] = {}
    limits, before = followed["limits"], stated.get("limits")
    if before is None:
        found["limits"] = limits
    elif limits.values - before.values or (before.complete and not limits.complete):
        complete = limits.complete and before.complete
        found["limits"] = FactState(limits.values | before.values, before.evidence or limits.evidence, complete)
    words = _values(followed, "terms") | _values(stated, "terms")
    strictest = max(words, key=CATEGORIES.index, default=None)
    counts = "terms" in stated or before is None or strictest == CATEGORIES[-1]
    if strictest is not None and counts and _values(stated, "terms") != {strictest}:
        found["terms"] = FactState(frozenset({strictest}), followed["limits"].evidence)
    return found


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, with the evidence of all its places."""
    found: dict[str, Finding] = {}
    for finding in findings:
        before = found.get(finding.id, finding)
        evidence = tuple(dict.fromkeys((*before.evidence, *finding.evidence)))
        found[finding.id] = msgspec.structs.replace(before, evidence=evidence)
    return tuple(found.values())


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like ``name``, as a hint; empty where none is near."""
    from rapidfuzz import process

    near = process.extractOne(name, list(known), score_cutoff=NEAR)
    return f"did you mean {near[0]}?" if near else ""


class Named(msgspec.Struct, frozen=True):
    """What a license field stands for. ``limits`` follow from names that stand for no license with rules here."""

    ids: tuple[str, ...]
    license_class: LicenseClass
    unresolved: tuple[str, ...] = ()
    limits: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()


def named(written: str | Sequence[str], evidence: tuple[str, ...], knowledge: Knowledge) -> Named:
    """Read a license field: an SPDX id, one of our ids, any known name of a license, an SPDX expression, or a list."""
    ruleset = knowledge.ruleset
    expression = parse(written if isinstance(written, str) else list(written), ruleset)
    ids = tuple(dict.fromkeys(chosen(expression, ruleset)))
    unresolved = tuple(dict.fromkeys(printable(term.resolved.name, 120) for term in terms(expression) if not term.resolved.ids))
    without_rules = [id for id in ids if id not in set(ruleset.license_ids)]
    limits = frozenset(limit for name in (*unresolved, *without_rules) for limit in knowledge.words.limits_of(name))
    kind = class_of_ids(ids, knowledge) if ids else LicenseClass.UNKNOWN
    if limits or (unresolved and kind is LicenseClass.OPEN):
        kind = LicenseClass.RESTRICTED if limits else LicenseClass.UNKNOWN
    findings = tuple(finding for term in terms(expression) for finding in _name_findings(term, evidence))
    return Named(ids, kind, unresolved, limits, tuple(dict.fromkeys(findings)))


def _name_findings(term: Term, evidence: tuple[str, ...]) -> Iterator[Finding]:
    """A name that was not read as it is written is said: corrected, of a whole family, or of no license at all."""
    name = printable(term.resolved.name, 80)
    if term.resolved.how == "none":
        near = f"; the nearest name is '{term.resolved.nearest}'" if term.resolved.nearest else ""
        message = f"'{name}' stands for no license that is known here{near}."
        yield Finding(f"unresolved:{name}", "license-known", "unknown", message, evidence)
    elif term.resolved.how == "spelling":
        yield Finding(f"spelling:{name}", "spelling", "info", f"{term.resolved.reading}.", evidence)
    elif term.resolved.how == "family":
        message = f"'{name}' may stand for {', '.join(term.resolved.ids)}; the strictest counts."
        yield Finding(f"family:{name}", "license-family", "info", message, evidence)
