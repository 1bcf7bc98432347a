"""Known and constructed license conflicts along lineages come out as a careful reader says (lineage_cases.yaml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from openness.records import Permission
from openness.verdict.stack import judge_license
from tests.verdict.lineage_world import RULES, classified

CASES = yaml.safe_load((Path(__file__).parent / "lineage_cases.yaml").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("row", CASES, ids=[row["id"] for row in CASES])
def test_a_lineage_comes_out_as_a_careful_reader_says(row: dict[str, Any]) -> None:
    result, expect = classified(row["hub"], row["model"]), row["expect"]
    found = {finding.rule: finding.effect for finding in result.findings}
    if "category" in expect:
        assert (result.result.category, result.result.decided_by) and result.result.category == expect["category"], (
            result.result.why
        )
    if "label" in expect:
        assert result.result.sub_label == expect["label"]
    if "status" in expect:
        assert result.result.status == expect["status"]
    for rule, effect in expect.get("findings", {}).items():
        assert found.get(rule) == effect, (rule, found)
    assert not set(expect.get("absent", ())) & set(found)
    assert set(expect.get("bound", ())) <= {license.id for license in result.licenses}
    assert set(expect.get("about", ())) <= {found.about for found in result.contradictions}
    if "lineage" in expect:
        assert [[entry.model, entry.relation, entry.resolved] for entry in result.lineage] == expect["lineage"]


@pytest.mark.parametrize("row", CASES, ids=[row["id"] for row in CASES])
def test_every_finding_of_a_lineage_cites_facts_that_are_shown(row: dict[str, Any]) -> None:
    result = classified(row["hub"], row["model"])
    known = {fact.id for fact in result.evidence}
    cited = {id for finding in result.findings for id in finding.evidence}
    cited |= {id for license in result.licenses for id in license.evidence}
    cited |= {id for found in result.contradictions for id in found.evidence}
    assert cited <= known


def test_llama_4_is_denied_to_a_company_seated_in_the_eu() -> None:
    declared = {"seat": frozenset({"DE"}), "modality": frozenset({"multimodal"})}
    assert judge_license("llama-4", "product", declared, RULES).verdict is Permission.DENIED
