"""The terms that one repository states for its weights: which licenses bind, on whose word, and what contradicts what.

Order of trust: a license text at the pinned revision, then what the card and the Hub say. A text settles against a tag, and
says so. Statements of one standing that exclude each other all bind; where they differ in class nothing here settles them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from openness.printable import printable
from openness.records import Contradiction, Fact, Finding, Standing
from openness.rules.definitions import Definitions
from openness.rules.expressions import AllOf, Expression, terms
from openness.rules.license_urls import is_address
from openness.rules.limits import limits_of_clauses
from openness.rules.loader import Ruleset
from openness.rules.names import EMPTY_NAMES, normalize
from openness.verdict.claims import Claim, claims_of, narrow, spelling_findings
from openness.verdict.detected import clause_of
from openness.verdict.license_class import chosen
from openness.verdict.license_contradictions import contradictions, doubts, withheld_names

#: What a license file that covers the weights alone is called in a fact; the plain claim covers the whole release.
SCOPED = ":weights"
#: The Hub's tag for a license that it has no tag for.
OTHER = "other"


class LicenseWords(msgspec.Struct, frozen=True):
    """``rules/evidence/license_words.yaml``: what the words of an unknown name say."""

    named_limits: tuple[Mapping[str, str], ...]
    remainder: str

    def limits_of(self, name: str) -> frozenset[str]:
        """The limits that a name by itself says; it never says that there is none."""
        return frozenset(row["limit"] for row in self.named_limits if re.search(row["pattern"], name, re.IGNORECASE))

    def names_a_license(self, text: str) -> bool:
        return bool(re.search(self.remainder, text, re.IGNORECASE))


class OwnTerms(msgspec.Struct, frozen=True):
    """What binds by a repository's own statements.

    ``ids`` all bind; ``unresolved`` are names or texts that stand for no known license; ``changed`` are facts of known texts
    that were changed; ``limits`` are what unresolved names say and what is certain of the wording of texts that are not known;
    ``contradicted``: sources differ in class, unsettled; ``custom``: the card says in the Hub's own form (``license: other`` with
    a ``license_name``) that the license is one of the publisher's own, and nobody here has read it.
    """

    ids: tuple[str, ...] = ()
    basis: Standing | None = None
    evidence: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    changed: tuple[Fact, ...] = ()
    limits: frozenset[str] = frozenset()
    contradictions: tuple[Contradiction, ...] = ()
    contradicted: bool = False
    custom: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def stated(self) -> bool:
        """Whether anything at all was said of a license."""
        return bool(self.ids or self.unresolved or self.changed)

    @property
    def known(self) -> bool:
        """Whether everything that binds is known."""
        return bool(self.ids) and not self.unresolved and not self.changed


def own_terms(facts: Sequence[Fact], ruleset: Ruleset, words: LicenseWords, definitions: Definitions) -> OwnTerms:
    """Settle the license statements of one repository."""
    about = list(_about_weights(facts))
    claims = _joined(claims_of(about, ruleset), about)
    withheld = withheld_names(claims, about)
    claims = [claim for claim in claims if not _says_nothing(claim)]
    resolving = [claim for claim in claims if claim.resolves]
    claims = [msgspec.structs.replace(claim, expression=narrow(claim.expression, resolving)) for claim in claims]
    texts = [claim for claim in claims if claim.standing is Standing.TEXT]
    others = [claim for claim in claims if claim.standing is not Standing.TEXT]
    changed = tuple(fact for fact in about if fact.claim == "license-text-change")
    pointers = {fact.id for fact in about if fact.claim == "license-text" and not fact.value and _points(fact, about, others)}
    texts = [claim for claim in texts if claim.evidence[0] not in pointers]
    whole = [claim for claim in texts if claim.resolves]
    binding = _binding(texts, whole, others, changed)
    found, contradicted = contradictions(whole, others, ruleset)
    doubted = (*doubts(about, others), *withheld) if not whole else ()
    ids = tuple(dict.fromkeys(id for claim in binding for id in chosen(claim.expression, ruleset)))
    unresolved = tuple(dict.fromkeys(name for claim in binding for name in _unresolved(claim, words, named=bool(ids))))
    return OwnTerms(
        ids=ids,
        basis=max((claim.standing for claim in binding), key=lambda s: s.rank, default=None),
        evidence=tuple(dict.fromkeys(id for claim in binding for id in claim.evidence)),
        unresolved=unresolved,
        changed=changed,
        limits=_worded_limits(about, ruleset, definitions).union(*(words.limits_of(name) for name in unresolved)),
        contradictions=(*found, *doubted),
        contradicted=contradicted or bool(doubted),
        custom=_custom(about, ids, unresolved, texts, changed),
        findings=(
            *_findings((*found, *doubted), changed, unresolved, about),
            *dict.fromkeys(finding for claim in binding for finding in spelling_findings(claim)),
        ),
    )


def _custom(
    facts: Sequence[Fact], ids: Sequence[str], unresolved: Sequence[str], texts: Sequence[Claim], changed: Sequence[Fact]
) -> bool:
    """Whether the card names a license of the publisher's own that nobody here has read: as the Hub asks for it (hub-docs, model
    cards: ``license: other``, then ``license_name`` and ``license_link``), or in words beside a known license."""
    tags = [fact.value for fact in facts if fact.claim == "license"]
    other = any(str(part).strip().casefold() == OTHER for tag in tags for part in (tag if isinstance(tag, list) else [tag]))
    named = any(fact.claim == "license-name" for fact in facts)
    worded = bool(ids) and not all(normalize(name) in EMPTY_NAMES for name in unresolved)
    return bool(unresolved) and not texts and not changed and ((other and named) or worded)


def _worded_limits(facts: Iterable[Fact], ruleset: Ruleset, definitions: Definitions) -> frozenset[str]:
    """What the wording of changed or unknown texts takes away, where a pattern is certain."""
    values = [
        value
        for fact in facts
        if fact.claim in ("license-text-change", "license-text-clauses")
        for value in (fact.value["clauses"] if fact.claim == "license-text-change" else fact.value)
        if value["certain"] and value["restricts"] and not value["unread"]
    ]
    return limits_of_clauses((clause_of(value, "", "", ruleset) for value in values), definitions)


def _about_weights(facts: Iterable[Fact]) -> Iterable[Fact]:
    """Facts about the license of the weights: those scoped to them in place of the unscoped, where there are any."""
    found = list(facts)
    own = any(fact.claim == f"license-text{SCOPED}" for fact in found)
    for fact in found:
        if fact.claim.endswith(SCOPED):
            yield msgspec.structs.replace(fact, claim=fact.claim.removesuffix(SCOPED))
        elif not (own and fact.claim.startswith("license-text")):
            yield fact


def _joined(claims: Sequence[Claim], facts: Sequence[Fact]) -> list[Claim]:
    """Claims of prose that stand in one line are one statement: all that it names binds."""
    lines = {fact.id: (fact.place.document, fact.place.line) for fact in facts}
    joined: dict[object, Claim] = {}
    for number, claim in enumerate(claims):
        prose = claim.source.startswith("prose:") and len(claim.evidence) == 1
        key = (claim.source, *lines[claim.evidence[0]]) if prose else number
        before = joined.get(key)
        joined[key] = claim if before is None else _both(before, claim)
    return list(joined.values())


def _both(one: Claim, other: Claim) -> Claim:
    parts = tuple(dict.fromkeys((*_parts(one.expression), *_parts(other.expression))))
    expression = parts[0] if len(parts) == 1 else AllOf(parts)
    return msgspec.structs.replace(other, expression=expression, evidence=(*one.evidence, *other.evidence))


def _parts(expression: Expression) -> tuple[Expression, ...]:
    return expression.parts if isinstance(expression, AllOf) else (expression,)


def _says_nothing(claim: Claim) -> bool:
    return all(not term.resolved.ids and normalize(term.resolved.name) in EMPTY_NAMES for term in terms(claim.expression))


def _points(text: Fact, facts: Sequence[Fact], others: Sequence[Claim]) -> bool:
    """A license file in unknown words that only names the license which the card states is no text of its own."""
    named = {id for fact in facts if fact.claim == "license-mention" and fact.place == text.place for id in fact.value}
    stated = {id for claim in others for id in claim.ids}
    clauses = any(fact.claim == "license-text-clauses" and fact.place.document == text.place.document for fact in facts)
    return bool(named) and named <= stated and not clauses


def _binding(texts: Sequence[Claim], whole: Sequence[Claim], others: Sequence[Claim], changed: Sequence[Fact]) -> list[Claim]:
    """The claims that count: whole texts alone; else every text and every other statement."""
    if whole and len(whole) == len(texts) and not changed:
        return list(whole)
    return [*texts, *others]


def _unresolved(claim: Claim, words: LicenseWords, *, named: bool) -> Iterable[str]:
    """Names of a claim that stand for nothing. In prose an address beside a license that is ``named`` says where its text is,
    as ``license_link`` beside a tag does in the front matter."""
    for term in terms(claim.expression):
        name = printable(term.resolved.name, 120)
        prose = claim.source.startswith("prose:")
        if prose and named and is_address(name):
            continue
        if not term.resolved.ids and (not prose or words.names_a_license(name)):
            yield name


def _findings(
    contradictions: Sequence[Contradiction], changed: Sequence[Fact], unresolved: Sequence[str], facts: Sequence[Fact]
) -> Iterable[Finding]:
    for number, found in enumerate(contradictions, 1):
        effect = "info" if found.settled_by else "unknown"
        message = f"Statements about the license exclude each other: {_settled(found, facts)}."
        yield Finding(f"license-contradiction:{number}", "license-statements-agree", effect, message, found.evidence)
    for fact in changed:
        ids = ", ".join(_ids(fact.value))
        message = f"{fact.place.document} holds the text of {ids} with changes; a person has to read them."
        yield Finding(f"changed:{fact.place.document}", "license-text-changed", "unknown", message, (fact.id,))
    for name in unresolved:
        evidence = tuple(fact.id for fact in facts if isinstance(fact.value, str) and fact.value == name)
        message = f"'{name}' stands for no license that is known here; what it allows and bars has to be read."
        yield Finding(f"unresolved:{name}", "license-known", "unknown", message, evidence)


def _settled(contradiction: Contradiction, facts: Sequence[Fact]) -> str:
    if contradiction.settled_by is None:
        return "nothing at hand settles it"
    by = next((fact for fact in facts if fact.id == contradiction.settled_by), None)
    if by is not None and by.standing is Standing.TEXT:
        return f"the license text {by.place.document} at this revision settles it"
    return "the fuller statement counts, since all that it names binds"


def _ids(value: Any) -> list[str]:
    return [str(id) for id in value.get("licenses", ())] if isinstance(value, dict) else []
