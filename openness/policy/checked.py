"""What a check says: one :class:`CheckedReference` for each reference, and :class:`Notice` for what is wrong beside them.

Outputs render these records and judge nothing.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from openness.errors import ExitCode, worst_exit
from openness.records import Permission, Place
from openness.refs.records import Reference, Skipped

Severity = Literal["error", "warning", "note"]


class Step(msgspec.Struct, frozen=True):
    """One link of the chain from what a publisher says to what follows from it; a chain runs card → license → clause.

    ``text`` is a sentence of ours or a quote, safe to print. ``place`` is where it stands: for a card the document with url,
    revision and sha256; for a license its text or its rule; for a clause ``<license> <section>``.
    """

    kind: Literal["card", "license", "clause"]
    text: str
    place: Place


class Settled(msgspec.Struct, frozen=True):
    """Why a violation does not count: who wrote so, where (``openness.toml:12`` or ``file.py:3``), why, and until which day."""

    by: Literal["exception", "ignore", "baseline"]
    where: str
    reason: str
    until: str | None = None


class Hit(msgspec.Struct, frozen=True):
    """One rule of ``rules/check.yaml`` that speaks of a reference. ``verdict`` is what it makes of the reference.

    ``policy_line`` is the line of the policy that decided (``openness.toml:12``), None where no line did. ``message`` says what
    and why in one or two sentences, ``fix`` what to do next; both are safe to print and have no line breaks.
    """

    rule: str
    severity: Severity
    verdict: Permission
    exit_code: ExitCode
    message: str
    policy_line: str | None = None
    fix: str = ""
    chain: tuple[Step, ...] = ()
    settled: Settled | None = None

    @property
    def counts(self) -> bool:
        """Whether it is a violation or a doubt that nothing settles."""
        return self.settled is None and self.exit_code is not ExitCode.OK


class CheckedReference(msgspec.Struct, frozen=True):
    """One reference with everything that a check says of it. ``hits``: the deciding one first; empty when all is well.

    ``source_line`` is the line of the source that names the model, without its end, safe to print. ``verdict``, ``rule`` and
    ``policy_line`` are those of the reference as a whole; ``message`` is never empty.
    """

    reference: Reference
    verdict: Permission
    rule: str | None
    policy_line: str | None
    message: str
    severity: Severity | None = None
    fix: str = ""
    chain: tuple[Step, ...] = ()
    settled: Settled | None = None
    hits: tuple[Hit, ...] = ()
    source_line: str = ""
    category: str | None = None
    licenses: tuple[str, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        return worst_exit([ExitCode.OK, *(hit.exit_code for hit in self.hits if hit.counts)])


class Notice(msgspec.Struct, frozen=True):
    """Something about the policy, the lock or a comment: an unused allow, an expired exception, an ignore without a reason.

    ``file`` and ``line`` (from 1) say where it stands; ``rule`` is one of ``rules/check.yaml``.
    """

    rule: str
    severity: Severity
    message: str
    file: str
    line: int = 1
    column: int = 1
    fix: str = ""
    exit_code: ExitCode = ExitCode.OK


class CheckResult(msgspec.Struct, frozen=True):
    """Everything one run of ``openness check`` found. ``skipped`` are files, or parts of them, that were not read.

    ``policy`` and ``lock`` are the paths as printed, None where there is none. ``missing`` are paths that do not exist;
    ``files`` is how many were read.
    """

    references: tuple[CheckedReference, ...]
    notices: tuple[Notice, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    missing: tuple[str, ...] = ()
    policy: str | None = None
    lock: str | None = None
    rules: str = ""
    files: int = 0

    @property
    def exit_code(self) -> ExitCode:
        """The worst of all (order 5 1 3 6 4 0); 4 for a missing path, and where no file is of a kind that is read."""
        codes = [checked.exit_code for checked in self.references]
        codes += [notice.exit_code for notice in self.notices if notice.exit_code is not ExitCode.OK]
        codes += [ExitCode.NOTHING] * len(self.missing)
        return worst_exit([*codes, *([ExitCode.OK] if self.files else [])])
