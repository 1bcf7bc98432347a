"""Planted faults are found exactly: what is expected is stated here, row by row, and not worked out by the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from openness.rules import loader
from openness.sweep.closure import WALKED
from openness.sweep.summary import Summary
from openness.sweep.sweeping import Where, sweep
from tests.sweep.tables import Row, read, row, stated, table


def run(folder: Path, rows: list[Row], **more: Any) -> tuple[dict[str, Row], Summary]:
    source = table(folder / "in.parquet", rows, **more)
    found = sweep(source, folder / "out.parquet", loader.load(), Where(), lambda *_: None)
    return {line["id"]: line for line in read(folder / "out.parquet")}, found


@pytest.mark.parametrize(
    ("license", "category", "label", "declared"),
    [
        ("apache-2.0", "source-available", "open-weights", "open"),
        ("APACHE-2.0", "source-available", "open-weights", "open"),
        ("cc-by-nc-4.0", "research-only", None, "research-only"),
        ("llama3", "source-available", "custom-license", "source-available"),
        ("creativeml-openrail-m", "source-available", "use-restricted", "source-available"),
        ("no-such-license", "unverified", None, "unknown"),
        ("unknown", "unverified", None, "none"),
    ],
)
def test_a_stated_license_gives_the_category(tmp_path: Path, license: str, category: str, label: str, declared: str) -> None:
    found, _ = run(tmp_path, [stated("a/x", license)])
    assert (found["a/x"]["category"], found["a/x"]["sub_label"], found["a/x"]["license_class"]) == (category, label, declared)


def test_a_missing_or_broken_card_leaves_the_tag_and_is_said(tmp_path: Path) -> None:
    rows = [
        row("a/none"), row("a/cut", '{"license": "mi', ["license:mit"]), row("a/list", "[1]"), row("a/null", "null"),
    ]  # fmt: skip
    found, summary = run(tmp_path, rows)
    assert {name: line["problems"] for name, line in found.items()} == {
        "a/none": ["card-missing"], "a/cut": ["card-unreadable"], "a/list": ["card-unreadable"], "a/null": ["card-missing"],
    }  # fmt: skip
    assert found["a/cut"]["category"] == "source-available"
    assert found["a/none"]["category"] == "unverified"
    assert summary.problems == {"card-missing": 2, "card-unreadable": 2}


def test_a_tag_that_differs_from_the_card_is_a_contradiction_and_of_another_class_unverified(tmp_path: Path) -> None:
    rows = [
        row("a/class", {"license": "cc-by-nc-4.0"}, ["license:apache-2.0"]), row("a/same", {"license": "mit"}, ["license:apache-2.0"]),
        row("a/other", {"license": "other", "license_name": "our-terms"}, ["license:apache-2.0"]),
        row("a/unknown", {"license": "unknown"}, ["license:mit"]), stated("a/agree", "mit"),
        row("a/case", {"license": "MIT"}, ["license:mit"]), row("a/list", {"license": ["mit", "gpl-3.0"]}, ["license:mit"]),
    ]  # fmt: skip
    found, summary = run(tmp_path, rows)
    assert {name for name, line in found.items() if "license" in line["contradictions"]} == {
        "a/class", "a/same", "a/other", "a/unknown",
    }  # fmt: skip
    assert found["a/class"]["category"] == found["a/unknown"]["category"] == "unverified"
    assert found["a/same"]["category"] == "source-available"
    assert summary.contradictions == {"license": 4}
    assert ("cc-by-nc-4.0", "apache-2.0") in {(pair.one, pair.other) for pair in summary.pairs}


def test_the_strictest_license_travels_down_a_lineage_and_a_looser_one_is_a_contradiction(tmp_path: Path) -> None:
    rows = [
        stated("c/third", "apache-2.0", bases=["B/Second"], relation="quantized"),
        stated("b/second", "mit", bases=["a/first"], relation="finetune"),
        stated("a/first", "cc-by-nc-4.0"),
        row("c/dropped", {}, bases=["b/second"], relation="quantized"),
    ]
    found, summary = run(tmp_path, rows)
    assert {line["category"] for line in found.values()} == {"research-only"}
    assert found["c/third"]["contradictions"] == found["b/second"]["contradictions"] == ["license-of-base"]
    outcomes = {drift.relation: (drift.edges, drift.to_permissive, drift.sideways, drift.dropped) for drift in summary.drift}
    assert outcomes == {"finetune": (1, 1, 0, 0), "quantized": (2, 0, 1, 1)}


def test_a_base_that_is_not_in_the_table_leaves_its_terms_unresolved(tmp_path: Path) -> None:
    rows = [
        stated("b/lost", "mit", bases=["gone/away"], relation="finetune"),
        stated("c/lost-too", "mit", bases=["b/lost"], relation="finetune"),
        stated("gone/own", "mit", bases=["gone/away"], relation="finetune"),
    ]
    found, summary = run(tmp_path, rows)
    assert {name: line["category"] for name, line in found.items()} == {
        "b/lost": "unverified", "c/lost-too": "unverified", "gone/own": "source-available",
    }  # fmt: skip
    assert [line["problems"] for line in found.values()] == [["base-missing"], [], ["base-missing"]]
    assert summary.lineage["edges_without_base"] == 2


def test_circles_and_a_row_that_names_itself_are_counted_and_end(tmp_path: Path) -> None:
    rows = [
        stated("a/one", "mit", bases=["a/two"], relation="finetune"), stated("a/two", "cc-by-nc-4.0", bases=["a/one"], relation="merge"),
        stated("a/self", "mit", bases=["A/self"], relation="finetune"), stated("b/below", "mit", bases=["a/one"], relation="quantized"),
    ]  # fmt: skip
    found, summary = run(tmp_path, rows)
    assert {name: line["problems"] for name, line in found.items()} == {
        "a/one": ["lineage-cycle"], "a/two": ["lineage-cycle"], "a/self": ["base-itself"], "b/below": [],
    }  # fmt: skip
    assert {name: line["category"] for name, line in found.items()} == {
        "a/one": "research-only", "a/two": "research-only", "a/self": "source-available", "b/below": "research-only",
    }  # fmt: skip
    assert (summary.lineage["cycles"], summary.lineage["rows_in_cycles"]) == (1, 2)


@pytest.mark.parametrize("size", [WALKED - 1, 20 * WALKED])
def test_one_strict_license_in_a_circle_of_any_size_binds_all_of_it(tmp_path: Path, size: int) -> None:
    rows = [
        stated(f"a/m{at}", "cc-by-nc-4.0" if at == 7 else "mit", bases=[f"a/m{(at + 1) % size}"], relation="finetune")
        for at in range(size)
    ]
    found, summary = run(tmp_path, rows)
    assert {line["category"] for line in found.values()} == {"research-only"}
    assert summary.lineage["rows_in_cycles"] == size


def test_a_chain_of_many_thousand_steps_in_the_worst_order_is_followed_to_its_end(tmp_path: Path) -> None:
    size = 5000
    rows = [stated(f"a/m{at}", "mit", bases=[f"a/m{at + 1}"], relation="finetune") for at in range(size)]
    found, _ = run(tmp_path, [*rows, stated(f"a/m{size}", "cc-by-nc-4.0")])
    assert {line["category"] for line in found.values()} == {"research-only"}


def test_files_say_whether_there_are_weights(tmp_path: Path) -> None:
    rows = [
        stated("a/none", "mit", files=["README.md", "optimizer.pt"]), stated("a/second", "mit", files=["optimizer.pt", "m.bin"]),
        stated("a/unlisted", "mit", files=None), stated("a/step", "mit", files=["checkpoint-3/m.safetensors"]),
    ]  # fmt: skip
    found, summary = run(tmp_path, rows)
    assert {name: line["category"] for name, line in found.items()} == {
        "a/none": None, "a/second": "source-available", "a/unlisted": "unverified", "a/step": None,
    }  # fmt: skip
    assert summary.statuses == {"not-released": 2, "released": 2}


def test_rows_with_one_id_are_all_judged_and_the_first_is_the_base(tmp_path: Path) -> None:
    rows = [stated("a/x", "mit"), stated("A/X", "cc-by-nc-4.0"), stated("b/y", "mit", bases=["a/x"], relation="quantized")]
    found, summary = run(tmp_path, rows)
    assert found["A/X"]["problems"] == ["id-duplicate"]
    assert found["b/y"]["category"] == "source-available"
    assert summary.rows == 3
