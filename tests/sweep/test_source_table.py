"""A table is read in parts of about one size, however its row groups are cut, and memory is bounded by bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as arrow
import pytest
from pyarrow import parquet

from openness.rules import loader
from openness.sweep import source_table
from openness.sweep.columns import is_text
from openness.sweep.source_table import batches, layout
from openness.sweep.sweeping import NotEnoughMemory, Where, sweep
from tests.sweep.tables import SCHEMA, TEXT, random_rows, read, row, stated, table


def test_small_row_groups_are_read_together_and_large_ones_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_table, "MOST_ROWS", 100)
    small = layout(table(tmp_path / "small.parquet", random_rows(1, 250), group=10))
    assert [(part.first, part.end, part.rows) for part in small.parts] == [(0, 10, 100), (10, 20, 100), (20, 25, 50)]
    large = layout(table(tmp_path / "large.parquet", random_rows(1, 250), group=125))
    assert [(part.first, part.end, part.at_a_time) for part in large.parts] == [(0, 1, 63), (1, 2, 63)]


@pytest.mark.parametrize("group", [1, 7, 400])
def test_the_cut_into_row_groups_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int) -> None:
    monkeypatch.setattr(source_table, "MOST_ROWS", 50)
    rows = random_rows(5, 400)
    for name, size in (("one", 400), ("other", group)):
        source = table(tmp_path / f"{name}.parquet", rows, group=size)
        sweep(source, tmp_path / f"{name}.out", loader.load(), Where(), lambda *_: None)
    assert (tmp_path / "other.out").read_bytes() == (tmp_path / "one.out").read_bytes()


def test_large_rows_are_read_few_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_table, "MOST_BYTES", 1 << 20)
    cards = [stated(f"a/{at}", "mit", card={"text": str(at) * 100_000}) for at in range(40)]
    found = layout(table(tmp_path / "in.parquet", cards, group=40))
    sizes = [batch.num_rows for part in found.parts for batch in batches(found, part, found.columns)]
    assert sum(sizes) == 40
    assert max(sizes) <= 10


def test_one_huge_card_in_thousands_of_rows_is_read_once(tmp_path: Path) -> None:
    card = json.dumps({"license": "mit", "text": "x" * 4_000_000})
    coded = arrow.DictionaryArray.from_arrays(arrow.array([0, None] * 1000, arrow.int32()), arrow.array([card], TEXT))
    rows = arrow.Table.from_pylist([row(f"a/{at}") for at in range(2000)], schema=SCHEMA).set_column(2, "cardData", coded)
    parquet.write_table(rows, tmp_path / "in.parquet", compression="zstd", store_schema=False)
    found = layout(tmp_path / "in.parquet")
    assert [part.packed for part in found.parts] == [True]
    first = next(batches(found, found.parts[0], found.columns))
    assert arrow.types.is_dictionary(first.schema.field("cardData").type)
    assert is_text(first.schema.field("cardData").type.value_type)
    sweep(tmp_path / "in.parquet", tmp_path / "out.parquet", loader.load(), Where(), lambda *_: None)
    lines = read(tmp_path / "out.parquet")
    assert [line["license_class"] for line in lines] == ["open", "none"] * 1000
    assert {tuple(line["problems"]) for line in lines[1::2]} == {("card-missing",)}


def test_a_table_that_does_not_fit_is_an_error_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("openness.sweep.execution.batches", full)
    with pytest.raises(NotEnoughMemory, match="do not fit into memory"):
        sweep(table(tmp_path / "in.parquet", random_rows(1, 9)), tmp_path / "out", loader.load(), Where(), lambda *_: None)


def test_a_relative_path_is_made_whole_for_workers_in_other_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table(tmp_path / "in.parquet", random_rows(1, 9))
    monkeypatch.chdir(tmp_path)
    assert layout(Path("in.parquet")).path == str(tmp_path / "in.parquet")


def test_thousands_of_license_tags_of_one_row_are_bounded(tmp_path: Path) -> None:
    tags = ["license:mit", "license:cc-by-nc-4.0"] * 50_000
    source = table(tmp_path / "in.parquet", [row("a/x", {}, tags), stated("a/y", "mit")])
    sweep(source, tmp_path / "out.parquet", loader.load(), Where(), lambda *_: None)
    assert [line["category"] for line in read(tmp_path / "out.parquet")][1] == "source-available"
