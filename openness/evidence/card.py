"""A model card's front matter: what the publisher says of license and lineage.

The front matter is hostile input: size and nesting are bounded, anchors and aliases are refused, only plain values are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from openness.evidence.license_text import decode
from openness.printable import printable
from openness.records import Fact, Finding, Place, Standing
from openness.sources.folder import Document

FRONT_MATTER = re.compile(r"\A\ufeff?\s*---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
MAX_FRONT_MATTER = 128 * 1024
CLAIMS = {
    "license": "license",
    "license_name": "license-name",
    "license_link": "license-link",
    "base_model": "base-model",
    "base_model_relation": "relation",
}
#: What a classification also looks at; a local build has no use for them.
FURTHER_CLAIMS = {"datasets": "dataset", "extra_gated_eu_disallowed": "eu-disallowed", "new_version": "new-version"}


def facts_of(document: Document, *, further: bool = False) -> tuple[list[Fact], list[Finding]]:
    """Facts of the card's front matter, and a finding where it cannot be read. ``further`` adds those of FURTHER_CLAIMS."""
    text = decode(document.data)
    match = FRONT_MATTER.match(text)
    if not match:
        return [], []
    head = match[1]
    data = load_mapping(head)
    if data is None:
        finding = Finding(
            f"card-unreadable:{document.name}",
            "card-front-matter",
            "info",
            f"The front matter of {printable(document.path)} is not readable YAML, so the card says nothing here.",
        )
        return [], [finding]
    claims = CLAIMS | FURTHER_CLAIMS if further else CLAIMS
    return list(_facts(document, head, text[: match.start(1)].count("\n"), data, claims)), []


def load_mapping(head: str) -> dict[str, Any] | None:
    """A YAML mapping of plain values, or None for anything else: too large, anchors or aliases, not YAML, no mapping."""
    import yaml

    if len(head) > MAX_FRONT_MATTER:
        return None
    try:
        if any(isinstance(token, (yaml.AliasToken, yaml.AnchorToken)) for token in yaml.scan(head)):
            return None
        data = yaml.safe_load(head)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _facts(document: Document, head: str, offset: int, data: dict[str, Any], claims: Mapping[str, str]) -> Iterator[Fact]:
    lines = head.splitlines()
    for key, claim in claims.items():
        value = _plain(data.get(key))
        if value is None:
            continue
        number = next((n for n, line in enumerate(lines) if line.startswith(f"{key}:")), 0)
        place = Place(document.path, document.url, document.revision, document.sha256, offset + number + 1)
        quote = printable(lines[number] if number < len(lines) else "", 160)
        yield Fact(f"card:{document.name}:{key}", claim, value, quote, Standing.CARD, place)


def _plain(value: Any) -> str | list[str] | None:
    if isinstance(value, list):
        items = [str(item) for item in value if isinstance(item, (str, int, float))]
        return items or None
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None


def adapter_base(document: Document) -> Fact | None:
    """The base model that an ``adapter_config.json`` names."""
    try:
        data = json.loads(decode(document.data))
    except (ValueError, RecursionError):
        return None
    base = data.get("base_model_name_or_path") if isinstance(data, dict) else None
    if not isinstance(base, str) or not base:
        return None
    place = Place(document.path, revision=document.revision, sha256=document.sha256)
    quote = printable(f"base_model_name_or_path: {base}", 160)
    return Fact(f"adapter:{document.name}", "base-model", base, quote, Standing.CARD, place)
