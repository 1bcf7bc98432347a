"""The edges of a lineage that lose a permission or drop a duty: the clauses of each base's license, judged for the act that made
the derivative, with what the derivative declares.

Which effects are findings is data (``rules/lineage.yaml``); the engine says what a clause does. What is not seen is a breach only
where the whole repository was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from openness.evidence.repository_evidence import RepositoryEvidence
from openness.records import Contradiction, Finding
from openness.rules.lineage_rules import Duty, LineageRules, Loss
from openness.rules.loader import Ruleset
from openness.rules.model import CATEGORIES, Clause, FactSet, FactValue
from openness.verdict.lineage_terms import QUANTIZED, Base, TermsOf, qualified, strictest
from openness.verdict.own_terms import OwnTerms
from openness.verdict.stack import judge_license

#: What a license text's fact or a notice stands under; both may be scoped (``license-text:weights``).
LICENSE_TEXT, NOTICE = "license-text", "notice"


class Edges(msgspec.Struct, frozen=True):
    """What is wrong along a lineage. ``doubt``: evidence that the uploader had no right to pass the weights on."""

    findings: tuple[Finding, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    doubt: tuple[str, ...] = ()


class Edge(msgspec.Struct, frozen=True):
    """A derivative, an ancestor whose terms bind it, and the act that lies between them."""

    child: RepositoryEvidence
    base: Base
    act: str


class _Judge(msgspec.Struct, frozen=True):
    model: RepositoryEvidence
    terms_of: TermsOf
    ruleset: Ruleset
    rules: LineageRules


def edges(model: RepositoryEvidence, bases: Sequence[Base], terms_of: TermsOf, ruleset: Ruleset, rules: LineageRules) -> Edges:
    """Every edge of the closure: the model against all its ancestors, each ancestor against its own bases."""
    judge = _Judge(model, terms_of, ruleset, rules)
    findings: list[Finding] = []
    contradictions: list[Contradiction] = []
    doubt: list[str] = []
    for edge in _edges(model, bases, rules):
        for found in _on_edge(edge, judge):
            if isinstance(found, Contradiction):
                contradictions.append(found)
            elif isinstance(found, str):
                doubt.append(found)
            else:
                findings.append(found)
    return Edges(_once(findings), tuple(dict.fromkeys(contradictions)), tuple(dict.fromkeys(doubt)))


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple({finding.id: finding for finding in findings}.values())


def _edges(model: RepositoryEvidence, bases: Sequence[Base], rules: LineageRules) -> Iterator[Edge]:
    relation_to_model: dict[str, str] = {}
    for base in bases:
        above = relation_to_model.get(base.parent.name.casefold())
        relation = base.relation if above is None or above == QUANTIZED else above
        relation_to_model.setdefault(base.name.casefold(), relation)
        if base.stage:
            continue
        yield Edge(model, base, rules.act(relation))
        if base.parent is not model:
            yield Edge(base.parent, base, rules.act(base.relation))


def _on_edge(edge: Edge, judge: _Judge) -> Iterator[Finding | Contradiction | str]:
    own = judge.terms_of(edge.child)
    evidence = tuple(
        qualified(id, at, judge.model)
        for at, ids in (
            (edge.child, own.evidence),
            (edge.base.parent, (edge.base.fact,)),
            (edge.base.evidence, edge.base.terms.evidence),
        )
        for id in ids
    )
    declared = declared_by(edge.child, own, judge.ruleset)
    for id in edge.base.ids:
        if id in judge.ruleset.license_ids:
            yield from _losses(edge, id, own, declared, evidence, judge)
    if edge.child is judge.model and own.known:
        yield from _looser(edge, own, evidence, judge.ruleset)


def declared_by(child: RepositoryEvidence, own: OwnTerms, ruleset: Ruleset) -> FactSet:
    """What a repository declares, as facts of the vocabulary: the license and name of what is released."""
    declared: dict[str, FactValue] = {"name": frozenset({child.name.rpartition("/")[2]})}
    if own.known:
        declared["license"] = frozenset(own.ids)
        category = strictest(own.ids, ruleset)
        if category:
            declared["license_category"] = frozenset({category})
    return declared


def _losses(
    edge: Edge, id: str, own: OwnTerms, declared: FactSet, evidence: tuple[str, ...], judge: _Judge
) -> Iterator[Finding | str]:
    for row, license, clause in losses(id, edge.act, declared, judge.ruleset, judge.rules):
        if not _applies(row, own, edge):
            continue
        yield _finding(row, edge, license, clause, own, evidence)
        if row.doubt == "yes" and edge.child is judge.model and not _same_owner(edge):
            yield edge.base.name
    if edge.child is judge.model and seen_whole(edge.child) and not _same_owner(edge):
        yield from _duties(edge, id, own, evidence, judge)


def losses(id: str, act: str, declared: FactSet, ruleset: Ruleset, rules: LineageRules) -> Iterator[tuple[Loss, str, Clause]]:
    """What the license ``id`` of a base holds against an act and what is declared for its result: the row of
    ``rules/lineage.yaml``, with the license and the clause that say so."""
    for reason in judge_license(id, act, declared, ruleset).reasons:
        clause = clause_of(ruleset, reason.license, reason.clause, reason.section)
        row = next((row for row in rules.losses if clause and row.fits(act, reason.effect, clause)), None)
        if row is not None and clause is not None:
            yield row, reason.license, clause


def _applies(row: Loss, own: OwnTerms, edge: Edge) -> bool:
    """A missing declaration breaks no term by itself; who released the base may do as he likes with it."""
    return (own.known or row.clause != "RELICENSE") and not _same_owner(edge)


def _same_owner(edge: Edge) -> bool:
    one, other = edge.child.name.partition("/"), edge.base.name.partition("/")
    return bool(one[1] and other[1]) and one[0].casefold() == other[0].casefold()


def _finding(row: Loss | Duty, edge: Edge, license: str, clause: Clause, own: OwnTerms, evidence: tuple[str, ...]) -> Finding:
    text = row.words.format(
        model=edge.child.name, own=" + ".join(own.ids) or "none", base=edge.base.name, license=license, section=clause.section
    )
    where = f"{edge.child.name}:{edge.base.name}:{license}:{clause.type.casefold()}"
    return Finding(f"{row.rule}:{where}", row.rule, row.finding, f"{text[:1].upper()}{text[1:]}.", evidence)


def _duties(edge: Edge, id: str, own: OwnTerms, evidence: tuple[str, ...], judge: _Judge) -> Iterator[Finding]:
    use = judge.ruleset.types
    for clause in judge.ruleset.license(id).clauses:
        row = next((row for row in judge.rules.duties if row.fits(clause)), None)
        reach = clause.reach if clause.reach is not None else use[clause.type].reach
        if row is not None and edge.act in reach and not shown(edge.child, row, id, clause):
            yield _finding(row, edge, id, clause, own, evidence)


def seen_whole(evidence: RepositoryEvidence) -> bool:
    """Whether what is not in a repository can be said to be lacking."""
    return evidence.complete or (evidence.kind == "folder" and evidence.absent is None)


def shown(child: RepositoryEvidence, row: Duty, id: str, clause: Clause) -> bool:
    """Whether a repository shows that a duty is kept: the text, the notice or the phrase that the clause asks for."""
    if not row.shown_by:
        return False
    facts = [fact for fact in child.facts if fact.claim.partition(":")[0] == row.shown_by]
    if row.shown_by == LICENSE_TEXT:
        links = clause.params.get("form") == "text-or-uri" and any(child.claims("license-link"))
        return bool(links) or any(id in (fact.value or ()) for fact in facts if isinstance(fact.value, (list, tuple)))
    wanted = str(clause.params.get("text", ""))
    if row.shown_by == NOTICE and not facts:
        return any(wanted and _says(wanted, fact.quote) for fact in child.claims("attribution"))
    return any(not wanted or _says(wanted, str(fact.value)) for fact in facts)


def _says(wanted: str, text: str) -> bool:
    """Whether a text has the words of a phrase in their order, in any letter case and spacing."""
    words = [word for word in "".join(c if c.isalnum() else " " for c in wanted.casefold()).split() if word != "c"]
    have = [word for word in "".join(c if c.isalnum() else " " for c in text.casefold()).split() if word != "c"]
    return any(have[at : at + len(words)] == words for at in range(len(have) - len(words) + 1))


def clause_of(ruleset: Ruleset, license: str, type: str, section: str) -> Clause | None:
    """The clause that a reason names."""
    if license not in ruleset.license_ids:
        return None
    return next((c for c in ruleset.license(license).clauses if c.type == type and c.section == section), None)


def is_looser(base: Sequence[str], own: Sequence[str], ruleset: Ruleset) -> bool:
    """Whether licenses declared for a derivative are of a looser kind than those of its base, without being among them."""
    above, declared = strictest(base, ruleset), strictest(own, ruleset)
    if above is None or declared is None or set(base) <= set(own):
        return False
    return CATEGORIES.index(declared) < CATEGORIES.index(above)


def _looser(edge: Edge, own: OwnTerms, evidence: tuple[str, ...], ruleset: Ruleset) -> Iterator[Finding | Contradiction]:
    """A declared license that says more than the base's allows, or another one of the same kind."""
    base, declared = strictest(edge.base.ids, ruleset), strictest(own.ids, ruleset)
    if base is None or declared is None or set(edge.base.ids) <= set(own.ids):
        return
    if is_looser(edge.base.ids, own.ids, ruleset):
        ids = edge.base.terms.evidence
        settled = (
            qualified(ids[0], edge.base.evidence, edge.child) if ids else qualified(edge.base.fact, edge.base.parent, edge.child)
        )
        yield Contradiction("license-of-base", evidence, settled)
        message = (
            f"{edge.child.name} declares {' + '.join(own.ids)}, which is looser than what binds its base {edge.base.name} "
            f"({' + '.join(edge.base.ids)}); the base's terms bind as well."
        )
        yield Finding(f"looser-than-base:{edge.base.name}", "declared-no-looser-than-base", "lowers", message, evidence)
    elif base == declared == CATEGORIES[0]:
        message = (
            f"{edge.base.name} is under {' + '.join(edge.base.ids)}, {edge.child.name} declares {' + '.join(own.ids)}: "
            "no restriction is lost, and the notices of the former go with the files."
        )
        yield Finding(f"other-open-license:{edge.base.name}", "notices-of-base-kept", "info", message, evidence)
