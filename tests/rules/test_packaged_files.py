"""The compiled definitions say what their YAML files say, and a file that was edited is read itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from openness.errors import RuleError
from openness.packaged import packaged
from openness.rules import packaged_files
from openness.rules.loader import read_yaml


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the packaged folders, compiled."""
    for folder in packaged_files.FILES:
        shutil.copytree(packaged(folder), tmp_path / folder, ignore=shutil.ignore_patterns("*.bin", "*.csv", "*.jsonl"))
    monkeypatch.setattr(packaged_files, "packaged", lambda folder: tmp_path / folder)
    packaged_files.compile_files(tmp_path)
    return tmp_path


def test_every_compiled_file_says_what_its_yaml_says(checkout: Path) -> None:
    rows = json.loads((checkout / "rules" / packaged_files.COMPILED).read_text(encoding="utf-8"))
    names = [tuple(name.split("/", 1)) for name in rows]
    assert {("rules", "categories.yaml"), ("rules", "frameworks/mof-1.0.yaml"), ("corpus", "leaks.yaml")} <= set(names)
    for folder, name in names:
        assert packaged_files.read_packaged(checkout / folder / name) == read_yaml(checkout / folder / name)


def test_a_compiled_file_is_not_parsed_again(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged_files, "read_yaml", lambda path: pytest.fail(f"{path} was parsed"))
    assert packaged_files.read_packaged(checkout / "rules" / "categories.yaml")["order"]


def test_a_file_that_was_edited_since_is_read_itself(checkout: Path) -> None:
    path = checkout / "rules" / "limits.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\nnew: yes\n", encoding="utf-8")
    assert packaged_files.read_packaged(path)["new"] == "yes"


def test_a_damaged_compiled_file_stops_nothing(checkout: Path) -> None:
    (checkout / "rules" / packaged_files.COMPILED).write_text("{", encoding="utf-8")
    assert packaged_files.read_packaged(checkout / "rules" / "limits.yaml")["limits"]


def test_a_file_of_another_folder_is_read_with_its_errors(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="cannot be read"):
        packaged_files.read_packaged(tmp_path / "limits.yaml")
