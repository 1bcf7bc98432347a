"""License claims from several sources, settled into what binds: agreement, narrowing of family tags, or contradiction.

Each source (the build's header, a card, a license text, the user) makes one claim. Claims that can mean the same license agree,
and the narrower one says which of a family it is. Claims that exclude each other are a contradiction, which nothing here
settles: every claimed license is judged and the result is at least ``unknown``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from openness.printable import printable
from openness.records import Contradiction, Fact, Finding, Standing
from openness.rules.expressions import AllOf, AnyOf, Expression, Term, license_ids, parse, terms
from openness.rules.loader import Ruleset
from openness.rules.names import EMPTY_NAMES, Resolved, normalize


class Claim(msgspec.Struct, frozen=True):
    """What one source says of the license. ``evidence`` are fact ids."""

    source: str
    standing: Standing
    expression: Expression
    evidence: tuple[str, ...]

    @property
    def ids(self) -> frozenset[str]:
        return license_ids(self.expression)

    @property
    def resolves(self) -> bool:
        return all(term.resolved.ids for term in terms(self.expression))


class Settled(msgspec.Struct, frozen=True):
    """What binds: expressions that all apply, with what is wrong about the evidence."""

    expressions: tuple[Expression, ...]
    strength: Standing | None
    evidence: tuple[str, ...]
    contradictions: tuple[Contradiction, ...]
    findings: tuple[Finding, ...]


def claims_of(facts: Sequence[Fact], ruleset: Ruleset) -> list[Claim]:
    """One claim for each source that says anything of a license."""
    claims = []
    for source in dict.fromkeys(_source(fact) for fact in facts):
        own = [fact for fact in facts if _source(fact) == source]
        claims += _text_claims(own, ruleset) if source.startswith("text:") else _named_claims(source, own, ruleset)
    return claims


def _source(fact: Fact) -> str:
    """``build:general.license`` → ``build``; documents stay apart: ``card:README.md:license`` → ``card:README.md``, those of
    another repository too: ``card:README.md:license@owner/name`` → ``card:README.md@owner/name``."""
    id, at, scope = fact.id.partition("@")
    kind, _, rest = id.partition(":")
    return kind if kind in ("build", "user") else f"{kind}:{rest.partition(':')[0]}{at}{scope}"


def _text_claims(facts: list[Fact], ruleset: Ruleset) -> list[Claim]:
    """All texts in a file apply. A known text without rules here resolves to nothing, so it never permits. What a person
    confirmed of a text (``license-clarified``) has the strength of a text."""
    claims = []
    for fact in facts:
        if fact.claim == "license-clarified":
            claims.append(Claim(_source(fact), Standing.TEXT, parse(fact.value, ruleset), (fact.id,)))
        if fact.claim == "license-text":
            terms_ = [Term(_of_text(str(id), ruleset)) for id in fact.value or ()]
            parts = tuple(terms_) or (Term(Resolved(fact.quote, (), "unknown-text")),)
            standing = max(Standing.TEXT, fact.standing, key=lambda s: s.rank)  # of the very file, where its hash proves that
            claims.append(Claim(_source(fact), standing, parts[0] if len(parts) == 1 else AllOf(parts), (fact.id,)))
    return claims


def _of_text(id: str, ruleset: Ruleset) -> Resolved:
    known = id in ruleset.license_ids or id in ruleset.spdx
    return Resolved(id, (id,) if known else (), "text" if known else "no-rules")


def _named_claims(source: str, facts: list[Fact], ruleset: Ruleset) -> list[Claim]:
    """A tag, a license_name and a link of one source. ``other`` defers to the name, a name that does not resolve to the
    link; a name or link that resolves beside a tag is a claim of its own, so that they can be held against each other."""
    names = [f for claim in ("license-name", "license-link") for f in facts if f.claim == claim]
    named = [Claim(source, fact.standing, parse(fact.value, ruleset), (fact.id,)) for fact in names]
    resolved = [claim for claim in named if claim.resolves]
    tags = [_tag(fact, source, resolved, ruleset) for fact in facts if fact.claim == "license" and not says_nothing(fact.value)]
    kept = tags + resolved
    if not kept and facts_with_license(facts):
        speaking = [fact for fact in facts_with_license(facts) if not says_nothing(fact.value)]
        empty = Term(Resolved(str((speaking or facts_with_license(facts))[0].value), (), "none"))
        return [Claim(source, facts[0].standing, empty, tuple(f.id for f in facts_with_license(facts)))]
    return kept


def _tag(fact: Fact, source: str, named: Sequence[Claim], ruleset: Ruleset) -> Claim:
    """The claim of a tag. ``other`` in a list is what a name that resolves says it is; without one it stays unresolved."""
    if isinstance(fact.value, list) and named:
        said = [part for part in fact.value if not says_nothing(part)]
        if len(said) < len(fact.value):
            parts = dict.fromkeys([*(parse(str(part), ruleset) for part in said), named[0].expression])
            return Claim(source, fact.standing, AllOf(tuple(parts)), (fact.id, *named[0].evidence))
    return Claim(source, fact.standing, parse(fact.value, ruleset), (fact.id,))


def says_nothing(value: object) -> bool:
    """Whether a license tag, or each entry of a list of them, only says to look elsewhere."""
    if isinstance(value, list):
        return all(map(says_nothing, value))
    return isinstance(value, str) and normalize(value) in EMPTY_NAMES


def facts_with_license(facts: Iterable[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.claim in ("license", "license-name", "license-link")]


def settle(claims: Sequence[Claim]) -> Settled:
    """Weigh the claims against each other; see the head of this module."""
    named = [claim for claim in claims if claim.resolves]
    open_ones = [claim for claim in claims if not claim.resolves]
    # ``license: other`` with nothing behind it defers to a source that does name a license, or to a text, known or not
    deferring = [c for c in open_ones if _defers(c) and (named or any(not _defers(other) for other in open_ones))]
    judged = named + [c for c in open_ones if c not in deferring]
    contradictions = _contradictions(judged)
    strength = max((c.standing for c in judged), key=lambda s: s.rank, default=None)
    return Settled(
        expressions=tuple(dict.fromkeys(narrow(claim.expression, judged) for claim in judged)),
        strength=strength if not contradictions else min((c.standing for c in judged), key=lambda s: s.rank),
        evidence=tuple(id for claim in claims for id in claim.evidence),
        contradictions=contradictions,
        findings=(
            *(_contradiction_finding(n, c) for n, c in enumerate(contradictions, 1)),
            *(finding for claim in judged for finding in spelling_findings(claim)),
        ),
    )


def _defers(claim: Claim) -> bool:
    return all(normalize(term.resolved.name) in EMPTY_NAMES for term in terms(claim.expression))


def _contradictions(claims: Sequence[Claim]) -> tuple[Contradiction, ...]:
    found = []
    for index, one in enumerate(claims):
        for other in claims[index + 1 :]:
            if one.resolves and other.resolves and not (one.ids & other.ids):
                found.append(Contradiction("license", (*one.evidence, *other.evidence)))
    return tuple(found)


def _contradiction_finding(number: int, contradiction: Contradiction) -> Finding:
    return Finding(
        f"contradiction:{number}",
        "license-claims-agree",
        "unknown",
        "Sources state licenses that exclude each other, and nothing at hand settles which one holds.",
        contradiction.evidence,
    )


def spelling_findings(claim: Claim) -> Iterator[Finding]:
    """A name that is not spelled as it is listed is never read silently."""
    for term in terms(claim.expression):
        if term.resolved.how == "spelling":
            effect = "info" if term.resolved.certain else "unknown"
            name = printable(term.resolved.name, 80)
            yield Finding(f"spelling:{name}", "spelling", effect, f"{term.resolved.reading}.", claim.evidence)


def narrow(expression: Expression, claims: Sequence[Claim]) -> Expression:
    """A family tag narrowed to the members that every other claim also allows."""
    if isinstance(expression, AllOf):
        return AllOf(tuple(narrow(part, claims) for part in expression.parts))
    if isinstance(expression, AnyOf):
        return AnyOf(tuple(narrow(part, claims) for part in expression.parts))
    ids = frozenset(expression.resolved.ids)
    for claim in claims:
        if ids & claim.ids:
            ids &= claim.ids
    kept = tuple(id for id in expression.resolved.ids if id in ids)
    return Term(msgspec.structs.replace(expression.resolved, ids=kept))
