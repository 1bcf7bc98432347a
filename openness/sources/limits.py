"""How long and how much of one call to a host, and how often it is tried."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """Bounds of one call: ``attempts`` times ``attempt_seconds`` and a piece of the wire, and ``patience_seconds`` of waiting.

    Only the head of an answer has no bound of its own but ``read_seconds`` a piece (httpx offers none).
    """

    #: A host that does not answer the door in this time is down or filtered.
    connect_seconds: float = 10.0
    #: Between two pieces of an answer; the Hub's slowest listings take about 5 s to start.
    read_seconds: float = 20.0
    #: For one whole answer: 32 MB at 1 MB/s, or a server that sends one byte now and then.
    attempt_seconds: float = 40.0
    #: The largest answers are GitHub's trees (7 MB, its own limit) and Hub listings of 10^5 files (some 20 MB).
    answer_bytes: int = 32 << 20
    attempts: int = 4
    #: First pause before a retry, doubled each time, and its cap.
    backoff_seconds: float = 0.5
    backoff_cap_seconds: float = 8.0
    #: Total waiting in one call; a longer wait is the caller's decision. The Hub's window is 300 s: a crawl gives more.
    patience_seconds: float = 45.0
