"""What settles a violation: an exception or a baseline entry of the policy, or a comment where it stands."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from openness.checking.context import Found
from openness.checking.ignores import Ignore
from openness.errors import ExitCode
from openness.policy.checked import Hit, Settled
from openness.policy.stated import Excepted, Known
from openness.printable import printable
from openness.refs.records import Reference

ADOPTED = "it was there when the check was adopted"


class Settlers(msgspec.Struct, frozen=True):
    """Everything that may settle, and what of it did: numbers of exceptions, baseline entries, (file, line, rule) of comments.

    ``allowed`` are the words of each exception, license names resolved; ``prefix`` leads from the folder of the policy, to which
    the files of baseline entries are relative, to the current one (``sub/`` or nothing).
    """

    exceptions: Sequence[Excepted]
    allowed: Mapping[int, frozenset[str]]
    baseline: Sequence[Known]
    ignores: Mapping[str, Sequence[Ignore]]
    today: datetime.date
    prefix: str = ""
    used_exceptions: set[int] = msgspec.field(default_factory=set)
    used_baseline: set[int] = msgspec.field(default_factory=set)
    used_ignores: set[tuple[str, int, str]] = msgspec.field(default_factory=set)

    def settle(self, reference: Reference, found: Iterable[Found], *, names: Sequence[str] = ()) -> tuple[Hit, ...]:
        """The hits, each with what settles it. ``names`` are further names of the model (the one it has now)."""
        return tuple(self._one(reference, each, names) for each in found)

    def _one(self, reference: Reference, found: Found, names: Sequence[str]) -> Hit:
        hit = found.hit
        by = self._comment(reference, hit)  # a comment is used even where nothing would count
        if hit.exit_code is ExitCode.OK:
            return hit
        by = self._exception(reference, found, names) or by or self._known(reference, hit)
        return hit if by is None else msgspec.structs.replace(hit, settled=by)

    def _exception(self, reference: Reference, found: Found, names: Sequence[str]) -> Settled | None:
        for one in self.exceptions:
            if one.expired(self.today) or not any(one.fits(name, reference.revision) for name in (reference.model, *names)):
                continue
            if any(key and key <= self.allowed[one.number] for key in found.keys):
                self.used_exceptions.add(one.number)
                return Settled("exception", one.where, printable(one.reason, 300), one.until.isoformat() if one.until else None)
        return None

    def _comment(self, reference: Reference, hit: Hit) -> Settled | None:
        for one in self.ignores.get(reference.file, ()):
            if one.about == reference.line and hit.rule in one.rules and not one.problem:
                self.used_ignores.add((reference.file, one.line, hit.rule))
                return Settled("ignore", f"{printable(reference.file, None)}:{one.line}", one.reason)
        return None

    def _known(self, reference: Reference, hit: Hit) -> Settled | None:
        for index, one in enumerate(self.baseline):
            if (one.file, one.rule) == (
                self.prefix + reference.file,
                hit.rule,
            ) and one.model.casefold() == reference.model.casefold():
                self.used_baseline.add(index)
                return Settled("baseline", one.where, printable(one.reason, 300) or ADOPTED)
        return None
