"""Every model of our own making under corpus/cases comes out as written beside it, through the real client and a loopback Hub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from openness.classifying import classify
from openness.sources.live import LiveSources
from openness.sources.snapshot import Reference
from tests.loopback import Loopback, World
from tests.loopback.world import CASES
from tests.sources.network import access
from tests.verdict.lineage_world import RULES

EXPECTED = sorted(CASES.glob("*/expected.yaml"))


@pytest.fixture(scope="module")
def source() -> Iterator[LiveSources]:
    with Loopback(World.of_cases()) as server, LiveSources(access(server)) as found:
        yield found


def test_every_model_among_the_cases_has_its_expected_result_beside_it() -> None:
    assert {path.parent for path in CASES.glob("*/hub.json")} == {path.parent for path in EXPECTED}


@pytest.mark.parametrize("path", EXPECTED, ids=[path.parent.name for path in EXPECTED])
def test_a_case_comes_out_as_written_beside_it(path: Path, source: LiveSources) -> None:
    expect: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    model = json.loads((path.parent / "hub.json").read_text("utf-8"))["id"]
    result = classify(Reference("hub-model", model, None, model), source, RULES, ["mof-1.0"]).result
    found = {finding.rule: finding.effect for finding in result.findings}
    assert result.result.category == expect["category"], result.result.why
    if "sub_label" in expect:
        assert result.result.sub_label == expect["sub_label"]
    assert result.result.status == expect.get("status", "released")
    assert {rule: found.get(rule) for rule in expect["findings"]} == expect["findings"]
    if "lineage" in expect:
        assert [[entry.model, entry.relation, entry.resolved] for entry in result.lineage] == expect["lineage"]
