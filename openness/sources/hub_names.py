"""What can be an id, a revision or an owner on the Hub: syntax alone, so that every reader of names can ask at no cost."""

from __future__ import annotations

import re

#: huggingface_hub's rule (utils/_validators.py): one owner at most, 96 characters a part, no ``--`` or ``..``, no ``.git``.
_HUB_PART = r"[A-Za-z0-9_](?:[\w.-]{0,94}[\w])?"
_HUB_ID = re.compile(rf"(?:{_HUB_PART}/)?{_HUB_PART}", re.ASCII)
#: What git allows in a branch, tag or commit and no address can misunderstand.
_REVISION = re.compile(r"[A-Za-z0-9_][\w./+-]{0,199}", re.ASCII)
#: First parts of addresses on the Hub that are no owners.
RESERVED = frozenset({
    "api", "blog", "chat", "collections", "datasets", "docs", "enterprise", "join", "learn", "login", "models", "new", "papers",
    "notifications", "organizations", "posts", "pricing", "privacy", "search", "settings", "spaces", "tasks", "terms-of-service",
})  # fmt: skip


def is_hub_id(text: str) -> bool:
    """Whether ``text`` can be the id of a repository on the Hub."""
    return bool(_HUB_ID.fullmatch(text)) and "--" not in text and ".." not in text and not text.endswith(".git")


def is_revision(text: str) -> bool:
    return bool(_REVISION.fullmatch(text)) and ".." not in text and "//" not in text and not text.endswith(("/", ".", ".lock"))
