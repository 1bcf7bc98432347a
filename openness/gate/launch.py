"""Choosing a runner, and writing what it generates."""

from __future__ import annotations

import re
from typing import TextIO

from openness.errors import RunnerError
from openness.gate import minimum_build
from openness.gate.bundled import bundled, is_installed
from openness.gate.external import external, find_program
from openness.gate.runner import Companion, Job, Mode, Outcome, Ready, Runner, Write

__all__ = ["Companion", "Job", "Mode", "Outcome", "Ready", "Runner", "Write", "choose", "text_writer"]

#: What moves a cursor, rings or recolors; a line feed and a tab only lay out.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def choose(runner_path: str | None = None, *, serve: bool = False) -> Runner:
    """The runner given by ``--runner``; else the bundled one; else a llama.cpp program on PATH. Never one that is too old."""
    runner = _found(runner_path, serve)
    minimum_build.check(runner.name, runner.version)
    return runner


def _found(runner_path: str | None, serve: bool) -> Runner:
    if runner_path is not None:
        return external(runner_path)
    if is_installed():
        return bundled()
    found = find_program(serve=serve)
    if found is None:
        raise RunnerError(
            "there is no runner: install the bundled one with `pip install xllamacpp`, or give a llama.cpp program "
            "with --runner PATH",
            code="no-runner",
        )
    return external(found)


def text_writer(stream: TextIO) -> Write:
    """Writes each piece at once. A pipe gets the model's text as it is, a terminal gets no control sequences of it."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        # the model writes UTF-8 whatever the locale says; a half character becomes a mark instead of an error
        reconfigure(encoding="utf-8", errors="replace")
    terminal = stream.isatty()

    def write(text: str) -> None:
        stream.write(_CONTROL.sub(_visible, text) if terminal else text)
        stream.flush()

    return write


def _visible(found: re.Match[str]) -> str:
    return "" if found[0] == "\r" else f"\\x{ord(found[0]):02x}"
