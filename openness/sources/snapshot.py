"""What a source found of one repository at one commit: the record that all sources give, that evidence is read from, and
that a store can keep and give back. It is a function of what was fetched: no time of fetching, no order of arrival.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal, Protocol, runtime_checkable

import msgspec

from openness.records import Absent

#: Why something could not be had. ``gated`` needs an agreement or a token; ``disabled`` was taken down by the host;
#: ``moved`` leads to something that is not a repository of the same kind; ``refused-host`` leads off the allowed hosts.
AbsenceReason = Literal[
    "gated", "disabled", "moved", "missing", "rate-limited", "offline", "too-large", "unreachable", "malformed", "refused-host"
]
#: Reasons that say nothing about the thing itself: asking again later can give another answer.
PASSING: frozenset[str] = frozenset({"rate-limited", "offline", "unreachable", "refused-host", "malformed"})

Kind = Literal["hub-model", "hub-dataset", "github", "folder", "evidence-file"]


class Reference(msgspec.Struct, frozen=True):
    """What is asked for: ``name`` is ``owner/name`` (Hub, GitHub) or a path; ``given`` is what the user wrote."""

    kind: Kind
    name: str
    revision: str | None = None
    given: str = ""


class Document(msgspec.Struct, frozen=True):
    """Bytes as found, with what pins them.

    ``kind``: card, license, notice, adapter; from repositories also readme (of code), policy (of use), config, generation,
    pipeline, tokenizer, merge, prose, evidence. ``name`` is unique within its place, ``path`` is shown to the user.
    ``date`` is that of the revision, as its host states it.
    """

    name: str
    kind: str
    data: bytes
    sha256: str
    path: str
    revision: str | None = None
    url: str | None = None
    date: str | None = None

    @property
    def size(self) -> int:
        return len(self.data)


def document(
    path: str, kind: str, data: bytes, *, revision: str | None = None, url: str | None = None, date: str | None = None
) -> Document:
    """A document of a repository, with its hash taken."""
    return Document(path, kind, data, hashlib.sha256(data).hexdigest(), path, revision, url, date)


class FileEntry(msgspec.Struct, frozen=True):
    """A file of the listing. ``sha256`` is known for large files only: it is the id under which the Hub stores them."""

    path: str
    size: int | None = None
    sha256: str | None = None


class HubFields(msgspec.Struct, frozen=True):
    """What only the Hub knows. ``gated``: no, auto, manual, or None where it does not say. ``card_data`` is the front
    matter as the Hub parsed it, untouched; ``base_models`` and ``relation`` are the Hub's own reading of the lineage."""

    author: str | None = None
    gated: str | None = None
    disabled: bool = False
    private: bool = False
    tags: tuple[str, ...] = ()
    library: str | None = None
    pipeline: str | None = None
    card_data: dict[str, Any] | None = None
    base_models: tuple[str, ...] = ()
    relation: str | None = None
    eu_disallowed: bool = False
    created: str | None = None


class GitHubFields(msgspec.Struct, frozen=True):
    """What only GitHub knows. ``license`` is the SPDX id that its licensee tool found, NOASSERTION for a text that it
    does not know, None for no license file; ``release`` is the tag of the newest release, where it was asked for."""

    license: str | None = None
    default_branch: str | None = None
    archived: bool = False
    disabled: bool = False
    private: bool = False
    fork: bool = False
    parent: str | None = None
    description: str | None = None
    pushed: str | None = None
    release: str | None = None


class EvidenceContent(msgspec.Struct, frozen=True):
    """An evidence file, parsed: ``form`` is ``openness`` (our own export) or ``mot`` (Model Openness Tool). ``lines`` says
    where YAML has each entry (``release/components/3`` → line); JSON says nothing."""

    form: str
    content: dict[str, Any]
    lines: dict[str, int] = msgspec.field(default_factory=dict)


class RepositorySnapshot(msgspec.Struct, frozen=True):
    """One repository at one commit. ``name`` is canonical: the new one of a repository that moved; ``requested`` is the
    name that was asked for. ``absent`` says why the repository as a whole could not be had, or that it may not be used
    (disabled); ``absences`` what is lacking of it. ``files_complete`` is False where the listing stopped short: then the
    absence of a file means nothing."""

    kind: Kind
    name: str
    requested: str
    revision: str | None = None
    url: str | None = None
    date: str | None = None
    documents: tuple[Document, ...] = ()
    files: tuple[FileEntry, ...] = ()
    files_complete: bool = True
    hub: HubFields | None = None
    github: GitHubFields | None = None
    evidence: EvidenceContent | None = None
    absent: Absent | None = None
    absences: tuple[Absent, ...] = ()

    @property
    def moved(self) -> bool:
        """Whether the repository now has another name (not merely other letter case)."""
        return self.requested.casefold() != self.name.casefold()

    def document(self, path: str) -> Document | None:
        return next((found for found in self.documents if found.path == path), None)


class Source(Protocol):
    """Anything that can answer for a reference: the network, a folder, a store that remembers, a recording in a test.

    ``fetch`` never raises for what it meets on the way; what cannot be had is in the snapshot.
    """

    def fetch(self, reference: Reference) -> RepositorySnapshot: ...


class Fetched(msgspec.Struct, frozen=True):
    """A snapshot and how its host can confirm it: ``etag`` is the validator that came with the answer from ``url``."""

    snapshot: RepositorySnapshot
    etag: str | None = None
    url: str | None = None


@runtime_checkable
class RevalidatingSource(Source, Protocol):
    """A source that can be told what is known already, so that it asks only for what may have changed."""

    def refetch(self, reference: Reference, known: Fetched | None) -> Fetched: ...


def nothing(reference: Reference, absent: Absent, url: str | None = None) -> RepositorySnapshot:
    """The snapshot of a repository that could not be had at all."""
    return RepositorySnapshot(reference.kind, reference.name, reference.name, url=url, files_complete=False, absent=absent)
