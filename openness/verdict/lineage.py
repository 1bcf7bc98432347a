"""The lineage of a model as a classification needs it: what is inherited, what is lost on the way, who taught it, and whether it
may be public at all. The parts are in ``lineage_terms``, ``lineage_edges``, ``teaching`` and ``rights``.
"""

from __future__ import annotations

import msgspec

from openness.evidence.repository_evidence import RepositoryEvidence
from openness.records import Contradiction, Finding
from openness.rules.case import FactState
from openness.rules.leaks import Leaks
from openness.rules.lineage_rules import LineageRules
from openness.rules.loader import Ruleset
from openness.verdict import lineage_edges, lineage_terms, rights, teaching
from openness.verdict.classified import BoundLicense, LineageEntry
from openness.verdict.lineage_terms import EVIDENCE, QUANTIZED, Base, Inherited, Known, Lookup, TermsOf
from openness.verdict.own_terms import OwnTerms
from openness.verdict.rights import Rights

TEACHER = "teacher"


class Beforehand(msgspec.Struct, frozen=True):
    """What is known before any evidence: released models, rules, leaks."""

    known: Known
    ruleset: Ruleset
    rules: LineageRules
    leaks: Leaks


class Lineage(msgspec.Struct, frozen=True):
    """What follows from where a model comes from. ``carries_license``: the model says nothing of a license, and is a mere other
    format of bases that do; their grant runs to whoever has the copy."""

    inherited: Inherited
    rights: Rights
    licenses: tuple[BoundLicense, ...]
    entries: tuple[LineageEntry, ...]
    findings: tuple[Finding, ...]
    contradictions: tuple[Contradiction, ...]
    carries_license: bool

    @property
    def bases(self) -> tuple[Base, ...]:
        return self.inherited.bases

    @property
    def unresolved(self) -> tuple[str, ...]:
        return self.inherited.unresolved

    @property
    def unknown(self) -> tuple[str, ...]:
        return self.inherited.unknown

    @property
    def limits(self) -> frozenset[str]:
        return self.inherited.limits

    @property
    def contradicted(self) -> bool:
        return self.inherited.contradicted

    def facts(self, model: RepositoryEvidence) -> dict[str, FactState]:
        """The facts of the case that follow: derived, base-terms, status, right-holder-doubt."""
        facts: dict[str, FactState] = {}
        evidence = tuple(dict.fromkeys(base.fact for base in self.bases if base.parent is model))
        if self.bases:
            facts["derived"] = FactState(frozenset({"yes"}), evidence)
            facts["base-terms"] = FactState(frozenset({"unresolved" if self.unresolved else "known"}), evidence)
        elif model.complete and not self.inherited.open_ended:
            facts["derived"] = FactState(frozenset({"no"}))
        if self.rights.leaked:
            facts["status"] = FactState(frozenset({"leaked"}), self.rights.evidence)
        if self.rights.doubt:
            facts["right-holder-doubt"] = FactState(frozenset({"yes"}), self.rights.evidence)
        return facts


def lineage(model: RepositoryEvidence, lookup: Lookup, terms_of: TermsOf, beforehand: Beforehand) -> Lineage:
    """The lineage of ``model``, judged."""
    known, ruleset, rules = beforehand.known, beforehand.ruleset, beforehand.rules
    found = lineage_terms.inherited(model, lookup, terms_of, known, ruleset)
    edges = lineage_edges.edges(model, found.bases, terms_of, ruleset, rules)
    taught = teaching.taught(model, found, lookup, terms_of, known, ruleset, rules)
    signs = rights.signs(model, found.bases, terms_of, beforehand.leaks, edges.doubt)
    own = terms_of(model)
    carries = _carries_license(model, own, found)
    findings = [*signs.findings, *found.findings, *edges.findings, *taught.findings]
    if carries:
        findings.append(_carried(found))
    return Lineage(
        inherited=found,
        rights=signs,
        licenses=(*found.licenses, *taught.licenses),
        entries=(*found.entries, *(_teacher(license, model, ruleset) for license in taught.licenses)),
        findings=tuple(findings),
        contradictions=(*found.contradictions, *edges.contradictions),
        carries_license=carries,
    )


def _carries_license(model: RepositoryEvidence, own: OwnTerms, found: Inherited) -> bool:
    """Only where every step is a stated link to a base that was read, and changed nothing but the format."""
    direct = [base for base in found.bases if base.parent is model]
    read = all(base.resolved == EVIDENCE and base.link is not None for base in found.bases)
    same = bool(direct) and all(base.relation == QUANTIZED for base in direct)
    return not own.stated and same and read and bool(found.licenses) and not found.unresolved


def _carried(found: Inherited) -> Finding:
    names = ", ".join(dict.fromkeys(license.source for license in found.licenses))
    message = f"No license is stated here; the files are another format of {names}, whose license runs to whoever has a copy."
    return Finding("license-carried", "license-of-other-format", "info", message, tuple(base.fact for base in found.bases))


def _teacher(license: BoundLicense, model: RepositoryEvidence, ruleset: Ruleset) -> LineageEntry:
    category = lineage_terms.strictest((license.id,), ruleset)
    return LineageEntry(license.source, TEACHER, (license.id,), category, model.name, license.basis)
