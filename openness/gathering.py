"""Fetch a model and what its evidence points to: bases up the lineage, datasets, code, linked license files. Nothing is judged.

The walk is bounded in depth and number; what it does not reach is said. Every repository is asked for once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

import msgspec

from openness.evidence import code_repository, dataset_repository, model_repository
from openness.evidence.model_repository import Reader
from openness.evidence.repository_evidence import Link, LinkKind, RepositoryEvidence
from openness.sources.snapshot import Reference, RepositorySnapshot, Source

#: The longest chains of fine-tunes seen on the Hub have some ten steps; merges fan out more widely than that.
MAX_DEPTH = 12
MAX_MODELS = 60
#: Of one model. Cards of merges of datasets list hundreds; the first ones show what can be had.
MAX_DATASETS = 12
MAX_CODE = 6
#: Models whose outputs taught this one; only their terms are looked at.
MAX_TEACHERS = 6
#: Code and data of bases are asked for as well, since a fine-tune inherits what they lack; not beyond this many models.
DOCUMENTED_MODELS = 4

Key = tuple[str, str]
READERS: Mapping[str, Callable[[RepositorySnapshot, Reader], RepositoryEvidence]] = {
    "hub-model": model_repository.read,
    "folder": model_repository.read,
    "hub-dataset": dataset_repository.read,
    "github": code_repository.read,
}


def read_model(snapshot: RepositorySnapshot, reader: Reader) -> RepositoryEvidence:
    """The evidence of the repository that is itself asked about; a code repository counts as release and as code."""
    if snapshot.kind != "github":
        return READERS[snapshot.kind](snapshot, reader)
    release, code = model_repository.read(snapshot, reader), code_repository.read(snapshot, reader)
    known = {fact.id for fact in release.facts}
    facts = (*release.facts, *(fact for fact in code.facts if fact.id not in known))
    return msgspec.structs.replace(release, facts=facts)


def key_of(reference: Reference) -> Key:
    """Under which a repository stands in a dossier: kind and name in lower case."""
    return reference.kind, reference.name.casefold() if reference.kind != "folder" else reference.name


class Dossier(msgspec.Struct, frozen=True):
    """A model with everything that was gathered about it. ``left_out`` are links that the bounds cut off."""

    model: RepositoryEvidence
    repositories: Mapping[Key, RepositoryEvidence] = msgspec.field(default_factory=dict)
    left_out: tuple[Link, ...] = ()

    def get(self, reference: Reference) -> RepositoryEvidence | None:
        return self.repositories.get(key_of(reference))


def gather(reference: Reference, source: Source, reader: Reader) -> Dossier:
    """The dossier of a model. Never raises for what a source answers: what could not be had is in its evidence."""
    walk = _Walk(source, reader)
    model = read_model(source.fetch(reference), reader)
    walk.found[key_of(reference)] = model
    walk.follow(model)
    return Dossier(model, walk.found, tuple(walk.left_out))


class _Walk:
    """The state of one walk: what was read, what waits, what was cut."""

    def __init__(self, source: Source, reader: Reader) -> None:
        self._source = source
        self._reader = reader
        self.found: dict[Key, RepositoryEvidence] = {}
        self.left_out: list[Link] = []

    def read(self, reference: Reference) -> RepositoryEvidence:
        key = key_of(reference)
        if key not in self.found:
            snapshot = self._source.fetch(reference)
            self.found[key] = READERS[reference.kind](snapshot, self._reader)
        return self.found[key]

    def follow(self, model: RepositoryEvidence) -> None:
        """Breadth first over the bases, so that near ones are read before a bound cuts."""
        waiting = deque([(model, 0)])
        models = 1
        while waiting:
            current, depth = waiting.popleft()
            if models <= DOCUMENTED_MODELS or depth == 0:
                self._documents(current)
            if depth == 0:
                self._some(current, "teacher", MAX_TEACHERS)
            for link in current.linked("license-file"):
                self.read(link.target)
            for link in current.linked("base"):
                if key_of(link.target) in self.found:
                    continue
                if depth >= MAX_DEPTH or models >= MAX_MODELS:
                    self.left_out.append(link)
                    continue
                models += 1
                waiting.append((self.read(link.target), depth + 1))

    def _documents(self, model: RepositoryEvidence) -> None:
        self._some(model, "dataset", MAX_DATASETS)
        self._some(model, "code", MAX_CODE)

    def _some(self, model: RepositoryEvidence, kind: LinkKind, most: int) -> None:
        links = list(model.linked(kind))
        for link in links[:most]:
            self.read(link.target)
        self.left_out += links[most:]
