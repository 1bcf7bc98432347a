"""Bases that rows name in words, and rows that are called like a release of another publisher: looked at one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from openness.evidence.model_repository import read
from openness.evidence.repository_evidence import RepositoryEvidence
from openness.knowledge import reader
from openness.records import Fact, Place, Standing
from openness.sources.snapshot import HubFields, RepositorySnapshot
from openness.sweep.batch import BIT, HEAD, QUANTIZED_FILES
from openness.sweep.graph import Graph
from openness.sweep.judging import Judge
from openness.sweep.numbers import mask_of
from openness.verdict import named_bases
from openness.verdict.named_bases import NamedBase

if TYPE_CHECKING:
    import pyarrow as arrow


def named(graph: Graph, judge: Judge, hints: Callable[[arrow.Array], arrow.Array]) -> dict[int, list[NamedBase]]:
    """The bases without a link of each row that has any. ``hints`` says which rows are in a number format of re-uploads: without
    one the name of a row is only a question (``verdict.named_bases``)."""
    found = {row: _placed(graph, judge, row, msgspec.json.decode(value)) for row, value in graph.worded.items()}
    rows = _called_alike(graph)
    for row in rows.filter(hints(rows)).to_pylist():
        found[row] = _placed(graph, judge, row, {})
    return {row: bases for row, bases in found.items() if bases}


def _called_alike(graph: Graph) -> arrow.Array:
    """Rows whose name may be that of a known release, and that say nothing of bases."""
    import pyarrow as arrow
    from pyarrow import compute

    worded = arrow.array(graph.worded, arrow.int32())
    linked = mask_of(compute.unique(arrow.concat_arrays([graph.child.cast(arrow.int32()), worded])), graph.count)
    itself = arrow.scalar(BIT["base-itself"], graph.problems.type)
    silent = compute.equal(compute.bit_wise_and(graph.problems, itself), arrow.scalar(0, graph.problems.type))
    return compute.indices_nonzero(compute.and_(compute.and_not(graph.flagged(HEAD), linked), silent)).cast(arrow.int32())


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
