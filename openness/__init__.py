"""How open an AI model really is, and whether you may deploy the build on your disk. Not legal advice.

Public API: :func:`audit`, :func:`classify`, :func:`identify`. Nothing is imported until it is called.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    from openness.identifying import Identified
    from openness.records import AuditResult
    from openness.verdict.classified import Classification

__version__ = "0.1.0"
__all__ = ["__version__", "audit", "classify", "identify"]


def audit(build: str | os.PathLike[str], *, uses: Iterable[str] = ("internal",), declare: Iterable[str] = ()) -> AuditResult:
    """Audit a local build, a file or a folder, for stated uses, as ``openness audit`` does, without a policy file.

    ``declare`` are facts as ``KEY=VALUE``. What cannot be read or decided is ``unknown`` in the result. Raises MissingInput
    for a file that is not there, BuildError for one of several parts that is missing, UsageError for an unknown use or fact.
    """
    import os

    from openness.auditing import Hashes, OpenBuild, audit_build
    from openness.gate.held_build import held_build
    from openness.policy.file import checked_uses
    from openness.rules import declared, loader
    from openness.verdict.audit import Question

    ruleset = loader.load()
    question = Question(checked_uses(uses, ruleset, "uses"), declared.parse(declare, ruleset), {})
    with held_build(os.fspath(build)) as held:
        hashes = Hashes(held.sha256())
        opened = OpenBuild(held.files[0].fileno(), held.path, held.size, lambda: hashes, held.parts, held.layout)
        return audit_build(opened, question, ruleset).result


def classify(model: str, *, cache: str | os.PathLike[str] | None = None, offline: bool = False) -> Classification:
    """Classify a model as ``openness classify`` does: a Hub id or address, ``github:owner/repo``, a folder.

    ``cache`` is the folder of the local store (default: a temporary one). What cannot be had is in the result. Raises
    UsageError for what names no model and MissingInput for a path that is not there.
    """
    import tempfile
    from contextlib import ExitStack
    from pathlib import Path

    from openness import classifying
    from openness.rules import loader
    from openness.sources.endpoints import Access
    from openness.sources.live import LiveSources
    from openness.sources.model_reference import parse
    from openness.store.stored_sources import StoredSources

    access = Access.from_environment(offline=offline)
    reference = parse(model, access)
    with ExitStack() as stack:
        folder = Path(cache) if cache is not None else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        live = stack.enter_context(LiveSources(access))
        source = stack.enter_context(StoredSources(folder, live, offline=access.offline))
        return classifying.classify(reference, source, loader.load()).result


def identify(text: str | bytes) -> Identified:
    """Which license a text is, and what was changed in it, as ``openness license identify`` says."""
    from openness.identifying import identify_document

    return identify_document(text)
