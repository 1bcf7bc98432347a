"""What servers say about their quotas, and how long to wait because of it, before a request would be one too many.

Read are ``RateLimit`` with ``RateLimit-Policy`` (IETF draft 9, what the Hub sends), ``X-RateLimit-*`` (GitHub: the reset is a
time, taken relative to the answer's own ``Date`` so that a wrong clock here does no harm) and ``Retry-After`` (seconds or a
date). Time is that of ``time.monotonic``, which no correction of the clock moves.

Requests that are under way count as sent. Before a host has said what is left, one request at a time goes to it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

import msgspec

#: Servers round the seconds to the reset; asking within the same second is one request over the quota.
ROUNDING_SECONDS = 1.0
#: GitHub's documentation asks for at least a minute where a secondary limit names no time.
SECONDARY_LIMIT_SECONDS = 60.0
#: A request of which nothing was heard for so long is taken to be over (its process may have been killed).
FLIGHT_SECONDS = 60.0
#: No quota known here has a longer window; an announcement beyond it would only lock a user out.
LONGEST_SECONDS = 86_400.0
#: How soon to look again while another request finds out what is left.
LOOK_AGAIN_SECONDS = 0.02
GITHUB_WINDOW_SECONDS = 3600

TOO_MANY = 429
FORBIDDEN = 403


class Announced(msgspec.Struct, frozen=True):
    """What an answer says: requests left, seconds to the next window, and the policy behind it where it is named."""

    left: int
    reset: float
    limit: int | None = None
    window: int | None = None


class Bucket(msgspec.Struct, frozen=True):
    """What is known of one quota. ``left`` is None before the host has said it in this window; ``silent`` hosts announce
    nothing. ``flights`` are the requests under way: the process that sent each, and until when it is waited for."""

    left: int | None = None
    reset_at: float = 0.0
    blocked_until: float = 0.0
    silent: bool = False
    flights: tuple[tuple[int, float], ...] = ()
    limit: int | None = None
    window: int | None = None

    def admit(self, now: float, process: int, alive: Callable[[int], bool]) -> tuple[Bucket, float]:
        """The bucket with one more request under way and 0, or as it is and the seconds to wait before asking again."""
        flights = tuple(flight for flight in self.flights if flight[1] > now and (flight[0] == process or alive(flight[0])))
        lost = len(self.flights) - len(flights)  # sent by a process that died: the host may have counted them
        left = self.left if now < self.reset_at else None
        left = None if left is None else max(left - lost, 0)
        state = msgspec.structs.replace(self, flights=flights, left=left)
        if now < self.blocked_until:
            return state, self.blocked_until - now
        if left is not None and left <= 0:
            return state, self.reset_at - now
        under_way = len(flights)
        if not self.silent and under_way and (left is None or under_way >= left):
            return state, LOOK_AGAIN_SECONDS
        return msgspec.structs.replace(state, flights=(*flights, (process, now + FLIGHT_SECONDS))), 0.0

    def landed(self, now: float, process: int, announced: Announced | None, *, answered: bool) -> Bucket:
        """The bucket after an answer, or after a request that got none, which its host may have counted all the same."""
        flights = list(self.flights)
        own = next((flight for flight in flights if flight[0] == process), None)
        if own is not None:
            flights.remove(own)
        state = msgspec.structs.replace(self, flights=tuple(flights))
        if announced is None:
            left = None if self.left is None else max(self.left - 1, 0)
            return msgspec.structs.replace(state, left=left, silent=(self.silent or self.left is None) and answered)
        policy = {"limit": announced.limit or self.limit, "window": announced.window or self.window}
        state = msgspec.structs.replace(state, silent=False, **policy)
        seconds = min(announced.reset, LONGEST_SECONDS) + ROUNDING_SECONDS
        if announced.left == 0:
            # until the end of the window that this answer speaks of, which can be a later one than that of what is known
            return msgspec.structs.replace(state.block(now, seconds), left=None)
        left, reset_at = announced.left, now + seconds
        if self.left is not None and now < self.reset_at:  # answers may come in any order, also over the end of a window
            left, reset_at = min(self.left, left), max(self.reset_at, reset_at)
        return msgspec.structs.replace(state, left=left, reset_at=reset_at)

    def block(self, now: float, seconds: float) -> Bucket:
        """The bucket of a host that wants no request before ``seconds`` have passed."""
        until = now + min(seconds, LONGEST_SECONDS)
        return msgspec.structs.replace(self, blocked_until=max(self.blocked_until, until))


class Quotas:
    """The buckets of this process; safe to share between its threads. A store has one that processes share."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._lock = threading.Lock()

    def admit(self, bucket: str) -> float:
        """0 where a request may be sent now (it counts as under way), else the seconds to wait before asking again."""
        return self._change(bucket, lambda state, now: state.admit(now, os.getpid(), alive))

    def landed(self, bucket: str, headers: Mapping[str, str] | None) -> None:
        """A request is over; ``headers`` are those of its answer, None where none came."""
        found = None if headers is None else announced(headers)
        self._change(bucket, lambda state, now: (state.landed(now, os.getpid(), found, answered=headers is not None), 0.0))

    def block(self, bucket: str, seconds: float) -> None:
        """Remember that a server wants no request before ``seconds`` have passed."""
        self._change(bucket, lambda state, now: (state.block(now, seconds), 0.0))

    def state(self, bucket: str) -> Bucket:
        """What is known of a bucket, for whoever shows it."""
        with self._lock:
            return self._buckets.get(bucket, Bucket())

    def _change(self, bucket: str, change: Callable[[Bucket, float], tuple[Bucket, float]]) -> float:
        with self._lock:
            self._buckets[bucket], wait = change(self._buckets.get(bucket, Bucket()), self._clock())
        return wait


def alive(process: int) -> bool:
    """Whether a process of this machine still runs; True where that cannot be known."""
    if os.name != "posix":  # there, asking would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


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
    found = announced(headers)
    return found.reset + ROUNDING_SECONDS if found is not None and found.left == 0 else None


def bucket(realm: str, path: str) -> str:
    """The quota that a request counts against: the Hub has one for its API, one for files, one for pages."""
    if realm != "hub":
        return realm
    if "/resolve/" in path or "/resolve-cache/" in path:  # the second is where the Hub redirects the first to
        return "hub-files"
    return "hub-api" if "/api/" in path else "hub-pages"


def announced(headers: Mapping[str, str]) -> Announced | None:
    """What an answer says of its quota; None where it says nothing that can be understood."""
    from huggingface_hub.utils._http import parse_ratelimit_headers

    try:
        limit = parse_ratelimit_headers(headers)
    except ValueError:  # a number of thousands of digits
        return None
    if limit is not None:
        return Announced(limit.remaining, float(min(limit.reset_in_seconds, 10**9)), limit.limit, limit.window_seconds)
    remaining, reset = headers.get("x-ratelimit-remaining", ""), headers.get("x-ratelimit-reset", "")
    if not (_number(remaining) and _number(reset)):
        return None
    most = headers.get("x-ratelimit-limit", "")
    seconds = max(float(reset) - _server_time(headers), 0.0)
    return Announced(int(remaining), seconds, int(most) if _number(most) else None, GITHUB_WINDOW_SECONDS)


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
