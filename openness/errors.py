"""The one exception family. Every message says what failed, where, and what to do next, in one sentence a user can act on.

Exit codes are those of the design contract, section 5.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    OK = 0
    DENIED = 1
    USAGE = 2
    CANNOT_SAY = 3
    NOTHING = 4
    INTEGRITY = 5
    UNREACHABLE = 6


#: The worst of many inputs wins in this order (contract, section 5); usage errors end a command at once.
SEVERITY = (
    ExitCode.INTEGRITY,
    ExitCode.DENIED,
    ExitCode.CANNOT_SAY,
    ExitCode.UNREACHABLE,
    ExitCode.NOTHING,
    ExitCode.OK,
)


def worst_exit(codes: list[ExitCode]) -> ExitCode:
    """The exit code of several inputs; ``NOTHING`` when there was no input."""
    return min(codes, key=SEVERITY.index, default=ExitCode.NOTHING)


class OpennessError(Exception):
    """Base of every error that a user may see. ``code`` is a stable kebab-case word for ``errors[]``."""

    exit_code: ExitCode = ExitCode.INTEGRITY
    code: str = "failed"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class UsageError(OpennessError):
    """The command line, a declared fact or the policy file is wrong."""

    exit_code = ExitCode.USAGE
    code = "usage"


class RuleError(OpennessError):
    """A file under ``rules/`` is malformed; the message names file and field."""

    exit_code = ExitCode.USAGE
    code = "bad-rules"


class GGUFError(OpennessError):
    """A build cannot be read as what it claims to be: nothing can be said of it."""

    exit_code = ExitCode.CANNOT_SAY
    code = "malformed-build"


class EvidenceError(OpennessError):
    """An evidence file is not what it must be: nothing can be said of the model it is about."""

    exit_code = ExitCode.CANNOT_SAY
    code = "malformed-evidence"


class MissingInput(OpennessError):
    """No such file, or nothing in it to check."""

    exit_code = ExitCode.NOTHING
    code = "no-such-input"


class IntegrityError(OpennessError):
    """A file changed under us, or a lock or log does not verify."""

    exit_code = ExitCode.INTEGRITY
    code = "integrity"


class RunnerError(OpennessError):
    """The runner is missing, died, or refused the build."""

    exit_code = ExitCode.INTEGRITY
    code = "runner-failed"


class Unreachable(OpennessError):
    """A source could not be reached and nothing is stored."""

    exit_code = ExitCode.UNREACHABLE
    code = "unreachable"
