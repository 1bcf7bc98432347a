"""The chain from what a publisher says to what follows from it: card → license → clause, each with its place."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openness.policy.checked import Step
from openness.policy.lock import LockedLicense, LockedPlace, LockedReason
from openness.printable import printable
from openness.records import Place


def chain_of(licenses: Sequence[LockedLicense], about: LockedReason | str | None, revision: str | None) -> tuple[Step, ...]:
    """The steps behind a reason of a verdict, or behind a license id; behind the first license where neither is given."""
    id = about.license if isinstance(about, LockedReason) else about
    license = next((each for each in licenses if each.id == id), None) or (licenses[0] if licenses and not id else None)
    steps = [*_evidence(license, revision)] if license else []
    if isinstance(about, LockedReason) and about.license:
        steps.append(Step("clause", about.text, Place(f"{about.license} {about.section}".strip())))
    return tuple(_safe(step) for step in steps)


def _safe(step: Step) -> Step:
    """Texts of the lock may be a stranger's."""
    place = msgspec.structs.replace(step.place, document=printable(step.place.document, None))
    return Step(step.kind, printable(step.text, None), place)


def _evidence(license: LockedLicense, revision: str | None) -> list[Step]:
    found = []
    inherited = f", which {license.source} brings in" if license.source else ""
    if license.card is not None:
        found.append(Step("card", license.card.quote or license.card.document, _place(license.card, license, revision)))
    place = _place(license.text, license, revision) if license.text else Place(license.spdx)
    basis = "by its text" if license.text else f"by the {license.basis}"
    found.append(Step("license", f"{license.spdx}, {basis}{inherited}", place))
    return found


def _place(place: LockedPlace, license: LockedLicense, revision: str | None) -> Place:
    return Place(place.document, place.url, revision if license.source is None else None, place.sha256, place.line)


def licensed(reason: LockedReason) -> str:
    """A reason as a sentence that begins with license and section."""
    where = " ".join(part for part in (reason.license, reason.section) if part)
    return f"{where}: {reason.text}" if where else reason.text
