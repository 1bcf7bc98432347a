"""Every real card of ``../shared/gold/cards`` and every row of ``hub_license_gaps.csv`` gets an answer: no crash, in bounded time."""

from __future__ import annotations

import csv
import time
from collections import Counter
from pathlib import Path

import pytest

from openness.classifying import Classified, classify
from openness.printable import printable
from openness.rules import loader
from openness.rules.names import resolve
from openness.sources.endpoints import Access
from openness.sources.live import LiveSources
from openness.sources.model_folder import FolderSource
from openness.sources.model_reference import parse
from openness.sources.snapshot import Reference
from tests.loopback import Loopback, World
from tests.shared import SHARED

CARDS = SHARED / "gold" / "cards"
GAPS = SHARED / "gold" / "hub_license_gaps.csv"
CATEGORIES = {"fully-open", "source-available", "research-only", "unverified"}
WEIGHTS = {"model.safetensors": b""}
#: A text that a volunteer could not name, or that is not at hand.
UNKNOWN = "What this file holds was not recorded.\n"

pytestmark = pytest.mark.skipif(not GAPS.is_file(), reason="the data folder ../shared is not here")


def real_cards() -> list[Path]:
    return sorted([*CARDS.glob("*.md"), *CARDS.glob("github/*.md")])


def answered(found: Classified, seconds: float) -> str:
    """The category, after what every answer must have."""
    result = found.result
    assert result.result.category in CATEGORIES
    assert seconds < 10
    ids = {fact.id for fact in result.evidence}
    assert {id for row in result.licenses if row.source == result.model for id in row.evidence} <= ids
    assert all(printable(fact.quote, None) == fact.quote for fact in result.evidence)
    return result.result.category


def test_every_real_card_is_answered_as_a_folder(tmp_path: Path) -> None:
    ruleset = loader.load()
    outcomes: Counter[str] = Counter()
    for card in real_cards():
        folder = tmp_path / card.parent.name / card.stem
        folder.mkdir(parents=True)
        (folder / "README.md").write_bytes(card.read_bytes())
        (folder / "model.safetensors").write_bytes(b"")
        began = time.process_time()
        found = classify(Reference("folder", str(folder)), FolderSource(), ruleset)
        outcomes[answered(found, time.process_time() - began)] += 1
    assert outcomes["fully-open"] == 0  # none of these documents shows training code


def ask(world: World, ids: list[str], monkeypatch: pytest.MonkeyPatch) -> dict[str, Classified]:
    ruleset = loader.load()
    found = {}
    with Loopback(world) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        monkeypatch.setenv("GITHUB_API_URL", server.github)
        with LiveSources(Access.from_environment()) as source:
            for id in ids:
                began = time.process_time()
                found[id] = classify(parse(id), source, ruleset)
                answered(found[id], time.process_time() - began)
    return found


def test_every_real_card_is_answered_as_a_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    for card in real_cards():
        world.add("models", f"cards/{card.stem}", {"README.md": card.read_bytes(), **WEIGHTS})
    found = ask(world, [f"cards/{card.stem}" for card in real_cards()], monkeypatch)
    assert found["cards/Falcon3-10B-Instruct"].result.licenses[0].id == "falcon-3"  # "metadata" in place of three hyphens
    assert found["cards/Mistral-Large-Instruct-2407"].result.result.category == "research-only"


def test_every_row_of_the_license_gaps_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    ruleset = loader.load()
    world = World()
    ids: dict[str, tuple[str, ...]] = {}
    with GAPS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            named = row["volunteer_license_name"]
            known = ("llama-1",) if named == "llama-license" else resolve(named, ruleset).ids if named else ()
            text = next((p for id in known if (p := SHARED / "license-texts" / f"{id}.txt").is_file()), None)
            tagged = row["hub_state"].startswith("tag license: other")
            files = {
                "README.md": f"---\n{'license: other' if tagged else 'tags: [x]'}\n---\n# A model\n",
                Path(row["license_file_url"]).name: text.read_bytes() if text else UNKNOWN,
            }
            world.add("models", row["hf_id"], {**files, **WEIGHTS})
            ids[row["hf_id"]] = (text.stem,) if text else ()
    for id, found in ask(world, list(ids), monkeypatch).items():
        if ids[id]:
            assert {license.id for license in found.result.licenses} >= set(ids[id]), id
        else:
            assert found.result.result.category == "unverified", id
