"""The picture of a lineage: every model once, every edge with its terms, and the one on which a right is lost marked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openness.classifying import classify
from openness.model_verdicts import verdicts_of
from openness.outputs.report.lineage import MOST_NODES, NODE_HEIGHT, NODE_WIDTH, Picture, picture
from openness.outputs.report.records import of_model
from openness.rules import loader
from openness.sources.live import LiveSources
from openness.sources.snapshot import Reference
from openness.verdict.audit import Question
from tests.loopback import Loopback
from tests.outputs.report.worlds import MERGE, QUANT, WEIGHTS, world
from tests.sources.network import access

RULES = loader.load()


@pytest.fixture(scope="module")
def source() -> Iterator[LiveSources]:
    made = world()
    made.add("models", "a/wide", {"README.md": card([f"b/base-{n}" for n in range(55)]), **WEIGHTS})
    made.add("models", "a/one", {"README.md": card(["a/two"]), **WEIGHTS})
    made.add("models", "a/two", {"README.md": card(["a/one"]), **WEIGHTS})
    with Loopback(made) as server, LiveSources(access(server)) as found:
        yield found


def card(bases: list[str]) -> str:
    return f"---\nlicense: mit\nbase_model: [{', '.join(bases)}]\n---\n"


def drawn(source: LiveSources, model: str) -> Picture | None:
    found = classify(Reference("hub-model", model, None, model), source, RULES).result
    return picture(of_model(found, verdicts_of(found, Question(tuple(RULES.vocabulary.uses), {}, {}), RULES)))


def test_a_model_without_bases_has_no_picture(source: LiveSources) -> None:
    assert drawn(source, "meta-llama/Llama-3.1-8B") is None


def test_a_merge_that_was_quantized_shows_every_model_once_the_asked_one_first(source: LiveSources) -> None:
    found = drawn(source, QUANT)
    assert found is not None
    names = [node.name for node in found.nodes]
    assert names[:2] == [QUANT, MERGE]
    assert sorted(names[2:]) == ["heron-lab/kestrel-8b", "heron-lab/wren-nc-8b", "meta-llama/Llama-3.1-8B"]


def test_the_edge_that_loses_a_right_is_marked_and_the_others_are_not(source: LiveSources) -> None:
    found = drawn(source, QUANT)
    assert found is not None
    lost = {(step.child, step.base): step.lost for step in found.steps}
    assert lost[QUANT, MERGE] == ()
    assert any("product: denied by cc-by-nc-4.0" in said for said in lost[MERGE, "heron-lab/wren-nc-8b"])
    marked = {line.label: line.lost for line in found.lines}
    assert marked["merge: cc-by-nc-4.0"].startswith("loses: product")
    assert marked["quantized: apache-2.0"] == ""


def test_no_two_boxes_overlap_and_all_lie_within_the_picture(source: LiveSources) -> None:
    for model in (QUANT, MERGE, "a/wide"):
        found = drawn(source, model)
        assert found is not None
        corners = {(node.x, node.y) for node in found.nodes}
        assert len(corners) == len(found.nodes)
        assert all(abs(a[0] - b[0]) >= NODE_WIDTH or abs(a[1] - b[1]) >= NODE_HEIGHT for a in corners for b in corners if a != b)
        assert all(x + NODE_WIDTH <= found.width and y + NODE_HEIGHT <= found.height for x, y in corners)


def test_of_very_many_bases_some_are_drawn_and_all_are_listed(source: LiveSources) -> None:
    found = drawn(source, "a/wide")
    assert found is not None
    assert len(found.nodes) == MOST_NODES
    assert found.left_out == len(found.steps) + 1 - MOST_NODES
    assert len(found.steps) == 55


def test_models_that_name_each_other_end_where_the_circle_closes(source: LiveSources) -> None:
    found = drawn(source, "a/one")
    assert found is not None
    assert [node.name for node in found.nodes] == ["a/one", "a/two"]
