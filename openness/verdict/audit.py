"""From the facts about a build to the verdict for each stated use. A pure function; reading files is done before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from openness.printable import printable
from openness.records import (
    AuditResult,
    Build,
    BuildIdentity,
    Fact,
    Finding,
    Permission,
    Reason,
    Standing,
    UseVerdict,
    worst,
)
from openness.rules.expressions import license_ids, terms
from openness.rules.loader import Ruleset
from openness.rules.model import Clause, FactSet, License
from openness.verdict.claims import Settled, claims_of, settle
from openness.verdict.stack import all_of, judge_expression, judge_license, with_unknown

#: Claims about license texts that are not known, and about changed ones (``evidence.license_text``).
TEXT_CLAIMS = ("license-text-clauses", "license-text-change")
#: Quotes a clause of a license from the user's own copy: (text, fact id), or None where there is no such copy.
Quoter = Callable[[License, Clause], tuple[str, str] | None]


class Question(msgspec.Struct, frozen=True):
    """What the user asks of a build: the uses, the declared facts, and the evidence each use must have at least."""

    uses: tuple[str, ...]
    declared: FactSet
    required: Mapping[str, Standing]


def audit(
    build: Build,
    facts: Sequence[Fact],
    question: Question,
    ruleset: Ruleset,
    *,
    identity: BuildIdentity | None = None,
    findings: Iterable[Finding] = (),
    quoter: Quoter | None = None,
) -> AuditResult:
    """The verdict for each use, with the evidence. What no source states is ``unknown``, never permitted."""
    settled = settle(claims_of(facts, ruleset))
    bases = [fact for fact in facts if fact.claim == "base-license"]
    uses = tuple(_with_bases(_one_use(use, settled, question, ruleset), bases, question, ruleset) for use in question.uses)
    uses = tuple(_with_texts(use, facts, question, ruleset) for use in uses)
    if quoter is not None:
        uses = tuple(_with_quotes(use, ruleset, quoter) for use in uses)
    verdict = worst(use.verdict for use in uses)
    ids = tuple(sorted({id for e in settled.expressions for id in license_ids(e)}))
    return AuditResult(
        build=build,
        identity=identity or BuildIdentity(),
        verdict=verdict,
        strength=settled.strength,
        uses=uses,
        category=_category(ids, settled, facts, ruleset),
        licenses=ids,
        contradictions=settled.contradictions,
        findings=(*_findings(settled, facts), *findings),
        evidence=tuple(facts),
    )


def unreadable(build: Build, question: Question, message: str) -> AuditResult:
    """The result for a build that cannot be read: ``unknown`` for every use."""
    reason = Reason("", "", "BUILD", "unknown", message)
    uses = tuple(UseVerdict(use, Permission.UNKNOWN, None, (reason,)) for use in question.uses)
    return AuditResult(build, BuildIdentity(), Permission.UNKNOWN, None, uses, "unverified")


def _one_use(use: str, settled: Settled, question: Question, ruleset: Ruleset) -> UseVerdict:
    if not settled.expressions:
        reason = Reason("", "", "EVIDENCE", "unknown", NO_EVIDENCE)
        return UseVerdict(use, Permission.UNKNOWN, None, (reason,))
    parts = [judge_expression(e, use, question.declared, ruleset) for e in settled.expressions]
    verdict = _with_evidence(all_of(parts, use), settled)
    if settled.contradictions:
        verdict = with_unknown(verdict, Reason("", "", "CONTRADICTION", "unknown", CONTRADICTED, "", settled.evidence))
    required = question.required.get(use, Standing.METADATA)
    if settled.strength is None or settled.strength.rank < required.rank:
        text = f"The evidence is {settled.strength}, and {required} or better is asked for this use."
        verdict = with_unknown(verdict, Reason("", "", "STRENGTH", "unknown", text))
    return verdict


def _with_texts(verdict: UseVerdict, facts: Sequence[Fact], question: Question, ruleset: Ruleset) -> UseVerdict:
    """License texts that were changed or are not known; most builds have none."""
    unknown, changes = ([fact for fact in facts if fact.claim == claim] for claim in TEXT_CLAIMS)
    if not unknown and not changes:
        return verdict
    from openness.verdict.changed_text import with_changes, with_unknown_texts

    verdict = with_unknown_texts(verdict, unknown, question.declared, ruleset)
    return with_changes(verdict, changes, question.declared, ruleset)


def _with_bases(verdict: UseVerdict, bases: Sequence[Fact], question: Question, ruleset: Ruleset) -> UseVerdict:
    """The terms of known base models bind as well. They are known by the models' names, so they can only lower."""
    parts = []
    for fact in bases:
        for id in fact.value:
            base = judge_license(str(id), verdict.use, question.declared, ruleset)
            reasons = tuple(msgspec.structs.replace(reason, evidence=(fact.id,)) for reason in base.reasons)
            parts.append(msgspec.structs.replace(base, reasons=reasons))
    return all_of([verdict, *parts], verdict.use) if parts else verdict


