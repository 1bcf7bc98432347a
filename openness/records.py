"""The records passed along the path: facts, findings, verdicts. No I/O, nothing of ours imported but the words below.

The words (verdicts, standings, relations between them) are those of the design contract, sections 3 to 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import msgspec


class Permission(StrEnum):
    """What a use gets, mildest first. ``UNKNOWN`` ranks between a question and a denial: it never passes, and a denial
    that is certain is not softened by something else that is not known."""

    PERMITTED = "permitted"
    WITH_DUTIES = "permitted-with-duties"
    NEEDS_ANSWER = "needs-answer"
    UNKNOWN = "unknown"
    DENIED = "denied"

    @property
    def rank(self) -> int:
        return _PERMISSION_ORDER.index(self)

    @property
    def passes(self) -> bool:
        """True for the two verdicts on which a gate may open."""
        return self in (Permission.PERMITTED, Permission.WITH_DUTIES)


_PERMISSION_ORDER = list(Permission)


def worst(permissions: Iterable[Permission]) -> Permission:
    """The strictest of several verdicts; ``unknown`` for none at all, since nothing shown is nothing permitted."""
    return max(permissions, key=lambda p: p.rank, default=Permission.UNKNOWN)


class Standing(StrEnum):
    """Who says so, weakest first (design section 4, evidence strength). ``USER`` is a statement of the person asking."""

    NAME = "name"
    METADATA = "metadata"
    CARD = "card"
    USER = "user"
    TEXT = "text"
    WEIGHTS = "weights"

    @property
    def rank(self) -> int:
        return _STANDING_ORDER.index(self)


_STANDING_ORDER = list(Standing)


class Place(msgspec.Struct, frozen=True):
    """Where a fact stands: a document, with what pins it. ``line`` counts from 1; ``key`` names a metadata key."""

    document: str
    url: str | None = None
    revision: str | None = None
    sha256: str | None = None
    line: int | None = None


class Fact(msgspec.Struct, frozen=True):
    """One claim as one source makes it. ``quote`` is the source's own words, already made safe to print."""

    id: str
    claim: str
    value: Any
    quote: str
    standing: Standing
    place: Place


class Finding(msgspec.Struct, frozen=True):
    """What a rule concludes from facts. ``effect``: ``info``, ``lowers``, ``asks``, ``unknown`` or ``denies``."""

    id: str
    rule: str
    effect: str
    message: str
    evidence: tuple[str, ...] = ()


class Reason(msgspec.Struct, frozen=True):
    """Why a use got its verdict: one clause of one license and its effect on the use.

    ``quote`` comes from the user's own copy of the text where there is one, else it is empty; ``summary`` is ours.
    """

    license: str
    section: str
    clause: str
    effect: str
    summary: str
    quote: str = ""
    evidence: tuple[str, ...] = ()


class Duty(msgspec.Struct, frozen=True):
    """Something to do, phrased so that it can be ticked off. ``id`` is ``<license>/<clause>/<n>`` and is stable."""

    id: str
    text: str


class Question(msgspec.Struct, frozen=True):
    """A fact of the user that decides; ``declare`` is the option that answers it."""

    fact: str
    text: str
    declare: str


class UseVerdict(msgspec.Struct, frozen=True):
    """The verdict for one use. ``once_answered`` is set only for ``needs-answer``: the verdict when every printed
    question is answered in the user's favor."""

    use: str
    verdict: Permission
    once_answered: Permission | None = None
    reasons: tuple[Reason, ...] = ()
    duties: tuple[Duty, ...] = ()
    questions: tuple[Question, ...] = ()


class Absent(msgspec.Struct, frozen=True):
    """A thing that a source could not give, and why; a value, not an error.

    ``reason`` is one of the words of :data:`openness.sources.snapshot.AbsenceReason` for what is fetched, a phrase for what
    lies beside a build. ``retry_in`` are the seconds after which a server wants to be asked again, where it said so.
    """

    what: str
    reason: str
    detail: str = ""
    retry_in: float | None = None


class BuildIdentity(msgspec.Struct, frozen=True):
    """Which model a build is. ``basis``: sha256, weights, metadata, family, user or none; ``confidence`` 0 to 1.

    ``families`` are those that its shapes fit: a set, of which it may be based on any, or on none.
    """

    model: str | None = None
    basis: str = "none"
    match: str = "none"
    equal_fraction: float | None = None
    confidence: float = 0.0
    families: tuple[str, ...] = ()


class BuildFile(msgspec.Struct, frozen=True):
    """One file of a build that has several."""

    path: str
    size: int
    sha256: str | None


class Build(msgspec.Struct, frozen=True):
    """What was read of a local build. ``tensor_types`` counts tensors by type name; ``claims`` are the file's own.

    ``role``: model, lora, mmproj, draft, control-vector, imatrix or vocabulary. ``files`` lists the parts of a build that has
    several; its ``sha256`` is then that of the list as ``sha256sum`` prints it.
    """

    path: str
    sha256: str | None
    size: int
    format: str
    architecture: str | None = None
    tensor_types: Mapping[str, int] = msgspec.field(default_factory=dict)
    claims: Mapping[str, Any] = msgspec.field(default_factory=dict)
    hashed: bool = False
    role: str = "model"
    files: tuple[BuildFile, ...] = ()


class Contradiction(msgspec.Struct, frozen=True):
    """Facts that disagree about one thing; ``settled_by`` is the fact id that settles it, or None."""

    about: str
    evidence: tuple[str, ...]
    settled_by: str | None = None


class AuditResult(msgspec.Struct, frozen=True):
    """The answer of ``openness audit`` for one build."""

    build: Build
    identity: BuildIdentity
    verdict: Permission
    strength: Standing | None
    uses: tuple[UseVerdict, ...]
    category: str
    licenses: tuple[str, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    findings: tuple[Finding, ...] = ()
    evidence: tuple[Fact, ...] = ()
