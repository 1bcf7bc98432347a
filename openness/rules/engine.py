"""The engine: a pure function of (license, use, facts) to the verdict for that use, with reasons, duties and questions.

It applies the effect rows of ``rules/clauses.yaml`` to the clauses of one license. It knows no clause type and no license by
name. Nothing here can improve a verdict: every row either leaves it or makes it stricter, so adding a clause never helps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from openness.records import Duty, Permission, Question, Reason, UseVerdict, worst
from openness.rules.conditions import Ask, Context, guard_admits, holds
from openness.rules.model import Clause, ClauseType, EffectRow, FactSet, License, Vocabulary

STRICTNESS = {
    "grants": Permission.PERMITTED,
    "duty": Permission.WITH_DUTIES,
    "ask": Permission.NEEDS_ANSWER,
    "needs-answer": Permission.NEEDS_ANSWER,
    "unknown": Permission.UNKNOWN,
    "denied": Permission.DENIED,
}


class Effect(msgspec.Struct, frozen=True):
    """What one clause does to one use. ``kind`` is a key of STRICTNESS; ``open`` marks an answer the user can give."""

    kind: str
    clause: Clause
    asks: tuple[Ask, ...] = ()
    proviso: str = ""

    @property
    def open(self) -> bool:
        return self.kind == "ask"


def judge(
    license: License,
    use: str,
    declared: FactSet,
    types: Mapping[str, ClauseType],
    vocabulary: Vocabulary,
    *,
    grants_elsewhere: bool = False,
) -> UseVerdict:
    """The verdict of one license alone for one use, given what the user declared.

    A license whose text was not read whole gives ``unknown`` for every use; what is known of it is still shown. So does an
    instrument that grants nothing, such as a use policy, unless the grant comes from another one (``grants_elsewhere``).
    """
    facts = facts_for(use, declared, vocabulary)
    effects = [
        effect
        for clause in license.clauses
        if use in (clause.reach if clause.reach is not None else types[clause.type].reach)
        for effect in effects_of(clause, license.id, types[clause.type], use, facts, vocabulary)
    ]
    return verdict_of(license, use, effects, vocabulary, grants_elsewhere=grants_elsewhere)


def grants(license: License, types: Mapping[str, ClauseType]) -> bool:
    """Does some clause of this license give a right at all? A use policy alone does not."""
    return any(row.effect == "grants" for clause in license.clauses for row in types[clause.type].effects)


def facts_for(use: str, declared: FactSet, vocabulary: Vocabulary) -> FactSet:
    """The declared facts plus what the use itself says: what it implies is added, what it presumes gives way."""
    facts = dict(declared)
    for name, words in vocabulary.uses[use].implies.items():
        own = facts.get(name)
        facts[name] = words | own if isinstance(own, frozenset) else words
    for name, words in vocabulary.uses[use].presumes.items():
        facts.setdefault(name, words)
    facts["use"] = frozenset([use])
    return facts


def effects_of(
    clause: Clause, license_id: str, kind: ClauseType, use: str, facts: FactSet, vocabulary: Vocabulary
) -> Iterator[Effect]:
    """The effects of one clause on one use: every row whose guard, uses and condition admit it."""
    context = Context(facts, clause, license_id, vocabulary)
    for row in kind.effects:
        if (row.uses is not None and use not in row.uses) or not guard_admits(row.guard, clause.params):
            continue
        effect = _row_effect(row, clause, context)
        if effect is not None:
            yield effect


def _row_effect(row: EffectRow, clause: Clause, context: Context) -> Effect | None:
    if row.when is None:
        return Effect(row.effect, clause)
    outcome = holds(row.when, context)
    if outcome.holds:
        return Effect(row.effect, clause)
    if outcome.holds is False or row.undecided == "none":
        return None
    return Effect(row.undecided, clause, outcome.asks, row.proviso)


def verdict_of(
    license: License, use: str, effects: list[Effect], vocabulary: Vocabulary, *, grants_elsewhere: bool = False
) -> UseVerdict:
    """Weigh the effects: the strictest decides; the questions are put only while an answer can still change the verdict."""
    if not license.text.was_read:
        return UseVerdict(use, Permission.UNKNOWN, None, (_unread(license), *_reasons(license, effects)))
    grants = any(e.kind in ("grants", "denied") for e in effects)
    if not grants and not grants_elsewhere:
        reason = Reason(license.id, "", "GRANT", "unknown", GRANTS_NOTHING)
        return UseVerdict(use, Permission.UNKNOWN, None, (reason, *_reasons(license, effects)))
    verdict = worst([Permission.PERMITTED, *(STRICTNESS[e.kind] for e in effects)])
    duties = _duties(license, effects)
    if verdict in (Permission.DENIED, Permission.UNKNOWN):
        return UseVerdict(use, verdict, None, _reasons(license, effects), duties)
    questions = _questions(effects, vocabulary)
    once = None
    if verdict is Permission.NEEDS_ANSWER:
        once = worst([Permission.PERMITTED, *(STRICTNESS[e.kind] for e in effects if not e.open)])
    return UseVerdict(use, verdict, once, _reasons(license, effects), duties, questions)


GRANTS_NOTHING = "This text by itself gives no right for this use; the license that goes with it has to be known."


def _unread(license: License) -> Reason:
    why = license.text.why or f"its text was not obtained ({license.text.status})"
    return Reason(license.id, "", "TEXT", "unknown", f"Nothing can be said for certain of this license: {why}.")


def _reasons(license: License, effects: Iterable[Effect]) -> tuple[Reason, ...]:
    """Strictest first; within one strictness in the order of the license's own clauses."""
    reasons: dict[Reason, int] = {}
    for effect in effects:
        kind = "asks" if effect.kind in ("ask", "needs-answer") else effect.kind
        reason = Reason(license.id, effect.clause.section, effect.clause.type, kind, effect.clause.summary)
        reasons.setdefault(reason, -STRICTNESS[effect.kind].rank)
    return tuple(sorted(reasons, key=lambda reason: reasons[reason]))


