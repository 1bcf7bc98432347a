"""How open an AI model really is, and whether you may deploy the build on your disk. Not legal advice.

Public API: :func:`audit`. Nothing is imported until it is called.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    from openness.records import AuditResult

__version__ = "0.1.0"
__all__ = ["__version__", "audit"]


def audit(build: str | os.PathLike[str], *, uses: Iterable[str] = ("internal",), declare: Iterable[str] = ()) -> AuditResult:
    """Audit a local build for stated uses, as ``openness audit`` does, without a policy file.

    ``declare`` are facts as ``KEY=VALUE``. What cannot be read or decided is ``unknown`` in the result. Raises MissingInput
    for a file that is not there and UsageError for an unknown use or fact.
    """
    from openness.auditing import OpenBuild, audit_build
    from openness.gate.held_file import HeldFile
    from openness.policy.file import checked_uses
    from openness.rules import declared, loader
    from openness.verdict.audit import Question

    ruleset = loader.load()
    question = Question(checked_uses(uses, ruleset, "uses"), declared.parse(declare, ruleset), {})
    with HeldFile(build) as held:
        return audit_build(OpenBuild(held.fileno(), held.path, held.size, held.sha256()), question, ruleset).result
