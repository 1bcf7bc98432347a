"""The tutorial as a reader follows it: every command is run in order in one folder, with the exit code and the lines shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.builds import smollm2

PAGE = Path(__file__).parent.parent / "docs" / "tutorial.md"
BUILD = "SmolLM2-135M-Instruct.Q4_1.gguf"


@dataclass(frozen=True)
class Step:
    """A fenced ``sh`` block, the exit code that its last line names (0 else), and the lines of the ``text`` block behind it."""

    commands: str
    code: int
    shown: tuple[str, ...]


def steps() -> Iterator[Step]:
    blocks = re.findall(r"^```(sh|text)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    for index, (kind, body) in enumerate(blocks):
        if kind == "sh":
            follows = blocks[index + 1] if index + 1 < len(blocks) else ("", "")
            code = re.search(r"# exit code (\d)\s*\Z", body)
            yield Step(body, int(code[1]) if code else 0, tuple(follows[1].splitlines()) if follows[0] == "text" else ())


def test_every_block_of_output_stands_behind_a_command() -> None:
    kinds = re.findall(r"^```(\w+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert kinds[0] == "sh"
    assert all(kinds[index - 1] == "sh" for index, kind in enumerate(kinds) if kind == "text")


@pytest.mark.real
def test_the_tutorial_goes_as_it_says(tmp_path: Path) -> None:
    (tmp_path / BUILD).symlink_to(smollm2())
    bin = Path(sys.executable).parent
    env = {"PATH": f"{bin}:{os.environ['PATH']}", "HOME": str(tmp_path / "home"), "LANG": "C.UTF-8", "COLUMNS": "80"}
    (tmp_path / "home").mkdir()
    download, *rest = steps()
    assert "pip download" in download.commands
    assert len(rest) >= 7
    for step in rest:
        command = ["bash", "-eu", "-c", step.commands]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == step.code, (step.commands, done.stdout, done.stderr)
        at = 0
        for line in step.shown:
            found = done.stdout.find(line, at)
            assert found >= 0, (line, done.stdout)
            at = found + len(line)
    assert "<h1>acme-chat</h1>" in (tmp_path / "acme-chat.html").read_text("utf-8")
    assert "acme-chat" in (tmp_path / "site" / "index.html").read_text("utf-8")
