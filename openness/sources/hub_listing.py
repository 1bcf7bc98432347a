"""The Hub's listing of models: one request brings cards, tags, file names, commits and gating of a page of models.

It is read row by row: one odd card must not cost the other models of its page. The next page is the address that the Hub
gives; a page is revalidated by its ETag like a description.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx2
import msgspec
from huggingface_hub import hf_raise_for_status

from openness.records import Absent
from openness.sources.hub import ERRORS, absence
from openness.sources.hub_fields import described, is_name, siblings
from openness.sources.snapshot import RepositorySnapshot
from openness.sources.transport import Connection
from openness.sources.whole import EXPECTED, LIST

#: What a classification needs of a row, and what ranks it.
EXPAND = (
    "author", "baseModels", "cardData", "createdAt", "disabled", "downloads", "gated", "lastModified", "library_name",
    "pipeline_tag", "private", "sha", "siblings", "tags",
)  # fmt: skip
#: The most that the Hub gives in one page; smaller ones are tried where it refuses, or where the answer is too large.
PAGE_SIZES = (1000, 500, 100, 20)
#: Fields whose form no stranger chooses.
BARE = ("downloads", "lastModified")
#: What a host answers to a page that is too large for it.
TOO_LARGE = frozenset({400, 413, 414, 422})


class Row(msgspec.Struct, frozen=True):
    """A model of a page: what is known of it without documents (None: too little), and how often it was downloaded of late."""

    name: str
    head: RepositorySnapshot | None
    downloads: int


class Page(msgspec.Struct, frozen=True):
    """``rows`` is None where the page is what its validator stands for. ``odd`` rows could not be read at all. ``astray``: the
    next page is none that may be asked for."""

    url: str
    rows: tuple[Row, ...] | None
    odd: int = 0
    next: str | None = None
    etag: str | None = None
    date: str | None = None
    astray: bool = False


class HubListing:
    """Pages of models at ``connection.access.hub``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._endpoint = connection.access.hub

    def first(
        self, *, author: str | None = None, filters: tuple[str, ...] = (), sort: str = "createdAt", size: int = 1000
    ) -> str:
        """The address of the first page of a selection."""
        query = [("author", author)] if author else []
        query += [("filter", word) for word in filters]
        query += [("sort", sort), ("direction", "-1"), ("limit", str(size)), *(("expand", name) for name in EXPAND)]
        return f"{self._endpoint}/api/models?{urlencode(query)}"

    def page(self, url: str, etag: str | None = None) -> Page | Absent:
        """One page; with ``etag``, only if it is another than that. Absent("too-large") asks for smaller pages."""
        try:
            headers = {"If-None-Match": etag} if etag else None
            answer = self._connection.client.get(url, headers=headers, extensions={EXPECTED: LIST})
            if answer.status_code == httpx2.codes.NOT_MODIFIED and etag:
                return Page(url, None, etag=etag, date=answer.headers.get("date"))
            if answer.status_code in TOO_LARGE:
                return Absent("listing", "too-large", f"HTTP {answer.status_code}")
            hf_raise_for_status(answer)
        except ERRORS as error:
            return absence("listing", error)
        try:
            items = msgspec.json.decode(answer.content, type=list[msgspec.Raw])
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return Absent("listing", "malformed", "the answer is no list of models")
        rows = [row for item in items if (row := self._row(item)) is not None]
        if items and not rows:
            return Absent("listing", "malformed", "no row of the answer is a model")
        following = answer.links.get("next", {}).get("url")
        following = None if following is None else _joined(url, following)
        etag, date = answer.headers.get("etag"), answer.headers.get("date")
        astray = following is not None and not self._ours(following)
        return Page(url, tuple(rows), len(items) - len(rows), following, etag, date, astray)

    def _row(self, item: msgspec.Raw) -> Row | None:
        try:
            data = msgspec.json.decode(item)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return None
        if not isinstance(data, dict) or not is_name(data.get("id")):
            return None
        name, listed = str(data["id"]), data.get("siblings")
        if not isinstance(listed, list):
            return Row(name, None, _downloads(data))
        files, stopped = siblings(listed)
        head = described("hub-model", name, data, self._endpoint, files, stopped)
        return Row(name, head if head.revision is not None else None, _downloads(data))

    def _ours(self, url: str) -> bool:
        """Whether the next page is one of the same listing: the transport would refuse another host, this also another path."""
        try:
            here, there = urlsplit(f"{self._endpoint}/api/models"), urlsplit(url)
        except ValueError:
            return False
        return (here.scheme, here.netloc, here.path) == (there.scheme, there.netloc, there.path)


def _joined(url: str, following: str) -> str:
    """The address of a link, which may be relative; one that is none stays as it is."""
    try:
        return urljoin(url, following)
    except ValueError:
        return following


def with_size(url: str, size: int) -> str:
    """The same page with another number of models on it."""
    return _changed(url, [(name, str(size) if name == "limit" else value) for name, value in _query(url)])


def page_size(url: str) -> int:
    """The number of models that a page is asked for with."""
    size = dict(_query(url)).get("limit", "")
    return int(size) if size.isascii() and size.isdigit() and len(size) < 10 else PAGE_SIZES[0]


def names_only(url: str) -> str:
    """The same page without what strangers wrote: a row that nests too deep would cost all of it."""
    query = _query(url)
    return _changed(url, [pair for pair in query if pair[0] != "expand" or pair[1] in BARE])


def whole_rows(url: str) -> str:
    """The next page with all that is asked of one, and in full size, after one that had only names."""
    query = _query(url)
    if ("expand", "cardData") in query:
        return url
    rest = [(name, str(PAGE_SIZES[0]) if name == "limit" else value) for name, value in query if name != "expand"]
    return _changed(url, [*rest, *(("expand", name) for name in EXPAND)])


def _query(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)


def _changed(url: str, query: list[tuple[str, str]]) -> str:
    return urlsplit(url)._replace(query=urlencode(query)).geturl()


def _downloads(data: dict[str, Any]) -> int:
    value = data.get("downloads")
    return min(value, 1 << 62) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
