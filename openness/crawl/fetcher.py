"""What a crawl asks the network for, one thing at a time. Safe to use from several threads; touches no store."""

from __future__ import annotations

import msgspec

from openness.records import Absent
from openness.sources.documents import Wanted, gather, selection, settled
from openness.sources.github import GitHubSource
from openness.sources.hub import NOT_YET, HubSource
from openness.sources.hub_listing import HubListing, Page
from openness.sources.snapshot import Fetched, Reference, RepositorySnapshot
from openness.sources.transport import Connection
from openness.store.license_state import TEXTS

WANTED = Wanted()


class Fetcher:
    """Repositories and listings over one connection."""

    def __init__(self, connection: Connection) -> None:
        self.access = connection.access
        self.transport = connection.transport
        self._hub = HubSource(connection, WANTED)
        self._github = GitHubSource(connection)
        self._listing = HubListing(connection)

    def first_page(self, *, author: str | None, filters: tuple[str, ...], sort: str, size: int) -> str:
        return self._listing.first(author=author, filters=filters, sort=sort, size=size)

    def page(self, url: str, etag: str | None) -> Page | Absent:
        return self._listing.page(url, etag)

    def describe(self, reference: Reference, known: Fetched | None) -> Fetched:
        """What its host says of a repository, with the texts of its license; of code, all that is read of it."""
        if reference.kind == "github":
            return self._github.refetch(reference, known)
        return self._hub.refetch(reference, known, TEXTS)

    def documents(self, reference: Reference, head: RepositorySnapshot, *, texts: bool) -> Fetched:
        """The documents of a repository of the Hub that was described: the texts of its license, or all that are lacking."""
        return Fetched(self._hub.fill(head, reference.revision, head, TEXTS if texts else None))


def described(head: RepositorySnapshot, known: RepositorySnapshot | None) -> RepositorySnapshot:
    """A row of a listing with what is known of the same commit; the other documents are still to be fetched."""
    chosen, left_out = selection(head.files, WANTED)
    have = settled(head, known)
    documents, absences = gather(chosen, lambda file, kind: Absent(file.path, "offline", NOT_YET), have)
    return msgspec.structs.replace(head, documents=tuple(documents), absences=(*head.absences, *absences, *left_out))
