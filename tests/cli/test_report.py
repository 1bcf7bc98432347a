"""``openness report`` as a user runs it: what is written where, what is refused, and what the pages say."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.command import Done, openness, tiny_build
from tests.loopback import Loopback
from tests.outputs.report.worlds import MERGE, QUANT, world

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"


@pytest.fixture(scope="module")
def server() -> Iterator[Loopback]:
    with Loopback(world()) as running:
        yield running


def report(server: Loopback, home: Path, *words: str, epoch: str = "") -> Done:
    hosts = {"HF_ENDPOINT": server.endpoint, "GITHUB_API_URL": server.github, "SOURCE_DATE_EPOCH": epoch}
    return openness("report", *words, home=home, cwd=None, **hosts)


def index(folder: Path) -> Any:
    return json.loads((folder / "index.json").read_text("utf-8"))


def test_every_model_has_its_id_category_and_levels_on_the_landing_page(server: Loopback, tmp_path: Path) -> None:
    done = report(server, tmp_path, "heron-lab/heron-60m", MERGE, "-o", "out")
    assert done.code == 0, done.err
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    for row in index(tmp_path / "out")["results"]:
        cells = re.search(f'<th[^>]*><a href="{row["page"]}">{row["model"]}</a></th>(.*?)</tr>', page, re.DOTALL)
        assert cells is not None
        words = re.findall(r"</span>&nbsp;([a-z -]+)</summary>", cells[1])
        levels = [row["dimensions"][name]["level"] for name in ("weights", "code", "data", "recipe")]
        assert words[:5] == [row["category"], *levels]


def test_the_json_beside_a_page_is_the_classify_export(server: Loopback, tmp_path: Path) -> None:
    report(server, tmp_path, MERGE, "-o", "out")
    (row,) = index(tmp_path / "out")["results"]
    beside = json.loads((tmp_path / "out" / row["data"]).read_text("utf-8"))
    words = ("classify", MERGE, "--offline", "--format", "json")
    printed = openness(*words, home=tmp_path, HF_ENDPOINT=server.endpoint, GITHUB_API_URL=server.github).json
    assert beside == printed


def test_index_json_fits_its_schema_and_is_what_format_json_prints(server: Loopback, tmp_path: Path) -> None:
    done = report(server, tmp_path, MERGE, "-o", "out", "--format", "json")
    schema = json.loads((SCHEMAS / "report.schema.json").read_text("utf-8"))
    jsonschema.validate(done.json, schema)
    assert done.json == index(tmp_path / "out")
    assert {use["use"]: use["verdict"] for use in done.json["results"][0]["uses"]}["product"] == "denied"


def test_uses_narrow_the_columns_and_declared_facts_answer(server: Loopback, tmp_path: Path) -> None:
    words = ("heron-lab/kestrel-8b", "-o", "out", "--use", "internal", "--format", "json")
    asked, answered = report(server, tmp_path, *words), report(server, tmp_path, *words, "--declare", "mau=10")
    verdicts = [[use["verdict"] for use in done.json["results"][0]["uses"]] for done in (asked, answered)]
    assert verdicts == [["needs-answer"], ["permitted-with-duties"]]
    assert "mau=10" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_what_a_person_confirmed_of_a_text_counts(tmp_path: Path) -> None:
    text = "Quibble terms: ask the author.\n"
    made = world()
    made.add("models", "a/own-words", {"README.md": "# A\n", "LICENSE": text, "model.safetensors": b"\0"})
    digest = hashlib.sha256(text.encode()).hexdigest()
    policy = f'[[clarify]]\nlicense = "mit"\nfiles = [{{ path = "LICENSE", sha256 = "{digest}" }}]\nreason = "asked by letter"\n'
    with Loopback(made) as running:
        before = report(running, tmp_path, "a/own-words", "-o", "out", "--format", "json").json["results"][0]
        (tmp_path / "openness.toml").write_text(policy + "\n[declare]\nmau = 5\n")
        after = report(running, tmp_path, "a/own-words", "-o", "out", "--format", "json").json["results"][0]
    assert (before["category"], before["verdict"]) == ("unverified", "unknown")
    assert (after["category"], after["verdict"]) == ("source-available", "permitted-with-duties")
    assert "mau (of the policy)" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_the_uses_of_a_policy_are_the_columns(server: Loopback, tmp_path: Path) -> None:
    (tmp_path / "openness.toml").write_text('use = ["product", "research"]\n')
    done = report(server, tmp_path, MERGE, "-o", "out", "--format", "json")
    assert [use["use"] for use in done.json["results"][0]["uses"]] == ["product", "research"]


def test_a_report_is_renewed_and_pages_of_models_that_left_are_removed(server: Loopback, tmp_path: Path) -> None:
    report(server, tmp_path, MERGE, QUANT, "-o", "out")
    (tmp_path / "out" / "CNAME").write_text("example.org")
    assert report(server, tmp_path, QUANT, "-o", "out").code == 0
    assert sorted(os.listdir(tmp_path / "out" / "models")) == ["tiny-quants--lark-8b-GGUF.html", "tiny-quants--lark-8b-GGUF.json"]
    assert (tmp_path / "out" / "CNAME").read_text() == "example.org"


def test_the_same_input_gives_the_same_bytes(server: Loopback, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        report(server, tmp_path, MERGE, "-o", folder, epoch="1790000000")
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()]
    assert len(files) == 4
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in files)


@pytest.mark.parametrize("make", ["foreign", "file"])
def test_a_folder_with_other_things_is_refused_and_left_alone(server: Loopback, tmp_path: Path, make: str) -> None:
    target = tmp_path / "out"
    if make == "foreign":
        target.mkdir()
        (target / "index.html").write_text("mine")
    else:
        target.write_text("mine")
    done = report(server, tmp_path, MERGE, "-o", "out")
    assert (done.code, done.out) == (2, "")
    assert "out" in done.err
    assert (target / "index.html" if make == "foreign" else target).read_text() == "mine"


def test_a_forged_list_of_files_cannot_make_a_report_remove_others(server: Loopback, tmp_path: Path) -> None:
    target = tmp_path / "out"
    (target / "models").mkdir(parents=True)
    (tmp_path / "precious.txt").write_text("keep")
    names = ["../precious.txt", "models/../../precious.txt", "models/sub/x", "/etc/hostname"]
    (target / "index.json").write_text(json.dumps({"schema": "openness/report/1", "files": names}))
    assert report(server, tmp_path, MERGE, "-o", "out").code == 0
    assert (tmp_path / "precious.txt").read_text() == "keep"


def test_a_model_that_cannot_be_had_is_named_and_the_others_are_reported(server: Loopback, tmp_path: Path) -> None:
    done = report(server, tmp_path, MERGE, "no/such-model", "-o", "out")
    assert done.code == 4
    assert "no/such-model" in done.err
    assert index(tmp_path / "out")["errors"][0]["input"] == "no/such-model"
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "Not in this report" in page
    assert MERGE in page


def test_where_nothing_can_be_had_nothing_is_written(server: Loopback, tmp_path: Path) -> None:
    done = report(server, tmp_path, "no/such-model", "-o", "out")
    assert done.code == 4
    assert not (tmp_path / "out").exists()


def test_offline_without_a_store_is_an_unreachable_source(server: Loopback, tmp_path: Path) -> None:
    assert report(server, tmp_path, MERGE, "-o", "out", "--offline").code == 6


def test_no_model_at_all_is_a_usage_error(server: Loopback, tmp_path: Path) -> None:
    done = report(server, tmp_path, "-o", "out")
    assert done.code == 2
    assert "--from-lock" in done.err


def test_a_local_build_has_a_row_and_a_page(server: Loopback, tmp_path: Path) -> None:
    tiny_build(tmp_path, {"license": "cc-by-nc-4.0", "name": "Tiny"})
    done = report(server, tmp_path, "tiny.gguf", "-o", "out", "--use", "product", "--format", "json")
    (row,) = done.json["results"]
    assert (row["build"], row["model"], row["verdict"]) == ("tiny.gguf", None, "denied")
    assert {name: level["level"] for name, level in row["dimensions"].items()} == dict.fromkeys(row["dimensions"], "unknown")
    beside = json.loads((tmp_path / "out" / row["data"]).read_text("utf-8"))
    assert beside["schema"] == "openness/audit/1"
    assert "general.license = cc-by-nc-4.0" in (tmp_path / "out" / row["page"]).read_text("utf-8")


def test_a_malformed_build_is_a_row_that_says_so(server: Loopback, tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF\x03\x00\x00\x00")
    done = report(server, tmp_path, "broken.gguf", "-o", "out", "--format", "json")
    assert done.code == 0
    assert done.json["results"][0]["verdict"] == "unknown"


def test_every_build_of_this_machine_can_be_reported(server: Loopback, tmp_path: Path) -> None:
    folder = tmp_path / ".cache" / "llama.cpp"
    folder.mkdir(parents=True)
    tiny_build(folder, {"license": "mit", "name": "One"})
    done = report(server, tmp_path, "--from-discover", "-o", "out", "--format", "json")
    assert done.code == 0, done.err
    assert [row["licenses"] for row in done.json["results"]] == [["mit"]]


def locked(server: Loopback, home: Path) -> Path:
    """A repository that names a model, with its lock."""
    (home / "openness.toml").write_text('use = ["product"]\n')
    (home / "app.py").write_text(f'from transformers import AutoModel\nAutoModel.from_pretrained("{MERGE}")\n')
    done = openness("lock", home=home, HF_ENDPOINT=server.endpoint, GITHUB_API_URL=server.github)
    assert (home / "openness.lock").is_file(), done.err
    return home / "openness.lock"


def test_the_models_of_a_lock_are_reported_at_their_revisions_as_it_judged_them(server: Loopback, tmp_path: Path) -> None:
    lock = json.loads(locked(server, tmp_path).read_text("utf-8"))
    done = report(server, tmp_path, "--from-lock", "-o", "out", "--offline", "--format", "json")
    assert done.code == 0, done.err
    (entry,) = lock["models"]
    (row,) = done.json["results"]
    assert (row["model"], row["revision"], row["category"]) == (entry["model"], entry["revision"], entry["category"])
    assert {use["use"]: use["verdict"] for use in row["uses"]} == {use: found["verdict"] for use, found in entry["uses"].items()}


def test_a_lock_that_was_edited_is_refused(server: Loopback, tmp_path: Path) -> None:
    path = locked(server, tmp_path)
    path.write_text(path.read_text("utf-8").replace("denied", "permitted"))
    done = report(server, tmp_path, "--from-lock", "-o", "out")
    assert (done.code, done.err.count("\n")) == (5, 1)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("text", "code"), [(None, 4), ("{", 5), ('{"entries": [1]}', 5), ("[" * 100_000, 5)])
def test_a_lock_that_is_none_is_an_error_of_one_line(server: Loopback, tmp_path: Path, text: str | None, code: int) -> None:
    if text is not None:
        (tmp_path / "openness.lock").write_text(text)
    done = report(server, tmp_path, "--from-lock", "-o", "out")
    assert (done.code, done.err.count("\n")) == (code, 1)


def test_classify_writes_the_page_of_one_model(server: Loopback, tmp_path: Path) -> None:
    hosts = {"HF_ENDPOINT": server.endpoint, "GITHUB_API_URL": server.github}
    done = openness("classify", MERGE, "--format", "html", home=tmp_path, cwd=None, **hosts)
    assert done.code == 0, done.err
    assert done.out.startswith("<!DOCTYPE html>") and done.out.endswith("</html>\n")
    assert f"<h1>{MERGE}</h1>" in done.out
    assert "../index.html" not in done.out and ".json" not in done.out
    several = openness("classify", MERGE, QUANT, "--format", "html", home=tmp_path, cwd=None, **hosts)
    assert (several.code, several.out) == (2, "")
