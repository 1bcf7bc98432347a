"""Cold start side by side: the bare imports of a small tool, ``openness --version``, and ``audit`` of a small build.

Bars (DESIGN.md section 9): at most 1.5 times ``python -c "import click, yaml, json, hashlib"``, plus the hash of the file.
Each command runs N times in turn; the median of the CPU seconds of the children counts. Exit 1 above the bar.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence

BAR = 1.5
BASE = [sys.executable, "-c", "import click, yaml, json, hashlib"]


def cpu_seconds(command: Sequence[str]) -> float:
    """User and system time of one run of ``command``."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", help="a build whose license is permitted for internal use")
    parser.add_argument("--runs", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        openness = [sys.executable, "-m", "openness", "--cache-dir", cache]
        audit = [*openness, "audit", arguments.build]
        commands = {"bare imports": BASE, "--version": [*openness, "--version"], "audit (hash remembered)": audit}
        cpu_seconds(audit)  # hashes the file once and writes byte code
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(arguments.runs):
            for name, command in commands.items():
                times[name].append(cpu_seconds(command))
    medians = {name: statistics.median(values) for name, values in times.items()}
    base = medians["bare imports"]
    for name, value in medians.items():
        print(f"{name:<26} {value * 1000:7.1f} ms CPU  {value / base:5.2f}x")
    return int(any(value > BAR * base for value in medians.values()))


if __name__ == "__main__":
    sys.exit(main())
