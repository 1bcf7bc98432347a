"""A model or dataset repository of the Hugging Face Hub, through huggingface_hub's own session, hooks, errors and paging.

One request brings what the Hub knows, the file list and the commit; each document is one more, at that commit. The answer
of the first is read as JSON and not through ``HfApi.model_info``: huggingface_hub 2.4 gives up the whole repository for one
odd field of its card (``tags: 3``, a key named ``self``), and a card is written by a stranger.
"""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import quote

import httpx2
import msgspec
from huggingface_hub import HfApi, hf_hub_url, hf_raise_for_status
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from openness.records import Absent
from openness.sources.documents import LISTING, MAX_FILES, Wanted, gather, plain_path, selection, settled
from openness.sources.hub_fields import COMMIT, described, in_order, is_name, page, siblings, size, text
from openness.sources.hub_names import is_hub_id
from openness.sources.snapshot import (
    AbsenceReason,
    Document,
    Fetched,
    FileEntry,
    Reference,
    RepositorySnapshot,
    document,
    nothing,
)
from openness.sources.transport import LIMIT, Connection, Refusal
from openness.sources.whole import EXPECTED, OBJECT, Expected

#: From here on the list that comes with a repository's description may not be whole, and the paged listing is asked
#: instead. The Hub documents no figure; this is where earlier releases of huggingface_hub changed over.
WHOLE_LISTING = 50_000

#: Detail of a document that was left for later.
NOT_YET = "not fetched yet"

ERRORS = (httpx2.HTTPError, httpx2.InvalidURL, OfflineModeIsEnabled, HfHubHTTPError)
#: What huggingface_hub's records raise for an answer of the wrong shape.
SHAPE_ERRORS = (KeyError, TypeError, ValueError, AttributeError, RecursionError)


class HubSource:
    """Repositories of the Hub at ``connection.access.hub``; a :class:`openness.sources.snapshot.Source`."""

    def __init__(self, connection: Connection, wanted: Wanted | None = None) -> None:
        self._connection = connection
        self._endpoint = connection.access.hub
        self._wanted = wanted or Wanted()

    def fetch(self, reference: Reference) -> RepositorySnapshot:
        """The snapshot of a ``hub-model`` or ``hub-dataset`` reference; never raises for what the Hub answers."""
        return self.refetch(reference, None).snapshot

    def refetch(self, reference: Reference, known: Fetched | None, only: frozenset[str] | None = None) -> Fetched:
        """The same, where an earlier answer is known: one conditional request, and the documents that are lacking.

        ``only``: see :meth:`fill`.
        """
        if not is_hub_id(reference.name):  # a name from a document, not from the command line
            return Fetched(nothing(reference, Absent(reference.name, "malformed", "no id of a repository")))
        # a validator is that of the address where the answer came from, behind all redirects
        condition = known.etag if known is not None and known.url == self._api(reference, known.snapshot.name) else None
        answer = self._description(reference, self._api(reference, reference.name), condition)
        if isinstance(answer, Absent):
            return Fetched(nothing(reference, answer, page(self._endpoint, reference.kind, reference.name)))
        data, etag = answer
        if data is None and known is not None:
            head = msgspec.structs.replace(known.snapshot, requested=reference.name)
        else:
            head = self._head(reference, data or {})
        found = self.fill(head, reference.revision, known.snapshot if known else None, only)
        return Fetched(found, etag or condition, self._api(reference, head.name))

    def _head(self, reference: Reference, data: dict[str, Any]) -> RepositorySnapshot:
        """What a description says, without documents."""
        files, stopped = self._files(reference, str(data["id"]), text(data.get("sha"), COMMIT), data.get("siblings"))
        return described(reference.kind, reference.name, data, self._endpoint, files, stopped)

    def fill(
        self,
        head: RepositorySnapshot,
        asked: str | None = None,
        known: RepositorySnapshot | None = None,
        only: frozenset[str] | None = None,
    ) -> RepositorySnapshot:
        """A snapshot with its documents: those that are known of the same commit, and for the others one request each.

        Kinds of documents that are not in ``only`` (default: all are) are not asked for now: their absence passes.
        """
        listing = tuple(absent for absent in head.absences if absent.what == LISTING)
        chosen, left_out = selection(head.files, self._wanted)
        have = settled(head, known)
        now = [(file, kind) for file, kind in chosen if only is None or kind in only or file.path in have]
        documents, absences = gather(now, lambda file, kind: self._document(head, asked, file, kind), have)
        later = [Absent(file.path, "offline", NOT_YET) for file, kind in chosen if (file, kind) not in now]
        lacking = (*listing, *absences, *later, *left_out)
        return msgspec.structs.replace(head, documents=tuple(documents), absences=lacking)

    def _api(self, reference: Reference, name: str) -> str:
        kind = "datasets" if reference.kind == "hub-dataset" else "models"
        url = f"{self._endpoint}/api/{kind}/{name}"
        return url if reference.revision is None else f"{url}/revision/{quote(reference.revision, safe='')}"

    def _description(
        self, reference: Reference, url: str, condition: str | None
    ) -> tuple[dict[str, Any] | None, str | None] | Absent:
        """What the Hub says of a repository and its validator; None where it is what the validator stands for."""
        headers = {"If-None-Match": condition} if condition else None
        try:
            answer = self._connection.client.get(url, params={"blobs": True}, headers=headers, extensions={EXPECTED: OBJECT})
            if answer.status_code == httpx2.codes.NOT_MODIFIED and condition:
                return None, condition
            hf_raise_for_status(answer)
        except ERRORS as error:
            return absence(reference.name, error)
        try:
            data = msgspec.json.decode(answer.content)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            data = None
        if not isinstance(data, dict) or not is_name(data.get("id")):
            reason: AbsenceReason = "moved" if answer.history else "malformed"
            return Absent(reference.name, reason, "the answer does not describe a repository")
        return data, answer.headers.get("etag")

    def _files(
        self, reference: Reference, name: str, commit: str | None, listed: object
    ) -> tuple[tuple[FileEntry, ...], Absent | None]:
        """The file list, and why it stopped short, if it did."""
        if isinstance(listed, list) and len(listed) < WHOLE_LISTING:
            return siblings(listed)
        found: list[FileEntry] = []
        api = HfApi(endpoint=self._endpoint, token=False)
        kind = "dataset" if reference.kind == "hub-dataset" else "model"
        revision = commit or reference.revision
        try:
            tree = api.list_repo_tree(name, recursive=True, revision=revision, repo_type=kind, token=False)
            for item in itertools.islice(tree, MAX_FILES + 1):
                if (file := _tree_entry(item)) is not None:
                    found.append(file)
        except ERRORS as error:
            return in_order(found), absence(LISTING, error)
        except SHAPE_ERRORS:
            return in_order(found), Absent(LISTING, "malformed", "the listing has an unknown shape")
        if len(found) > MAX_FILES:
            return in_order(found[:MAX_FILES]), Absent(LISTING, "too-large", f"more than {MAX_FILES} files")
        return in_order(found), None

    def _document(self, snapshot: RepositorySnapshot, asked: str | None, file: FileEntry, kind: str) -> Document | Absent:
        repo_type = "dataset" if snapshot.kind == "hub-dataset" else None
        revision = snapshot.revision or asked
        url = hf_hub_url(snapshot.name, file.path, repo_type=repo_type, revision=revision, endpoint=self._endpoint)
        known = {LIMIT: self._wanted.document_bytes, EXPECTED: Expected(file.size, signed=True)}
        try:
            client = self._connection.client
            request = client.build_request("GET", url, extensions=known)
            answer = client.send(request)
            hf_raise_for_status(answer)
        except ERRORS as error:
            return absence(file.path, error)
        if answer.status_code != httpx2.codes.OK:
            return Absent(file.path, "malformed", f"HTTP {answer.status_code} instead of the file")
        return document(file.path, kind, answer.content, revision=snapshot.revision, url=url, date=snapshot.date)


