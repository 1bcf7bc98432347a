"""The shape of our own evidence files: a case as plain data for ``classify --format json``, and the rows that are read back.

Read back are facts alone: components, facts, licenses, lineage, and the evidence that is shown for them (``stated_result``). A
file written by hand has the same shape and may leave out everything but ``model`` and ``components``; ``note`` and ``source``
then say why a component or fact is as stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from openness.records import Contradiction, Fact, Finding, Standing
from openness.rules.case import Availability, Case, LicenseClass
from openness.rules.definitions import Definitions

Short = Annotated[str, msgspec.Meta(max_length=300)]
Text = Annotated[str, msgspec.Meta(max_length=4000)]
Ids = Annotated[list[Short], msgspec.Meta(max_length=1000)]


class ComponentRow(msgspec.Struct, frozen=True):
    """A component as a file states it. Without ``license_class`` it follows from ``licenses``; none named is no license."""

    component: Short
    availability: Availability = Availability.PUBLISHED
    licenses: Ids = []
    license_class: LicenseClass | None = None
    evidence: Ids = []
    source: Short = ""
    note: Text = ""


class FactRow(msgspec.Struct, frozen=True):
    """A fact as a file states it, with why; ``complete: false`` where there may be more values than are named."""

    values: list[Short | bool]
    evidence: Ids = []
    complete: bool = True
    source: Short = ""
    note: Text = ""


class LicenseRow(msgspec.Struct, frozen=True):
    component: Short
    id: Short
    spdx: Short = ""
    basis: Short = str(Standing.USER)
    evidence: Ids = []
    source: Short = ""


class BaseRow(msgspec.Struct, frozen=True):
    model: Short
    relation: Short = "unstated"
    license: Text | None = None
    parent: Short | None = None
    known_by: Short | None = None


class AbsenceRow(msgspec.Struct, frozen=True):
    what: Text
    reason: Short


class ResultRow(msgspec.Struct, frozen=True):
    """One entry of ``results``: what is read of it. ``unstated`` names components of which nothing is known; those that are
    listed nowhere are not published."""

    model: Short
    components: Annotated[list[ComponentRow], msgspec.Meta(max_length=300)]
    source: Short = "evidence-file"
    url: Text | None = None
    revision: Short | None = None
    unstated: Ids = []
    searched: Ids = []
    facts: dict[str, FactRow | list[Short | bool] | Short | bool] = {}
    licenses: list[LicenseRow] = []
    lineage: list[BaseRow] = []
    contradictions: list[Contradiction] = []
    findings: list[Finding] = []
    evidence: list[Fact] = []
    absences: list[AbsenceRow] = []


def exported(case: Case, definitions: Definitions) -> dict[str, Any]:
    """The fields of a result from which ``stated_result`` makes the same case again."""
    return {
        "components": [msgspec.to_builtins(state) for state in case.states.values()],
        "unstated": [id for id in definitions.components if id not in case.states],
        "searched": sorted(case.searched),
        "facts": {
            id: {"values": sorted(fact.values), "evidence": list(fact.evidence), "complete": fact.complete}
            for id, fact in sorted(case.facts.items())
        },
    }


def claimed(content: Mapping[str, Any]) -> dict[str, Any]:
    """What a result concludes, by the dotted names of :func:`openness.verdict.stated.conclusions`."""
    found = {name: content[name] for name in ("status", "category", "sub_label", "g7_label") if name in content}
    for group, fields in (("dimensions", ("level", "score")), ("frameworks", ("outcome", "class"))):
        rows = content.get(group)
        for name, row in rows.items() if isinstance(rows, dict) else ():
            found |= {f"{group}.{name}.{field}": row[field] for field in fields if isinstance(row, dict) and field in row}
    return found
