"""``openness license index add`` as a user runs it who has only the package."""

from __future__ import annotations

import hashlib
from pathlib import Path

import yaml

from openness.packaged import packaged
from tests.cli.command import openness, tiny_build

POND = (
    "Pond License\n\nAnyone may skip this stone across any pond, provided that each skip is counted aloud by two people.\n"
    "Whoever sells stones has to hand over this page along with every one of them, dry and readable.\n"
)


def pond(folder: Path, text: str = POND, name: str = "pond.txt") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_an_added_text_is_known_to_every_command_from_then_on(tmp_path: Path) -> None:
    file = pond(tmp_path)
    assert openness("license", "identify", file, home=tmp_path).code == 3
    done = openness(
        "license", "index", "add", file, "--id", "pond-1.0", "--title", "Pond License", "--source", "https://example.org/pond", home=tmp_path
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    found = openness("license", "identify", file, "--format", "json", home=tmp_path)
    assert (found.code, found.json["results"][0]["licenses"][0]["id"]) == (0, "pond-1.0")
    build = tiny_build(tmp_path, {})
    pond(tmp_path, name="LICENSE")
    audited = openness("audit", build, home=tmp_path)
    assert audited.code == 3
    assert "that of pond-1.0, for which there are no rules here" in " ".join(audited.out.split())


def test_with_a_rules_folder_text_and_rules_stand_together(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    (rules / "licenses").mkdir(parents=True)
    data = yaml.safe_load((packaged("rules") / "licenses" / "mit.yaml").read_text("utf-8"))
    own = {
        "id": "pond-1.0",
        "spdx": "LicenseRef-pond-1.0",
        "title": "Pond License",
        "category": "source-available",
        "aliases": {},
        "text": {"status": "whole", "sha256": hashlib.sha256(POND.encode()).hexdigest()},
        "verified": data["verified"],
        "clauses": [{"type": "GRANT", "section": "1", "lines": [3], "summary": "Anything goes, as long as the skips are counted.", "params": {"rights": ["use", "modify", "distribute", "commercial"]}}],
    }  # fmt: skip
    (rules / "licenses" / "pond-1.0.yaml").write_text(yaml.safe_dump(own), "utf-8")
    added = openness("license", "index", "add", pond(tmp_path), "--id", "pond-1.0", "--rules", rules, home=tmp_path)
    assert added.code == 0
    assert (rules / "license_index.bin").is_file()
    build = tiny_build(tmp_path, {})
    pond(tmp_path, name="LICENSE")
    with_rules = openness("audit", build, "--rules", rules, "--format", "json", home=tmp_path)
    assert with_rules.code == 0, with_rules.err
    (result,) = with_rules.json["results"]
    assert result["licenses"] == ["pond-1.0"]
    assert "skip this stone" in result["uses"][0]["reasons"][0]["quote"]
    assert openness("audit", build, home=tmp_path).code == 3


def test_an_index_can_be_named_and_is_the_same_in_either_order(tmp_path: Path) -> None:
    one, two = pond(tmp_path), pond(tmp_path, POND.replace("stone", "kite").replace("pond", "meadow"), "kite.txt")
    for name, order in (("a.bin", [one, two]), ("b.bin", [two, one])):
        for file in order:
            assert openness("license", "index", "add", file, "--id", file.stem, "-o", tmp_path / name, home=tmp_path).code == 0
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()
    listed = openness("license", "index", "list", "--index", tmp_path / "a.bin", home=tmp_path)
    assert [line.split()[0] for line in listed.out.splitlines()] == ["kite", "pond"]


def test_an_id_that_is_taken_is_refused_with_what_to_do(tmp_path: Path) -> None:
    done = openness("license", "index", "add", pond(tmp_path), "--id", "mit", home=tmp_path)
    assert done.code == 2
    assert "--replace" in done.err
    assert not (tmp_path / ".cache" / "openness" / "license_index.bin").exists()


def test_the_same_words_under_another_id_are_told(tmp_path: Path) -> None:
    license = Path(__file__).parent.parent.parent / "LICENSE"
    done = openness("license", "index", "add", license, "--id", "our-license", "--format", "json", home=tmp_path)
    assert "apache-2.0" in done.json["results"][0]["aliases"]


def test_bad_input_is_one_sentence(tmp_path: Path) -> None:
    missing = openness("license", "index", "add", tmp_path / "nothing", "--id", "x", home=tmp_path)
    assert (missing.code, missing.err.count("\n")) == (4, 1)
    malformed = openness("license", "index", "add", pond(tmp_path), "--id", "No Id", home=tmp_path)
    assert (malformed.code, malformed.err.count("\n")) == (2, 1)
    broken = tmp_path / "broken.bin"
    broken.write_bytes(b"no index")
    damaged = openness("license", "index", "add", pond(tmp_path), "--id", "x", "-o", broken, home=tmp_path)
    assert (damaged.code, broken.read_bytes()) == (5, b"no index")