def absence(what: str, error: Exception) -> Absent:
    """The reason in an error of the client or of our transport. The client's own message is not kept: it has addresses."""
    if isinstance(error, Refusal):
        return Absent(what, error.reason, error.detail, error.retry_in)
    reason, detail = _client_error(error)
    return Absent(what, reason, detail)


def _client_error(error: Exception) -> tuple[AbsenceReason, str]:
    # a GatedRepoError is a RepositoryNotFoundError too, so the order matters
    if isinstance(error, OfflineModeIsEnabled):
        return "offline", "connections are switched off (HF_HUB_OFFLINE)"
    if isinstance(error, GatedRepoError):
        return "gated", "an agreement or a token with access is needed"
    if isinstance(error, DisabledRepoError):
        return "disabled", "its host has switched it off"
    if isinstance(error, RevisionNotFoundError):
        return "missing", "no such revision"
    if isinstance(error, (RepositoryNotFoundError, RemoteEntryNotFoundError)):
        return "missing", "absent, or private to others"
    if isinstance(error, httpx2.TooManyRedirects):
        return "moved", "redirects without end"
    if isinstance(error, HfHubHTTPError):
        if error.response.status_code == httpx2.codes.UNAUTHORIZED and "credentials" in (error.server_message or "").lower():
            return "unreachable", "HF_TOKEN is not accepted; renew or unset it"
        return status_reason(error.response.status_code)
    return "malformed", f"the answer cannot be understood ({type(error).__name__})"


def status_reason(status: int) -> tuple[AbsenceReason, str]:
    """The reason in a status that came without the Hub's own error code."""
    known: dict[int, AbsenceReason] = {
        401: "missing",
        403: "gated",
        404: "missing",
        410: "missing",
        429: "rate-limited",
        451: "disabled",
    }
    default: AbsenceReason = "unreachable" if status >= httpx2.codes.INTERNAL_SERVER_ERROR else "malformed"
    return known.get(status, default), f"HTTP {status}"


def _tree_entry(item: object) -> FileEntry | None:
    path, bytes_ = getattr(item, "path", None), getattr(item, "size", None)
    if not isinstance(path, str) or not hasattr(item, "blob_id") or not plain_path(path):
        return None
    return FileEntry(path, size(bytes_), text(getattr(getattr(item, "lfs", None), "sha256", None)))
