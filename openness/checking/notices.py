"""What is wrong with the policy or the lock itself: allows, exceptions, baseline entries and clarifications without use."""

from __future__ import annotations

from collections.abc import Iterator

from openness.checking import judging
from openness.checking.context import Context
from openness.checking.settling import Settlers
from openness.packaged import packaged
from openness.policy.check_rules import check_rules
from openness.policy.checked import Notice
from openness.policy.lock import Lock, LockedBuild, LockedModel
from openness.policy.names import Names
from openness.policy.stated import Word
from openness.printable import printable
from openness.refs.records import Kind, Reference

API_MODEL = "api-model"
_VERIFIED = b"\nverified:"


def policy_notices(
    context: Context, names: Names, settlers: Settlers, checked: frozenset[str], *, whole: bool
) -> Iterator[Notice]:
    """``checked`` are the files that were read; ``whole``: all of the repository, so that what was not met is not there."""
    if context.lock is not None:
        for entry in context.lock.models:  # the lock knows the whole repository, even when one file is checked
            settlers.settle(reference_of(entry), judging.judge(reference_of(entry), context), names=[entry.renamed or ""])
        yield from _unused_allows(context, names)
        yield from _unused_clarifications(context)
        yield from _other_rules(context.lock, context.lock_name)
    yield from _exceptions(context, settlers, whole)
    for index, known in enumerate(settlers.baseline):
        if index not in settlers.used_baseline and (whole or known.file in {settlers.prefix + file for file in checked}):
            model = printable(known.model, 120)
            message = f"Nothing in {printable(known.file, 120)} breaks the rule {known.rule} for {model} any more."
            yield _notice("unused-baseline", message, known.where)


def reference_of(entry: LockedModel) -> Reference:
    """A reference that would mean this entry, with no place."""
    hub = entry.absent not in judging.CATALOGS
    purl = f"pkg:huggingface/{entry.model}" if hub and entry.kind == "model" else None
    kind: Kind = "dataset" if entry.kind == "dataset" else "model"
    return Reference(kind, entry.model, entry.asked, None, "lock", "", 0, 0, "high", purl, entry.model)


def _exceptions(context: Context, settlers: Settlers, whole: bool) -> Iterator[Notice]:
    for one in settlers.exceptions:
        model = printable(one.model, 120)
        if one.expired(context.today):
            message = f"The exception for {model} expired on {one.until} and no longer counts."
            yield _notice("expired-exception", message, one.where)
            continue
        met = whole or (context.lock is not None and API_MODEL not in settlers.allowed[one.number])
        if met and one.number not in settlers.used_exceptions:
            yield _notice("unused-exception", f"The exception for {model} settles nothing.", one.where)


def _unused_allows(context: Context, names: Names) -> Iterator[Notice]:
    stated, lock = context.stated, context.lock
    named = lock.models if lock else ()
    models: list[LockedModel | LockedBuild] = [entry for entry in named if entry.kind == "model"]
    models += lock.builds if lock else ()
    sets: list[LockedModel | LockedBuild] = [entry for entry in named if entry.kind == "dataset"]
    met = {entry.category for entry in models} | {entry.sub_label for entry in named}
    if models:
        for word in (*(stated.categories or ()), *(stated.sub_labels or ())):
            if word.text not in met:
                yield _unused(word, "a category or sub-label that no model has")
    for words, having, what in ((stated.licenses, models, "model"), (stated.dataset_licenses, sets, "data set")):
        ids = {license.id for entry in having for license in entry.licenses}
        for word in words or () if having else ():
            if not ids & set(names.licenses.get(word.text, ())):
                yield _unused(word, f"a license that no {what} has")


def _unused(word: Word, what: str) -> Notice:
    return _notice("unused-allow", f"{printable(word.text, 60)} is allowed, {what} in the lock.", word.where)


def _unused_clarifications(context: Context) -> Iterator[Notice]:
    lock = context.lock
    if lock is None or not context.same_question:
        return
    read = {sha for entry in lock.models for sha in entry.clarified} | {sha for b in lock.builds for sha in b.beside.values()}
    for table in context.stated.clarify:
        files = table.value.get("files", ())
        if not all(str(file.get("sha256", "")).lower() in read for file in files if isinstance(file, dict)):
            license = printable(str(table.value.get("license")), 60)
            yield _notice("unused-clarification", f"No model of the lock has the text that counts as {license}.", table.where)


def _other_rules(lock: Lock, name: str) -> Iterator[Notice]:
    try:
        with (packaged("rules") / "clauses.yaml").open("rb") as file:
            _, found, rest = file.read(4096).partition(_VERIFIED)
    except OSError:
        return
    here = rest.partition(b"\n")[0].decode("utf-8", "replace").strip(" '\"")
    if found and here != lock.rules:
        message = f"{name} was made with the rules of {printable(lock.rules, 40)}; those here are of {here}."
        yield _notice("other-rules", message, f"{name}:1")


def _notice(rule: str, message: str, where: str) -> Notice:
    file, _, line = where.rpartition(":")
    return Notice(rule, check_rules()[rule].severity, message, file, int(line), 1, check_rules()[rule].fix)
