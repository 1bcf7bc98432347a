"""The one way to the network: what is tried again, and how long a server or its quota is waited for."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import format_datetime

import msgspec
import pytest

from openness.sources import pacing
from openness.sources.endpoints import Access
from openness.sources.transport import Refusal, connect
from tests.loopback import Loopback
from tests.sources.network import CODE, DESCRIPTION, HERON, QUICK, connected, fetch

# --- retries and time


@pytest.mark.parametrize(("kind", "status"), [("status", 500), ("status", 503), ("status", 408), ("reset", 0), ("truncate", 0)])
def test_what_passes_is_retried(server: Loopback, kind: str, status: int) -> None:
    server.fault(DESCRIPTION, kind, times=2, **({"status": status} if status else {}))
    assert fetch(server, HERON).absent is None
    assert [line.startswith(DESCRIPTION) for line in server.lines()[:4]] == [True, True, True, False]


@pytest.mark.parametrize("kind", ["status", "reset", "truncate"])
def test_what_stays_is_unreachable_after_a_few_attempts(server: Loopback, kind: str) -> None:
    server.fault(DESCRIPTION, kind, times=99)
    snapshot = fetch(server, HERON)
    assert snapshot.absent is not None and snapshot.absent.reason == "unreachable"
    assert len(server.log) == QUICK.attempts


@pytest.mark.parametrize("status", [400, 401, 404, 501])
def test_what_would_not_change_is_not_retried(server: Loopback, status: int) -> None:
    server.fault(DESCRIPTION, times=99, status=status)
    assert fetch(server, HERON).absent is not None
    assert len(server.log) == 1


@pytest.mark.parametrize("kind", ["slow", "drip"])
def test_a_slow_server_is_given_up_in_time(server: Loopback, kind: str) -> None:
    server.fault(DESCRIPTION, kind, times=99, seconds=0.2 if kind == "drip" else 3)
    limits = msgspec.structs.replace(QUICK, read_seconds=0.3 if kind == "slow" else 1, attempt_seconds=0.4, attempts=2)
    began = time.monotonic()
    snapshot = fetch(server, HERON, limits=limits)
    assert snapshot.absent is not None and snapshot.absent.reason == "unreachable"
    assert time.monotonic() - began < 3


def test_a_server_that_is_not_there_is_unreachable(server: Loopback) -> None:
    with Loopback(server.world) as gone:
        endpoint = gone.endpoint
    with connect(Access(endpoint), limits=QUICK) as connection, pytest.raises(Refusal, match="unreachable"):
        connection.client.get(f"{endpoint}/api/models/{HERON}")


def test_a_changing_request_is_not_repeated(server: Loopback) -> None:
    server.fault("POST", status=503, times=9)
    with connected(server) as connection, pytest.raises(Refusal):
        connection.client.post(f"{server.endpoint}/api/models/{HERON}/paths-info/main", data={"paths": "x"})
    assert len(server.log) == 1


# --- quotas


@pytest.mark.parametrize("headers", [{"RateLimit": '"api";r=0;t=0'}, {"Retry-After": "0"}])
def test_a_429_is_waited_out(server: Loopback, headers: dict[str, str]) -> None:
    server.fault(DESCRIPTION, status=429, headers=headers)
    assert fetch(server, HERON).absent is None
    assert [entry.status for entry in server.log[:2]] == [429, 200]


def test_a_longer_wait_than_our_patience_is_rate_limited_and_nothing_more_is_asked(server: Loopback) -> None:
    server.fault(DESCRIPTION, status=429, times=99, headers={"RateLimit": '"api";r=0;t=250'})
    with connected(server) as connection:
        for _ in range(3):
            with pytest.raises(Refusal, match="rate-limited") as caught:
                connection.client.get(f"{server.endpoint}/api/models/{HERON}")
            assert caught.value.retry_in is not None and 240 < caught.value.retry_in <= 251
    assert len(server.log) == 1
    server.log.clear()
    snapshot = fetch(server, HERON)
    assert snapshot.absent is not None and snapshot.absent.retry_in is not None


def test_an_announced_quota_is_kept_before_it_is_broken(server: Loopback) -> None:
    server.state.quota, server.state.window = {"resolvers": 3}, 1
    snapshot = fetch(server, HERON)
    assert (snapshot.absences, len(snapshot.documents), server.state.over) == ((), 5, [])


@pytest.mark.parametrize("headers", [{"X-RateLimit-Remaining": "0"}, {"Retry-After": "600"}])
def test_githubs_403_for_too_many_requests_is_rate_limited(server: Loopback, headers: dict[str, str]) -> None:
    server.fault("GET /github/repos", status=403, times=99, headers=headers)
    snapshot = fetch(server, CODE, kind="github")
    assert snapshot.absent is not None and snapshot.absent.reason == "rate-limited"
    assert len(server.log) == 1


def test_githubs_secondary_limit_without_a_time_means_a_minute(server: Loopback) -> None:
    server.fault("GET /github/repos", status=403, times=99, body=b'{"message": "You have exceeded a secondary rate limit."}')
    snapshot = fetch(server, CODE, kind="github")
    assert snapshot.absent is not None and snapshot.absent.retry_in == pacing.SECONDARY_LIMIT_SECONDS


def test_waits_are_read_from_every_header_that_is_in_use() -> None:
    date, later = (format_datetime(datetime.fromtimestamp(at, tz=UTC)) for at in (1_000_000_000, 1_000_000_030))
    assert pacing.told_wait({"retry-after": "7"}) == 7
    assert pacing.told_wait({"retry-after": later, "date": date}) == 31
    assert pacing.told_wait({"ratelimit": '"api";r=0;t=55'}) == 56
    assert pacing.told_wait({"ratelimit": '"api";r=4;t=55'}) is None
    assert pacing.told_wait({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000000020", "date": date}) == 21
    for bad in ("soon", "-1", "9" * 40, "٣", ""):
        assert pacing.told_wait({"retry-after": bad}) is None
