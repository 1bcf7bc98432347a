"""One reference against policy and lock: which rules of ``rules/check.yaml`` speak of it, and what each says. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from openness.checking.builds import judge_build
from openness.checking.chain import chain_of
from openness.checking.context import UNVERIFIED, Context, Found, denied, doubt, found, line_of, name_of
from openness.checking.terms import judge_age, judge_allowed, judge_question, judge_uses
from openness.errors import ExitCode
from openness.policy.lock import LEAST_COMMIT, LockedModel, LockedUse
from openness.printable import printable
from openness.records import Permission, worst
from openness.refs.records import Reference

#: Names that are no repository on the Hub (``locking.wanted``).
CATALOGS = ("ollama-catalog", "docker-catalog")
_HEX = frozenset("0123456789abcdef")


def judge(reference: Reference, context: Context) -> list[Found]:
    """Every rule that speaks of a reference, in the order in which they count."""
    if reference.kind == "api-model":
        return [*_api_model(reference, context)]
    if reference.kind == "build-file":
        return [*judge_build(reference, context)]
    entry = entry_of(reference, context)
    if reference.kind == "dataset":
        return [*_dataset(reference, entry, context)]
    return [*_model(reference, entry, context)]


def entry_of(reference: Reference, context: Context) -> LockedModel | None:
    """The entry of the lock that a reference means."""
    if context.lock is None or reference.kind not in ("model", "dataset"):
        return None
    asked = reference.revision if (reference.purl or "").startswith("pkg:huggingface/") or reference.kind == "dataset" else None
    return context.lock.at(reference.kind, reference.model, asked)


def _api_model(reference: Reference, context: Context) -> Iterator[Found]:
    said = context.stated.api_models
    if said is not None and said.text == "allow":
        return
    name = printable(reference.model, 80)
    if said is None:
        message = f"{name} is not released: its weights cannot be had, and no policy says whether such a model may be named."
        yield found("api-model", Permission.UNKNOWN, ExitCode.CANNOT_SAY, message, keys=["api-model"])
    else:
        message = f"{name} is not released: its weights cannot be had, and the policy allows no such model."
        yield found("api-model", Permission.DENIED, ExitCode.DENIED, message, line=said.where, keys=["api-model"])


def _model(reference: Reference, entry: LockedModel | None, context: Context) -> Iterator[Found]:
    name = name_of(reference)
    if entry is None:
        yield _not_locked(reference, context)
        return
    if entry.absent:
        yield from judge_uses(name, entry, context, only_denied=True)
        yield _unresolved(name, entry, context)
        return
    yield from judge_question(name, entry, context)
    yield from judge_allowed(name, entry, context)
    if entry.category in (None, UNVERIFIED):
        message = f"{name} is {entry.category or entry.status or UNVERIFIED}: {entry.why}."
        yield doubt("unverified", message, context, keys=[UNVERIFIED], chain=chain_of(entry.licenses, None, entry.revision))
    yield from _newer(name, entry, context)
    yield from judge_age(name, entry, context)
    yield from _pin(name, reference, entry, context)


def _not_locked(reference: Reference, context: Context) -> Found:
    name = name_of(reference)
    others = context.lock.of(reference.kind, reference.model) if context.lock else []
    if others and reference.revision:
        known = ", ".join(sorted({other.asked or (other.revision or "")[:12] or "its branch" for other in others}))
        message = f"{name} is not in {context.lock_name} at this revision (there: {printable(known, 120)})."
        return doubt("revision-not-locked", message, context)
    where = context.lock_name if context.lock is not None else f"{context.lock_name}, which does not exist yet"
    return doubt("not-locked", f"{name} is not in {where}; nothing is known of it until it is locked.", context)


def _unresolved(name: str, entry: LockedModel, context: Context) -> Found:
    if entry.absent in CATALOGS:
        message = f"{name} could not be examined: {entry.detail}."
        fix = "Name the repository on the Hub (hf.co/owner/name), or write an exception for this name."
        return doubt("unresolved", message, context, fix=fix)
    detail = f" ({entry.detail})" if entry.detail else ""
    return doubt("unresolved", f"{name} could not be examined: {entry.absent}{detail}.", context)


def _newer(name: str, entry: LockedModel, context: Context) -> Iterator[Found]:
    """What the store has seen since the lock was written."""
    stored = context.newer(entry)
    if stored is None or stored.revision in (None, entry.revision):
        return
    for license in entry.licenses:
        text = license.text
        if text is not None and text.sha256 and license.source is None and stored.texts.get(text.document) != text.sha256:
            gone = "is gone" if text.document not in stored.texts else "is another text"
            message = f"{text.document} of {name} {gone} at {(stored.revision or '')[:12]}, which the store has."
            yield denied("license-changed", message, None, [], chain_of([license], None, entry.revision))
    before, now = (entry.revision or "nothing")[:12], (stored.revision or "")[:12]
    yield doubt("moved", f"The branch of {name} has moved: {before} was examined, the store has {now}.", context)


def _pin(name: str, reference: Reference, entry: LockedModel, context: Context) -> Iterator[Found]:
    """A revision that is no commit may lead elsewhere tomorrow."""
    asked = (reference.revision or "").casefold()
    if entry.revision is None or (len(asked) >= LEAST_COMMIT and entry.revision.startswith(asked) and set(asked) <= _HEX):
        return
    required = context.stated.pinned is not None and context.stated.pinned.text == "require"
    what = f"names the branch or tag {reference.revision}" if reference.revision else "names no revision"
    message = f"The reference to {name} {what}, which can move; {entry.revision[:12]} was examined."
    fix = f'Pin it: revision="{entry.revision}".'
    code, line = (ExitCode.DENIED, context.stated.pinned.where) if required and context.stated.pinned else (ExitCode.OK, None)
    yield found("unpinned", Permission.DENIED if required else Permission.PERMITTED, code, message, line=line, fix=fix)


def _dataset(reference: Reference, entry: LockedModel | None, context: Context) -> Iterator[Found]:
    if context.dataset_licenses is None:
        return
    name = f"data set {name_of(reference)}"
    line = line_of(context, "datasets", "licenses")
    if entry is None:
        yield _not_locked(reference, context)
    elif entry.absent:
        yield doubt("unresolved", f"The {name} could not be examined: {entry.absent}.", context)
    elif not entry.licenses:
        yield doubt("unverified", f"The card of the {name} states no license.", context, keys=[UNVERIFIED])
    elif others := [license.id for license in entry.licenses if license.id not in context.dataset_licenses]:
        message = f"The {name} is under {' and '.join(others)}, which the policy does not allow for data."
        yield denied("dataset-not-allowed", message, line, others, chain_of(entry.licenses, None, entry.revision))


def verdict_of(reference: Reference, context: Context) -> Permission:
    """The verdict of a reference of which no rule says anything wrong."""
    if reference.kind == "api-model":
        return Permission.PERMITTED
    if reference.kind == "build-file":
        file = context.build_of(reference)
        entry = next((build for build in context.lock.builds if build.file == file), None) if context.lock else None
        return _worst_use(entry.uses if entry else {}, context)
    if reference.kind == "dataset":
        return Permission.UNKNOWN if context.dataset_licenses is None else Permission.PERMITTED
    model = entry_of(reference, context)
    return _worst_use(model.uses if model else {}, context)


def _worst_use(uses: Mapping[str, LockedUse], context: Context) -> Permission:
    return worst(uses[use.text].verdict for use in context.uses if use.text in uses)


def passing(reference: Reference, context: Context) -> str:
    """What there is to say of a reference of which no rule says anything wrong."""
    return printable(_passing(reference, context), None)


def _passing(reference: Reference, context: Context) -> str:
    name = name_of(reference)
    entry = entry_of(reference, context)
    if reference.kind == "api-model":
        return f"{name} is not released; the policy allows such models."
    if reference.kind == "build-file":
        here = context.build_of(reference) is not None
        return f"The weight file {name} is {'the one that was examined' if here else 'not in this repository'}."
    licenses = ", ".join(dict.fromkeys(license.id for license in entry.licenses)) if entry else ""
    if reference.kind == "dataset":
        said = f" ({licenses})" if licenses else ""
        if context.dataset_licenses is None:
            return (
                f"{name} is a data set{said}; data sets are reported and not judged, since the policy lists no licenses for them."
            )
        return f"The data set {name}{said} is allowed."
    uses = ", ".join(use.text for use in context.uses)
    label = f"{entry.category}{f', {entry.sub_label}' if entry.sub_label else ''}" if entry else ""
    return f"{name} ({licenses}; {label}) may be used for {uses}."
