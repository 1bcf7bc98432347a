"""Classify every real card of ``../shared/gold/cards`` and every row of ``hub_license_gaps.csv``, and print the outcomes.

    python -m benchmarks.cards                 cards as folders, cards as Hub repositories, rows of the gaps table
    python -m benchmarks.cards --only cards    one of: cards, hub, gaps
    python -m benchmarks.cards --facts NAME    the facts read of one card

A card becomes the README.md of a folder with empty weights, and of a repository on a loopback Hub (server of ../shared/tools).
A row of the table becomes a repository with the tag as recorded and, where a text of the license that a volunteer found is at
hand, a file with it under the recorded name. Nothing outside this machine is contacted.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[2] / "shared"
CARDS = SHARED / "gold" / "cards"
GAPS = SHARED / "gold" / "hub_license_gaps.csv"
TEXTS = SHARED / "license-texts"
NOT_RECORDED = "What this file holds was not recorded.\n"


def cards() -> list[Path]:
    """Every card, those of the Hub first."""
    return [*sorted(CARDS.glob("*.md")), *sorted((CARDS / "github").glob("*.md"))]


def folder_of(card: Path, root: Path) -> Path:
    """A folder laid out like a repository with this card."""
    folder = root / card.stem
    folder.mkdir(parents=True)
    (folder / "README.md").write_bytes(card.read_bytes())
    (folder / "model.safetensors").write_bytes(b"")
    return folder


def gap_rows() -> list[dict[str, str]]:
    with GAPS.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def text_of(row: dict[str, str], ruleset: Any) -> str:
    """The license text that a volunteer found in a repository, or a line that says that it is not at hand."""
    from openness.rules.names import resolve

    for said in (row["volunteer_license_url"], row["volunteer_license_name"]):
        for id in resolve(said, ruleset).ids if said else ():
            if (TEXTS / f"{id}.txt").is_file():
                return (TEXTS / f"{id}.txt").read_text("utf-8", errors="replace")
    if row["volunteer_license_name"] == "llama-license":
        return (TEXTS / "llama-1.txt").read_text("utf-8", errors="replace")
    return NOT_RECORDED


def gap_repository(row: dict[str, str], root: Path, ruleset: Any) -> str:
    """The repository of one row, below ``root``; its id."""
    folder = root / "models" / row["hf_id"]
    folder.mkdir(parents=True, exist_ok=True)
    head = "---\nlicense: other\n---\n" if row["hub_state"].startswith("tag license: other") else "---\ntags:\n- model\n---\n"
    (folder / "README.md").write_text(f"{head}# {folder.name}\n", encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"")
    (folder / Path(row["license_file_url"]).name).write_text(text_of(row, ruleset), encoding="utf-8")
    return row["hf_id"]


@contextmanager
def served(root: Path) -> Iterator[str]:
    """The endpoint of a loopback Hub over a folder."""
    command = [sys.executable, "-u", str(SHARED / "tools" / "hub_server.py"), str(root), "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        yield next(word for word in server.stdout.readline().split() if word.startswith("http")).rstrip("/")
    finally:
        server.kill()
        server.wait()


def from_folders(ruleset: Any) -> Iterator[tuple[str, Any, float]]:
    """Each card as a folder: its name, the classification, seconds."""
    from openness.classifying import classify
    from openness.sources.model_folder import FolderSource
    from openness.sources.snapshot import Reference

    with tempfile.TemporaryDirectory() as name:
        for card in cards():
            folder = folder_of(card, Path(name) / card.parent.name)
            yield card.name, *_timed(lambda f=folder: classify(Reference("folder", str(f)), FolderSource(), ruleset))


def from_hub(ids: list[str], root: Path, ruleset: Any) -> Iterator[tuple[str, Any, float]]:
    """Each repository below ``root`` through the real client."""
    with served(root) as endpoint:
        os.environ |= {"HF_ENDPOINT": endpoint, "GITHUB_API_URL": f"{endpoint}/github"}
        from openness.classifying import classify
        from openness.sources.endpoints import Access
        from openness.sources.live import LiveSources
        from openness.sources.model_reference import parse

        with LiveSources(Access.from_environment()) as source:
            for id in ids:
                yield id, *_timed(lambda i=id: classify(parse(i), source, ruleset))


def cards_on_hub(root: Path) -> list[str]:
    """The cards as repositories of an owner of their own; their ids."""
    for card in cards():
        folder_of(card, root / "models" / "cards")
    return [f"cards/{card.stem}" for card in cards()]


def _timed(run: Any) -> tuple[Any, float]:
    started = time.perf_counter()
    return run(), time.perf_counter() - started


def shown(name: str, classified: Any, seconds: float) -> str:
    result = classified.result
    found = result.result
    licenses = ", ".join(dict.fromkeys(license.id for license in result.licenses)) or "-"
    levels = " ".join(f"{key[0]}:{rated.level}" for key, rated in result.dimensions.items())
    category = f"{found.category or found.status}/{found.sub_label or '-'} by {found.decided_by}"
    lines = [f"{name}: {category}  [{licenses}]  {levels}  {seconds:.2f} s"]
    lines += [f"    {finding.message}"[:220] for finding in result.findings[:5]]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["cards", "hub", "gaps"])
    parser.add_argument("--facts", help="the name of one card: print its facts")
    options = parser.parse_args()
    from openness.rules import loader

    ruleset = loader.load()
    if options.facts:
        for name, classified, _ in from_folders(ruleset):
            if options.facts in name:
                for fact in classified.dossier.model.facts:
                    print(f"{fact.place.line or '-':>5} {fact.claim}: {json.dumps(fact.value, ensure_ascii=False)[:160]}")
                    print(f"      | {fact.quote[:140]}")
        return 0
    outcomes: Counter[str] = Counter()
    for part in [options.only] if options.only else ["cards", "hub", "gaps"]:
        print(f"== {part}")
        for row in _run(part, ruleset):
            print(shown(*row))
            outcomes[f"{part}: {row[1].result.result.category or row[1].result.result.status}"] += 1
    for name, count in sorted(outcomes.items()):
        print(f"{count:4} {name}")
    return 0


def _run(part: str, ruleset: Any) -> Iterator[tuple[str, Any, float]]:
    if part == "cards":
        yield from from_folders(ruleset)
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        ids = cards_on_hub(root) if part == "hub" else [gap_repository(row, root, ruleset) for row in gap_rows()]
        yield from from_hub(list(dict.fromkeys(ids)), root, ruleset)


if __name__ == "__main__":
    raise SystemExit(main())
