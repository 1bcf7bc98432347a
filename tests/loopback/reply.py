"""A request and a reply, free of sockets: what the Hub and GitHub modules take and give."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email.message import Message
from typing import Any


@dataclass
class Request:
    method: str
    path: str
    """As sent (a slash in a revision stays %2F), without the prefix of the service and without the query."""
    raw: str
    query: dict[str, list[str]]
    headers: Message
    base: str
    page: int
    body: bytes = b""
    cached: bool = False

    @property
    def token(self) -> str:
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ")

    def one(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]


@dataclass
class Reply:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def reply_json(data: Any, headers: dict[str, str] | None = None, status: int = 200) -> Reply:
    return Reply(status, json.dumps(data).encode(), headers or {})
