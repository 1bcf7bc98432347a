"""The report as data: ``index.json`` beside the landing page, and beside each model's page its own export, as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openness.errors import OpennessError
from openness.outputs import discovery
from openness.outputs.classification import classify_result
from openness.outputs.envelope import as_json, envelope, envelope_document, use_verdict
from openness.outputs.report.folder import INDEX, PAGES
from openness.outputs.report.records import Entry, Report


def entry_document(entry: Entry, rules: str) -> str:
    """What ``classify`` or ``audit`` prints of it with ``--format json``."""
    if entry.build is not None:
        return envelope("audit", [discovery.data(entry.build)], rules=rules) + "\n"
    return envelope("classify", [classify_result(entry.found)] if entry.found else [], rules=rules) + "\n"


def index_document(
    report: Report, stems: Sequence[str], warnings: Sequence[str], failures: Sequence[tuple[OpennessError, str]]
) -> str:
    """``openness/report/1``: a row for each model, with its verdicts and files, and all files of the report."""
    rows = [_row(entry, stem) for entry, stem in zip(report.entries, stems, strict=True)]
    document = envelope_document("report", rows, rules=report.rules, warnings=warnings, errors=failures)
    document["index"] = INDEX
    document["files"] = [name for stem in stems for name in (f"{PAGES}/{stem}.html", f"{PAGES}/{stem}.json")]
    return as_json(document) + "\n"


def _row(entry: Entry, stem: str) -> dict[str, Any]:
    return {
        "input": entry.found.input if entry.found else entry.name,
        "model": entry.found.model if entry.found else None,
        "build": entry.build.result.build.path if entry.build else None,
        "revision": entry.revision,
        "category": entry.category,
        "sub_label": entry.sub_label,
        "dimensions": {level.name: {"level": level.level, "score": level.score} for level in entry.levels},
        "licenses": list(entry.licenses),
        "verdict": entry.verdict,
        "strength": entry.strength,
        "uses": [use_verdict(use) for use in entry.uses],
        "page": f"{PAGES}/{stem}.html",
        "data": f"{PAGES}/{stem}.json",
    }
