"""Cost of a sweep beside its floor: reading the Parquet and ``json.loads`` of each card, in one run.

``python -m benchmarks.sweep [--rows N] [--pad N] [--table FILE] [--workers N]``: makes a table with the generator of the shared
folder (or takes FILE), then measures the floor, the sweep and the floor again, each in a process of its own: processor time of
the process and its children, wall time, peak memory of the largest process.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GENERATOR = Path(__file__).parent.parent.parent / "shared" / "prototypes" / "gen_hub.py"
#: What a sweep reads of a table; the floor reads the same.
COLUMNS = ["id", "tags", "cardData", "siblings", "baseModels"]
FLOOR = """
import json, sys
from pyarrow import parquet
for batch in parquet.ParquetFile(sys.argv[1]).iter_batches(batch_size=32768, columns=sys.argv[2].split(","), use_threads=False):
    for text in batch.column("cardData").to_pylist():
        if text is not None:
            try:
                json.loads(text)
            except ValueError:
                pass
"""


def measured(name: str, command: list[str]) -> float:
    """Runs a command and prints what it cost; its processor seconds."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall, cpu = time.perf_counter() - started, usage.ru_utime + usage.ru_stime
    print(f"{name:8} {cpu:7.2f} CPU s  {wall:7.2f} s wall  {usage.ru_maxrss / 1024:6.0f} MB peak", flush=True)
    if status:
        raise SystemExit(f"{name} failed")
    return cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument(
        "--pad", type=int, default=450, help="characters added to each card; 450 is near the real dump (scale.md)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", type=Path, help="a table that is there already")
    parser.add_argument("--workers", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        table = given.table or Path(folder) / "hub.parquet"
        if given.table is None:
            if not GENERATOR.exists():
                raise SystemExit(f"{GENERATOR} is not there; give --table FILE.")
            words = [str(given.rows), str(table), "--seed", str(given.seed), "--pad", str(given.pad)]
            subprocess.run([sys.executable, str(GENERATOR), *words], check=True, stdout=subprocess.DEVNULL)
        print(f"{table.name}: {table.stat().st_size / 1e6:.0f} MB; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        floor = [sys.executable, "-c", FLOOR, str(table), ",".join(COLUMNS)]
        sweep = [sys.executable, "-m", "openness", "sweep", str(table), "-o", str(Path(folder) / "out.parquet"), "--quiet"]
        sweep += ["--workers", str(given.workers)] if given.workers else []
        first = measured("floor", floor)
        cost = measured("sweep", sweep)
        second = measured("floor", floor)
        print(f"sweep / floor: {2 * cost / (first + second):.2f} (load {os.getloadavg()[0]:.1f})")
        if given.workers:
            print(f"largest child: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
