"""What was found of a model against what the policy allows: category, sub-label, licenses, uses, and the age of the evidence."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from openness.checking.chain import chain_of, licensed
from openness.checking.context import UNVERIFIED, Context, Found, denied, doubt, found, line_of, listed
from openness.errors import ExitCode
from openness.policy.lock import LockedBuild, LockedLicense, LockedModel
from openness.records import Permission

SOURCE_AVAILABLE = "source-available"
#: The clause under which a verdict says that the evidence is too weak (``verdict.audit``).
STRENGTH = "STRENGTH"


def judge_allowed(name: str, entry: LockedModel, context: Context) -> Iterator[Found]:
    stated, chain = context.stated, chain_of(entry.licenses, None, entry.revision)
    allowed = {word.text for word in stated.categories or ()}
    if stated.categories is not None and entry.category not in (None, UNVERIFIED) and entry.category not in allowed:
        message = f"{name} is {entry.category}; the policy allows {listed(stated.categories)}."
        line = line_of(context, "allow", "categories")
        yield denied("category-not-allowed", message, line, [entry.category or ""], chain)
    labels = {word.text for word in stated.sub_labels or ()}
    if stated.sub_labels is not None and entry.category == SOURCE_AVAILABLE and entry.sub_label not in labels:
        message = (
            f"{name} is {entry.category} with the sub-label {entry.sub_label}; the policy allows {listed(stated.sub_labels)}."
        )
        line = line_of(context, "allow", "sub_labels")
        yield denied("sub-label-not-allowed", message, line, [entry.sub_label or ""], chain)
    yield from judge_licenses(name, entry.licenses, context)


def judge_licenses(name: str, licenses: Sequence[LockedLicense], context: Context) -> Iterator[Found]:
    if context.licenses is None:
        return
    others = [license for license in licenses if license.id not in context.licenses]
    if others:
        ids = list(dict.fromkeys(license.id for license in others))
        inherited = [f" ({license.id} by way of {license.source})" for license in others if license.source][:1]
        message = f"{name} is under {' and '.join(ids)}{''.join(inherited)}, which the policy does not allow."
        chain = chain_of(licenses, ids[0], None)
        yield denied("license-not-allowed", message, line_of(context, "allow", "licenses"), ids, chain)


def judge_question(name: str, entry: LockedModel | LockedBuild, context: Context) -> Iterator[Found]:
    """The verdicts of the lock, where they are for what the policy asks; else nobody knows them."""
    if context.same_question:
        yield from judge_uses(name, entry, context)
    else:
        message = f"The verdicts in {context.lock_name} are for other uses, facts or demands than the policy states."
        yield doubt("other-question", message, context)


def judge_uses(name: str, entry: LockedModel | LockedBuild, context: Context, *, only_denied: bool = False) -> Iterator[Found]:
    """What the verdict of each intended use comes to."""
    revision = entry.revision if isinstance(entry, LockedModel) else None
    for use in context.uses:
        judged = entry.uses.get(use.text)
        if judged is None:
            continue
        reasons = judged.reasons
        first = reasons[0] if reasons else None
        said = f" {licensed(first)}" if first else ""
        chain = chain_of(entry.licenses, first, revision)
        line = use.where or None
        if judged.verdict is Permission.DENIED:
            ids = sorted({reason.license for reason in reasons if reason.license})
            message = f"{name} may not be used for {use.text}:{said}"
            yield denied("denied-use", message, line, ids, chain, [use.text])
        elif only_denied:
            continue
        elif judged.verdict is Permission.NEEDS_ANSWER:
            facts = " and ".join(judged.asks)
            fix = f"Declare {facts} under [declare] in the policy, then run `openness lock`." if facts else None
            message = f"Whether {name} may be used for {use.text} depends on a fact about you:{said}"
            yield found(
                "needs-answer", judged.verdict, ExitCode.CANNOT_SAY, message, line=line, keys=[use.text, "needs-answer"],
                chain=chain, fix=fix,
            )  # fmt: skip
        elif judged.verdict is Permission.UNKNOWN:
            weak = next((reason for reason in reasons if reason.clause == STRENGTH), None)
            if weak is not None and len(reasons) == 1:
                demanded = context.stated.evidence.get(use.text)
                message = f"{name}, {use.text}: {weak.text}"
                yield doubt("weak-evidence", message, context, line=demanded.where if demanded else line, chain=chain)
            elif getattr(entry, "category", None) not in (None, UNVERIFIED):  # else it is said of the model as a whole
                message = f"Nothing certain can be said of {name} for {use.text}:{said}"
                yield doubt("unverified", message, context, keys=[UNVERIFIED], chain=chain)


def judge_age(name: str, entry: LockedModel | LockedBuild, context: Context) -> Iterator[Found]:
    most = context.stated.max_age_days
    days = (context.today - datetime.date.fromisoformat(entry.date)).days
    if most is not None and days > most:
        message = f"The evidence for {name} is of {entry.date}, {days} days ago; the policy accepts {most}."
        yield doubt("stale", message, context, line=line_of(context, "lock", "max_age_days"))
