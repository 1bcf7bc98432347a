"""Coverage-guided fuzzing of everything that reads a stranger's file, with atheris (``pip install -e .[fuzz]``).

    python -m tests.fuzz [TARGET …] [--seconds 300]

One target after the other, each in child processes that may use 200 MB. What the coverage found interesting is kept in a folder
of its own between runs (``--corpus``), and an input that crashes or hangs is written to ``tests/fuzz/found/<target>/``, where
``tests/fuzz/test_found.py`` reads it from then on. Prints executions, crashes, hangs (more than 2 CPU seconds for one input) and
the peak of memory of each target as JSON lines; exit 1 when there was a crash, a hang, or more memory than that.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.fuzz.targets import TARGETS

HERE = Path(__file__).parent
MEGABYTES = 200
#: A target that fails so often is broken, and more of the same tells nothing.
FAILURES = 8


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"one of {', '.join(TARGETS)} (all)")
    parser.add_argument("--seconds", type=int, default=300, help="for each target (300)")
    parser.add_argument("--corpus", type=Path, default=Path.home() / ".cache" / "openness-fuzz", help="what earlier runs found")
    parser.add_argument(
        "--keep", type=int, default=0, metavar="N", help="write the N shortest inputs that added coverage to tests/fuzz/corpus"
    )
    arguments = parser.parse_args()
    unknown = [name for name in arguments.targets if name not in TARGETS]
    if unknown:
        parser.error(f"there is no target {unknown[0]}; there are {', '.join(TARGETS)}")
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: pip install -e .[fuzz] (Linux and macOS)", file=sys.stderr)
        return 2
    failed = False
    for name in arguments.targets or TARGETS:
        row = fuzz(name, arguments.seconds, arguments.corpus / name)
        if arguments.keep:
            keep(name, arguments.corpus / name, arguments.keep)
        print(json.dumps(row), flush=True)
        failed = failed or bool(row["crashes"] or row["hangs"] or row["peak_mb"] > MEGABYTES)
    return int(failed)


def fuzz(name: str, seconds: int, corpus: Path) -> dict[str, Any]:
    """Runs one target until the time is over, starting again after each failure."""
    corpus.mkdir(parents=True, exist_ok=True)
    for data in (*TARGETS[name].seeds(), *kept(name)):
        (corpus / hashlib.sha1(data).hexdigest()).write_bytes(data)
    executions = crashes = hangs = peak = 0
    slowest = 0.0
    deadline = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        while (left := int(deadline - time.monotonic())) > 0 and crashes + hangs < FAILURES:
            output, code = _run(name, left, corpus, Path(folder))
            executions += _figure(output, "number_of_executed_units")
            peak = max(peak, _figure(output, "peak_rss_mb"))
            slowest = max(slowest, _slowest(Path(folder)))
            if code:
                hangs += "AssertionError: hang" in output
                crashes += "AssertionError: hang" not in output
                _save(name, Path(folder), output)
    return {
        "target": name, "seconds": seconds, "executions": executions, "crashes": crashes, "hangs": hangs, "peak_mb": peak,
        "slowest_cpu_s": slowest, "corpus": sum(1 for _ in corpus.iterdir()),
    }  # fmt: skip


def _run(name: str, seconds: int, corpus: Path, folder: Path) -> tuple[str, int]:
    options = (
        f"-max_total_time={seconds}", f"-rss_limit_mb={MEGABYTES}", "-max_len=8192", "-timeout=120", "-print_final_stats=1",
        f"-artifact_prefix={folder}/found-", "-verbosity=1",
    )  # fmt: skip
    command = [sys.executable, "-m", "tests.fuzz.engine", name, str(folder / "slowest"), *options, str(corpus)]
    done = subprocess.run(command, capture_output=True, cwd=HERE.parents[1], check=False)
    return (done.stdout + done.stderr).decode("utf-8", "replace"), done.returncode


def _figure(output: str, name: str) -> int:
    found = re.search(rf"stat::{name}:\s+(\d+)", output)
    return int(found[1]) if found else 0


def _slowest(folder: Path) -> float:
    try:
        return float((folder / "slowest").read_text())
    except (OSError, ValueError):
        return 0.0


def _save(name: str, folder: Path, output: str) -> None:
    """The input that failed, and on stderr why."""
    for path in folder.glob("found-*"):
        target = HERE / "found" / name / path.name.rpartition("-")[2][:16]
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
        print(f"{name}: {target}", file=sys.stderr)
    lines = output.splitlines()
    start = next((n for n, line in enumerate(lines) if "Uncaught Python exception" in line), max(0, len(lines) - 12))
    print("\n".join(lines[start : start + 30]), file=sys.stderr, flush=True)


def kept(name: str) -> list[bytes]:
    """Inputs of earlier runs that are in the repository: those that failed once, and short ones that added coverage."""
    found = [path.read_bytes() for path in sorted((HERE / "found" / name).glob("*"))]
    table = HERE / "corpus" / f"{name}.txt"
    lines = table.read_text("ascii").splitlines() if table.exists() else []
    return found + [base64.b64decode(line) for line in lines]


def keep(name: str, corpus: Path, number: int) -> None:
    """Writes the shortest inputs of the corpus, one in base64 a line."""
    inputs = sorted((path.read_bytes() for path in corpus.iterdir()), key=lambda data: (len(data), data))
    table = HERE / "corpus" / f"{name}.txt"
    table.parent.mkdir(exist_ok=True)
    table.write_text("".join(base64.b64encode(data).decode() + "\n" for data in inputs[:number]), "ascii")


if __name__ == "__main__":
    sys.exit(main())
