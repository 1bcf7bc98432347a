"""Names of base models as builds, cards and adapters write them, brought to ``owner/name`` of the Hub."""

from __future__ import annotations

import json
import re
from typing import Any

from openness.evidence.license_text import decode
from openness.printable import printable
from openness.records import Fact, Place, Standing
from openness.sources.folder import Document

HUB = re.compile(
    r"(?:https?://(?:www\.)?(?:huggingface\.co|hf\.co)/)?([\w.-]{1,96}/[\w.-]{1,96}?)(?:/(?:tree|blob|resolve)/.*)?/?",
    re.IGNORECASE,
)


def names(value: Any) -> list[str]:
    """One name or a list of names; a merge has several bases."""
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else [str(value)]


def hub_name(name: str) -> str | None:
    """``owner/name`` as written, or None for a name that is no Hub repository (a title, a local path)."""
    match = HUB.fullmatch(name.strip())
    return match[1] if match and not match[1].startswith(".") else None


def hub_id(name: str) -> str | None:
    """``owner/name`` in lower case, for comparing."""
    found = hub_name(name)
    return found.casefold() if found else None


def adapter_revision(document: Document) -> Fact | None:
    """The revision of its base that an ``adapter_config.json`` pins: its terms are those of that revision."""
    try:
        data = json.loads(decode(document.data))
    except (ValueError, RecursionError):
        return None
    revision = data.get("revision") if isinstance(data, dict) else None
    if not isinstance(revision, str) or revision in ("", "main"):
        return None
    place = Place(document.path, revision=document.revision, sha256=document.sha256)
    quote = printable(f"revision: {revision}", 120)
    return Fact(f"adapter:{document.name}:revision", "base-revision", revision, quote, Standing.CARD, place)
