"""What can go wrong on a network, as data: which requests, how often, and in which way."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Fault:
    """The first ``times`` requests whose ``METHOD /path`` matches get it.

    ``kind``: status (answer with ``status``, ``headers``, ``body``), truncate (cut the body), unmarked (cut it, and name no length),
    overlong (name a length that never comes), reset (no answer), slow
    (``seconds`` before the answer), drip (a byte every ``seconds``), redirect (to ``to``), endless (a body without end),
    body (a good status with ``body`` and ``headers`` instead of the real answer), partial (the same, as a 206).
    """

    match: str
    kind: str = "status"
    times: int = 1
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"error": "injected"}'
    seconds: float = 0.1
    to: str = ""
