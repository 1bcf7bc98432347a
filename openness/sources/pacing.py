"""What servers say about their quotas, and how long to wait because of it.

Read are ``RateLimit`` (IETF draft 9, what the Hub sends), ``X-RateLimit-*`` (GitHub: the reset is a time, taken relative to
the answer's own ``Date`` so that a wrong clock here does no harm) and ``Retry-After`` (seconds or a date).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

#: Servers round the seconds to the reset; asking within the same second is one request over the quota.
ROUNDING_SECONDS = 1.0
#: GitHub's documentation asks for at least a minute where a secondary limit names no time.
SECONDARY_LIMIT_SECONDS = 60.0

TOO_MANY = 429
FORBIDDEN = 403


def is_rate_limited(status: int, headers: Mapping[str, str], body: bytes, realm: str) -> bool:
    """Whether an answer means "too many requests". GitHub says so with 403 too, which alone means forbidden."""
    if status == TOO_MANY:
        return True
    if realm != "github" or status != FORBIDDEN:
        return False
    return headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers or b"secondary rate limit" in body


def told_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds after which the server wants to be asked again; None where it does not say."""
    after = headers.get("retry-after")
    if after is not None and (seconds := _retry_after(after, headers)) is not None:
        return seconds
    left = _announced(headers)
    return left[1] + ROUNDING_SECONDS if left is not None and left[0] == 0 else None


class Quotas:
    """What was announced for each bucket, so that the request that would be one too many is never sent."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._spent_until: dict[str, float] = {}
        self._lock = threading.Lock()

    def note(self, bucket: str, headers: Mapping[str, str]) -> None:
        """Remember a quota that an answer announces as spent."""
        left = _announced(headers)
        if left is None:
            return
        with self._lock:
            if left[0] == 0:
                self._spent_until[bucket] = self._clock() + left[1] + ROUNDING_SECONDS
            else:
                self._spent_until.pop(bucket, None)

    def block(self, bucket: str, seconds: float) -> None:
        """Remember that a server wants no request before ``seconds`` have passed."""
        with self._lock:
            self._spent_until[bucket] = max(self._spent_until.get(bucket, 0.0), self._clock() + seconds)

    def wait(self, bucket: str) -> float:
        """Seconds to wait before the next request of this bucket; 0 for none."""
        with self._lock:
            return max(self._spent_until.get(bucket, 0.0) - self._clock(), 0.0)


def bucket(realm: str, path: str) -> str:
    """The quota that a request counts against: the Hub has one for its API, one for files, one for pages."""
    if realm != "hub":
        return realm
    if "/resolve/" in path:
        return "hub-files"
    return "hub-api" if "/api/" in path else "hub-pages"


def _announced(headers: Mapping[str, str]) -> tuple[int, float] | None:
    """Requests left, and seconds to the next window."""
    from huggingface_hub.utils._http import parse_ratelimit_headers

    limit = parse_ratelimit_headers(headers)
    if limit is not None:
        return limit.remaining, float(limit.reset_in_seconds)
    remaining, reset = headers.get("x-ratelimit-remaining", ""), headers.get("x-ratelimit-reset", "")
    if not (_number(remaining) and _number(reset)):
        return None
    return int(remaining), max(float(reset) - _server_time(headers), 0.0)


def _retry_after(value: str, headers: Mapping[str, str]) -> float | None:
    value = value.strip()
    if _number(value):
        return float(value)
    date = _date(value)
    return None if date is None else max(date.timestamp() - _server_time(headers), 0.0) + ROUNDING_SECONDS


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def _server_time(headers: Mapping[str, str]) -> float:
    date = _date(headers.get("date", ""))
    return time.time() if date is None else date.timestamp()


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
