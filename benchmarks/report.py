"""How long a report of many models takes to build, and its matrix to open in Chromium: ``python -m benchmarks.report``.

Bars (issue 8): 1,000 models in at most 20 s, from the command line with everything that it does (reading, classifying, judging,
writing), and the matrix open in at most 1 s: from the navigation to the load event and one frame painted after it, the median
of five cold tabs. The models are folders of our own making: the cards of ``corpus/cases`` under licenses in turn, with code,
data and papers named as real cards do. Exit 1 above a bar.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CASES = Path(__file__).resolve().parents[1] / "corpus" / "cases"
BUILD_BAR, OPEN_BAR = 20.0, 1.0
LICENSES = ("apache-2.0", "mit", "cc-by-nc-4.0", "llama3.1", "gemma", "openrail", "cc-by-sa-4.0", "other")
BODY = """
# {name}

A language model of {size} billion parameters. Code: https://github.com/heron-lab/heron-train, report: https://arxiv.org/abs/2601.0{number:04}.
It was trained on [FineWeb](https://huggingface.co/datasets/HuggingFaceFW/fineweb) and [The Stack](https://huggingface.co/datasets/bigcode/the-stack).

## Training
AdamW, learning rate 3e-4, batch of 4M tokens, {size} days on 64 GPUs. Hyperparameters are in the training code.

## Limits
It makes things up. Use it for research and products as its license allows.
"""
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"


def models(folder: Path, count: int) -> list[Path]:
    """``count`` folders laid out as Hub repositories."""
    made = []
    cases = sorted(path for path in CASES.glob("*/model") if (path / "README.md").is_file())
    for number in range(count):
        path = folder / f"owner-{number % 97}" / f"model-{number:04}"
        path.mkdir(parents=True)
        license = LICENSES[number % len(LICENSES)]
        if number % 4 == 0:
            shutil.copytree(cases[number // 4 % len(cases)], path, dirs_exist_ok=True)
        else:
            body = BODY.format(name=path.name, size=number % 70 + 1, number=number)
            base = "base_model: meta-llama/Llama-3.1-8B\n" if number % 5 == 0 else ""
            front = f"---\nlicense: {license}\n{base}datasets:\n- HuggingFaceFW/fineweb\n---\n"
            (path / "README.md").write_text(front + body, encoding="utf-8")
        (path / "model.safetensors").write_bytes(b"\0")
        made.append(path)
    return made


def build(paths: list[Path], target: Path, cache: Path) -> tuple[float, float]:
    """Seconds of one run of the command, and of processor time, which other work on the machine changes less."""
    command = [sys.executable, "-m", "openness", "report", "--offline", "--quiet", "-o", str(target), *map(str, paths)]
    environment = {**os.environ, "OPENNESS_CACHE": str(cache)}
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment, cwd=paths[0].parent)  # no policy there
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - started, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def opened(page: Path, count: int) -> tuple[float, float, float] | None:
    """Seconds until the matrix is painted, until it has all its rows, and of the page's own thread, medians of five; None where
    there is no browser."""
    from tests.browser import chromium_path

    executable = chromium_path()
    if executable is None:
        return None
    from playwright.sync_api import sync_playwright

    times, whole, busy = [], [], []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        for _ in range(5):
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            tab = context.new_page()
            session = context.new_cdp_session(tab)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            tab.goto(page.as_uri())
            times.append(float(tab.evaluate(PAINTED)) / 1000)
            # not wait_for_function, which the page's own policy for scripts forbids
            tab.locator("#matrix tbody tr").nth(count - 1).wait_for(state="attached")
            whole.append(float(tab.evaluate(PAINTED)) / 1000)
            figures = {row["name"]: row["value"] for row in session.send("Performance.getMetrics")["metrics"]}
            busy.append(float(figures["TaskDuration"]))
            context.close()
        browser.close()
    return statistics.median(times), statistics.median(whole), statistics.median(busy)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--keep", type=Path, help="write the report here and leave it")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = models(Path(folder) / "hub", arguments.models)
        target = arguments.keep or Path(folder) / "report"
        seconds, processor = build(paths, target, Path(folder) / "cache")
        index = target / "index.html"
        painted = opened(index, arguments.models)
        load = os.getloadavg()[0]
        print(f"{arguments.models} models built in {seconds:.1f} s (bar 20 s), {processor:.1f} s busy; load {load:.1f}")
        size = index.stat().st_size / 1e6
        if painted is None:
            print(f"matrix of {size:.1f} MB not opened: no Chromium")
        else:
            first, whole, busy = painted
            print(f"matrix of {size:.1f} MB open in {first:.2f} s (bar 1 s), whole after {whole:.2f} s, {busy:.2f} s busy")
    return int(seconds > BUILD_BAR or (painted is not None and painted[0] > OPEN_BAR))


if __name__ == "__main__":
    sys.exit(main())
