"""What ``openness rules lint`` refuses, each on a small license of our own."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from openness.errors import RuleError
from openness.packaged import packaged
from openness.rules import loader
from openness.rules.lint import lint
from openness.rules.names import resolve

TODAY = datetime.date(2026, 11, 24)


def good() -> dict[str, Any]:
    return {
        "id": "acme-1.0",
        "spdx": "LicenseRef-acme-1.0",
        "title": "Acme License",
        "category": "open",
        "aliases": {"names": ["acme"]},
        "text": {"status": "whole", "sha256": "0" * 64},
        "verified": {"date": "2026-11-01", "how": "whole text read"},
        "clauses": [{"type": "GRANT", "section": "1", "summary": "Everything is granted.", "params": {"rights": ["use"]}}],
    }


def messages(folder: Path, *licenses: dict[str, Any]) -> list[str]:
    (folder / "licenses").mkdir()
    for number, data in enumerate(licenses):
        name = data.get("id", number) if number == 0 else f"{data['id']}"
        (folder / "licenses" / f"{name}.yaml").write_text(yaml.safe_dump(data))
    return [f"{p.severity}: {p.message}" for p in lint(folder, TODAY)]


def test_a_sound_license_has_no_problem(tmp_path: Path) -> None:
    assert messages(tmp_path, good()) == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"surprise": 1}, "surprise"),
        ({"category": "free"}, "category"),
        ({"clauses": [{"type": "GRANT", "summary": "Everything is granted."}]}, "section"),
        ({"clauses": [{"type": "GRANT", "section": " ", "summary": "Everything is granted."}]}, "section"),
        ({"clauses": [{"type": "WISH", "section": "1", "summary": "Everything is granted."}]}, "clause type"),
        (
            {"clauses": [{"type": "GRANT", "section": "1", "summary": "Everything is granted.", "params": {"color": "red"}}]},
            "color",
        ),
        ({"clauses": [{"type": "GRANT", "section": "1", "summary": "Everything is granted.", "reach": ["flying"]}]}, "flying"),
        ({"clauses": []}, "GRANT"),
        ({"text": {"status": "missing"}}, "why"),
        ({"category": "research-only"}, "FIELD_LIMIT"),
        ({"aliases": {"names": ["other"]}}, "says nothing"),
        ({"aliases": {"names": ["gemma"]}}, "family"),
        ({"verified": {"date": "2024-01-01", "how": "whole text read"}}, "warning: last verified"),
    ],
)
def test_lint_names_what_is_wrong(tmp_path: Path, change: dict[str, Any], word: str) -> None:
    assert any(word in message for message in messages(tmp_path, good() | change))


def test_a_name_claimed_twice_is_refused(tmp_path: Path) -> None:
    other = good() | {"id": "acme-2.0", "spdx": "LicenseRef-acme-2.0"}
    assert any("acme is claimed by" in message for message in messages(tmp_path, good(), other))


def test_a_rule_that_could_permit_is_refused(tmp_path: Path) -> None:
    root = packaged("rules")
    clauses = yaml.safe_load((root / "clauses.yaml").read_text("utf-8"))
    clauses["types"][0]["effects"].append({"effect": "permitted", "when": {"fact": "name", "in": ["acme"]}})
    (tmp_path / "clauses.yaml").write_text(yaml.safe_dump(clauses))
    for name in ("uses.yaml", "families.yaml"):
        (tmp_path / name).write_bytes((root / name).read_bytes())
    assert any("cannot permit" in problem.message for problem in lint(tmp_path, TODAY))


@pytest.mark.parametrize("text", ["a: [", "- 1", "a: &a [*a, *a]\nb: !!python/object:os.x {}"])
def test_a_file_that_is_not_plain_yaml_is_a_rule_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(RuleError):
        loader.read_yaml(path)


@pytest.mark.parametrize(
    ("name", "change", "word"),
    [
        ("spellings", {"surprise": 1}, "surprise"),
        ("spellings", {"same": {"Creative Commons": "cc"}}, "Creative"),
        ("spellings", {"same": {"version 2.0": "2"}}, "is not written as a name is cut: version 2"),
        ("spellings", {"exact": ["license"]}, "cannot both"),
        ("license_urls", {"sites": [{"hosts": ["x.example"], "path": "(", "name": "a"}]}, "not a regular expression"),
        ("license_urls", {"sites": [{"hosts": ["x.example"], "path": "/(?P<a>b)", "name": "{c}"}]}, "names no c"),
        ("license_urls", {"sites": [{"hosts": ["x"], "path": "/", "name": "a"}]}, "hosts"),
        ("spdx_ids", {"replaced": {"Old-1.0": ["New-1.0"]}}, "not among the licenses"),
        ("spdx_ids", {"licenses": ["MIT"]}, "are missing: "),
        (
            "families",
            {"families": {"acme": {"candidates": ["mit", "nobody-1.0"], "why": "made up"}}},
            "no such license nobody-1.0",
        ),
    ],
)
def test_lint_checks_the_data_that_names_are_read_by(tmp_path: Path, name: str, change: dict[str, Any], word: str) -> None:
    root = packaged("rules")
    for file in ("clauses", "uses", "families", "spellings", "license_urls", "spdx_ids"):
        (tmp_path / f"{file}.yaml").write_bytes((root / f"{file}.yaml").read_bytes())
    path = tmp_path / f"{name}.yaml"
    path.write_text(yaml.safe_dump(loader.read_yaml(path) | change))
    assert any(word in p.message for p in lint(tmp_path, TODAY) if p.file == f"{name}.yaml")


def test_an_alias_that_is_no_web_address_is_refused(tmp_path: Path) -> None:
    found = messages(tmp_path, good() | {"aliases": {"urls": ["https://acme.example (history)"]}})
    assert any("is not a web address" in message for message in found)


def test_an_extra_license_is_found_by_its_spellings_and_address(tmp_path: Path) -> None:
    (tmp_path / "licenses").mkdir()
    data = good() | {"title": "Acme Robot License 1.0", "aliases": {"urls": ["https://acme.example/license.txt"]}}
    (tmp_path / "licenses" / "acme-1.0.yaml").write_text(yaml.safe_dump(data))
    rules = loader.load([tmp_path])
    for name in ("ACME robot license, version 1", "acme robott license 1.0", "http://www.acme.example/license", "MIT License"):
        assert len(resolve(name, rules).ids) == 1, name


def test_extra_rules_add_a_license_and_may_not_replace_one(tmp_path: Path) -> None:
    (tmp_path / "licenses").mkdir()
    path = tmp_path / "licenses" / "acme-1.0.yaml"
    path.write_text(yaml.safe_dump(good()))
    assert "acme-1.0" in loader.load([tmp_path]).license_ids
    path.write_text(yaml.safe_dump(good() | {"id": "mit"}))
    with pytest.raises(RuleError, match="repeats"):
        loader.load([tmp_path])
