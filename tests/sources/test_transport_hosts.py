"""The one way to the network: which hosts are asked, through which proxy, and no connection at all when offline."""

from __future__ import annotations

import httpx2
import pytest
from huggingface_hub import constants

from openness.errors import UsageError
from openness.sources import wire
from openness.sources.endpoints import Access
from openness.sources.transport import Refusal, Transport
from tests.loopback import Loopback, Trap
from tests.sources.network import CODE, DESCRIPTION, HERON, QUICK, fetch, forbid_sockets

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
