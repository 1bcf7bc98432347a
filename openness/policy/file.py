"""The policy as an audit needs it: uses, declared facts, the evidence demanded for each use, confirmed texts, exceptions.

Unknown keys and values are errors that name file, line and the nearest valid one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from openness.errors import UsageError
from openness.policy import document
from openness.printable import printable
from openness.records import Standing

if TYPE_CHECKING:
    from openness.policy.clarify import Clarification
    from openness.policy.exceptions import Exceptions
    from openness.policy.stated import Stated
    from openness.rules.loader import Ruleset
    from openness.rules.model import FactSet


class Policy(msgspec.Struct, frozen=True):
    """What the user intends and demands. ``path`` is None when there is no policy file."""

    path: str | None = None
    uses: tuple[str, ...] = ()
    declared: FactSet = msgspec.field(default_factory=dict)
    evidence: Mapping[str, Standing] = msgspec.field(default_factory=dict)
    clarifications: tuple[Clarification, ...] = ()
    exceptions: Exceptions | None = None


def load(path: Path | None, ruleset: Ruleset) -> Policy:
    """The policy at ``path``, or the nearest at or above the current folder, or an empty one when there is none.

    Raises UsageError for a file that is missing although named, is not TOML, or has unknown keys or values.
    """
    chosen = path or document.find(Path())
    if chosen is None:
        return Policy()
    from openness.policy import stated  # most audits have no policy file

    return of(stated.stated(document.read(chosen)), ruleset)


def of(found: Stated, ruleset: Ruleset) -> Policy:
    """The policy with every name in it checked."""
    from openness.policy import clarify
    from openness.policy.exceptions import Exceptions
    from openness.policy.names import check_names
    from openness.rules.declared import parse

    names = check_names(found, ruleset)
    return Policy(
        path=found.path,
        uses=tuple(dict.fromkeys(word.text for word in found.uses)),
        declared=parse((pair.text for pair in found.declare), ruleset),
        evidence={use: Standing(word.text) for use, word in found.evidence.items()},
        clarifications=clarify.parse(found.clarify, ruleset),
        exceptions=Exceptions(found.exceptions, names.allowed(found.exceptions)) if found.exceptions else None,
    )


def checked_uses(uses: Iterable[str], ruleset: Ruleset, where: str = "--use") -> tuple[str, ...]:
    """The uses without repetition. Raises UsageError for one that does not exist, naming the nearest."""
    known = list(ruleset.vocabulary.uses)
    for use in uses:
        if use not in known:
            raise UsageError(f"{where} {printable(use, 40)}: no such use; {document.nearest(use, known)}")
    return tuple(dict.fromkeys(uses))
