"""docs/adopting.md, command by command, in a repository that names a model it may not use."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.project import Project, load, project

PAGE = (Path(__file__).parents[2] / "docs" / "adopting.md").read_text("utf-8")


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Project]:
    with project(tmp_path) as made:
        (made.folder / "openness.toml").unlink()
        made.python(load("acme/nc"))
        yield made


def commands() -> list[list[str]]:
    return [shlex.split(line) for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


def test_every_command_of_the_page_does_what_it_says(repo: Project) -> None:
    assert [words[:2] for words in commands()] == [
        ["openness", "init"], ["openness", "lock"], ["openness", "check"], ["openness", "check"], ["git", "add"], ["openness", "lock"],
    ]  # fmt: skip
    init, lock, check, baseline, add, refresh = commands()
    assert repo.run(*init[1:], "--yes", "--use", "product").code == 0
    assert repo.run(*lock[1:]).code == 0
    shown = repo.run(*check[1:])
    assert shown.code == 1
    assert repo.run(*baseline[1:]).code == 0
    assert repo.run(*check[1:]).code == 0
    assert repo.run(*refresh[1:]).code == 0
    if shutil.which("git"):
        subprocess.run(["git", "init", "-q"], cwd=repo.folder, check=True)
        subprocess.run(add, cwd=repo.folder, check=True)


def test_the_finding_on_the_page_is_what_the_program_prints(repo: Project) -> None:
    repo.run("init", "--yes", "--use", "product")
    repo.lock()
    (block,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    pins = re.compile(r"\b[0-9a-f]{12}\b")  # the commit and the hash of the made-up repository
    assert pins.sub("#", block) in pins.sub("#", repo.run("check").out)
