"""Cold start side by side: the bare imports of a small tool, ``openness --version``, and ``audit`` of a small build.

Bars (DESIGN.md section 9): at most 1.5 times ``python -c "import click, yaml, json, hashlib"``, plus the hash of the file, which
a bare Python process computes beside them. Each command runs N times in turn; the lower quartile of the wall time counts, since
other work on the machine only adds. Byte code is written, as an installation does. Exit 1 above a bar.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

BAR = 1.5
BASE = [sys.executable, "-c", "import click, yaml, json, hashlib"]
NOTHING = [sys.executable, "-c", "import hashlib"]
HASH = """import hashlib, sys
digest, buffer = hashlib.sha256(), memoryview(bytearray(1 << 20))
with open(sys.argv[1], "rb", 0) as file:
    while count := file.readinto(buffer):
        digest.update(buffer[:count])
"""
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def wall_ms(command: Sequence[str], prepare: Callable[[], None] | None) -> float:
    """Milliseconds of one run of ``command``; ``prepare`` runs before and is not counted."""
    if prepare is not None:
        prepare()
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=ENVIRONMENT)
    return (time.perf_counter() - start) * 1000


def measured(commands: Mapping[str, tuple[Sequence[str], Callable[[], None] | None]], runs: int) -> dict[str, float]:
    """Lower quartile of the wall time of each command, in ms; the first round is not counted."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs + 1):
        for name, (command, prepare) in commands.items():
            times[name].append(wall_ms(command, prepare))
    return {name: statistics.quantiles(values[1:], n=4)[0] for name, values in times.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", help="a build whose license is permitted for internal use")
    parser.add_argument("--runs", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        openness = [sys.executable, "-m", "openness", "--cache-dir", cache]
        audit = [*openness, "audit", arguments.build]
        times = measured(
            {
                "bare imports": (BASE, None),
                "--version": ([*openness, "--version"], None),
                "import hashlib": (NOTHING, None),
                "hash the file": ([sys.executable, "-c", HASH, arguments.build], None),
                "audit, first": (audit, lambda: shutil.rmtree(Path(cache) / "sha256", ignore_errors=True)),
                "audit, again": (audit, None),
            },
            arguments.runs,
        )
    bar = BAR * times["bare imports"]
    hash = times["hash the file"] - times["import hashlib"]
    bars = {"--version": bar, "audit, first": bar + hash, "audit, again": bar}
    for name, value in times.items():
        limit = f"bar {bars[name]:6.1f} ms" if name in bars else ""
        print(f"{name:<16} {value:7.1f} ms  {value / times['bare imports']:5.2f}x  {limit}")
    return int(any(times[name] > limit for name, limit in bars.items()))


if __name__ == "__main__":
    sys.exit(main())
