"""The verdict of each use of a model: what the classification found to bind is judged, and its category only lowers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openness.classifying import classify
from openness.model_verdicts import ModelVerdicts, verdicts_of
from openness.records import Permission, Standing
from openness.rules import declared, loader
from openness.sources.live import LiveSources
from openness.sources.snapshot import Reference
from openness.verdict.audit import Question
from tests.loopback import Loopback, World
from tests.outputs.report.worlds import MERGE, WEIGHTS, world
from tests.shared import license_text
from tests.sources.network import access

RULES = loader.load()
USES = tuple(RULES.vocabulary.uses)


def made() -> World:
    found = world()
    cards = {
        "a/tagged": "license: apache-2.0",
        "a/choice": "license: mit OR cc-by-nc-4.0",
        "a/both": "license: [mit, cc-by-nc-4.0]",
        "a/unknown": "license: other\nlicense_name: quibble-terms",
        "a/silent": "tags: [x]",
        "a/lost": "license: mit\nbase_model: nobody/knows-this",
    }
    for name, front in cards.items():
        found.add("models", name, {"README.md": f"---\n{front}\n---\n", **WEIGHTS})
    prose = "---\nlicense: mit\n---\nThis model is for research use only; commercial use is prohibited.\n"
    found.add("models", "a/prose", {"README.md": prose, **WEIGHTS})
    return found


@pytest.fixture(scope="module")
def source() -> Iterator[LiveSources]:
    with Loopback(made()) as server, LiveSources(access(server)) as found:
        yield found


def judged(source: LiveSources, model: str, *facts: str, required: dict[str, Standing] | None = None) -> ModelVerdicts:
    question = Question(USES, declared.parse(facts, RULES), required or {})
    return verdicts_of(classify(Reference("hub-model", model, None, model), source, RULES).result, question, RULES)


def of_use(found: ModelVerdicts, use: str) -> Permission:
    return next(row.verdict for row in found.uses if row.use == use)


def test_every_use_asked_has_a_verdict_in_the_order_asked(source: LiveSources) -> None:
    assert tuple(row.use for row in judged(source, "a/tagged").uses) == USES


def test_an_open_license_permits_and_names_the_card_as_evidence(source: LiveSources) -> None:
    found = judged(source, "a/tagged")
    assert (of_use(found, "internal"), of_use(found, "product")) == (Permission.PERMITTED, Permission.WITH_DUTIES)
    assert found.strength is Standing.CARD
    assert found.uses[0].reasons[0].evidence == ("card:README.md:license",)


def test_of_a_choice_the_mildest_branch_counts_of_a_list_everything(source: LiveSources) -> None:
    assert of_use(judged(source, "a/choice"), "product").passes
    assert of_use(judged(source, "a/both"), "product") is Permission.DENIED


@pytest.mark.parametrize("model", ["a/unknown", "a/silent", "a/lost"])
def test_what_nobody_knows_permits_nothing(source: LiveSources, model: str) -> None:
    assert {row.verdict for row in judged(source, model).uses} == {Permission.UNKNOWN}


def test_a_bar_in_prose_beside_an_open_tag_lets_no_use_pass_but_research(source: LiveSources) -> None:
    found = judged(source, "a/prose")
    assert [row.use for row in found.uses if row.verdict.passes] in ([], ["research"])


def test_a_base_that_bars_commerce_denies_a_product_whatever_the_copy_says(source: LiveSources) -> None:
    found = judged(source, MERGE)
    assert of_use(found, "product") is Permission.DENIED


def test_an_answer_of_the_user_settles_what_was_asked(source: LiveSources) -> None:
    before, after = judged(source, "heron-lab/kestrel-8b"), judged(source, "heron-lab/kestrel-8b", "mau=10")
    assert of_use(before, "internal") is Permission.NEEDS_ANSWER
    assert of_use(after, "internal").passes


def test_stronger_evidence_that_is_asked_for_and_lacking_lets_nothing_pass(source: LiveSources) -> None:
    found = judged(source, "a/tagged", required={"product": Standing.TEXT})
    assert of_use(found, "product") is Permission.UNKNOWN
    assert of_use(found, "internal").passes


def test_the_edge_on_which_a_right_is_lost_says_which_and_by_whose_license(source: LiveSources) -> None:
    edges = {(edge.child, edge.base): edge for edge in judged(source, MERGE).edges}
    lost = {one.use: (one.verdict, one.licenses) for one in edges[MERGE, "heron-lab/wren-nc-8b"].lost}
    assert lost["product"] == (Permission.DENIED, ("cc-by-nc-4.0",))
    assert "research" not in lost
    assert any(id.startswith("base-terms-kept:") for id in edges[MERGE, "heron-lab/wren-nc-8b"].findings)


def test_an_edge_under_the_same_license_loses_nothing(source: LiveSources) -> None:
    (edge,) = judged(source, "heron-lab/kestrel-8b").edges
    assert (edge.lost, edge.findings) == ((), ())


def test_a_changed_license_text_is_never_better_than_a_question() -> None:
    text = license_text("mit").read_text("utf-8") + "\nThe Software shall be used for Good, not Evil, as the author decides.\n"
    changed = World()
    changed.add("models", "a/changed", {"README.md": "---\nlicense: mit\n---\n", "LICENSE": text, **WEIGHTS})
    with Loopback(changed) as server, LiveSources(access(server)) as source:
        assert not any(row.verdict.passes for row in judged(source, "a/changed").uses)
