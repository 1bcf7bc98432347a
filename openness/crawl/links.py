"""Which other repositories belong to one: the base models and datasets that its card names, the code that its texts link to.

Nothing is judged here; what is not to be had is the store's to say. Another function of the same shape can take its place.
"""

from __future__ import annotations

import re
from typing import Any

from openness.sources.model_reference import linked
from openness.sources.snapshot import Kind, Reference, RepositorySnapshot

#: Documents in which people link to the code of a model.
PROSE = frozenset({"card", "readme", "prose"})
#: No card names more with a meaning; a merge of 500 models is the longest list known here.
MOST = 500
#: Links to repositories on GitHub: of one text, the first so many. A card that lists every project it admires is none of ours.
MOST_CODE = 12
#: Only the beginning of a text is searched: cards of 5 MB are tables.
LONGEST = 400_000
_GITHUB = re.compile(rb"github\.com/([A-Za-z0-9][A-Za-z0-9-]{0,38})/([\w.-]{1,100})", re.ASCII)
#: First parts of addresses on GitHub that are no owners.
_NO_OWNERS = frozenset({"about", "apps", "blog", "collections", "features", "login", "marketplace", "orgs", "search", "settings",
                        "site", "sponsors", "topics", "trending"})  # fmt: skip


def links_of(snapshot: RepositorySnapshot) -> list[Reference]:
    """The repositories that a model's card and texts lead to, each once: base models, datasets, code."""
    if snapshot.kind != "hub-model" or snapshot.hub is None:
        return []
    card = snapshot.hub.card_data or {}
    found: dict[tuple[str, str], Reference] = {}
    bases = [*snapshot.hub.base_models, *_names(card.get("base_model"))]
    for kind, names in (("hub-model", bases), ("hub-dataset", _names(card.get("datasets"))), ("github", _code(snapshot))):
        for name in names[:MOST]:
            _add(found, kind, name)
    found.pop(("hub-model", snapshot.name.casefold()), None)
    return list(found.values())


def _add(found: dict[tuple[str, str], Reference], kind: Kind | str, name: str) -> None:
    reference = linked(kind, name)  # type: ignore[arg-type]
    if reference is not None and ("/" in name or kind == "hub-dataset"):
        found.setdefault((kind, name.casefold()), reference)


def _names(value: Any) -> list[str]:
    """One name or a list of them, as front matter has either."""
    values = value if isinstance(value, list) else [value]
    return [text.strip() for text in values if isinstance(text, str)]


def _code(snapshot: RepositorySnapshot) -> list[str]:
    found: list[str] = []
    for document in snapshot.documents:
        if document.kind in PROSE:
            names = (match.groups() for match in _GITHUB.finditer(document.data[:LONGEST]))
            found += [f"{owner.decode()}/{name.decode().rstrip('.').removesuffix('.git')}" for owner, name in names]
    proper = [name for name in dict.fromkeys(found) if name.partition("/")[0].lower() not in _NO_OWNERS]
    return proper[:MOST_CODE]
