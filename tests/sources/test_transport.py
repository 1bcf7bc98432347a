"""The one way to the network: hosts, credentials, retries, quotas, bounds, and no connection at all when offline."""

from __future__ import annotations

import gzip
import logging
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx2
import huggingface_hub
import msgspec
import pytest
from huggingface_hub import constants
from huggingface_hub.utils._http import default_client_factory

from openness.errors import UsageError
from openness.sources import pacing, wire
from openness.sources.endpoints import Access, Secret
from openness.sources.transport import LIMIT, Refusal, Transport, connect
from tests.loopback import Loopback, Trap
from tests.sources.network import CODE, HERON, QUICK, access, connected, fetch, forbid_sockets

DESCRIPTION = f"GET /api/models/{HERON}"
SECRETS: dict[str, Any] = {"hf": "hf_aaaaaaaaSECRET", "github": "ghp_bbbbbbbSECRET"}


# --- hosts


@pytest.mark.parametrize(
    ("url", "realm"),
    [
        ("https://huggingface.co/api/models/a/b", "hub"),
        ("https://hf.co/a/b", "hub"),
        ("https://HUGGINGFACE.co.:443/x", "hub"),
        ("https://cdn-lfs-us-1.hf.co/repos/x?Signature=1", "cdn"),
        ("https://cas-bridge.xethub.hf.co/x", "cdn"),
        ("https://transfer.xethub-eu.hf.co/x", "cdn"),
        ("https://us.aws.cdn.hf.co/x", "cdn"),
        ("https://cdn-lfs.huggingface.co/x", "cdn"),
        ("https://api.github.com/repos/a/b", "github"),
        ("http://huggingface.co/x", None),  # never without TLS where the endpoint has it
        ("https://huggingface.co:8443/x", None),
        ("https://someone.hf.space/x", None),
        ("https://evil-cdn-lfs.hf.co.example/x", None),
        ("https://huggingface.co@evil.example/x", None),
        ("https://user@huggingface.co/x", None),
        ("https://raw.githubusercontent.com/a/b/main/LICENSE", None),
        ("https://github.com/a/b", None),
        ("http://169.254.169.254/latest/meta-data", None),
        ("file:///etc/passwd", None),
        ("https://[::1", None),
    ],
)
def test_only_the_hub_its_file_hosts_and_the_github_api_are_allowed(url: str, realm: str | None) -> None:
    try:
        assert Access().realm(url) == realm
    except ValueError:  # not an address at all
        assert realm is None


def test_a_mirror_has_no_other_hosts_and_github_may_lie_under_a_path() -> None:
    mirror = Access("http://mirror.local:8080/hf", "http://mirror.local:8080/github")
    assert mirror.realm("http://mirror.local:8080/api/models/a/b") == "hub"
    assert mirror.realm("http://mirror.local:8080/github/repos/a/b") == "github"
    assert mirror.realm("http://mirror.local:8080/githubby/repos/a/b") == "hub"
    assert mirror.realm("https://cdn-lfs.hf.co/x") is None
    assert mirror.realm("http://mirror.local/x") is None
    enterprise = Access(github="https://ghe.local/api/v3")
    assert enterprise.realm("https://ghe.local/api/v3/repos/a/b") == "github"
    assert enterprise.realm("https://ghe.local/login") is None


@pytest.mark.parametrize(
    "value", ["ftp://x", "huggingface.co", "http://", "https://me:pass@x", "https://x/?a=1", "https://x y", "http://[::1"]
)
def test_a_bad_endpoint_is_a_usage_error_without_its_password(value: str) -> None:
    with pytest.raises(UsageError, match="HF_ENDPOINT") as caught:
        Access.from_environment({"HF_ENDPOINT": value})
    assert "pass" not in caught.value.message


def test_the_environment_is_honored() -> None:
    found = Access.from_environment(
        {"HF_ENDPOINT": "http://h:1/", "GITHUB_API_URL": "http://g:2/api/v3/", "HF_TOKEN": " hf_x\n", "HF_HUB_OFFLINE": "1"}
    )
    assert (found.hub, found.github, found.offline) == ("http://h:1", "http://g:2/api/v3", True)
    assert found.hf_token is not None and found.hf_token.reveal() == "hf_x" and found.github_token is None
    assert Access.from_environment({}) == Access()
    assert (
        Access.from_environment({"TRANSFORMERS_OFFLINE": "yes"}).offline
        and not Access.from_environment({"HF_HUB_OFFLINE": "0"}).offline
    )


def test_a_redirect_to_another_host_is_refused_before_any_connection(server: Loopback, trap: Trap) -> None:
    server.fault(DESCRIPTION, "redirect", to=f"{trap.endpoint}/api/models/{HERON}")
    server.fault(rf"GET /{HERON}/resolve/.*/config.json", "redirect", to=f"{trap.endpoint}/config.json")
    server.fault(f"GET /github/repos/{CODE}$", "redirect", to=f"{trap.endpoint}/repos/{CODE}")
    first = fetch(server, HERON)
    assert first.absent is not None and (first.absent.reason, first.documents) == ("refused-host", ())
    second = fetch(server, HERON)
    assert [(a.what, a.reason) for a in second.absences] == [("config.json", "refused-host")]
    assert second.document("README.md") is not None
    third = fetch(server, CODE, kind="github")
    assert third.absent is not None and third.absent.reason == "refused-host"


