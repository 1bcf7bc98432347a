"""What a person reads after ``openness lock``: which entries came, went or changed, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from openness.outputs.wrapping import Style, plain, wrapped
from openness.policy.lock import Lock
from openness.policy.lock_changes import Change
from openness.printable import printable

SIGNS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}


def lock_changes(path: str, found: Sequence[Change], lock: Lock, *, changed: bool, width: int = 80, style: Style = plain) -> str:
    """The differences, and a line of totals."""
    return "\n".join([*_entries(found, width, style), _total(path, found, lock, changed)])


def _entries(found: Sequence[Change], width: int, style: Style) -> Iterator[str]:
    for change in found:
        sign, color = SIGNS[change.kind]
        yield style(f"{sign} {printable(change.name, 120)}", color)
        for what in change.what:
            yield from wrapped(printable(what, None), width, 4)
    if found:
        yield ""


def _total(path: str, found: Sequence[Change], lock: Lock, changed: bool) -> str:
    models = _counted(sum(entry.kind == "model" for entry in lock.models), "model")
    sets = _counted(sum(entry.kind == "dataset" for entry in lock.models), "data set")
    files = _counted(len(lock.builds), "weight file")
    holds = ", ".join(part for part in (models, sets, files) if not part.startswith("0 ")) or "no models"
    if not changed:
        return f"{path} is unchanged: {holds}."
    counts = [f"{sum(c.kind == kind for c in found)} {kind}" for kind in SIGNS if any(c.kind == kind for c in found)]
    shown = f" ({', '.join(counts)})" if counts else ""
    return f"{path} is written: {holds}{shown}."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
