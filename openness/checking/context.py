"""What references are held against, and how a rule's word on one is made."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence

import msgspec

from openness.errors import ExitCode
from openness.policy.check_rules import check_rules
from openness.policy.checked import Hit, Severity, Step
from openness.policy.lock import Lock, LockedModel
from openness.policy.stated import DEFAULT_USE, Stated, Word
from openness.printable import printable
from openness.records import Permission
from openness.refs.records import Reference

SEVERITIES: Mapping[ExitCode, Severity] = {ExitCode.DENIED: "error", ExitCode.CANNOT_SAY: "warning", ExitCode.OK: "note"}
UNVERIFIED = "unverified"


class Newer(msgspec.Struct, frozen=True):
    """What the local store has of a model today: the commit, and the sha256 of its license files."""

    revision: str | None
    texts: Mapping[str, str]


class Context(msgspec.Struct, frozen=True, dict=True):
    """What references are held against.

    ``licenses`` and ``dataset_licenses`` are the ids allowed, None for any; ``lock_name`` is the lock as messages name it;
    ``digest`` gives the sha256 of a weight file, ``beside`` those of documents beside one, ``build_of`` the name in the lock of
    the weight file that a reference means, ``newer`` what the store has of a model, where it was asked for.
    """

    stated: Stated
    lock: Lock | None
    lock_name: str
    today: datetime.date
    licenses: frozenset[str] | None = None
    dataset_licenses: frozenset[str] | None = None
    digest: Callable[[str], str | None] = lambda file: None
    beside: Callable[[str], Mapping[str, str]] = lambda file: {}
    build_of: Callable[[Reference], str | None] = lambda reference: None
    newer: Callable[[LockedModel], Newer | None] = lambda entry: None

    @property
    def uses(self) -> tuple[Word, ...]:
        return self.stated.uses or (Word(None, DEFAULT_USE),)

    @property
    def same_question(self) -> bool:
        """Whether the lock's verdicts are for the uses, facts and demands of the policy."""
        if self.lock is None:
            return True
        asked, stated = self.lock.question, self.stated
        return (
            set(asked.uses) == {use.text for use in self.uses}
            and asked.declare == tuple(sorted(word.text for word in stated.declare))
            and dict(asked.evidence) == {use: word.text for use, word in stated.evidence.items()}
            and asked.clarify == stated.clarify_digest
        )


class Found(msgspec.Struct, frozen=True):
    """A hit with what settles it: an exception that allows all words of one of the ``keys``."""

    hit: Hit
    keys: tuple[frozenset[str], ...] = ()


def listed(words: Sequence[Word]) -> str:
    return ", ".join(printable(word.text, 40) for word in words) or "none"


def line_of(context: Context, *path: str) -> str | None:
    document = context.stated.document
    return document.where(path) if document else None


def name_of(reference: Reference) -> str:
    revision = f"@{reference.revision}" if reference.revision else ""
    return printable(f"{reference.model}{revision}", 160)


def found(
    rule: str,
    verdict: Permission,
    code: ExitCode,
    message: str,
    *,
    line: str | None = None,
    keys: Sequence[str] = (),
    chain: tuple[Step, ...] = (),
    fix: str | None = None,
) -> Found:
    """A hit that an exception settles with the rule or with one of ``keys``. Texts of the lock may be a stranger's."""
    advice = fix if fix is not None else check_rules()[rule].fix
    hit = Hit(rule, SEVERITIES[code], verdict, code, printable(message, None), line, printable(advice, None), chain)
    return Found(hit, tuple(frozenset([key]) for key in dict.fromkeys([rule, *keys])))


def denied(
    rule: str, message: str, line: str | None, together: Sequence[str], chain: tuple[Step, ...], keys: Sequence[str] = ()
) -> Found:
    """A violation; an exception settles it that allows the rule, one of ``keys``, or all of ``together``."""
    hit = found(rule, Permission.DENIED, ExitCode.DENIED, message, line=line, keys=keys, chain=chain)
    return Found(hit.hit, (*hit.keys, frozenset(together))) if together else hit


def doubt(
    rule: str,
    message: str,
    context: Context,
    *,
    line: str | None = None,
    keys: Sequence[str] = (),
    chain: tuple[Step, ...] = (),
    fix: str | None = None,
) -> Found:
    """What cannot be said: it fails the check where the policy denies what is unverified."""
    said = context.stated.unverified
    fails = said is not None and said.text == "deny"
    code = ExitCode.DENIED if fails else ExitCode.CANNOT_SAY
    where = said.where if said is not None and fails else line
    return found(rule, Permission.UNKNOWN, code, message, line=where, keys=[*keys, UNVERIFIED], chain=chain, fix=fix)
