"""MOF 1.0 (criteria.md section 1.2): the class that is awarded, and what it depends on."""

from __future__ import annotations

import pytest

from openness.rules.case import ComponentState
from tests.rules.cases import CLASS_1, CLASS_2, CLASS_3, case, state
from tests.rules.judging import judged

IS_BETWEEN = [
    (CLASS_3, "class-3"),
    (CLASS_2, "class-2"),
    (CLASS_1, "class-1"),
    (CLASS_3 | {"research-paper": "="}, "class-3"),
    ({id: x for id, x in CLASS_3.items() if id != "technical-report"} | {"research-paper": "="}, "class-3"),
    ({id: x for id, x in CLASS_2.items() if id != "technical-report"} | {"research-paper": "="}, "class-2"),
    ({id: x for id, x in CLASS_1.items() if id != "technical-report"}, "class-1"),
    ({id: x for id, x in CLASS_1.items() if id != "research-paper"}, "class-2"),
    ({id: x for id, x in CLASS_1.items() if id != "data-card"}, "unclassified"),
    ({id: x for id, x in CLASS_1.items() if id != "evaluation-data"}, "class-3"),
    (CLASS_1 | {"technical-report": "none"}, "class-1"),
    (CLASS_1 | {"datasets": "none"}, "class-2"),
    (CLASS_3 | {"parameters-final": "llama-3.1"}, "unclassified"),
    ({"parameters-final": "="}, "unclassified"),
]


@pytest.mark.parametrize(("released", "expected"), IS_BETWEEN)
def test_mof_awards_the_highest_class_that_is_complete_with_those_below(released: dict[str, str], expected: str) -> None:
    assert judged("mof-1.0", case(released)).outcome == expected


@pytest.mark.parametrize("optional", ["sample-outputs", "supporting-libraries", "model-metadata"])
def test_mof_optional_components_never_block(optional: str) -> None:
    assert judged("mof-1.0", case(CLASS_1, state(optional, "cc-by-nc-4.0"))).outcome == "class-1"


@pytest.mark.parametrize(
    ("license", "expected"),
    [("pddl", "class-1"), ("pddl-1.0", "class-1"), ("cc-pddc", "class-1"), ("cc-by-4.0", "class-1"), ("afl-2.1", "class-1"),
     ("openmdw-1.0", "class-1"), ("openmdw-1.1", "class-1"), ("odc-by", "class-1"), ("gpl-3.0", "class-1"),
     ("c-uda", "class-2"), ("cc-by-nc-4.0", "class-2"), ("cc-by-nd-4.0", "class-2"), ("etalab-2.0", "class-2")],
)  # fmt: skip
def test_mof_counts_the_licenses_of_its_lists(license: str, expected: str) -> None:
    assert judged("mof-1.0", case(CLASS_1 | {"datasets": license})).outcome == expected


def test_mof_counts_an_open_license_of_another_type_and_says_so() -> None:
    rows = {row.id: row.why for row in judged("mof-1.0", case(CLASS_3, default="apache-2.0")).criteria}
    assert "not one that MOF names" in rows["parameters-final"] and "not one that MOF names" not in rows["model-card"]


def test_mof_an_altered_open_license_is_not_open() -> None:
    altered = ComponentState("parameters-final", state("x").availability, ("apache-2.0",), state("x", "llama-3.1").license_class)
    assert judged("mof-1.0", case(CLASS_3, altered)).outcome == "unclassified"


def test_mof_progress_starts_with_the_lower_class_complete() -> None:
    five = {id: x for id, x in CLASS_2.items() if id != "data-card"}
    assert [score.value for score in judged("mof-1.0", case(five)).scores] == [pytest.approx(500 / 6), 0.0, 0.0]
    paper = {id: x for id, x in CLASS_2.items() if id != "technical-report"} | {"research-paper": "="}
    assert [score.value for score in judged("mof-1.0", case(paper)).scores] == [100, 100, pytest.approx(1000 / 13)]


def test_mof_names_what_the_next_class_needs() -> None:
    assert judged("mof-1.0", case(CLASS_3)).passes_if == ("Training code", "Inference code", "Evaluation code", "Evaluation data")
