"""CycloneDX 1.6 JSON: a machine-learning bill of materials with model cards. Valid as 1.7 too but for the version that it names.

Built as plain data: cyclonedx-python-lib has no model cards (11.12), and no part of it is needed to write JSON. Tests hold the
result against the official schemas, which that library carries.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from openness import __version__
from openness.outputs.exports.stamp import identity, now
from openness.outputs.exports.subject import Related, Subject, Terms

SPEC = "1.6"


def cyclonedx(subjects: Sequence[Subject]) -> str:
    """The document. License texts in it are the user's own copies."""
    when = now()
    models = [_model(subject, f"model-{number}") for number, subject in enumerate(subjects, 1)]
    data = [row for number, subject in enumerate(subjects, 1) for row in _data(subject, f"model-{number}")]
    document: dict[str, Any] = {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "serialNumber": f"urn:uuid:{identity(repr(subjects), when)}",
        "version": 1,
        "metadata": {
            "timestamp": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tools": {"components": [{"type": "application", "name": "openness", "version": __version__}]},
        },
        "components": [*models, *data],
        "dependencies": [_dependency(subject, f"model-{number}") for number, subject in enumerate(subjects, 1)],
    }
    return json.dumps(document, indent=2)


def _model(subject: Subject, ref: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "machine-learning-model",
        "bom-ref": ref,
        **({"group": subject.group} if subject.group else {}),
        "name": subject.name,
        **({"version": subject.revision} if subject.revision else {}),
        "description": f"Category by openness: {subject.category}, because {subject.why}. Not legal advice.",
        "hashes": [{"alg": "SHA-256", "content": subject.sha256}] if subject.sha256 else [],
        "licenses": [*_licenses(subject.terms, "concluded" if subject.asserted else "declared")],
        **({"purl": subject.purl} if subject.purl else {}),
        "pedigree": {"ancestors": [_ancestor(base, f"{ref}-base-{n}") for n, base in enumerate(subject.bases, 1)]},
        "modelCard": _card(subject, ref),
        "properties": [{"name": name, "value": value} for name, value in subject.notes],
    }
    if subject.url:
        found["externalReferences"] = [{"type": "website", "url": subject.url}]
    return {name: value for name, value in found.items() if value not in ([], {"ancestors": []})}


def _card(subject: Subject, ref: str) -> dict[str, Any]:
    datasets = [{"ref": f"{ref}-data-{number}"} for number, _ in enumerate(subject.data, 1)]
    return {
        "bom-ref": f"{ref}-card",
        "modelParameters": {"datasets": datasets} if datasets else {},
        "considerations": {"technicalLimitations": [f"Openness: {subject.category}, because {subject.why}."]},
    }


def _licenses(terms: Sequence[Terms], acknowledgement: str) -> Iterator[dict[str, Any]]:
    """All of them apply together."""
    for row in terms:
        license: dict[str, Any] = {"id": row.spdx} if row.listed else {"name": row.title}
        license["acknowledgement"] = acknowledgement
        if row.text:
            license["text"] = {"contentType": "text/plain", "content": row.text}
        if row.url:
            license["url"] = row.url
        known = [{"name": "openness:basis", "value": row.basis}]
        license["properties"] = known if row.listed else [*known, {"name": "openness:license", "value": row.spdx}]
        yield {"license": license}


def _ancestor(base: Related, ref: str) -> dict[str, Any]:
    group, _, name = base.name.rpartition("/")
    found: dict[str, Any] = {
        "type": "machine-learning-model",
        "bom-ref": ref,
        **({"group": group} if group else {}),
        "name": name or base.name,
        "description": f"{base.relation} of this model",
        "licenses": [*_licenses(base.terms, "declared")],
        **({"purl": base.purl} if base.purl else {}),
    }
    return {name: value for name, value in found.items() if value != []}


def _data(subject: Subject, ref: str) -> Iterator[dict[str, Any]]:
    for number, data in enumerate(subject.data, 1):
        contents = {"contents": {"url": data.url}} if data.url else {}
        yield {
            "type": "data",
            "bom-ref": f"{ref}-data-{number}",
            "name": data.name,
            "data": [{"type": "dataset", "name": data.name, **contents}],
        }


def _dependency(subject: Subject, ref: str) -> dict[str, Any]:
    return {"ref": ref, "dependsOn": [f"{ref}-data-{number}" for number, _ in enumerate(subject.data, 1)]}
