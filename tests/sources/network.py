"""What the tests of the network sources share: short limits, a connection to the loopback server, a ban on sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import pytest

from openness.sources.endpoints import Access, Secret
from openness.sources.github import GitHubSource
from openness.sources.hub import HubSource
from openness.sources.limits import Limits
from openness.sources.snapshot import Kind, Reference, RepositorySnapshot
from openness.sources.transport import Connection, connect
from tests.loopback import Loopback

#: Long enough for a loopback answer on a busy machine, short enough to wait for where none comes.
QUICK = Limits(
    connect_seconds=2, read_seconds=1, attempt_seconds=2, attempts=3, backoff_seconds=0.01, backoff_cap_seconds=0.02,
    patience_seconds=10,
)  # fmt: skip
HERON = "heron-lab/heron-60m"
KESTREL = "kestrel-works/kestrel-1b-chat"
MERGED = "quiet-mixes/heron-kestrel"
CODE = "heron-lab/heron-train"
#: The request for the description of HERON.
DESCRIPTION = f"GET /api/models/{HERON}"


def access(server: Loopback, *, hf: str = "", github: str = "", offline: bool = False) -> Access:
    tokens = {"hf_token": Secret(hf) if hf else None, "github_token": Secret(github) if github else None}
    return Access(server.endpoint, server.github, offline=offline, **tokens)


@contextmanager
def connected(server: Loopback, limits: Limits = QUICK, **tokens: Any) -> Iterator[Connection]:
    with connect(access(server, **tokens), limits=limits) as connection:
        yield connection


def fetch(
    server: Loopback, name: str, revision: str | None = None, *, kind: Kind = "hub-model", **more: Any
) -> RepositorySnapshot:
    """One repository over a connection of its own."""
    with connected(server, **more) as connection:
        source = GitHubSource(connection) if kind == "github" else HubSource(connection)
        return source.fetch(Reference(kind, name, revision))


def reasons(snapshot: RepositorySnapshot) -> dict[str, str]:
    return {absent.what: absent.reason for absent in snapshot.absences}


def forbid_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on any attempt to resolve a name or to connect fails the test, whoever makes it."""

    def refuse(*args: object, **kwargs: object) -> NoReturn:
        pytest.fail("a connection was attempted")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
