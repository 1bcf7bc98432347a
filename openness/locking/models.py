"""From references to a lock: every model that a repository names is classified and judged for the uses of the policy.

Models are resolved by the path of ``classify``: what the store has is taken from there, the rest is fetched and stored, so that
a lock that was interrupted goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openness import classifying
from openness.gathering import Dossier
from openness.locking.catalogs import by_catalog
from openness.locking.context import Context
from openness.locking.datasets import dataset
from openness.locking.entries import MAX_TEXT, licenses_of, uses_of
from openness.locking.wanted import Wanted
from openness.policy import clarify
from openness.policy.file import Policy
from openness.policy.lock import Lock, LockedBuild, LockedModel, LockedPolicy, LockedQuestion
from openness.policy.names import Names
from openness.policy.stated import DEFAULT_USE, Stated
from openness.printable import printable
from openness.sources.model_reference import linked
from openness.sources.snapshot import PASSING
from openness.verdict.audit import Question
from openness.verdict.classified import Classification
from openness.verdict.model_uses import judge_uses, strength_of


def question_of(policy: Policy) -> Question:
    """The uses, facts and demands of a policy; ``internal`` where it states no use."""
    return Question(policy.uses or (DEFAULT_USE,), policy.declared, policy.evidence)


def lock(stated: Stated, names: Names, context: Context, models: Sequence[LockedModel], builds: Sequence[LockedBuild]) -> Lock:
    """The lock of resolved entries."""
    question = LockedQuestion(
        uses=context.question.uses,
        declare=tuple(sorted(word.text for word in stated.declare)),
        evidence={use: word.text for use, word in sorted(stated.evidence.items())},
        clarify=stated.clarify_digest,
    )
    policy = LockedPolicy(stated.names_digest, dict(sorted(names.licenses.items())))
    return Lock(context.ruleset.version, question, policy, tuple(models), tuple(builds))


def resolve(one: Wanted, context: Context, old: LockedModel | None = None, *, renew: bool = False) -> LockedModel:
    """The entry of a model. ``old`` is its entry so far: it stays while its source cannot be asked, and its date stays while
    nothing else changed, unless ``renew``."""
    entry = dataset(one, context) if one.kind == "dataset" else _model(one, context)
    if old is None:
        return entry
    if entry.absent in PASSING and not old.absent:
        return old
    unchanged = msgspec.structs.replace(entry, date=old.date) == old
    return old if unchanged and not renew else entry


def _model(one: Wanted, context: Context) -> LockedModel:
    today = context.today.isoformat()
    if one.catalog:
        return by_catalog(one, context)
    reference = linked("hub-model", one.model, one.asked)
    if reference is None:
        return LockedModel(one.kind, one.model, one.asked, today, absent="malformed", detail="no name that the Hub can have")
    dossier = classifying.gathered(reference, context.source, context.ruleset)
    absent = dossier.model.absent
    if absent is not None:
        return LockedModel(
            one.kind, one.model, one.asked, today, absent=absent.reason, detail=printable(absent.detail, MAX_TEXT)
        )  # fmt: skip
    dossier, clarified = with_confirmed(dossier, context.policy.clarifications)
    found = classifying.concluded(reference, dossier, context.ruleset)
    date = context.checked("hub-model", one.model, one.asked) or context.today
    entry = locked(found.result, one, date.isoformat(), context)
    shas = {file.sha256 for each in context.policy.clarifications for file in each.files if each.number in clarified.used}
    return msgspec.structs.replace(entry, clarified=tuple(sorted(shas)) if clarified.findings else ())


def with_confirmed(dossier: Dossier, clarifications: Sequence[clarify.Clarification]) -> tuple[Dossier, clarify.Clarified]:
    """A model's evidence with what a person confirmed of its license texts (``[[clarify]]``), and what came of that."""
    facts = dossier.model.facts
    if not clarifications:
        return dossier, clarify.Clarified(tuple(facts))
    digests = {fact.place.document: (fact.place.document, fact.place.sha256) for fact in facts if fact.place.sha256}
    clarified = clarify.apply(clarifications, facts, digests, [dossier.model.name])
    model = msgspec.structs.replace(dossier.model, facts=clarified.facts)
    return msgspec.structs.replace(dossier, model=model), clarified


def locked(found: Classification, one: Wanted, date: str, context: Context) -> LockedModel:
    """The entry of a classified model."""
    strength = strength_of(found)
    return LockedModel(
        kind=one.kind,
        model=one.model,
        asked=one.asked,
        date=date,
        revision=found.revision,
        url=found.url,
        renamed=found.model if found.model.casefold() != one.model.casefold() else None,
        status=found.result.status,
        category=found.result.category,
        sub_label=found.result.sub_label,
        why=printable(found.result.why, MAX_TEXT),
        strength=str(strength) if strength else None,
        licenses=tuple(licenses_of(found)),
        uses=uses_of(judge_uses(found, context.question, context.ruleset)),
    )