NO_EVIDENCE = (
    "Neither the file nor anything beside it states a license; put the publisher's license text or card next to the file."
)
CONTRADICTED = "The sources state licenses that exclude each other; the strictest is shown, and nothing settles which holds."


def _with_evidence(verdict: UseVerdict, settled: Settled) -> UseVerdict:
    reasons = tuple(msgspec.structs.replace(reason, evidence=settled.evidence) for reason in verdict.reasons)
    return msgspec.structs.replace(verdict, reasons=reasons)


def _with_quotes(verdict: UseVerdict, ruleset: Ruleset, quoter: Quoter) -> UseVerdict:
    return msgspec.structs.replace(verdict, reasons=tuple(_quoted(reason, ruleset, quoter) for reason in verdict.reasons))


def _quoted(reason: Reason, ruleset: Ruleset, quoter: Quoter) -> Reason:
    if reason.license not in ruleset.license_ids:
        return reason
    license = ruleset.license(reason.license)
    for clause in license.clauses:
        if (clause.type, clause.section, clause.summary) == (reason.clause, reason.section, reason.summary):
            found = quoter(license, clause)
            if found:
                return msgspec.structs.replace(reason, quote=found[0], evidence=(*reason.evidence, found[1]))
    return reason


def _category(ids: Sequence[str], settled: Settled, facts: Sequence[Fact], ruleset: Ruleset) -> str:
    """The category as far as a local build shows it (design section 3): training code and data are not in a GGUF, so
    nothing better than source-available is ever said here."""
    if any(fact.claim == "license-text-change" for fact in facts):
        return "unverified"
    if not ids or settled.contradictions or not all(ruleset.license(id).text.was_read for id in ids):
        return "unverified"
    if not all(term.resolved.certain for expression in settled.expressions for term in terms(expression)):
        return "unverified"
    known = [fact for fact in facts if fact.claim == "base-license"]
    if any(fact.claim == "base-model" for fact in facts) and not known:
        return "unverified"
    ids = [*ids, *(str(id) for fact in known for id in fact.value)]
    categories = {ruleset.license(id).category for id in ids}
    return "research-only" if "research-only" in categories else "source-available"


def _findings(settled: Settled, facts: Sequence[Fact]) -> Iterable[Finding]:
    yield from settled.findings
    for expression in settled.expressions:
        for term in terms(expression):
            if len(term.resolved.ids) > 1 and term.resolved.how != "spelling":
                name = printable(term.resolved.name, 80)
                yield Finding(
                    f"family:{name}",
                    "family-name",
                    "lowers",
                    f"{name} names {len(term.resolved.ids)} texts ({', '.join(term.resolved.ids)}); the "
                    "strictest counts until the text beside the file says which one it is.",
                    settled.evidence,
                )
    bases = [fact for fact in facts if fact.claim == "base-model"]
    known = [fact for fact in facts if fact.claim == "base-license"]
    for fact in known:
        how = "is known by its weights" if fact.standing is Standing.WEIGHTS else "names a base model known here by name"
        message = f"The build {how} ({fact.quote}); these terms bind too and are judged."
        yield Finding(f"base-license:{fact.id}", "lineage", "lowers", message, (fact.id, *(base.id for base in bases)))
    if bases and not known:
        names = ", ".join(dict.fromkeys(str(fact.value) for fact in bases))
        yield Finding(
            "base-model-not-read",
            "lineage",
            "lowers",
            f"The build names a base model ({names}) whose license is not known here; its terms bind too, so read them.",
            tuple(fact.id for fact in bases),
        )
    if any(fact.claim in TEXT_CLAIMS for fact in facts):
        from openness.verdict.changed_text import findings_of

        yield from findings_of(facts)
    if settled.strength is Standing.METADATA:
        yield Finding(
            "converter-claim",
            "evidence-strength",
            "info",
            "The license is the claim of whoever converted the file; the publisher's card or license text beside the "
            "file would make the evidence stronger.",
            settled.evidence,
        )
