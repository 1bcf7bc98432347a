"""Names of base models as builds, cards and adapters write them, brought to ``owner/name`` of the Hub."""

from __future__ import annotations

import re
from typing import Any

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
