"""A table with planted faults of every kind, in row groups of its own: each is found in exactly the rows where it was planted.

The plan says which row gets which fault; what is expected follows from the plan alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from openness.rules import loader
from openness.sweep.summary import Summary
from openness.sweep.sweeping import Where, sweep
from tests.sweep.tables import Row, read, row, stated, table

COUNT = 600
FAULTS = ("none", "no-card", "cut-card", "list", "upper", "differs", "gone", "itself", "circle")


def name(at: int) -> str:
    return f"owner{at % 7}/model-{at}"


def planted(seed: int) -> tuple[list[Row], list[str]]:
    """Rows, and the fault of each. Every row after the first two has one base before it."""
    chance = random.Random(seed)
    rows: list[Row] = []
    faults: list[str] = []
    for at in range(COUNT):
        fault = chance.choice(FAULTS) if 2 <= at < COUNT - 1 and (not faults or faults[-1] != "circle") else "none"
        rows.append(_row(at, fault))
        faults.append(fault)
    for at, fault in enumerate(faults):
        if fault == "circle":
            rows[at + 1] = stated(name(at + 1), "mit", bases=[name(at)], relation="finetune")
            faults[at + 1] = "closed"
    return rows, faults


def _row(at: int, fault: str) -> Row:
    bases = {"gone": ["gone/away"], "itself": [name(at), name(0)], "circle": [name(at + 1)]}.get(fault, [name(0)])
    more: dict[str, Any] = {} if at < 2 else {"bases": bases, "relation": "finetune"}
    if fault == "no-card":
        return row(name(at), None, ["license:mit"], **more)
    if fault == "cut-card":
        return row(name(at), '{"license": "mi', ["license:mit"], **more)
    licenses: dict[str, Any] = {"list": ["mit", "apache-2.0"], "upper": "MIT"}
    tag = "cc-by-nc-4.0" if fault == "differs" else "mit"
    return row(name(at), {"license": licenses.get(fault, "mit")}, [f"license:{tag}"], **more)


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], tuple[list[Row], list[str], Summary]]:
    known: dict[int, tuple[list[Row], list[str], Summary]] = {}

    def of(seed: int) -> tuple[list[Row], list[str], Summary]:
        if seed not in known:
            folder = tmp_path_factory.mktemp(f"seed{seed}")
            rows, faults = planted(seed)
            source = table(folder / "in.parquet", rows, group=97)
            summary = sweep(source, folder / "out.parquet", loader.load(), Where(), lambda *_: None)
            known[seed] = read(folder / "out.parquet"), faults, summary
        return known[seed]

    return of


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("word", "planted_as"),
    [
        ("card-missing", {"no-card"}),
        ("card-unreadable", {"cut-card"}),
        ("license-list", {"list"}),
        ("base-missing", {"gone"}),
        ("base-itself", {"itself"}),
        ("lineage-cycle", {"circle", "closed"}),
    ],
)
def test_a_problem_stands_in_exactly_the_rows_where_it_was_planted(
    swept: Callable[[int], tuple[list[Row], list[str], Summary]], seed: int, word: str, planted_as: set[str]
) -> None:
    rows, faults, summary = swept(seed)
    expected = [name(at) for at, fault in enumerate(faults) if fault in planted_as]
    assert [line["id"] for line in rows if word in line["problems"]] == expected != []
    assert summary.problems[word] == len(expected)


@pytest.mark.parametrize("seed", [1, 2])
def test_rows_without_a_planted_problem_have_none(
    swept: Callable[[int], tuple[list[Row], list[str], Summary]], seed: int
) -> None:
    rows, faults, _ = swept(seed)
    sound = [line["problems"] for line, fault in zip(rows, faults, strict=True) if fault in ("none", "upper", "differs")]
    assert sound == [[]] * len(sound) != []


@pytest.mark.parametrize("seed", [1, 2])
def test_tag_and_card_contradict_each_other_in_exactly_the_rows_where_they_differ(
    swept: Callable[[int], tuple[list[Row], list[str], Summary]], seed: int
) -> None:
    rows, faults, summary = swept(seed)
    expected = [name(at) for at, fault in enumerate(faults) if fault == "differs"]
    assert [line["id"] for line in rows if "license" in line["contradictions"]] == expected != []
    assert summary.contradictions["license"] == len(expected)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_license_in_upper_case_is_the_same_license(
    swept: Callable[[int], tuple[list[Row], list[str], Summary]], seed: int
) -> None:
    rows, faults, _ = swept(seed)
    upper = {
        (line["license_class"], tuple(line["licenses"])) for line, fault in zip(rows, faults, strict=True) if fault == "upper"
    }
    assert upper == {("open", ("mit",))}


@pytest.mark.parametrize("seed", [1, 2])
def test_each_circle_and_each_edge_is_counted_once(
    swept: Callable[[int], tuple[list[Row], list[str], Summary]], seed: int
) -> None:
    _, faults, summary = swept(seed)
    assert summary.lineage == {
        "derived": COUNT - 2,
        "edges": COUNT - 2,
        "edges_without_base": faults.count("gone"),
        "cycles": faults.count("circle"),
        "rows_in_cycles": 2 * faults.count("circle"),
    }
