"""What a new lock says otherwise than the one before it, in words for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from openness.policy.lock import Lock, LockedBuild, LockedModel


class Change(msgspec.Struct, frozen=True):
    """One entry that differs between two locks: ``kind`` is added, removed or changed; ``what`` are the differences as words."""

    kind: str
    name: str
    what: tuple[str, ...] = ()


def changes(old: Lock | None, new: Lock) -> list[Change]:
    """What a new lock says otherwise than the old one, entry by entry."""
    before, after = _entries(old) if old else {}, _entries(new)
    found = [Change("added", _name(after[key]), (_summary(after[key]),)) for key in after if key not in before]
    found += [Change("removed", _name(before[key])) for key in before if key not in after]
    for key in (key for key in after if key in before):
        if before[key] != after[key]:
            found.append(Change("changed", _name(after[key]), tuple(_differences(before[key], after[key]))))
    return found


def _entries(lock: Lock) -> dict[tuple[str, ...], LockedModel | LockedBuild]:
    entries: list[LockedModel | LockedBuild] = [*lock.models, *lock.builds]
    return {entry.key: entry for entry in sorted(entries, key=lambda entry: entry.key)}


def _name(entry: LockedModel | LockedBuild) -> str:
    if isinstance(entry, LockedBuild):
        return entry.file
    kind = "data set " if entry.kind == "dataset" else ""
    return f"{kind}{entry.model}{'@' + entry.asked if entry.asked else ''}"


def _summary(entry: LockedModel | LockedBuild) -> str:
    if isinstance(entry, LockedModel) and entry.absent:
        return f"not resolved: {entry.absent}{f' ({entry.detail})' if entry.detail else ''}"
    label = entry.sub_label if isinstance(entry, LockedModel) else None
    head = f"{entry.category or 'no category'}{f' ({label})' if label else ''}"
    licenses = ", ".join(dict.fromkeys(license.id for license in entry.licenses)) or "no license"
    uses = ", ".join(f"{use}: {found.verdict}" for use, found in entry.uses.items())
    return "; ".join(part for part in (head, licenses, uses) if part)


def _differences(old: Any, new: Any) -> list[str]:
    """The fields that moved, in words of a person."""
    found = []
    for field in ("absent", "revision", "status", "category", "sub_label", "strength", "model", "size", "renamed", "why"):
        before, after = getattr(old, field, None), getattr(new, field, None)
        if before != after:
            found.append(f"{field}: {before or 'none'} → {after or 'none'}")
    found += _moved("licenses", [entry.id for entry in old.licenses], [entry.id for entry in new.licenses])
    texts = [{entry.id: entry.text.sha256 for entry in each.licenses if entry.text} for each in (old, new)]
    found += [
        f"text of {id}: sha256 {(texts[0][id] or '')[:12]}… → {(texts[1][id] or '')[:12]}…"
        for id in texts[0]
        if id in texts[1] and texts[0][id] != texts[1][id]
    ]
    for use in sorted({*old.uses, *new.uses}):
        words = [str(each.uses[use].verdict) if use in each.uses else "not asked" for each in (old, new)]
        if words[0] != words[1]:
            found.append(f"{use}: {words[0]} → {words[1]}")
    if old.date != new.date:
        found.append(f"evidence of {old.date} → {new.date}")
    return found or ["wording of reasons or places"]


def _moved(what: str, before: Sequence[str], after: Sequence[str]) -> list[str]:
    if before == after:
        return []
    return [f"{what}: {', '.join(before) or 'none'} → {', '.join(after) or 'none'}"]
