"""A GitHub repository through the REST API under ``GITHUB_API_URL``, and from no other address: never raw files' own host.

Three requests bring what GitHub knows, the commit, and the tree; each document is one more, at that commit. Without a token
there are 60 requests an hour, so few documents are read.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import httpx2
import msgspec
from huggingface_hub.errors import OfflineModeIsEnabled

from openness.records import Absent
from openness.sources.documents import LISTING, MAX_FILES, Wanted, gather, listing_stands, plain_path, selection, settled
from openness.sources.hub_names import is_revision
from openness.sources.model_reference import is_github_name
from openness.sources.snapshot import Document, Fetched, FileEntry, GitHubFields, Reference, RepositorySnapshot, document, nothing
from openness.sources.transport import LIMIT, Connection, Refusal
from openness.sources.whole import EXPECTED, LIST, OBJECT, Expected

COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
DATE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?", re.ASCII)
JSON = "application/vnd.github+json"
#: The file itself; without it files over 1 MB come empty (GitHub changelog, 2022-05-03).
RAW = "application/vnd.github.raw+json"
API_VERSION = "2022-11-28"
#: Subtrees that are asked for one by one where the recursive tree was cut short (GitHub cuts at 100 000 entries, 7 MB).
MOST_SUBTREES = 12
GITHUB_WANTED = Wanted(frozenset({"card", "readme", "license", "notice", "policy", "prose"}), most=12)


class GitHubSource:
    """Repositories at ``connection.access.github``; a :class:`openness.sources.snapshot.Source`.

    ``releases`` asks for the newest release too, one request more.
    """

    def __init__(self, connection: Connection, wanted: Wanted = GITHUB_WANTED, *, releases: bool = False) -> None:
        self._connection = connection
        self._base = connection.access.github
        self._wanted = wanted
        self._releases = releases

    def fetch(self, reference: Reference) -> RepositorySnapshot:
        """The snapshot of a ``github`` reference; never raises for what GitHub answers."""
        return self.refetch(reference, None).snapshot

    def refetch(self, reference: Reference, known: Fetched | None) -> Fetched:
        """The same, where an earlier answer is known: where nothing was pushed since, one conditional request says so."""
        if not is_github_name(reference.name):  # a name from a document, not from the command line
            return Fetched(nothing(reference, Absent(reference.name, "malformed", "no name of a repository")))
        # a validator is that of the address where the answer came from, behind all redirects
        condition = known.etag if known is not None and known.url == self._api(known.snapshot.name) else None
        found, etag = self._described(reference.name, condition)
        if isinstance(found, Absent):
            return Fetched(nothing(reference, found))
        if found is None and known is not None:
            found_again = self._again(reference, known.snapshot, known.snapshot.github or GitHubFields())
            return Fetched(found_again, condition, known.url)
        name = found.get("full_name") if isinstance(found, dict) else None
        if not isinstance(found, dict) or not isinstance(name, str) or not is_github_name(name):
            return Fetched(nothing(reference, Absent(reference.name, "malformed", "the answer does not describe a repository")))
        fields, url = github_fields(found), self._api(name)
        if known is not None and known.snapshot.name == name and _unpushed(known.snapshot.github, fields):
            return Fetched(self._again(reference, known.snapshot, fields), etag, url)
        snapshot = RepositorySnapshot("github", name, reference.name, url=_page(found), github=fields, files_complete=False)
        return Fetched(self._at(reference, snapshot, known.snapshot if known else None), etag, url)

    def _api(self, name: str) -> str:
        return f"{self._base}/repos/{name}"

    def _again(self, reference: Reference, known: RepositorySnapshot, fields: GitHubFields) -> RepositorySnapshot:
        """A repository to which nothing was pushed: what is known of it, and what was lacking."""
        head = msgspec.structs.replace(known, requested=reference.name, github=fields)
        if known.revision is None and any(absent.what == LISTING and absent.reason == "missing" for absent in known.absences):
            return head  # it is still empty
        if known.revision is None or not listing_stands(known) or known.absent is not None:
            return self._at(reference, head, known)
        return self._fill(head, known.revision, known)

    def _at(self, reference: Reference, snapshot: RepositorySnapshot, known: RepositorySnapshot | None) -> RepositorySnapshot:
        """The snapshot at the revision asked for, else at the default branch."""
        fields = snapshot.github or GitHubFields()
        branch = fields.default_branch if is_revision(fields.default_branch or "") else None
        revision = reference.revision or branch or "HEAD"
        pin = self._commit(snapshot.name, revision)
        if isinstance(pin, Absent) and (reference.revision or pin.reason not in ("missing", "malformed")):
            bare = msgspec.structs.replace(snapshot, documents=(), files=(), revision=None, date=None, absences=())
            return msgspec.structs.replace(bare, files_complete=False, absent=pin)
        commit, date = (None, None) if isinstance(pin, Absent) else pin
        ref = commit or revision
        files, stopped = self._tree(snapshot.name, ref)
        if self._releases:
            fields = msgspec.structs.replace(fields, release=self._release(snapshot.name))
        lacking = (*([pin] if isinstance(pin, Absent) else []), *([stopped] if stopped else []))
        head = msgspec.structs.replace(
            snapshot,
            revision=commit, date=date, files=files, files_complete=stopped is None, github=fields, absent=None, absences=lacking,
        )  # fmt: skip
        return self._fill(head, ref, known)

    def _fill(self, head: RepositorySnapshot, ref: str, known: RepositorySnapshot | None) -> RepositorySnapshot:
        """The snapshot with its documents: those that are known of the same commit, the others one request each."""
        chosen, left_out = selection(head.files, self._wanted)
        listing = [absent for absent in head.absences if absent.what == LISTING or absent.what.startswith("revision ")]
        have = settled(head, known)
        documents, absences = gather(chosen, lambda file, kind: self._document(head, ref, file, kind), have)
        return msgspec.structs.replace(head, documents=tuple(documents), absences=(*listing, *absences, *left_out))

    def _described(self, name: str, condition: str | None) -> tuple[Any, str | None]:
        """What GitHub says of a repository and its validator; None where it is what the validator stands for."""
        headers = {"If-None-Match": condition} if condition else {}
        answer = self._send(name, f"/repos/{name}", {"Accept": JSON, **headers}, {}, {EXPECTED: OBJECT})
        if isinstance(answer, Absent):
            return answer, None
        if answer.status_code == httpx2.codes.NOT_MODIFIED and condition:
            return None, condition
        if answer.status_code != httpx2.codes.OK:
            return _refused(name, answer.status_code), None
        return _decoded(name, answer.content), answer.headers.get("etag")

    def _commit(self, name: str, revision: str) -> tuple[str, str | None] | Absent:
        """The commit a branch, tag or abbreviated commit stands for, with its date.

        Asked as a list of one: the answer for a single commit carries the patch of every file.
        """
        found = self._json(f"revision {revision}", f"/repos/{name}/commits", {"sha": revision, "per_page": "1"}, LIST)
        if isinstance(found, Absent):
            return found
        first = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
        sha = first.get("sha")
        if not isinstance(sha, str) or not COMMIT.fullmatch(sha):
            return Absent(f"revision {revision}", "malformed", "the answer names no commit")
        commit = first.get("commit")
        committer = commit.get("committer") if isinstance(commit, dict) else None
        return sha, _text(committer.get("date"), DATE) if isinstance(committer, dict) else None

    def _tree(self, name: str, ref: str) -> tuple[tuple[FileEntry, ...], Absent | None]:
        """All files, and why the list stopped short, if it did."""
        found = self._json(LISTING, f"/repos/{name}/git/trees/{quote(ref, safe='')}", {"recursive": "1"})
        if isinstance(found, Absent):
            return (), found
        entries = _entries(found)
        if entries is None:
            return (), Absent(LISTING, "malformed", "the answer is no tree")
        files = {file.path: file for file in _files(entries, "")}
        stopped = self._walk(name, ref, files) if isinstance(found, dict) and found.get("truncated") else None
        if len(files) > MAX_FILES:
            stopped = Absent(LISTING, "too-large", f"more than {MAX_FILES} files")
        return tuple(sorted(files.values(), key=lambda file: file.path)[:MAX_FILES]), stopped

    def _walk(self, name: str, ref: str, files: dict[str, FileEntry]) -> Absent | None:
        """Adds what a cut tree lacks: the root on its own, then its folders one by one, as far as the limit goes."""
        top = self._json(LISTING, f"/repos/{name}/git/trees/{quote(ref, safe='')}")
        entries = None if isinstance(top, Absent) else _entries(top)
        if entries is None:
            return top if isinstance(top, Absent) else Absent(LISTING, "malformed", "the answer is no tree")
        files.update((file.path, file) for file in _files(entries, ""))
        folders = [item for item in entries if item.get("type") == "tree" and plain_path(item.get("path"))]
        whole = len(folders) <= MOST_SUBTREES and not top.get("truncated")
        for item in folders[:MOST_SUBTREES]:
            sha = item.get("sha")
            if not isinstance(sha, str) or not COMMIT.fullmatch(sha):
                return Absent(LISTING, "malformed", "a folder has no id")
            part = self._json(LISTING, f"/repos/{name}/git/trees/{sha}", {"recursive": "1"})
            if isinstance(part, Absent):
                return part
            inner = _entries(part) if isinstance(part, dict) and part.get("sha") == sha else None
            if inner is None:  # not the tree that was asked for: its paths would be wrong
                return Absent(LISTING, "malformed", "a folder's answer is that of another")
            files.update((file.path, file) for file in _files(inner, f"{item['path']}/"))
            whole = whole and not part.get("truncated")
        return None if whole else Absent(LISTING, "too-large", "GitHub cut the listing short")

    def _document(self, snapshot: RepositorySnapshot, ref: str, file: FileEntry, kind: str) -> Document | Absent:
        path = f"/repos/{snapshot.name}/contents/{quote(file.path)}"
        known = {LIMIT: self._wanted.document_bytes, EXPECTED: Expected(file.size)}
        answer = self._get(file.path, path, RAW, {"ref": ref}, known)
        if isinstance(answer, Absent):
            return answer
        kind = "readme" if kind == "card" else kind
        url = f"{self._base}{path}?ref={quote(ref, safe='')}"
        return document(file.path, kind, answer, revision=snapshot.revision, url=url, date=snapshot.date)

    def _release(self, name: str) -> str | None:
        found = self._json("release", f"/repos/{name}/releases/latest")
        return _text(found.get("tag_name")) if isinstance(found, dict) else None

    def _json(self, what: str, path: str, params: dict[str, str] | None = None, expected: Expected = OBJECT) -> Any:
        """The parsed answer, or an Absent."""
        answer = self._get(what, path, JSON, params or {}, {EXPECTED: expected})
        return answer if isinstance(answer, Absent) else _decoded(what, answer)

    def _get(self, what: str, path: str, accept: str, params: dict[str, str], known: dict[str, Any]) -> bytes | Absent:
        answer = self._send(what, path, {"Accept": accept}, params, known)
        if isinstance(answer, Absent):
            return answer
        return answer.content if answer.status_code == httpx2.codes.OK else _refused(what, answer.status_code)

    def _send(
        self, what: str, path: str, headers: dict[str, str], params: dict[str, str], known: dict[str, Any]
    ) -> httpx2.Response | Absent:
        headers = {**headers, "X-GitHub-Api-Version": API_VERSION}
        url, client = f"{self._base}{path}", self._connection.client
        try:
            return client.send(client.build_request("GET", url, params=params, headers=headers, extensions=known))
        except Refusal as error:
            return Absent(what, error.reason, error.detail, error.retry_in)
        except OfflineModeIsEnabled:
            return Absent(what, "offline", "connections are switched off (HF_HUB_OFFLINE)")
        except httpx2.TooManyRedirects:
            return Absent(what, "moved", "redirects without end")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return Absent(what, "malformed", f"the answer cannot be understood ({type(error).__name__})")


def _decoded(what: str, data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Absent(what, "malformed", "the answer is not JSON")


def _unpushed(before: GitHubFields | None, now: GitHubFields) -> bool:
    """Whether GitHub says that no branch has moved since."""
    return (
        before is not None
        and now.pushed is not None
        and (before.pushed, before.default_branch) == (now.pushed, now.default_branch)
    )


def github_fields(data: dict[str, Any]) -> GitHubFields:
    """The fields of a repository's description; what has an unexpected type counts as not given."""
    license, parent = data.get("license"), data.get("parent")
    return GitHubFields(
        license=_text(license.get("spdx_id")) if isinstance(license, dict) else None,
        default_branch=_text(data.get("default_branch")),
        archived=data.get("archived") is True,
        disabled=data.get("disabled") is True,
        private=data.get("private") is True,
        fork=data.get("fork") is True,
        parent=_text(parent.get("full_name")) if isinstance(parent, dict) else None,
        description=_text(data.get("description")),
        pushed=_text(data.get("pushed_at"), DATE),
    )