def _duties(license: License, effects: Iterable[Effect]) -> tuple[Duty, ...]:
    duties: dict[str, Duty] = {}
    for effect in effects:
        if effect.kind != "duty":
            continue
        text = effect.clause.duty or effect.clause.summary
        if effect.proviso:
            text = f"{effect.proviso}: {text}"
        index = license.clauses.index(effect.clause) + 1
        duty = Duty(f"{license.id}/{effect.clause.type.lower()}/{index}", text)
        duties.setdefault(duty.id, duty)
    return tuple(duties.values())


def _questions(effects: Iterable[Effect], vocabulary: Vocabulary) -> tuple[Question, ...]:
    questions: dict[tuple[str, str], Question] = {}
    for effect in effects:
        if effect.kind == "needs-answer":
            text = effect.clause.ask or f"{effect.clause.summary} A person has to decide whether this is met."
            questions.setdefault((effect.clause.type, text), Question("", text, ""))
        for ask in effect.asks if effect.open else ():
            fact = vocabulary.facts[FACT_KEYS.get(ask.fact, ask.fact)]
            text = effect.clause.ask or fact.question
            if ask.limit and fact.type in ("count", "money"):
                text = f"{fact.question} The license sets a limit: {ask.limit}."
            questions.setdefault((ask.fact, text), Question(fact.id, text, declare_hint(fact.id, ask, vocabulary)))
    return tuple(questions.values())


#: Facts that conditions look at under their own name but that a user declares under another key.
FACT_KEYS = {"motive": "purpose", "topic": "purpose", "target_family": "target", "license_category": "license"}


def declare_hint(key: str, ask: Ask, vocabulary: Vocabulary) -> str:
    """The option that answers a question, such as ``--declare registered=yes|no``."""
    fact = vocabulary.facts[key]
    if fact.sets:
        values = "|".join(fact.sets.get(ask.fact, next(iter(fact.sets.values())))[:6])
    else:
        values = "|".join(fact.values) or {"count": "NUMBER", "money": "2e6USD", "places": "ISO"}.get(fact.type, "VALUE")
    hint = f"--declare {key}={values}"
    if key == "mau_at_release":
        hint += " (or --declare mau=NUMBER, if today's figure is already below the limit)"
    return hint
