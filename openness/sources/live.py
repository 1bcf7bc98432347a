"""All sources behind one ``fetch``: what is asked for decides which of them answers, and only that one is imported."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from openness.sources.documents import Wanted
from openness.sources.endpoints import Access
from openness.sources.snapshot import Fetched, Reference, RepositorySnapshot, RevalidatingSource, Source

if TYPE_CHECKING:
    from openness.sources.pacing import Quotas
    from openness.sources.transport import Connection, Limits


class LiveSources:
    """A :class:`openness.sources.snapshot.Source` for every kind of reference. Use it as a context manager: within its
    block huggingface_hub goes through our transport, which is set up when the network is first asked.

    A store stands in front of it: it answers what it has, and asks this for the rest. ``quotas`` gives what is known of the
    hosts' quotas, when the network is first asked (default: nothing yet).
    """

    def __init__(
        self,
        access: Access,
        *,
        wanted: Wanted | None = None,
        limits: Limits | None = None,
        quotas: Callable[[], Quotas] | None = None,
    ) -> None:
        self._access = access
        self._wanted = wanted
        self._limits = limits
        self._quotas = quotas
        self._stack = ExitStack()
        self._connection: Connection | None = None
        self._sources: dict[str, Source] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._sources.clear()
        self._connection = None
        self._stack.close()

    @property
    def access(self) -> Access:
        return self._access

    def fetch(self, reference: Reference) -> RepositorySnapshot:
        return self._source(reference.kind).fetch(reference)

    def refetch(self, reference: Reference, known: Fetched | None) -> Fetched:
        """The same, where an earlier answer is known: see :class:`openness.sources.snapshot.RevalidatingSource`."""
        source = self._source(reference.kind)
        return source.refetch(reference, known) if isinstance(source, RevalidatingSource) else Fetched(source.fetch(reference))

    def _source(self, kind: str) -> Source:
        if kind not in self._sources:
            self._sources[kind] = self._open(kind)
        return self._sources[kind]

    def _open(self, kind: str) -> Source:
        if kind == "folder":
            from openness.sources.model_folder import FolderSource

            return FolderSource(self._wanted)
        if kind == "evidence-file":
            from openness.sources.evidence_file import EvidenceFileSource

            return EvidenceFileSource()
        from openness.sources import transport
        from openness.sources.github import GitHubSource
        from openness.sources.hub import HubSource

        if self._connection is None:
            quotas = self._quotas() if self._quotas is not None else None
            connection = transport.connect(self._access, limits=self._limits, quotas=quotas)
            self._connection = self._stack.enter_context(connection)
        return GitHubSource(self._connection) if kind == "github" else HubSource(self._connection, self._wanted)
