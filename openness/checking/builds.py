"""A weight file, or a pointer to one, against policy and lock: its digest says whether it is the one that was examined."""

from __future__ import annotations

from collections.abc import Iterator

from openness.checking.context import UNVERIFIED, Context, Found, denied, doubt, found
from openness.checking.terms import judge_age, judge_allowed, judge_question
from openness.errors import ExitCode
from openness.policy.lock import LockedBuild, LockedModel
from openness.printable import printable
from openness.records import Permission
from openness.refs.records import Reference


def judge_build(reference: Reference, context: Context) -> Iterator[Found]:
    """A weight file: what its digest was found to be."""
    name = printable(reference.model, 120)
    file = context.build_of(reference)
    if file is None:
        fails = context.stated.unverified is not None and context.stated.unverified.text == "deny"
        message = f"The weight file {name} is not in this repository, so nothing is known of it here."
        if fails:
            yield doubt("unknown-build", message, context)
        else:
            yield found("unknown-build", Permission.UNKNOWN, ExitCode.OK, message, fix="Audit it where it is: `openness audit`.")
        return
    entry = next((build for build in context.lock.builds if build.file == file), None) if context.lock else None
    if entry is None:
        yield doubt("not-locked", f"The weight file {name} is not in {context.lock_name}; nothing is known of it.", context)
        return
    pointer = (reference.revision or "").removeprefix("sha256:") if reference.revision else None
    digest = pointer or context.digest(file)
    if digest != entry.sha256:
        message = f"The weight file {name} is not the one that was examined: its sha256 differs from that in {context.lock_name}."
        yield doubt("unknown-build", message, context)
        return
    yield from _known_build(name, file, entry, context)


def _known_build(name: str, file: str, entry: LockedBuild, context: Context) -> Iterator[Found]:
    shown = f"{name} ({entry.model})" if entry.model else name
    if not entry.licenses:
        why = entry.why or "neither the file nor anything beside it states a license"
        yield doubt("unknown-build", f"Of the weight file {shown} nothing is known: {why}.", context)
        return
    category = LockedModel("model", shown, None, entry.date, category=entry.category, licenses=entry.licenses)
    yield from judge_question(shown, entry, context)
    yield from judge_allowed(shown, category, context)
    if entry.category == UNVERIFIED:
        yield doubt("unverified", f"The weight file {shown} is unverified.", context, keys=[UNVERIFIED])
    there = context.beside(file)
    for document, sha256 in entry.beside.items():
        if there.get(document) != sha256:
            gone = "is gone" if document not in there else "has changed"
            message = f"{printable(document, 80)} beside the weight file {name} {gone} since it was examined."
            yield denied("license-changed", message, None, [], (), ["license-changed"])
    yield from judge_age(shown, entry, context)
