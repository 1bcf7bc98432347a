"""The classify result of the contract as plain data (design section 5): fields may be added, never renamed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from openness.records import Finding
from openness.rules import definitions
from openness.rules.frameworks import FrameworkResult
from openness.verdict.classified import Classification
from openness.verdict.export import exported

SOURCES: Mapping[str, str] = {
    "hub-model": "hub",
    "hub-dataset": "hub",
    "github": "github",
    "folder": "folder",
    "evidence-file": "evidence-file",
}
#: Components whose licenses are listed beside those of the weights, where they are known.
LICENSED = ("training-code", "datasets", "base-datasets")


def classify_result(found: Classification) -> dict[str, Any]:
    """One entry of ``results``; ``evidence`` and ``findings`` inside other objects are lists of ids."""
    result = found.result
    return {
        "input": found.input,
        "model": found.model,
        "source": SOURCES[found.source],
        "url": found.url,
        "revision": found.revision,
        "status": result.status,
        "category": result.category,
        "sub_label": result.sub_label,
        "g7_label": result.g7_label,
        "decided_by": {"rule": f"categories/{result.decided_by}", "why": result.why},
        "dimensions": {
            name: {"level": rated.level, "score": rated.score, "why": rated.why, "findings": [f"dimension:{name}"]}
            for name, rated in found.dimensions.items()
        },
        "licenses": [*_licenses(found)],
        "lineage": [
            {
                "model": entry.model,
                "relation": entry.relation,
                "license": " AND ".join(entry.license) or None,
                "category": entry.category,
                "parent": entry.parent,
                "known_by": entry.resolved,
            }
            for entry in found.lineage
        ],
        "contradictions": msgspec.to_builtins(found.contradictions),
        "frameworks": {name: _framework(evaluated) for name, evaluated in found.frameworks.items()},
        "findings": [msgspec.to_builtins(finding) for finding in all_findings(found)],
        "evidence": msgspec.to_builtins(found.evidence),
        **exported(found.case, definitions.load()),
        "absences": [{"what": absence.what, "reason": absence.reason} for absence in found.absences],
        "would_change": msgspec.to_builtins(found.would_change),
    }


def _licenses(found: Classification) -> Iterator[dict[str, Any]]:
    for license in found.licenses:
        yield msgspec.to_builtins(license)
    for name in LICENSED:
        state = found.case.states.get(name)
        for id in state.licenses if state else ():
            text = any(fact.startswith("text:") for fact in state.evidence) if state else False
            basis = "text" if text else "card"
            yield {"component": name, "id": id, "spdx": id, "basis": basis, "evidence": list(state.evidence) if state else []}


def _framework(evaluated: FrameworkResult) -> dict[str, Any]:
    return {
        "outcome": evaluated.outcome,
        "class": evaluated.class_,
        "criteria": [
            {
                "id": row.id,
                "title": row.title,
                "outcome": row.outcome,
                "level": row.level,
                "role": row.role,
                "why": row.why,
                "evidence": list(row.evidence),
            }
            for row in evaluated.criteria
        ],
        "passes_if": list(evaluated.passes_if),
        "terms_only": evaluated.terms_only,
        "scores": [msgspec.to_builtins(score) for score in evaluated.scores],
    }


def all_findings(found: Classification) -> Iterator[Finding]:
    """What rules concluded: of the documents, of each dimension, and every row of the category order that was asked."""
    yield from found.findings
    for name, rated in found.dimensions.items():
        yield Finding(f"dimension:{name}", f"dimensions/{name}", "info", f"{rated.level}: {rated.why}", rated.evidence)
    for row in found.result.considered:
        if row.id == found.result.decided_by:
            why = "; ".join(part for part in (found.result.why, row.why) if part)
            yield Finding(f"category:{row.id}", f"categories/{row.id}", "decides", why, row.evidence)
        elif row.holds is None:
            yield Finding(f"category:{row.id}", f"categories/{row.id}", "open", row.why, row.evidence)
