"""The JSON envelope of every command (contract, section 5): fields may be added, never renamed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from openness import __version__
from openness.errors import OpennessError
from openness.evidence.license_version import FILE, version_of
from openness.packaged import packaged
from openness.printable import printable
from openness.records import AuditResult, UseVerdict


def envelope(
    command: str,
    results: Sequence[Any],
    *,
    rules: str,
    warnings: Sequence[str] = (),
    errors: Sequence[tuple[OpennessError, str]] = (),
) -> str:
    """The document as text. ``errors`` are pairs of an error and the input it belongs to."""
    return as_json(envelope_document(command, results, rules=rules, warnings=warnings, errors=errors))


def as_json(document: dict[str, Any]) -> str:
    """Indented by two. msgspec writes it fifty times faster than json does; a lone surrogate becomes U+FFFD."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode("utf-8")


def envelope_document(
    command: str,
    results: Sequence[Any],
    *,
    rules: str,
    warnings: Sequence[str] = (),
    errors: Sequence[tuple[OpennessError, str]] = (),
) -> dict[str, Any]:
    """The envelope as plain data."""
    return {
        "schema": f"openness/{command}/1",
        "tool": {"name": "openness", "version": __version__, "rules": rules, "corpus": version_of(packaged("corpus") / FILE)},
        "results": list(results),
        "warnings": [printable(text, None) for text in warnings],
        "errors": [
            {"code": error.code, "message": printable(error.message, None), "input": printable(subject, None)}
            for error, subject in errors
        ],
    }


def use_verdict(verdict: UseVerdict) -> dict[str, Any]:
    """One entry of ``uses``, the same in audit, run and license show."""
    data: dict[str, Any] = msgspec.to_builtins(verdict)
    return data


def audit_result(result: AuditResult) -> dict[str, Any]:
    """The audit result of the contract; ``evidence`` inside other objects are lists of ids."""
    data: dict[str, Any] = msgspec.to_builtins(result)
    return data
