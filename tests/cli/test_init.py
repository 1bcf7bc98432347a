"""``openness init`` as a user runs it: questions on stderr, answers from stdin, a policy that the other commands read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from openness.policy import stated
from openness.policy.file import of
from openness.rules import loader
from tests.cli.command import Done, openness


def asked(folder: Path, answers: str, *words: str) -> Done:
    command = [sys.executable, "-m", "openness", "init", *words]
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
    done = subprocess.run(command, input=answers.encode(), capture_output=True, cwd=folder, env=env, timeout=60, check=False)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def written(folder: Path) -> stated.Stated:
    found = stated.load(folder / "openness.toml")
    of(found, loader.load())
    return found


def test_with_yes_nothing_is_asked_and_the_policy_is_valid(tmp_path: Path) -> None:
    done = openness("init", "--yes", "--use", "product", "--use", "hosted-api", home=tmp_path)
    assert (done.code, done.err) == (0, "")
    found = written(tmp_path)
    assert [word.text for word in found.uses] == ["product", "hosted-api"]
    assert [word.text for word in found.categories or ()] == ["fully-open", "source-available"]
    assert found.unverified is not None
    assert found.unverified.text == "deny"
    assert "openness lock" in done.out
    assert "openness check" in done.out


def test_research_alone_may_take_what_bars_commerce(tmp_path: Path) -> None:
    openness("init", "--yes", "--use", "research", home=tmp_path)
    assert "research-only" in [word.text for word in written(tmp_path).categories or ()]


def test_answers_by_number_or_name_and_a_wrong_one_is_asked_again(tmp_path: Path) -> None:
    done = asked(tmp_path, "3, intrnal\n3, internal\nacademc\nacademic\n20000\nwarn\ndeny\n")
    assert done.code == 0
    assert "did you mean internal?" in done.err
    assert "did you mean academic?" in done.err
    found = written(tmp_path)
    assert [word.text for word in found.uses] == ["product", "internal"]
    assert {word.text for word in found.declare} == {"entity=academic", "mau=20000"}
    assert (found.unverified and found.unverified.text, found.api_models and found.api_models.text) == ("warn", "deny")


def test_empty_answers_take_the_defaults(tmp_path: Path) -> None:
    assert asked(tmp_path, "\n" * 6).code == 0
    found = written(tmp_path)
    assert [word.text for word in found.uses] == ["internal"]
    assert found.declare == ()


def test_a_policy_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "openness.toml").write_text('use = ["research"]\n')
    done = openness("init", "--yes", home=tmp_path)
    assert done.code == 2
    assert "--force" in done.err
    assert (tmp_path / "openness.toml").read_text() == 'use = ["research"]\n'
    assert openness("init", "--yes", "--force", home=tmp_path).code == 0
    assert [word.text for word in written(tmp_path).uses] == ["internal"]


def test_no_answer_is_a_usage_error_and_writes_nothing(tmp_path: Path) -> None:
    done = asked(tmp_path, "")
    assert done.code == 2
    assert "--yes" in done.err
    assert not (tmp_path / "openness.toml").exists()


@pytest.mark.parametrize("use", ["prodct", ""])
def test_an_unknown_use_is_named_with_the_nearest(tmp_path: Path, use: str) -> None:
    done = openness("init", "--yes", "--use", use, home=tmp_path)
    assert done.code == 2
    assert not (tmp_path / "openness.toml").exists()


def test_json_names_the_file(tmp_path: Path) -> None:
    done = openness("init", "--yes", "--format", "json", home=tmp_path)
    assert done.json["results"] == [{"path": "openness.toml", "uses": ["internal"]}]
