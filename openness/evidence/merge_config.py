"""A mergekit configuration: the models that went into a merge. Parsed as plain YAML within bounds, by the walk alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openness.evidence.card import load_mapping
from openness.evidence.license_text import decode
from openness.evidence.lineage import hub_id
from openness.printable import printable
from openness.records import Fact, Finding, Place, Standing
from openness.sources.snapshot import Document

#: Keys of mergekit whose value is a model (docs of mergekit: models, slices, base_model, source_model, experts).
KEYS = frozenset({"model", "base_model", "source_model", "tokenizer_source"})
#: The rule that a configuration which cannot be read breaks.
UNREAD = "merge-configuration"
MAX_DEPTH = 12
MAX_MODELS = 100


def facts_of(document: Document) -> list[Fact]:
    """One ``base-model`` fact with all models of the merge that are repositories, or nothing."""
    data = load_mapping(decode(document.data))
    models = list(dict.fromkeys(name for name in _models(data, 0) if hub_id(name)))[:MAX_MODELS] if data else []
    if not models:
        return []
    place = Place(document.path, document.url, document.revision, document.sha256)
    quote = printable(f"models: {', '.join(models)}", 160)
    return [Fact(f"merge:{document.name}", "base-model", [printable(name) for name in models], quote, Standing.CARD, place)]


def unread(document: Document) -> Finding:
    """What is to be said where no model can be read from a configuration: then nothing says what went into the merge."""
    message = f"{printable(document.path)} names no model that can be read, so what went into the merge is not known from it."
    return Finding(f"merge-configuration:{document.name}", UNREAD, "asks", message)


def _models(value: Any, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if key in KEYS and isinstance(item, str):
                # mergekit writes a LoRA behind a plus sign, and a revision behind an at sign
                yield from (part.partition("@")[0] for part in item.split("+", MAX_MODELS))
            elif key in KEYS and isinstance(item, dict):
                yield from (str(part["path"]) for part in (item.get("model"),) if isinstance(part, dict) and "path" in part)
            yield from _models(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _models(item, depth + 1)
