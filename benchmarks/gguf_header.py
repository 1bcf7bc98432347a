"""Our GGUF header reader against ``gguf.GGUFReader`` on one file, side by side in one run.

    python -m benchmarks.gguf_header MODEL.gguf

Each reading happens in a child process of its own, imports apart: CPU seconds of the reading (user and system), and the
peak of memory above what the process had before it. Ours hashes the token array as well, as an audit does. The bars of
the design (section 9) are 100 times less CPU and at most 40 MB more memory; exit 1 when one is missed. The bars are meant
for the Gemma 3 270M build (262,144 tokens).
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

FASTER = 100
MEGABYTES = 40

_MEASURE = """
import json, os, sys, time
{imports}

def memory(name):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name + ":")) / 1024

path, before, start = sys.argv[1], memory("VmRSS"), time.process_time()
{read}
cpu = time.process_time() - start
print(json.dumps({{"cpu": cpu, "more": memory("VmHWM") - before, "peak": memory("VmHWM"), "tensors": len(read.tensors)}}))
"""
_OURS = _MEASURE.format(
    imports="from openness.sources import gguf",
    read="fd = os.open(path, os.O_RDONLY); read = gguf.read_header(fd, hash_arrays=(gguf.TOKENS,))",
)
_THEIRS = _MEASURE.format(imports="import gguf", read="read = gguf.GGUFReader(path)")


def measure(code: str, path: Path) -> dict[str, float]:
    root = Path(__file__).resolve().parent.parent  # a checkout need not be installed
    command = [sys.executable, "-c", code, str(path.resolve())]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def middle(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--rounds", type=int, default=5, help="runs of ours (default 5) around one of the other; the median counts"
    )
    arguments = parser.parse_args()
    if not sys.platform.startswith("linux"):
        parser.error("the memory figures come from /proc, which only Linux has")
    measure(_OURS, arguments.file)  # the header is in the page cache for all that follow
    half = arguments.rounds // 2
    ours = [measure(_OURS, arguments.file) for _ in range(half)]
    theirs = measure(_THEIRS, arguments.file)
    own = middle(ours + [measure(_OURS, arguments.file) for _ in range(arguments.rounds - half)])
    if own["tensors"] != theirs["tensors"]:
        parser.error("the two readers see different numbers of tensors")
    print(f"{'':24}{'CPU s':>10}{'MB more':>10}{'MB peak':>10}")
    for name, row in (("openness.sources.gguf", own), ("gguf.GGUFReader", theirs)):
        print(f"{name:24}{row['cpu']:10.4f}{row['more']:10.1f}{row['peak']:10.1f}")
    factor = theirs["cpu"] / own["cpu"]
    fast, small = factor >= FASTER, own["more"] <= MEGABYTES
    print(f"{factor:.0f} times faster (bar: {FASTER}): {'met' if fast else 'MISSED'}")
    print(f"{own['more']:.1f} MB more memory (bar: {MEGABYTES}): {'met' if small else 'MISSED'}")
    return 0 if fast and small else 1


if __name__ == "__main__":
    sys.exit(main())
