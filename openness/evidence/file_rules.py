"""What the paths in a repository show: components of a release, and what a license file covers.

The patterns are data (``rules/evidence/files.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from openness.sources.snapshot import FileEntry

#: Paths looked at in one listing; no rule needs more to see what a repository is.
MAX_LOOKED_AT = 20_000
#: Paths kept as examples of what was found.
EXAMPLES = 3


class FileRow(msgspec.Struct, frozen=True):
    """A pattern of paths, the component it shows in a kind of repository, and how far."""

    where: str
    component: str
    shows: str
    path: str
    unless: str = msgspec.field(name="not", default="")
    least: int = 1


class Scope(msgspec.Struct, frozen=True):
    """What a license file covers when its name matches."""

    component: str
    name: str


class Shown(msgspec.Struct, frozen=True):
    """A component that files show: how far, how many files, and some of their paths."""

    component: str
    availability: str
    count: int
    examples: tuple[str, ...]


class FileRules:
    """``rules/evidence/files.yaml``, compiled once."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._rows = [
            (row, re.compile(row.path, re.IGNORECASE), re.compile(row.unless, re.IGNORECASE) if row.unless else None)
            for row in msgspec.convert(data["files"], list[FileRow])
        ]
        self._aside = re.compile(data["aside"], re.IGNORECASE)
        scopes = msgspec.convert(data["scopes"], list[Scope])
        self._scopes = [(scope.component, re.compile(scope.name, re.IGNORECASE)) for scope in scopes]

    def shown(self, files: Iterable[FileEntry], where: str) -> Iterator[Shown]:
        """What the files of a repository of one kind (model, code, dataset) show, the most open reading of each component."""
        paths = [file.path for _, file in zip(range(MAX_LOOKED_AT), files, strict=False)]
        if where == "code":
            paths = [path for path in paths if not self._aside.search(path)]
        best: dict[str, Shown] = {}
        for row, pattern, unless in self._rows:
            if row.where != where or (best.get(row.component) and best[row.component].availability == "published"):
                continue
            found = [path for path in paths if pattern.search(path) and not (unless and unless.search(path))]
            if len(found) >= row.least:
                best[row.component] = Shown(row.component, row.shows, len(found), tuple(found[:EXAMPLES]))
        yield from best.values()

    def scope(self, path: str) -> str:
        """What a license file covers by its name: code, data, weights, or nothing in particular (an empty word)."""
        name = path.rsplit("/", 1)[-1]
        return next((component for component, pattern in self._scopes if pattern.search(name)), "")
