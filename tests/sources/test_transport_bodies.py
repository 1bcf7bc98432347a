"""The one way to the network: bodies that are too large, packed, or break off."""

from __future__ import annotations

import gzip

import pytest

from openness.sources.transport import LIMIT, Refusal
from tests.loopback import Loopback
from tests.sources.network import DESCRIPTION, HERON, connected, fetch

# --- size


def test_no_body_is_read_beyond_its_limit(server: Loopback) -> None:
    server.fault("GET /api/models/endless", "endless", times=9)
    server.fault("GET /api/models/long", "body", times=9, body=b"x" * 4000)
    with connected(server) as connection:
        for name in ("endless", "long"):
            request = connection.client.build_request("GET", f"{server.endpoint}/api/models/{name}/x", extensions={LIMIT: 2000})
            with pytest.raises(Refusal, match="too-large"):
                connection.client.send(request)
        assert connection.client.get(f"{server.endpoint}/api/models/long/x").content == b"x" * 4000


def test_packed_bodies_are_unpacked_within_the_same_limit(server: Loopback) -> None:
    bomb = gzip.compress(b"0" * (64 << 20))
    server.fault("bomb", "body", times=9, body=bomb, headers={"Content-Encoding": "gzip"})
    server.fault("good", "body", times=9, body=gzip.compress(b"text"), headers={"Content-Encoding": "gzip"})
    server.fault("odd", "body", times=9, body=b"x", headers={"Content-Encoding": "br"})
    server.fault("cut", "body", times=9, body=gzip.compress(b"text" * 99)[:-9], headers={"Content-Encoding": "gzip"})
    with connected(server) as connection:
        answer = connection.client.get(f"{server.endpoint}/good")
        assert (answer.content, answer.headers.get("content-encoding")) == (b"text", None)
        for name, reason in (("bomb", "too-large"), ("odd", "malformed"), ("cut", "malformed")):
            with pytest.raises(Refusal, match=reason):
                connection.client.get(f"{server.endpoint}/{name}")
    assert server.log[0].headers["Accept-Encoding"] == "gzip"


def test_an_error_with_an_endless_body_is_still_that_error(server: Loopback) -> None:
    server.fault(DESCRIPTION, "status", status=404, body=b"x" * (1 << 20), headers={"X-Error-Code": "RepoNotFound"})
    snapshot = fetch(server, HERON)
    assert snapshot.absent is not None and snapshot.absent.reason == "missing"


# --- bodies that break off


def resolved(server: Loopback) -> str:
    return f"{server.endpoint}/{HERON}/resolve/{server.world.repositories['models', HERON].sha}/TRAINING.md"


def test_only_the_rest_of_a_body_that_broke_off_is_asked_for(server: Loopback) -> None:
    data = server.world.repositories["models", HERON].files["TRAINING.md"]
    server.fault("GET /.*TRAINING.md", "truncate")
    with connected(server) as connection:
        answer = connection.client.get(resolved(server))
    assert (answer.status_code, answer.content) == (200, data)
    ranges = [entry.headers.get("Range") for entry in server.log]
    assert ranges == [None, f"bytes={len(data) // 2}-"] and [entry.status for entry in server.log] == [200, 206]
    assert "content-range" not in answer.headers


def test_a_file_that_changed_meanwhile_is_read_from_its_start(server: Loopback) -> None:
    server.fault("GET /.*TRAINING.md", "truncate")
    server.fault("GET /.*TRAINING.md", "body", body=b"another text", headers={"ETag": '"other"'})
    with connected(server) as connection:
        assert connection.client.get(resolved(server)).content == b"another text"


def test_a_rest_that_is_not_the_one_asked_for_is_not_joined(server: Loopback) -> None:
    data = server.world.repositories["models", HERON].files["TRAINING.md"]
    server.fault("GET /.*TRAINING.md", "truncate")
    server.fault("GET /.*TRAINING.md", "partial", body=b"evil", headers={"Content-Range": "bytes 1-4/5", "ETag": '"other"'})
    with connected(server) as connection:
        assert connection.client.get(resolved(server)).content == data
    assert [entry.headers.get("Range") is not None for entry in server.log] == [False, True, False]


def test_an_answer_that_can_change_is_never_joined(server: Loopback) -> None:
    server.fault(DESCRIPTION, "truncate")
    assert fetch(server, HERON).absent is None
    assert all(entry.headers.get("Range") is None for entry in server.log)
