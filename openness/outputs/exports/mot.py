"""A model file of the Model Openness Tool (lfai/model_openness_tool, schema/mof_schema.json @8b5d30e), in YAML.

The tool knows seventeen components, listed or not, one license each. What it has no place for (what is partly published, bases
with their terms, facts) stands in a part ``openness`` of its own, which the tool leaves alone: read back as an evidence file,
both together give the same answer. The part holds a digest of the rest; where that was changed by hand, it no longer counts.
"""

from __future__ import annotations

from typing import Any

import yaml

from openness.evidence.release_digest import PART, digest
from openness.outputs.exports.subject import Subject
from openness.printable import printable
from openness.rules.case import Availability, ComponentState
from openness.rules.definitions import Definitions, load
from openness.verdict.classified import Classification
from openness.verdict.export import exported

FRAMEWORK = {"name": "Model Openness Framework", "version": "1.0", "date": "2024-12-15"}
#: What is listed: the tool counts what anyone can have, if need be after agreeing to something.
LISTED = (Availability.PUBLISHED, Availability.GATED)
WEIGHTS = "parameters-final"
NO_LICENSE = "unlicensed"
MOST_TEXT = 300


def mot(found: Classification, subject: Subject) -> str:
    """The file."""
    known = load()
    release = _release(found, subject, known)
    part = {"schema": "openness/classify/1", "release_sha256": digest(release), "results": [_result(found, subject, known)]}
    document = {"framework": FRAMEWORK, "release": release, PART: part}
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=False, width=130)


def _release(found: Classification, subject: Subject, known: Definitions) -> dict[str, Any]:
    states = [found.case.state(id) for id, component in known.components.items() if component.mof is not None]
    listed = [state for state in states if state.availability in LISTED]
    derived = found.case.facts.get("derived")
    release: dict[str, Any] = {
        "name": subject.full_name,
        "version": subject.revision or "",
        "license": {"distribution": {"name": _weights_license(found)}},
        "producer": subject.group,
        "origin": subject.bases[0].name if subject.bases else "",
        "components": [_component(state, known, found) for state in listed],
    }
    if subject.date:
        release["date"] = subject.date
    if derived is not None and derived.values == {"no"}:
        release["treatment"] = "pre-trained"
    if subject.purl and subject.purl.startswith("pkg:huggingface/") and subject.url:
        release["huggingface"] = subject.url
    return release


def _component(state: ComponentState, known: Definitions, found: Classification) -> dict[str, str]:
    component = known.components[state.component]
    behind = "; behind a gate" if state.availability is Availability.GATED else ""
    license = _weights_license(found) if state.component == WEIGHTS else _license(state)
    return {"name": component.names[0], "description": f"{component.means}{behind}", "license": license}


def _weights_license(found: Classification) -> str:
    """The tool asks no further than for a name: one that is not verified must not stand there."""
    state = found.case.state(WEIGHTS)
    verified = found.result.category not in (None, "unverified") and state.availability in LISTED
    return _license(state) if verified else NO_LICENSE


def _license(state: ComponentState) -> str:
    """The names, all of which apply; the tool takes one and compares it letter by letter."""
    return " AND ".join(printable(name, 100) for name in state.licenses) or NO_LICENSE


def _result(found: Classification, subject: Subject, known: Definitions) -> dict[str, Any]:
    """The facts of our own form, without the evidence: whoever passes the file on vouches for it."""
    rows = exported(found.case, known)
    own = {found.model: subject.full_name}  # a folder's path stays here
    result = {
        "model": subject.full_name,
        "components": [
            {name: row[name] for name in ("component", "availability", "licenses", "license_class")} for row in rows["components"]
        ],
        "unstated": rows["unstated"],
        "searched": rows["searched"],
        "facts": {id: {"values": row["values"], "complete": row["complete"]} for id, row in rows["facts"].items()},
        "licenses": [
            {"component": row.component, "id": row.id, "basis": str(row.basis), "source": own.get(row.source, row.source)}
            for row in found.licenses
        ],
        "lineage": [
            {
                "model": entry.model,
                "relation": entry.relation,
                "license": " AND ".join(entry.license) or None,
                "known_by": entry.resolved,
            }
            for entry in found.lineage
        ],
    }
    return {name: _harmless(value) for name, value in result.items()}


def _harmless(value: Any) -> Any:
    """The same with every text printable, and no longer than it may be in an evidence file."""
    if isinstance(value, str):
        return printable(value, MOST_TEXT)
    if isinstance(value, dict):
        return {name: _harmless(entry) for name, entry in value.items()}
    return [_harmless(entry) for entry in value] if isinstance(value, list) else value
