"""Tables of any physical form, and hostile ones: a clear error, or every row accounted for."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pytest
from pyarrow import parquet

from openness.rules import loader
from openness.sweep.sweeping import Where, sweep
from tests.cli.command import openness
from tests.sweep.tables import MANY, SCHEMA, TEXT, Row, random_rows, read, row, stated, table


def run(folder: Path, source: Path, name: str = "out.parquet") -> list[Row]:
    sweep(source, folder / name, loader.load(), Where(), lambda *_: None)
    return read(folder / name)


@pytest.mark.parametrize("column", ["id", "tags", "cardData", "siblings"])
def test_a_missing_column_is_an_error_that_names_it(tmp_path: Path, column: str) -> None:
    schema = arrow.schema([field for field in SCHEMA if field.name != column])
    table(tmp_path / "in.parquet", [stated("a/x", "mit")], schema=schema)
    done = openness("sweep", "in.parquet", "-o", "out.parquet", home=tmp_path)
    assert done.code == 2
    assert f"no column {column}" in done.err
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize(("content", "code"), [(b"PAR1 and no more", 2), (b"", 2), (None, 4)])
def test_a_file_that_is_no_table_is_an_error(tmp_path: Path, content: bytes | None, code: int) -> None:
    if content is not None:
        (tmp_path / "in.parquet").write_bytes(content)
    done = openness("sweep", "in.parquet", "-o", "out.parquet", home=tmp_path)
    assert (done.code, "Traceback" in done.err) == (code, False)


def test_a_damaged_row_group_is_an_error_and_leaves_no_output(tmp_path: Path) -> None:
    source = table(tmp_path / "in.parquet", random_rows(1, 200))
    data = bytearray(source.read_bytes())
    data[200:1200] = bytes(1000)
    source.write_bytes(data)
    done = openness("sweep", "in.parquet", "-o", "out.parquet", home=tmp_path)
    assert (done.code, "Traceback" in done.err) == (2, False)
    assert not (tmp_path / "out.parquet").exists()


def other_forms(rows: list[Row]) -> dict[str, arrow.Table]:
    """The same rows with other physical types."""
    text = [{**line, **{key: json.dumps(line[key]) for key in ("tags", "siblings", "baseModels")}} for line in rows]
    files = [{**line, "siblings": [{"rfilename": name} for name in line["siblings"]]} for line in rows]
    large = arrow.schema([(field.name, arrow.large_string() if field.type == TEXT else field.type) for field in SCHEMA])
    files_type = arrow.list_(arrow.struct({"rfilename": TEXT}))
    as_files = arrow.schema([(field.name, files_type if field.name == "siblings" else field.type) for field in SCHEMA])
    plain = arrow.Table.from_pylist(rows, schema=SCHEMA)

    def cast(text: arrow.DataType, items: arrow.DataType) -> arrow.Table:
        kinds = {"id": text, "cardData": text, "tags": arrow.large_list(items), "siblings": arrow.list_(items)}
        return plain.cast(arrow.schema([(field.name, kinds.get(field.name, field.type)) for field in SCHEMA]))

    cards = plain.column("cardData").combine_chunks().dictionary_encode()
    return {
        "bytes": cast(arrow.binary(), arrow.binary()),
        "large bytes": cast(arrow.large_binary(), arrow.large_binary()),
        "views": cast(arrow.string_view(), TEXT),
        "dictionary": plain.set_column(plain.schema.names.index("cardData"), "cardData", cards),
        "json": arrow.Table.from_pylist(text, schema=arrow.schema([(field.name, TEXT) for field in SCHEMA])),
        "large": arrow.Table.from_pylist(rows, schema=large),
        "structures": arrow.Table.from_pylist(files, schema=as_files),
    }


@pytest.mark.parametrize("form", ["bytes", "large bytes", "views", "dictionary", "json", "large", "structures"])
def test_other_physical_types_give_the_same_result(tmp_path: Path, form: str) -> None:
    rows = random_rows(3, 120)
    expected = run(tmp_path, table(tmp_path / "in.parquet", rows), "expected.parquet")
    parquet.write_table(other_forms(rows)[form], tmp_path / "other.parquet")
    assert run(tmp_path, tmp_path / "other.parquet") == expected


def test_a_card_that_is_a_map_is_read_as_one(tmp_path: Path) -> None:
    source = table(tmp_path / "in.parquet", [stated("a/x", "mit"), stated("a/y", "cc-by-nc-4.0"), row("a/z", None)])
    maps = arrow.array([[("license", "mit")], [("license", "cc-by-nc-4.0")], None], arrow.map_(TEXT, TEXT))
    read_again = parquet.read_table(source)
    parquet.write_table(read_again.set_column(2, "cardData", maps), tmp_path / "maps.parquet")
    assert run(tmp_path, tmp_path / "maps.parquet") == run(tmp_path, source, "expected.parquet")


def test_a_table_without_base_models_has_its_lineage_from_the_tags(tmp_path: Path) -> None:
    schema = arrow.schema([field for field in SCHEMA if field.name != "baseModels"])
    child = row("b/y", {"license": "mit"}, ["license:mit", "base_model:a/x", "base_model:quantized:a/x"])
    found = run(tmp_path, table(tmp_path / "in.parquet", [child, stated("a/x", "cc-by-nc-4.0")], schema=schema))
    assert found[0]["category"] == "research-only"


def test_bytes_that_are_no_text_cost_no_row(tmp_path: Path) -> None:
    bad = arrow.array([b"a/x", b"\xff\xfe/y", b"a/z"], arrow.binary()).view(TEXT)
    tags = arrow.ListArray.from_arrays(
        [0, 1, 2, 3], arrow.array([b"license:mit", b"\xff", b"license:mit"], arrow.binary()).view(TEXT)
    )
    cards = arrow.array([b'{"license": "mit"}', b"{}", b'{"license": "\xff"}'], arrow.binary()).view(TEXT)
    files = arrow.array([["m.safetensors"]] * 3, MANY)
    parquet.write_table(arrow.table({"id": bad, "tags": tags, "cardData": cards, "siblings": files}), tmp_path / "in.parquet")
    found = run(tmp_path, tmp_path / "in.parquet")
    assert [line["sub_label"] for line in found] == ["open-weights", None, "custom-license"]  # a name that nobody can read binds
    assert [line["problems"] for line in found] == [[], ["id-malformed"], []]


def hostile(chance: random.Random, depth: int = 0) -> Any:
    kinds = [None, True, -1, 1e308, "", "\u202e", "x" * 300, "mit", "\ud800", "a/b", "../../etc/passwd", "\n"]
    if depth > 3 or chance.random() < 0.6:
        return chance.choice(kinds)
    if chance.random() < 0.5:
        return [hostile(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {str(chance.choice(("name", "license", "id", 3))): hostile(chance, depth + 1) for _ in range(chance.randrange(3))}


def test_cards_of_any_shape_stop_nothing(tmp_path: Path) -> None:
    chance = random.Random(9)
    keys = ("license", "license_name", "license_link", "base_model", "base_model_relation", "datasets")
    rows = [row(f"a/m{at}", {key: hostile(chance) for key in keys if chance.random() < 0.7}) for at in range(400)]
    rows += [
        row("a/deep", "[" * 100_000),
        row("a/deeper", '{"license": ' + "[" * 100_000),
        row(None, {}),
        row("no id at all!", {}),
    ]
    found = run(tmp_path, table(tmp_path / "in.parquet", rows))
    assert [line["id"] for line in found] == [line["id"] for line in rows]
    assert found[-2]["problems"] == ["id-missing"]
    assert found[-1]["problems"] == ["id-malformed"]
    assert found[400]["problems"] == found[401]["problems"] == ["card-unreadable"]


def test_an_empty_table_gives_an_empty_one(tmp_path: Path) -> None:
    table(tmp_path / "in.parquet", [])
    done = openness("sweep", "in.parquet", "-o", "out.parquet", home=tmp_path)
    assert done.code == 4
    assert read(tmp_path / "out.parquet") == []


@pytest.mark.parametrize("kind", [TEXT, arrow.string_view(), arrow.dictionary(arrow.int32(), TEXT), arrow.binary()])
@pytest.mark.parametrize("current", [arrow.bool_(), arrow.int8()])
def test_rows_that_are_no_models_or_older_revisions_are_left_out(
    tmp_path: Path, kind: arrow.DataType, current: arrow.DataType
) -> None:
    rows = [
        stated("a/x", "cc-by-nc-4.0", kind="hub-model", current=0), stated("a/x", "mit", kind="hub-model", current=1),
        stated("a/data", "mit", kind="hub-dataset", current=1),
    ]  # fmt: skip
    kinds = arrow.array([line["kind"] for line in rows], TEXT)
    as_found = arrow.array(kinds.to_pylist(), kind) if kind == arrow.binary() else kinds.cast(kind)
    newest = arrow.array([line["current"] for line in rows], arrow.int8()).cast(current)
    source = tmp_path / "in.parquet"
    written = arrow.Table.from_pylist(rows, schema=SCHEMA)
    parquet.write_table(written.append_column("kind", as_found).append_column("current", newest), source)
    summary = sweep(source, tmp_path / "out.parquet", loader.load(), Where(), lambda *_: None)
    assert [(line["id"], line["category"]) for line in read(tmp_path / "out.parquet")] == [("a/x", "source-available")]
    assert summary.skipped == 2
