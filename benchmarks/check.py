"""``openness check`` side by side with the bare imports of a small tool, and over many files (DESIGN.md section 9).

Bars: one changed file, cold, at most 1.5 times ``python -c "import click, yaml, json, hashlib"``; 5,000 files in at most 6
seconds on two cores. Commands run in turn, with byte code written, as an installation does; of the CPU time of the children the
lower quartile counts, as other work on the machine only adds. For many files it is the wall clock.

    python -m benchmarks.check                 # a made-up repository with a lock
    python -m benchmarks.check --tree FOLDER   # the files of FOLDER, as many as 5,000, in place of made-up ones
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.start_up import BAR, BASE, ENVIRONMENT
from openness.policy.lock import Lock, LockedLicense, LockedModel, LockedPolicy, LockedQuestion, LockedUse, write
from openness.policy.stated import load
from openness.records import Permission
from openness.refs import files_under

FILES, SECONDS = 5000, 6.0
POLICY = 'use = ["product"]\n\n[allow]\ncategories = ["fully-open", "source-available"]\nlicenses = ["Apache-2.0", "MIT"]\n'
SOURCE = '''"""Part {number} of a made-up program."""
from transformers import AutoModel, AutoTokenizer

NAME = "made-up-lab/model-{model}"


def load():
    tokenizer = AutoTokenizer.from_pretrained(NAME, revision="{revision}")
    return AutoModel.from_pretrained(NAME, revision="{revision}"), tokenizer
'''
PLAIN = "def add_{number}(a, b):\n    return a + b\n" * 40
REVISION = "0123456789abcdef0123456789abcdef01234567"
MODELS = 200


def cpu_ms(command: Sequence[str]) -> float:
    """User and system time of one run of ``command``, in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def made_up(folder: Path, files: int) -> None:
    """A repository in which one file of ten names a model; all models are locked and permitted."""
    for number in range(files):
        path = folder / f"part{number // 100:02}" / f"m{number}.py"
        path.parent.mkdir(exist_ok=True)
        text = SOURCE if number % 10 == 0 else PLAIN
        path.write_text(text.format(number=number, model=number % MODELS, revision=REVISION) if text is SOURCE else text)


def lock_of(folder: Path) -> None:
    """Policy and lock of the made-up models."""
    (folder / "openness.toml").write_text(POLICY)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    license = LockedLicense("apache-2.0", "Apache-2.0", "card")
    uses = {"product": LockedUse(Permission.WITH_DUTIES)}
    models = tuple(
        LockedModel(
            "model", f"made-up-lab/model-{number}", REVISION, today, REVISION, status="released",
            category="source-available", sub_label="open-weights", strength="card", licenses=(license,), uses=uses,
        )
        for number in range(MODELS)
    )  # fmt: skip
    stated = load(folder / "openness.toml")
    policy = LockedPolicy(stated.names_digest, {"Apache-2.0": ("apache-2.0",), "MIT": ("mit",)})
    write(folder / "openness.lock", Lock("", LockedQuestion(("product",)), policy, models))


def one_file(runs: int) -> bool:
    """Cold checks of one changed file; whether they keep the bar."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made_up(folder, 11)
        lock_of(folder)
        os.chdir(folder)
        check = [sys.executable, "-m", "openness", "check"]
        commands = {
            "bare imports": BASE,
            "check, file with models": [*check, "part00/m0.py"],
            "check, file without": [*check, "part00/m1.py"],
        }
        times: dict[str, list[float]] = {what: [] for what in commands}
        for _ in range(runs + 1):
            for what, command in commands.items():
                times[what].append(cpu_ms(command))
        os.chdir("/")
    found = {what: statistics.quantiles(values[1:], n=4)[0] for what, values in times.items()}
    base = found["bare imports"]
    for what, value in found.items():
        print(f"{what:<26} {value:6.1f} ms CPU {value / base:5.2f}x")
    return all(value <= BAR * base for value in found.values())


def many_files(tree: Path | None) -> bool:
    """One check of many files; whether it is quick enough."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if tree is None:
            made_up(folder, FILES)
        else:
            for number, file in enumerate(itertools.islice(_copied(tree), FILES)):
                target = folder / f"{number // 200:03}" / f"{number}-{file.name}"
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(file, target)
        lock_of(folder)
        files = sum(1 for _ in files_under(folder))
        start = time.perf_counter()
        command = [sys.executable, "-m", "openness", "check", "--format", "json"]
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False)
        seconds = time.perf_counter() - start
    print(f"check of {files} files: {seconds:.2f} s on {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    return seconds <= SECONDS


def _copied(tree: Path) -> Iterator[Path]:
    return (file for file in files_under(tree) if file.is_file() and not file.is_symlink())


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--tree", type=Path, help="a folder with real sources for the run over many files")
    arguments = parser.parse_args(words)
    tree = arguments.tree.resolve() if arguments.tree else None
    return int(not all([one_file(arguments.runs), many_files(tree)]))


if __name__ == "__main__":
    sys.exit(main())
