"""A body that broke off is asked for from there on, not from the start; and whether the answer is the whole of it."""

from __future__ import annotations

import httpx2

from openness.sources import body
from openness.sources.whole import Expected


class Part:
    """The beginning of a body that broke off, so that the next attempt asks only for the rest (RFC 9110, section 14).

    Only a strong validator makes sure that the rest is of the same file, and only an unpacked body can be cut anywhere.
    ``span`` (first byte, and the one behind the last) is what the caller wants of the file; it is small, so it is asked for as a
    whole each time, and an answer that is not exactly it is broken. ``expected`` is what is known of the answer.
    """

    def __init__(self, span: tuple[int, int] | None = None, expected: Expected | None = None) -> None:
        self._data = bytearray()
        self._etag = ""
        self._span = span
        self._expected = expected
        self._before: bytes | None = None
        self._same = 0
        self._long = False

    def ask_for_the_rest(self, request: httpx2.Request) -> None:
        for name in ("range", "if-range"):
            request.headers.pop(name, None)
        if self._span is not None:
            request.headers["range"] = f"bytes={self._span[0]}-{self._span[1] - 1}"
        elif self._data:
            request.headers["range"], request.headers["if-range"] = f"bytes={len(self._data)}-", self._etag

    def begin(self, answer: httpx2.Response) -> bytearray | None:
        """Where the body of this answer goes; None for a body that cannot be resumed. Raises body.Broken."""
        if self._span is not None and answer.is_success:
            start, end = self._span
            exact = answer.headers.get("content-range", "").startswith(f"bytes {start}-{end - 1}/")
            if answer.status_code != httpx2.codes.PARTIAL_CONTENT or not exact or "content-encoding" in answer.headers:
                raise body.Broken
            return None
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

    def fits(self, limit: int) -> bool:
        """Whether an answer longer than this is to be doubted: the first one, and any where the listing says less of the file."""
        first, self._long = not self._long, True
        return first or (self._expected is not None and self._expected.size is not None and self._expected.size <= limit)

    def settled(self, request: httpx2.Request, answer: httpx2.Response, data: bytes) -> bool:
        """Whether an answer can be taken. What nothing proves to be whole is taken when the same bytes come again."""
        status = answer.status_code
        if status == httpx2.codes.RANGE_NOT_SATISFIABLE and self._data:
            self._data.clear()  # its length was given too large
            return False
        if status == httpx2.codes.NOT_MODIFIED:
            return "if-none-match" in request.headers
        if not answer.is_success or self._expected is None or request.method == "HEAD":
            return True
        whole = self._expected.met_by(data, answer.headers)
        if whole is None:
            self._same = self._same + 1 if data == self._before else 1
            whole, self._before = self._same >= self._expected.times(answer.headers), bytes(data)
        if not whole:
            self._data.clear()
        return whole
