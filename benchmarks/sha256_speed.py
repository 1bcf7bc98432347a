"""Our hash of a held file against ``sha256sum``, alternating on the same file. Exit 1 below 95 % of its speed.

    python -m benchmarks.sha256_speed FILE [--rounds 7]

The best round of each counts: on a busy machine the best is the least disturbed. FILE should fit the page cache.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from openness.gate.held_file import HeldFile

BAR = 0.95


def ours(path: Path) -> tuple[float, str]:
    started = time.perf_counter()
    with HeldFile(path) as held:
        digest = held.sha256()
    return time.perf_counter() - started, digest


def theirs(path: Path, program: str) -> tuple[float, str]:
    started = time.perf_counter()
    output = subprocess.run([program, "--", str(path)], check=True, capture_output=True, text=True).stdout
    return time.perf_counter() - started, output.lstrip("\\").split()[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    program = shutil.which("sha256sum")
    if program is None:
        print("sha256sum is not installed: nothing to compare with", file=sys.stderr)
        return 2
    path = arguments.file.resolve()
    rounds = [(ours(path), theirs(path, program)) for _ in range(arguments.rounds)]
    if any(mine[1] != other[1] for mine, other in rounds):
        print("the digests differ", file=sys.stderr)
        return 1
    megabytes = path.stat().st_size / 1e6
    mine, other = (megabytes / min(pair[side][0] for pair in rounds) for side in (0, 1))
    print(f"openness {mine:8.0f} MB/s\nsha256sum {other:7.0f} MB/s\nratio {mine / other:11.2f} (bar {BAR})")
    return 0 if mine >= BAR * other else 1


if __name__ == "__main__":
    raise SystemExit(main())
