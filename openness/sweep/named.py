"""Bases that rows name in words, and rows that are called like a release of another publisher: looked at one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from openness.evidence.model_repository import read
from openness.evidence.repository_evidence import RepositoryEvidence
from openness.knowledge import reader
from openness.records import Fact, Place, Standing
from openness.sources.snapshot import HubFields, RepositorySnapshot
from openness.sweep.batch import BIT, HEAD, QUANTIZED_FILES
from openness.sweep.graph import Graph
from openness.sweep.judging import Judge
from openness.verdict import named_bases
from openness.verdict.named_bases import NamedBase


def named(graph: Graph, judge: Judge, hint: Callable[[int], bool]) -> dict[int, list[NamedBase]]:
    """The bases without a link of each row that has any. ``hint`` says that a row is in a number format of re-uploads: without
    one the name of a row is only a question (``verdict.named_bases``)."""
    found: dict[int, list[NamedBase]] = {}
    for row, value in graph.worded.items():
        found[row] = _placed(graph, judge, row, msgspec.json.decode(value))
    linked = bytearray(graph.count)
    for row in graph.child.to_pylist():
        linked[row] = 1
    itself = BIT["base-itself"]
    for row, flags in enumerate(graph.flags):
        if (
            flags & HEAD
            and not linked[row]
            and row not in graph.worded
            and not graph.problems[row].as_py() & itself
            and hint(row)
        ):
            found[row] = _placed(graph, judge, row, {})
    return {row: bases for row, bases in found.items() if bases}


def _placed(graph: Graph, judge: Judge, row: int, said: dict[str, Any]) -> list[NamedBase]:
    known = judge.known.models
    evidence = _evidence(graph, judge, row, said)
    linked = [link.target.name for link in evidence.linked("base")]
    return [item for item in named_bases.of(evidence, linked, known.releases, known.words) if isinstance(item, NamedBase)]


def _evidence(graph: Graph, judge: Judge, row: int, said: dict[str, Any]) -> RepositoryEvidence:
    """The evidence of one row, as a classification would have it."""
    name = graph.name(row)
    card = {"base_model": said["card"], "base_model_relation": said["how"]} if said else {}
    hub = HubFields(base_models=tuple(said.get("hub", ())), relation=said.get("relation"), card_data=card)
    found = read(RepositorySnapshot("hub-model", name, name, hub=hub), reader(judge.ruleset))
    if graph.flags[row] & QUANTIZED_FILES and not any(found.claims("quantized-hint")):
        hint = Fact("files:quantized", "quantized-hint", True, "", Standing.NAME, Place("file list"))
        found = msgspec.structs.replace(found, facts=(*found.facts, hint))
    return found
