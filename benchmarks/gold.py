"""Classify the gold models of ``../shared/gold`` through the real client against a loopback mirror, and score the answers.

    python -m benchmarks.gold                      every bundle; the scores of the 142 licensed, fully labelled rows first
    python -m benchmarks.gold --half tuning        the half that rules may be tuned on (--half held-out: the other)
    python -m benchmarks.gold --wrong              each row that differs, with what decided it

The mirror is built by ../shared/tools/build_mirror.py into a temporary folder and served by ../shared/tools/hub_server.py; the
scores are those of ../shared/tools/score_gold.py. A model's half follows from the sha1 of its id, so it never changes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[2] / "shared"
TOOLS = SHARED / "tools"


def half_of(id: str) -> str:
    """tuning or held-out; a fixed split by the id."""
    return ("tuning", "held-out")[hashlib.sha1(id.lower().encode()).digest()[0] % 2]


@contextmanager
def served_mirror() -> Iterator[tuple[str, list[str]]]:
    """The endpoint of a loopback Hub with the mirror, and the ids in it."""
    with tempfile.TemporaryDirectory() as folder:
        mirror = Path(folder) / "mirror"
        build = [sys.executable, str(TOOLS / "build_mirror.py"), str(SHARED / "gold" / "bundles.jsonl")]
        subprocess.run([*build, str(SHARED / "license-texts"), str(mirror)], check=True, stdout=subprocess.DEVNULL)
        ids = [json.loads(line)["id"] for line in (mirror / "index.jsonl").read_text("utf-8").splitlines()]
        command = [sys.executable, "-u", str(TOOLS / "hub_server.py"), str(mirror), "--port", "0"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            assert server.stdout is not None
            endpoint = next(word for word in server.stdout.readline().split() if word.startswith("http"))
            yield endpoint.rstrip("/"), ids
        finally:
            server.kill()
            server.wait()


def predictions(endpoint: str, ids: list[str]) -> Iterator[tuple[Any, float]]:
    """The classification of each id, with the seconds it took."""
    os.environ |= {"HF_ENDPOINT": endpoint, "GITHUB_API_URL": f"{endpoint}/github"}
    from openness.classifying import classify
    from openness.rules import loader
    from openness.sources.endpoints import Access
    from openness.sources.live import LiveSources
    from openness.sources.model_reference import parse

    ruleset = loader.load()
    with LiveSources(Access.from_environment()) as source:
        for id in ids:
            started = time.perf_counter()
            result = classify(parse(id), source, ruleset).result
            yield result, time.perf_counter() - started


def score(rows: list[dict[str, Any]], *options: str) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write("".join(json.dumps(row) + "\n" for row in rows))
        file.flush()
        command = [sys.executable, str(TOOLS / "score_gold.py"), file.name, str(GOLD_CSV)]
        command += ["--only", str(BUNDLES), "--format", "json", *options]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


GOLD_CSV = SHARED / "gold" / "dev.csv"
BUNDLES = SHARED / "gold" / "bundles.jsonl"


def gold_rows() -> dict[str, dict[str, str]]:
    sys.path.insert(0, str(TOOLS))
    from score_gold import row_id  # type: ignore[import-not-found]

    with GOLD_CSV.open(encoding="utf-8") as file:
        return {row_id(row): row for row in csv.DictReader(file)}


def shown_wrong(results: list[Any], gold: dict[str, dict[str, str]], evident: set[str]) -> None:
    for result in results:
        row = gold.get(result.model.lower())
        if row is None or row["score_level"] != "full" or result.model.lower() not in evident:
            continue
        found = result.result
        if (found.category or found.status) == row["category"]:
            continue
        levels = {name: f"{rated.level} (gold {row[name]})" for name, rated in result.dimensions.items()}
        licenses = ", ".join(license.id for license in result.licenses)
        print(f"{result.model}: {found.category}/{found.sub_label} by {found.decided_by}, gold {row['category']}")
        print(f"    licenses {licenses} (gold {row['license_id']}); {levels}")
        for finding in result.findings[:4]:
            print(f"    - {finding.id}: {finding.message}"[:200])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=["all", "tuning", "held-out"], default="all")
    parser.add_argument("--wrong", action="store_true", help="show the rows that differ")
    parser.add_argument("--save", type=Path, help="write the predictions here")
    options = parser.parse_args()
    gold = gold_rows()
    bundles = [json.loads(line) for line in BUNDLES.read_text("utf-8").splitlines()]
    with served_mirror() as (endpoint, ids):
        wanted = [id for id in ids if options.half in ("all", half_of(id))]
        timed = list(predictions(endpoint, wanted))
    results = [result for result, _ in timed]
    rows = [
        {
            "model": result.model,
            "category": result.result.category or "unverified",
            "dimensions": {name: {"level": rated.level} for name, rated in result.dimensions.items()},
        }
        for result in results
    ]
    if options.save:
        options.save.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    evident = {id.lower() for id, bundle in zip(ids, bundles, strict=True) if bundle["license_evidence"]}
    report(rows, gold, evident)
    seconds = sorted(spent for _, spent in timed)
    print(f"seconds a model: median {seconds[len(seconds) // 2]:.3f}, slowest {seconds[-1]:.3f} (with the loopback requests)")
    if options.wrong:
        shown_wrong(results, gold, evident)
    return 0


def report(rows: list[dict[str, Any]], gold: dict[str, dict[str, str]], evident: set[str]) -> None:
    """Our own count of the same figures, since the scorer takes a missing row for an error and a half has missing rows."""
    for name, chosen in (("with license evidence", evident), ("all bundles", None)):
        pairs, levels = [], dict.fromkeys(("weights", "code", "data", "recipe"), (0, 0))
        for row in rows:
            known = gold.get(row["model"].lower())
            if known is None or known["score_level"] != "full" or (chosen is not None and row["model"].lower() not in chosen):
                continue
            pairs.append((known["category"], row["category"]))
            for dimension, (right, of) in levels.items():
                if known[dimension] != "unknown":
                    same = known[dimension] == row["dimensions"][dimension]["level"]
                    levels[dimension] = (right + same, of + 1)
        labels = sorted({label for pair in pairs for label in pair})
        f1 = [_f1(pairs, label) for label in labels]
        right = sum(a == b for a, b in pairs)
        print(
            f"{name}: n {len(pairs)}, accuracy {right / len(pairs):.3f}, macro-F1 {sum(f1) / len(f1):.3f}, "
            f"false fully-open {sum(b == 'fully-open' != a for a, b in pairs)}"
        )
        print("    " + ", ".join(f"{label} F1 {value:.2f}" for label, value in zip(labels, f1, strict=True)))
        print("    " + ", ".join(f"{dimension} {right / of:.2f} (n {of})" for dimension, (right, of) in levels.items()))


def _f1(pairs: list[tuple[str, str]], label: str) -> float:
    both = sum(a == b == label for a, b in pairs)
    wrong = sum((a == label) != (b == label) for a, b in pairs)
    return 2 * both / (2 * both + wrong)


if __name__ == "__main__":
    raise SystemExit(main())
