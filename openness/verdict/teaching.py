"""Teachers: models whose outputs a model learned from. Their terms are no terms of the weights, unless they say that they are;
what they say of teaching other models is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from openness.evidence.base_names import owner_of, stated
from openness.evidence.repository_evidence import RepositoryEvidence
from openness.records import Finding, Standing
from openness.rules.lineage_rules import LineageRules, Loss
from openness.rules.loader import Ruleset
from openness.rules.model import Clause, FactSet
from openness.verdict.classified import BoundLicense
from openness.verdict.lineage_edges import clause_of, declared_by
from openness.verdict.lineage_terms import Inherited, Known, Lookup, TermsOf, qualified, spdx_of
from openness.verdict.stack import judge_license

USE, TENSION = "train-on-outputs", "TENSION"


class Teacher(msgspec.Struct, frozen=True):
    """A model that taught this one, and the licenses it is known to be under; ``by_name``: read from the table alone."""

    name: str
    ids: tuple[str, ...]
    fact: str
    by_name: bool = False


class Taught(msgspec.Struct, frozen=True):
    findings: tuple[Finding, ...] = ()
    licenses: tuple[BoundLicense, ...] = ()


def taught(
    model: RepositoryEvidence,
    bases: Inherited,
    lookup: Lookup,
    terms_of: TermsOf,
    known: Known,
    ruleset: Ruleset,
    rules: LineageRules,
) -> Taught:
    """What follows from the teachers that the evidence of a model states."""
    own = terms_of(model)
    declared: dict[str, object] = dict(declared_by(model, own, ruleset))
    declared["target"] = frozenset({"llm"})
    if any(model.claims("distilled")):
        # to distill is to make a model perform like its teacher; that is what the licenses ask about
        declared["similar"] = frozenset({"yes"})
    findings: list[Finding] = []
    licenses: list[BoundLicense] = []
    for teacher in _teachers(model, lookup, terms_of, known):
        if owner_of(teacher.name) and owner_of(teacher.name) == owner_of(model.name):
            continue  # its publisher's own: the ban is theirs to waive
        if not teacher.ids:
            findings.append(_unknown(teacher))
        for id in teacher.ids:
            if id in ruleset.license_ids and not _own_family(id, bases):
                for row, clause in _breaches(id, declared, ruleset, rules):  # type: ignore[arg-type]
                    findings.append(_finding(row, clause, id, teacher, model, " + ".join(own.ids) or "none", ruleset))
                    if row.binds == "yes":
                        basis = str(Standing.NAME if teacher.by_name else Standing.CARD)
                        licenses.append(BoundLicense("weights", id, spdx_of(id, ruleset), basis, (teacher.fact,), teacher.name))
    return Taught(tuple({found.id: found for found in findings}.values()), tuple(dict.fromkeys(licenses)))


def _teachers(model: RepositoryEvidence, lookup: Lookup, terms_of: TermsOf, known: Known) -> Iterator[Teacher]:
    linked: list[str] = []
    for link in model.linked("teacher"):
        found = lookup(link)
        linked.append(link.target.name)
        terms = terms_of(found) if found is not None and found.absent is None else None
        release = known.releases.of_id(link.target.name)
        if terms is not None and terms.ids:
            yield Teacher(found.name if found else link.target.name, terms.ids, qualified(link.fact, model, model))
        else:
            yield Teacher(link.target.name, release.licenses if release else (), link.fact, by_name=True)
    for fact in model.claims("teacher-stated"):
        for name in stated(str(fact.value), known.words):
            if name.id is None and not name.foreign:
                rows = known.releases.of_name(name.text)
                ids = tuple(dict.fromkeys(id for row in rows for id in row.licenses))
                yield Teacher(name.text, ids, fact.id, by_name=True)


def _own_family(id: str, bases: Inherited) -> bool:
    """Licenses that bar teaching other models let their own derivatives learn; one of those is bound by the same license."""
    return any(license.id == id for license in bases.licenses)


def _breaches(id: str, declared: FactSet, ruleset: Ruleset, rules: LineageRules) -> Iterator[tuple[Loss, Clause]]:
    for reason in judge_license(id, USE, declared, ruleset).reasons:
        clause = clause_of(ruleset, reason.license, reason.clause, reason.section)
        row = next((row for row in rules.teaching if clause and row.fits(USE, reason.effect, clause)), None)
        if row is not None and clause is not None:
            yield row, clause


def _finding(
    row: Loss, clause: Clause, id: str, teacher: Teacher, model: RepositoryEvidence, own: str, ruleset: Ruleset
) -> Finding:
    contrary = next((c for c in ruleset.license(id).clauses if c.type == TENSION and USE in (c.reach or ())), None)
    text = row.words.format(model=model.name, own=own, base=teacher.name, license=id, section=clause.section)
    effect = row.finding
    if contrary is not None and row.tension:
        effect = row.tension
        text += f"; the same text says otherwise elsewhere ({contrary.section})"
    return Finding(f"{row.rule}:{teacher.name}:{id}", row.rule, effect, f"{text[:1].upper()}{text[1:]}.", (teacher.fact,))


def _unknown(teacher: Teacher) -> Finding:
    message = f"{teacher.name} taught this model, and nothing here says what its terms ask of models that its outputs teach."
    return Finding(f"teacher-unknown:{teacher.name}", "teacher-terms-known", "asks", message, (teacher.fact,))
