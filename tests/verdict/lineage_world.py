"""Small Hubs for the lineage cases: repositories from a few words, classified through the real client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from openness.classifying import classify
from openness.rules import loader
from openness.sources.live import LiveSources
from openness.sources.snapshot import Reference
from openness.verdict.classified import Classification
from tests.loopback import Loopback, World
from tests.shared import license_text
from tests.sources.network import access

RULES = loader.load()
OF_THE_CARD = (
    "license", "license_name", "license_link", "base_model", "base_model_relation", "new_version", "tags", "datasets",
)  # fmt: skip
#: A text in the manner of licenses that turn open after some years; ours, and of no known license.
BUSINESS_SOURCE = (
    "Timed Source License\n\nThe Licensor grants you the right to copy, modify and make non-production use of the Licensed Work. "
    "Effective on the Change Date the rights granted here end and the Change License applies. Production use requires a "
    "commercial license from the Licensor.\n"
)


def add(world: World, id: str, row: Mapping[str, Any]) -> None:
    """One model: a card from the words of the front matter, its prose, its files, and weights."""
    front = {key: row[key] for key in OF_THE_CARD if key in row}
    files: dict[str, str | bytes] = {}
    if "moved_to" not in row:
        head = f"---\n{yaml.safe_dump(front, sort_keys=False)}---\n" if front else ""
        files["README.md"] = f"{head}\n# A model\n\n{row.get('prose', '')}\n"
        files |= {name: _text(text) for name, text in row.get("files", {}).items()}
        files |= dict.fromkeys(row.get("weights", ["model.safetensors"]), id.encode())
    facts = {key: value for key, value in row.items() if key in ("gated", "moved_to", "disabled", "sha")}
    world.add("models", id, files, **facts)


def _text(text: str) -> str:
    if text == "<business-source>":
        return BUSINESS_SOURCE
    if text == "<mit-changed>":
        return license_text("mit").read_text("utf-8") + "\nThe Software shall not be used by companies.\n"
    return license_text(text[1:-1]).read_text("utf-8") if text.startswith("<") else text


def classified(hub: Mapping[str, Mapping[str, Any]], model: str) -> Classification:
    """The classification of ``model`` in a Hub that has these repositories and nothing else."""
    world = World()
    for id, row in hub.items():
        add(world, id, row)
    with Loopback(world) as server, LiveSources(access(server)) as source:
        return classify(Reference("hub-model", model, None, model), source, RULES, ["mof-1.0"]).result
