"""What the Hub says of a repository, read from its answer: a description, or a row of a listing. What has an unexpected type
counts as not given: a card is written by a stranger.
"""

from __future__ import annotations

import re
from typing import Any

from openness.records import Absent
from openness.sources.documents import LISTING, plain_path
from openness.sources.hub_names import is_hub_id
from openness.sources.snapshot import FileEntry, HubFields, Kind, RepositorySnapshot

COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
DATE = re.compile(r"\d{4}-\d\d-\d\d([T ][\d:.]+(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
RELATIONS = ("adapter", "finetune", "merge", "quantized")
#: Tags and base models beyond any real repository (the most tags seen on the Hub are some thousand).
MOST_TAGS = 10_000
MOST_BASES = 500


def hub_fields(data: dict[str, Any]) -> HubFields:
    """The fields of a description or of a row of a listing; what has an unexpected type counts as not given."""
    card = data.get("cardData")
    card = card if isinstance(card, dict) else None
    tags = _strings(data.get("tags"))[:MOST_TAGS]
    bases, relation = _lineage(data.get("baseModels"), tags)
    gated = data.get("gated")
    return HubFields(
        author=text(data.get("author")),
        gated={False: "no", True: "auto", "auto": "auto", "manual": "manual"}.get(gated)
        if isinstance(gated, (bool, str))
        else None,
        disabled=data.get("disabled") is True,
        private=data.get("private") is True,
        tags=tags,
        library=text(data.get("library_name")),
        pipeline=text(data.get("pipeline_tag")),
        card_data=card,
        base_models=bases,
        relation=relation,
        eu_disallowed=card is not None and card.get("extra_gated_eu_disallowed") is True,
        created=text(data.get("createdAt"), DATE),
    )


def described(
    kind: Kind, requested: str, data: dict[str, Any], endpoint: str, files: tuple[FileEntry, ...], stopped: Absent | None
) -> RepositorySnapshot:
    """A snapshot without documents. ``data`` has a sound ``id``; ``stopped`` says why the file list is not whole."""
    name = str(data["id"])
    hub = hub_fields(data)
    return RepositorySnapshot(
        kind,
        name,
        requested,
        revision=text(data.get("sha"), COMMIT),
        url=page(endpoint, kind, name),
        date=text(data.get("lastModified"), DATE),
        files=files,
        files_complete=stopped is None,
        hub=hub,
        absent=Absent(name, "disabled", "its host has switched it off") if hub.disabled else None,
        absences=(stopped,) if stopped else (),
    )


def siblings(value: list[Any]) -> tuple[tuple[FileEntry, ...], Absent | None]:
    """The file list that comes with a description, and what is wrong with it."""
    found = [file for item in value if (file := _sibling(item)) is not None]
    odd = Absent(LISTING, "malformed", "names that cannot be asked for were left out") if len(found) < len(value) else None
    return in_order(found), odd


def page(endpoint: str, kind: Kind, name: str) -> str:
    """The address of a repository for people."""
    return f"{endpoint}/{'datasets/' if kind == 'hub-dataset' else ''}{name}"


def in_order(files: list[FileEntry]) -> tuple[FileEntry, ...]:
    return tuple(sorted(files, key=lambda file: file.path))


def is_name(value: object) -> bool:
    return isinstance(value, str) and is_hub_id(value)


def text(value: object, pattern: re.Pattern[str] | None = None) -> str | None:
    if not isinstance(value, str) or (pattern is not None and not pattern.fullmatch(value)):
        return None
    return value


def _strings(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _sibling(item: object) -> FileEntry | None:
    if not isinstance(item, dict) or not plain_path(item.get("rfilename")):
        return None
    lfs = item.get("lfs")
    return FileEntry(item["rfilename"], size(item.get("size")), text(lfs.get("sha256")) if isinstance(lfs, dict) else None)


def size(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _lineage(stated: object, tags: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
    """Base models as the Hub derives them: from ``baseModels``, which some answers lack, else from its tags."""
    if isinstance(stated, dict) and isinstance(stated.get("models"), list):
        bases = [item["id"] for item in stated["models"] if isinstance(item, dict) and is_name(item.get("id"))]
        if bases:
            return tuple(dict.fromkeys(bases))[:MOST_BASES], text(stated.get("relation"))
    found: dict[str, None] = {}
    relation: str | None = None
    for tag in tags:
        head, _, rest = tag.partition(":")
        if head != "base_model":
            continue
        word, colon, id = rest.partition(":")
        if colon and word in RELATIONS:
            relation = relation or word
            rest = id
        if is_name(rest):
            found[rest] = None
    return tuple(found)[:MOST_BASES], relation