def _refused(what: str, status: int) -> Absent:
    if status in (404, 410):
        return Absent(what, "missing", "absent, or private to others")
    if status == 401:
        return Absent(what, "unreachable", "GITHUB_TOKEN is not accepted; renew or unset it")
    if status == 403:
        return Absent(what, "gated", "access is forbidden")
    if status == 409:
        return Absent(what, "missing", "the repository is empty")
    if status == 451:
        return Absent(what, "disabled", "taken down for legal reasons")
    return Absent(what, "unreachable" if status >= 500 else "malformed", f"HTTP {status}")


def _entries(found: Any) -> list[dict[str, Any]] | None:
    tree = found.get("tree") if isinstance(found, dict) else None
    return [item for item in tree if isinstance(item, dict)] if isinstance(tree, list) else None


def _files(entries: list[dict[str, Any]], prefix: str) -> list[FileEntry]:
    found = []
    for item in entries:
        path, size = item.get("path"), item.get("size")
        if item.get("type") == "blob" and plain_path(path):
            found.append(FileEntry(f"{prefix}{path}", size if isinstance(size, int) and size >= 0 else None))
    return found


def _page(found: dict[str, Any]) -> str | None:
    url = found.get("html_url")
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) and url.isprintable() else None


def _text(value: object, pattern: re.Pattern[str] | None = None) -> str | None:
    return value if isinstance(value, str) and (pattern is None or pattern.fullmatch(value)) else None
