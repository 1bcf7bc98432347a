"""The one way to the network: the calls of huggingface_hub's client, and credentials that go to their own host only."""

from __future__ import annotations

import logging
from typing import Any

import httpx2
import huggingface_hub
import msgspec
import pytest
from huggingface_hub.utils._http import default_client_factory

from openness.sources.endpoints import Secret
from openness.sources.transport import Refusal
from tests.loopback import Loopback, Trap
from tests.sources.network import CODE, DESCRIPTION, HERON, access, connected, fetch

SECRETS: dict[str, Any] = {"hf": "hf_aaaaaaaaSECRET", "github": "ghp_bbbbbbbSECRET"}

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
