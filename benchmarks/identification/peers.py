"""Runs the identifiers, each in its own process, on the same texts."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Any

from .items import Item
from .score import Answer, Row
from .texts import plain

HERE = Path(__file__).resolve().parent
PEERS = ("pyaskalono", "licenseclassifier", "scancode", "licensee")


@dataclass(frozen=True, slots=True)
class Run:
    tool: str
    rows: list[Row]
    start: float
    rss: float
    problem: str | None = None


def command_of(tool: str, python: str, scan_python: str, index: Path | None) -> list[str]:
    worker = str(HERE / "peer_worker.py")
    if tool == "openness":
        return [sys.executable, worker, tool, str(index or "")]
    if tool == "licensee":
        return ["ruby", str(HERE / "peer_licensee.rb")]
    return [scan_python if tool == "scancode" else python, worker, tool]


def _ask(process: subprocess.Popen[str], message: dict[str, Any] | None = None) -> dict[str, Any]:
    assert process.stdin
    assert process.stdout
    if message is not None:
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise EOFError
    answer: dict[str, Any] = json.loads(line)
    return answer


def _answer(found: dict[str, Any]) -> Answer:
    ids = tuple(plain(id) for id in found["ids"])
    added = tuple((int(line), str(text)) for line, text in found.get("added", []))
    return Answer(ids, found["verdict"], found["clean"], found["ms"], added, tuple(found.get("missing", ())))


def run(tool: str, command: Sequence[str], items: Sequence[Item]) -> Run:
    """All answers of one tool; a tool that does not start is one line of the report, never an error."""
    with tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace") as log:  # a pipe that nobody reads would fill up
        try:
            process = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=log, text=True, encoding="utf-8")
        except OSError as error:
            return Run(tool, [], 0.0, 0.0, f"not installed ({error.strerror})")
        rows: list[Row] = []
        start = rss = 0.0
        try:
            start = _ask(process)["start"]
            for item in items:
                found = _ask(process, {"text": item.text.encode("utf-8", "replace").decode()})
                rows.append(Row(tool, item, _answer(found)))
            rss = _ask(process, {})["rss"]
        except (EOFError, BrokenPipeError, KeyError):
            process.kill()
            process.wait()
            log.seek(0)
            last = log.read().strip().split("\n")[-1][:160]
            where = f"stopped at {items[len(rows)].name}" if rows else "not installed"
            return Run(tool, rows, start, rss, f"{where}: {last}")
        finally:
            process.communicate()
        return Run(tool, rows, start, rss)
