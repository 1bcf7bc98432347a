"""Rows and columns that no one would write on purpose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pytest
from pyarrow import parquet

from openness.rules import loader
from openness.sweep.sweeping import Where, sweep
from tests.sweep.tables import SCHEMA, TEXT, Row, classified, random_rows, read, row, stated, swept, table


def run(folder: Path, source: Path, name: str = "out.parquet") -> list[Row]:
    sweep(source, folder / name, loader.load(), Where(), lambda *_: None)
    return read(folder / name)


CARDS = {
    "list-in-list": {"license": [["mit"], "cc-by-nc-4.0"]},
    "mapping": {"license": {"id": "mit", "link": 5}},
    "number": {"license": -1.5},
    "expression": {"license": "MIT OR cc-by-nc-4.0"},
    "both-of-an-expression": {"license": "mit AND cc-by-nc-4.0"},
    "spaces": {"license": " apache-2.0 \n"},
    "address": {"license": "https://www.apache.org/licenses/LICENSE-2.0"},
    "long": {"license": "mit " * 2000},
    "other-script": {"license": "\uff2d\uff29\uff34"},
    "hidden-direction": {"license": "\u202emit"},
    "question": {"license": "mit?"},
    "list-of-names": {"license": "other", "license_name": ["mit", "cc-by-nc-4.0"], "license_link": {"a": 1}},
    "half-a-pair": '{"license": "mit", "license_name": "\\ud800"}',
    "twice": '{"license": "mit", "license": "cc-by-nc-4.0"}',
    "infinite": '{"license": "mit", "x": -Infinity, "y": 1e999}',
    "spaced": '  {"license": "mit"}\n',
    "nested": '{"license": "mit", "x": ' + "[" * 500 + "]" * 500 + "}",
    "megabyte": json.dumps({"x": "y" * 1_000_000, "license": "cc-by-nc-4.0"}),
}


@pytest.mark.parametrize("kind", CARDS)
def test_an_odd_card_is_classified_as_alone(tmp_path: Path, kind: str) -> None:
    rows = [row("a/x", CARDS[kind]), stated("b/y", "mit", bases=["a/x"], relation="quantized")]
    found = swept(run(tmp_path, table(tmp_path / "in.parquet", rows)))
    assert found == classified(rows, found)


def test_a_card_that_states_a_license_twice_counts_the_last(tmp_path: Path) -> None:
    found = run(tmp_path, table(tmp_path / "in.parquet", [row("a/x", '{"license": "mit", "license": "cc-by-nc-4.0"}')]))
    assert found[0]["category"] == "research-only"


def test_of_ids_that_differ_by_letter_case_the_first_is_the_base(tmp_path: Path) -> None:
    rows = [stated("A/x", "cc-by-nc-4.0"), stated("a/X", "mit"), stated("b/y", "mit", bases=["a/X"], relation="quantized")]
    found = run(tmp_path, table(tmp_path / "in.parquet", rows, group=1))
    assert [line["problems"] for line in found] == [[], ["id-duplicate"], []]
    assert found[2]["category"] == "research-only"


def test_rows_without_an_id_are_no_duplicates_of_each_other(tmp_path: Path) -> None:
    found = run(tmp_path, table(tmp_path / "in.parquet", [row(None), row(None), row("a/x"), row("a/x")]))
    assert ["id-duplicate" in line["problems"] for line in found] == [False, False, False, True]


def test_an_empty_card_is_a_missing_one(tmp_path: Path) -> None:
    found = run(tmp_path, table(tmp_path / "in.parquet", [row("a/x", ""), row("a/y", "{}")]))
    assert [line["problems"] for line in found] == [["card-missing"], []]


@pytest.mark.parametrize("column", ["id", "cardData"])
@pytest.mark.parametrize("kind", [arrow.large_string(), arrow.string_view(), arrow.dictionary(arrow.int32(), TEXT)], ids=str)
def test_text_of_any_physical_type_is_read(tmp_path: Path, column: str, kind: Any) -> None:
    plain = arrow.Table.from_pylist(random_rows(5, 60), schema=SCHEMA)
    parquet.write_table(plain, tmp_path / "plain.parquet")
    at = plain.schema.get_field_index(column)
    texts = plain.column(column).combine_chunks()
    other = texts.dictionary_encode() if arrow.types.is_dictionary(kind) else texts.cast(kind)
    parquet.write_table(plain.set_column(at, column, other), tmp_path / "other.parquet")
    expected = run(tmp_path, tmp_path / "plain.parquet", "expected.parquet")
    assert run(tmp_path, tmp_path / "other.parquet") == expected


def test_cards_as_bytes_are_read_as_text(tmp_path: Path) -> None:
    rows = [row("a/x", {"license": "mit"}), row("a/y", {"license": "cc-by-nc-4.0"})]
    plain = arrow.Table.from_pylist(rows, schema=SCHEMA)
    at = plain.schema.get_field_index("cardData")
    parquet.write_table(plain.set_column(at, "cardData", plain.column("cardData").cast(arrow.binary())), tmp_path / "in.parquet")
    assert [line["category"] for line in run(tmp_path, tmp_path / "in.parquet")] == ["source-available", "research-only"]


def test_cards_as_structures_are_read_as_their_text(tmp_path: Path) -> None:
    cards = [{"license": "mit", "base_model": None}, None, {"license": "mit", "base_model": ["a/x"]}]
    kind = arrow.struct({"license": TEXT, "base_model": arrow.list_(TEXT)})
    rows = [row(f"a/m{at}", None if card is None else card) for at, card in enumerate(cards)]
    plain = arrow.Table.from_pylist(rows, schema=SCHEMA)
    parquet.write_table(plain, tmp_path / "plain.parquet")
    at = plain.schema.get_field_index("cardData")
    parquet.write_table(plain.set_column(at, "cardData", arrow.array(cards, kind)), tmp_path / "other.parquet")
    expected = run(tmp_path, tmp_path / "plain.parquet", "expected.parquet")
    assert run(tmp_path, tmp_path / "other.parquet") == expected


def test_the_order_of_columns_and_further_ones_do_not_matter(tmp_path: Path) -> None:
    plain = arrow.Table.from_pylist(random_rows(6, 60), schema=SCHEMA)
    parquet.write_table(plain, tmp_path / "plain.parquet")
    other = plain.select(["siblings", "baseModels", "cardData", "id", "tags"]).append_column("ID", arrow.array([1] * len(plain)))
    parquet.write_table(other, tmp_path / "other.parquet")
    expected = run(tmp_path, tmp_path / "plain.parquet", "expected.parquet")
    assert run(tmp_path, tmp_path / "other.parquet") == expected


def test_how_rows_are_grouped_does_not_matter(tmp_path: Path) -> None:
    rows = random_rows(8, 90)
    for name, group in (("one", 1), ("seven", 7), ("all", 1000)):
        source = table(tmp_path / f"{name}.in.parquet", rows, group=group)
        sweep(source, tmp_path / f"{name}.parquet", loader.load(), Where(), lambda *_: None)
    found = {(tmp_path / f"{name}.parquet").read_bytes() for name in ("one", "seven", "all")}
    assert len(found) == 1


def test_a_file_without_a_row_group_gives_an_empty_table(tmp_path: Path) -> None:
    parquet.ParquetWriter(tmp_path / "in.parquet", SCHEMA).close()
    assert run(tmp_path, tmp_path / "in.parquet") == []
