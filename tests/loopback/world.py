"""The repositories that the loopback server has: from test code, from ``corpus/cases``, or from a mirror folder."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LARGE = (".gguf", ".safetensors", ".bin", ".pt", ".onnx")
CASES = Path(__file__).parent.parent.parent / "corpus" / "cases"
#: Folder and description of each kind of repository within a case.
PARTS = (("models", "hub.json", "model"), ("datasets", "dataset.json", "dataset"), ("github", "github.json", "code"))


@dataclass
class Repository:
    """``files`` as stored; ``facts`` are what only the host knows (gated, disabled, moved_to, license_spdx, …)."""

    kind: str
    id: str
    files: dict[str, bytes] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    @functools.cached_property
    def blobs(self) -> dict[str, str]:
        """git's id of each file."""
        return {name: hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest() for name, data in sorted(self.files.items())}

    @property
    def sha(self) -> str:
        """The one commit that a repository here has."""
        stated = self.facts.get("sha")
        return str(stated) if stated else hashlib.sha1(json.dumps(sorted(self.blobs.items())).encode()).hexdigest()

    def large(self, name: str) -> str | None:
        """The id under which a large file is stored apart from git, as the Hub does."""
        return hashlib.sha256(self.files[name]).hexdigest() if name.endswith(LARGE) else None


@dataclass
class PullRequest:
    """What a client asked to commit: on a pull request or (``offered`` False) on main; ``head`` has summary and parent."""

    model: str
    offered: bool
    head: dict[str, Any]
    files: dict[str, bytes]


class World:
    """All repositories by kind (models, datasets, github) and id."""

    def __init__(self) -> None:
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.pull_requests: list[PullRequest] = []

    def add(self, kind: str, id: str, files: dict[str, str | bytes] | None = None, **facts: Any) -> Repository:
        found = Repository(kind, id, {n: d.encode() if isinstance(d, str) else d for n, d in (files or {}).items()}, facts)
        self.repositories[kind, id] = found
        return found

    def get(self, kind: str, id: str) -> Repository | None:
        return self.repositories.get((kind, id))

    @classmethod
    def of_cases(cls, root: Path = CASES) -> World:
        """The models of our own making, each folder with its descriptions beside it."""
        world = cls()
        for case in sorted(path for path in root.iterdir() if path.is_dir()):
            for kind, description, folder in PARTS:
                if (case / description).is_file():
                    facts = json.loads((case / description).read_text("utf-8"))
                    world.add(kind, facts.pop("id"), _files(case / folder), **facts)
        return world

    @classmethod
    def of_mirror(cls, root: Path) -> World:
        """``ROOT/{models,datasets,github}/<owner>/<name>/`` with ``<name>.json`` beside it, as build_mirror.py lays it out."""
        world = cls()
        for kind in ("models", "datasets", "github"):
            for folder in sorted((root / kind).glob("*/*")):
                side = folder.parent / f"{folder.name}.json"
                if folder.is_dir():
                    facts = json.loads(side.read_text("utf-8")) if side.is_file() else {}
                    world.add(kind, f"{folder.parent.name}/{folder.name}", _files(folder), **facts)
        return world


def _files(folder: Path) -> dict[str, str | bytes]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file()) if folder.is_dir() else ()
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
