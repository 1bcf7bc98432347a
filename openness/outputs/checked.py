"""The check result of the contract as plain data (design section 5): fields may be added, never renamed."""

from __future__ import annotations

from typing import Any

import msgspec

from openness.policy.checked import CheckedReference, CheckResult, Hit

_REFERENCE = ("model", "kind", "form", "file", "line", "column", "revision", "quant", "weight_file", "confidence", "purl", "text")


def check_results(result: CheckResult) -> list[dict[str, Any]]:
    """One entry of ``results`` for each reference."""
    return [_one(checked) for checked in result.references]


def notices(result: CheckResult) -> list[dict[str, Any]]:
    """What is wrong with policy, lock and comments, as data; ``warnings`` has the same as sentences."""
    found: list[dict[str, Any]] = msgspec.to_builtins(result.notices)
    for notice in found:
        del notice["exit_code"]
    return found


def _one(checked: CheckedReference) -> dict[str, Any]:
    reference = checked.reference
    return {
        "reference": {name: getattr(reference, name) for name in _REFERENCE},
        "verdict": str(checked.verdict),
        "rule": checked.rule,
        "policy_line": checked.policy_line,
        "message": checked.message,
        "severity": checked.severity,
        "fix": checked.fix,
        "category": checked.category,
        "licenses": list(checked.licenses),
        "settled": msgspec.to_builtins(checked.settled),
        "chain": msgspec.to_builtins(checked.chain),
        "hits": [_hit(hit) for hit in checked.hits],
    }


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "rule": hit.rule,
        "severity": hit.severity,
        "verdict": str(hit.verdict),
        "counts": hit.counts,
        "policy_line": hit.policy_line,
        "message": hit.message,
        "settled": msgspec.to_builtins(hit.settled),
    }
