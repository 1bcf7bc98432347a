"""A body that broke off is asked for from there on, not from the start."""

from __future__ import annotations

import httpx2

from openness.sources import body


class Part:
    """The beginning of a body that broke off, so that the next attempt asks only for the rest (RFC 9110, section 14).

    Only a strong validator makes sure that the rest is of the same file, and only an unpacked body can be cut anywhere.
    """

    def __init__(self) -> None:
        self._data = bytearray()
        self._etag = ""

    def ask_for_the_rest(self, request: httpx2.Request) -> None:
        for name in ("range", "if-range"):
            request.headers.pop(name, None)
        if self._data:
            request.headers["range"], request.headers["if-range"] = f"bytes={len(self._data)}-", self._etag

    def begin(self, answer: httpx2.Response) -> bytearray | None:
        """Where the body of this answer goes; None for a body that cannot be resumed. Raises body.Broken."""
        have = len(self._data)
        if answer.status_code == httpx2.codes.PARTIAL_CONTENT:
            whole = answer.headers.get("etag") == self._etag and "content-encoding" not in answer.headers
            if not (have and whole and answer.headers.get("content-range", "").startswith(f"bytes {have}-")):
                self._data.clear()
                raise body.Broken
            return self._data
        if not answer.is_success:
            return None
        self._data.clear()
        tag = answer.headers.get("etag", "")
        self._etag = tag if tag.startswith('"') and "content-encoding" not in answer.headers else ""
        return self._data if self._etag and answer.status_code == httpx2.codes.OK else None
