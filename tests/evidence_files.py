"""Evidence files of the tests, classified through the path that ``openness classify FILE`` takes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openness import classifying
from openness.classifying import Classified
from openness.outputs.classification import classify_result
from openness.packaged import packaged
from openness.rules import loader
from openness.sources.evidence_file import EvidenceFileSource
from openness.sources.snapshot import Reference
from openness.verdict.classified import Classification

RULES = loader.load()
DEFINITIONS = packaged("corpus") / "definitions"


def read(path: Path, *definitions: str) -> list[Classified]:
    """Everything that a file gives."""
    return [*classifying.classify_all(Reference("evidence-file", str(path)), EvidenceFileSource(), RULES, definitions)]


def classified(folder: Path, content: Any, name: str = "stated.json") -> Classification:
    """The one model of a file with this content: text as it is, anything else as JSON."""
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    (found,) = read(path)
    assert found.dossier.model.absent is None, found.dossier.model.absent
    return found.result


def problem(folder: Path, content: Any, name: str = "stated.json") -> str:
    """Why a file with this content cannot be read."""
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    (found,) = read(path)
    absent = found.dossier.model.absent
    assert absent is not None and absent.reason == "malformed", absent
    return absent.detail


def model_file(components: Mapping[str, str | None] | Sequence[Any], **release: Any) -> dict[str, Any]:
    """A Model Openness Tool file: component → license, None for a component without a license field."""
    rows = (
        [{"name": name} if license is None else {"name": name, "license": license} for name, license in components.items()]
        if isinstance(components, Mapping)
        else list(components)
    )
    return {"framework": {"name": "Model Openness Framework"}, "release": {"name": "Heron 1B", "components": rows, **release}}


def own_file(components: Mapping[str, str], facts: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A file of our own form: component → its license, ``availability:license``, or nothing for no license."""
    rows = []
    for id, said in components.items():
        availability, _, license = said.rpartition(":")
        rows.append(
            {"component": id, "availability": availability or "published", "licenses": [license] if license else []}
        )  # fmt: skip
    result = {"model": "example/heron", "components": rows, "facts": dict(facts or {}), **more}
    return {"schema": "openness/classify/1", "results": [result]}


def exported(found: Classification) -> dict[str, Any]:
    """The result as ``classify --format json`` prints it."""
    return json.loads(json.dumps(classify_result(found), ensure_ascii=False))  # type: ignore[no-any-return]
