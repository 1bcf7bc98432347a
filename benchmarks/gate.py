"""What the gate costs: ``openness run`` against the same runner started by hand on the same file, in turn, one token each.

    python -m benchmarks.gate MODEL.gguf [--runs 7]

``by hand`` is the child process of the bundled runner alone, given the file by its path; nothing is audited, hashed or logged.
Bars (issue 6): a first run costs at most the hash of the file and 0.3 s more than that, a second run of an unchanged file at most
0.3 s more. The lower quartile of the wall time counts, since other work on the machine only adds; CPU seconds (of gate and
runner together) are shown beside, which other work changes less. Exit 1 above a bar.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from openness.gate.held_file import HeldFile
from openness.gate.process import child_script
from openness.gate.runner import has_chat_template

BAR = 0.3
PROMPT = "The capital of France is"
SETTINGS = {"predict": 1, "ctx_size": 512, "threads": 1}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def by_hand(build: Path, mode: str) -> None:
    """The conversation that the gate has with its child, without the gate. ``mode``: with the build's chat template or not."""
    request = {
        "action": "generate", "prompt": PROMPT, "mode": mode, "settings": SETTINGS, "files": {}, "alias": build.name,
        "site": None, "verbose": False, "model": str(build),
    }  # fmt: skip
    given = json.dumps(request).encode() + b"\ngo\n"
    with subprocess.Popen(child_script(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(given)
        child.stdin.flush()
        for line in child.stdout:
            event = json.loads(line)["event"]
            if event == "done":
                break
            if event == "error":
                raise SystemExit(f"the runner gave up: {line.decode()}")


def gated(build: Path, home: Path, use: tuple[str, ...]) -> None:
    options = ("--", "-n", "1", "-c", "512", "-t", "1")
    command = [
        sys.executable,
        "-m",
        "openness",
        "--cache-dir",
        str(home / "cache"),
        "run",
        str(build),
        "-p",
        PROMPT,
        *use,
        *options,
    ]
    environment = {**ENVIRONMENT, "OPENNESS_STATE": str(home / "state")}
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, env=environment)


def hash_file(build: Path) -> None:
    with build.open("rb") as file:
        hashlib.file_digest(file, "sha256")


class Cost(NamedTuple):
    """Seconds of one piece of work, child processes included."""

    wall: float
    cpu: float


def cost(work: Callable[[], None]) -> Cost:
    start, before = time.perf_counter(), os.times()
    work()
    after = os.times()
    return Cost(time.perf_counter() - start, sum(after[:4]) - sum(before[:4]))


def quartile(costs: list[Cost]) -> Cost:
    """The lower quartile of each figure."""
    return Cost(*(statistics.quantiles(column, n=4)[0] for column in zip(*costs, strict=True)))


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gate", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("build", type=Path, help="a build that may be run for internal use")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--use", default="internal")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    use = ("--use", arguments.use)
    with HeldFile(build) as held:
        mode = "chat" if has_chat_template(held) else "completion"
    costs: dict[str, list[Cost]] = {"by hand": [], "first run": [], "second run": [], "hash of the file": []}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        gated(build, home, use)  # byte code and page cache are warm for all that follow
        for _ in range(arguments.runs):
            costs["by hand"].append(cost(lambda: by_hand(build, mode)))
            shutil.rmtree(home / "cache", ignore_errors=True)
            costs["first run"].append(cost(lambda: gated(build, home, use)))
            costs["second run"].append(cost(lambda: gated(build, home, use)))
            costs["hash of the file"].append(cost(lambda: hash_file(build)))
    found = {name: quartile(values) for name, values in costs.items()}
    for name, value in found.items():
        print(f"{name:<18} {value.wall:6.3f} s wall {value.cpu:6.3f} s CPU")
    hand = found["by hand"]
    bars = {"first run": BAR + found["hash of the file"].wall, "second run": BAR}
    missed = False
    for name, bar in bars.items():
        wall, cpu = (mine - other for mine, other in zip(found[name], hand, strict=True))
        missed = missed or wall > bar
        print(f"{name} costs {wall:6.3f} s more (bar {bar:.3f}): {'MISSED' if wall > bar else 'met'}; CPU {cpu:.3f} s more")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