# --- offline


def test_offline_makes_no_connection(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    forbid_sockets(monkeypatch)
    for name, kind in ((HERON, "hub-model"), (CODE, "github")):
        snapshot = fetch(server, name, kind=kind, offline=True)  # type: ignore[arg-type]
        assert snapshot.absent is not None and snapshot.absent.reason == "offline"
    assert server.lines() == []


def test_the_guard_of_the_test_above_sees_a_connection(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    forbid_sockets(monkeypatch)
    with pytest.raises(pytest.fail.Exception):
        fetch(server, HERON)


def test_the_request_hook_of_huggingface_hub_is_kept(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch(server, HERON)
    assert server.log[0].headers["X-Amzn-Trace-Id"]
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)  # as it is when the variable was set at import
    before = len(server.log)
    for name, kind in ((HERON, "hub-model"), (CODE, "github")):
        snapshot = fetch(server, name, kind=kind)  # type: ignore[arg-type]
        assert snapshot.absent is not None and snapshot.absent.reason == "offline"
    assert len(server.log) == before


# --- the client of huggingface_hub


def test_calls_of_the_real_client_go_through_the_transport_and_only_within_the_block(server: Loopback, trap: Trap) -> None:
    with connected(server) as connection:
        api = huggingface_hub.HfApi(endpoint=server.endpoint, token=False)
        assert api.model_info(HERON).id == HERON
        server.fault(DESCRIPTION, status=503)  # the client alone has no retry here
        assert api.model_info(HERON).id == HERON
        with pytest.raises(Refusal, match="refused-host"):
            huggingface_hub.HfApi(endpoint=trap.endpoint, token=False).model_info(HERON)
    assert isinstance(huggingface_hub.get_session(), httpx2.Client)
    assert huggingface_hub.utils._http._GLOBAL_CLIENT_FACTORY is default_client_factory
    with pytest.raises(RuntimeError):
        connection.client  # noqa: B018
    assert all(entry.headers["User-Agent"].startswith("openness/") for entry in server.log)
    assert not any("agent-harnesses" in line for line in server.lines())


def test_the_previous_client_comes_back_after_an_error(server: Loopback) -> None:
    with pytest.raises(ZeroDivisionError), connected(server):
        raise ZeroDivisionError
    assert huggingface_hub.utils._http._GLOBAL_CLIENT_FACTORY is default_client_factory


# --- credentials


def test_each_realm_gets_its_own_token_and_no_other(server: Loopback) -> None:
    fetch(server, HERON, **SECRETS)
    fetch(server, CODE, kind="github", **SECRETS)
    for entry in server.log:
        expected = SECRETS["github"] if entry.path.startswith("/github/") else SECRETS["hf"]
        assert entry.headers["Authorization"] == f"Bearer {expected}"
    server.log.clear()
    fetch(server, HERON, github=SECRETS["github"])
    assert all("Authorization" not in entry.headers for entry in server.log)


def test_credentials_that_a_caller_adds_do_not_leave(server: Loopback) -> None:
    with connected(server) as connection:
        connection.client.get(f"{server.endpoint}/api/models/{HERON}", headers={"Authorization": "Bearer other", "Cookie": "a=b"})
    assert "Authorization" not in server.log[0].headers and "Cookie" not in server.log[0].headers


def test_no_secret_is_logged_or_shown(server: Loopback, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.fault(f"GET /{HERON}/resolve/.*/config.json", "redirect", to="/elsewhere?Signature=SIGNEDSECRET")
    server.fault(f"GET /{HERON}/resolve/.*/TRAINING.md", times=9, status=500)
    snapshot = fetch(server, HERON, **SECRETS)
    given = access(server, **SECRETS)
    shown = caplog.text + repr(snapshot) + repr(given) + str(given)
    assert "SECRET" not in shown and f"/api/models/{HERON}" in caplog.text
    with pytest.raises(TypeError):
        msgspec.json.encode(Secret("x"))


def test_a_servers_warning_is_not_passed_on_to_the_terminal(server: Loopback, caplog: pytest.LogCaptureFixture) -> None:
    server.fault(DESCRIPTION, "body", body=b"{}", headers={"X-HF-Warning": "topic; \x1b[31mbuy"})
    fetch(server, HERON)
    assert "buy" not in caplog.text


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


# --- proxies


def test_the_users_proxy_is_used_except_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert wire.proxy_for("https", "huggingface.co") is None
    monkeypatch.setenv("HTTPS_PROXY", "proxy.local:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.local:3128")
    monkeypatch.setenv("NO_PROXY", "mirror.local")
    assert wire.proxy_for("https", "huggingface.co") == "http://proxy.local:3128"
    for host in ("127.0.0.1", "::1", "localhost", "mirror.local"):
        assert wire.proxy_for("http", host) is None


def test_a_proxy_that_cannot_be_used_is_unreachable_and_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://me:pass@proxy.local")
    request = httpx2.Request("GET", "https://huggingface.co/api/models/a/b")
    with pytest.raises(Refusal, match="unreachable") as caught:
        Transport(Access(), wire.Wire(), QUICK).handle_request(request)
    assert "pass" not in str(caught.value)


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
