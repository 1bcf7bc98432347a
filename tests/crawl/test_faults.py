"""A crawl over a bad network: every reachable document is stored, everything else is accounted for, no quota is broken."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from openness.crawl import hosts
from tests.crawl.crawling import SHORT, crawl, digest, documents
from tests.crawl.test_crawl import EVERYTHING, small
from tests.crawl.worlds import generated
from tests.loopback import Loopback
from tests.sources.network import QUICK


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openness.crawl.journal.PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(hosts, "PAUSES", (0.05, 0.1))


PASSING: list[dict[str, Any]] = [
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503, "headers": {"Retry-After": "0"}},
    {"kind": "status", "status": 429, "headers": {"RateLimit": '"api";r=0;t=0'}},
    {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}},
    {"kind": "truncate"},
    {"kind": "unmarked"},
    {"kind": "overlong"},
    {"kind": "body", "body": b"<!doctype html><title>Maintenance</title>", "headers": {"Content-Type": "text/html"}},
    {"kind": "body", "body": b""},
    {"kind": "body", "body": b"[1, 2]"},
    {"kind": "reset"},
    {"kind": "slow", "seconds": 1.5},
]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}")
def test_what_passes_changes_nothing_of_the_result(tmp_path: Path, fault: dict[str, Any]) -> None:
    with Loopback(small()) as server:
        crawl(tmp_path / "calm", server, authors=("a",))
        for match in (
            r"GET /api/models\?",
            "GET /api/models/b/base",
            "GET /a/much/resolve",
            "GET /github/repos/d/code",
            "GET /api/data",
        ):
            server.fault(match, times=2 if fault["kind"] != "slow" else 1, **fault)
        assert crawl(tmp_path / "rough", server, authors=("a",)).states("stored") == EVERYTHING
    assert digest(tmp_path / "rough") == digest(tmp_path / "calm")


def test_what_is_damaged_longer_than_one_request_is_tried_has_another_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openness.sources.transport.WORTH_ANOTHER_TRY_SECONDS", 0.05)
    with Loopback(small()) as server:
        for match in ("GET /api/models/b/base", "GET /a/much/resolve/.*LICENSE", "GET /github/repos/d/code/contents/LICENSE"):
            server.fault(match, "unmarked", times=QUICK.attempts + 1)
        assert crawl(tmp_path, server, authors=("a",), models=("b/base",)).states("stored") == EVERYTHING


def test_a_mirror_that_names_no_version_of_its_files_is_believed_when_it_says_the_same_three_times(tmp_path: Path) -> None:
    with Loopback(small()) as server:
        server.fault("GET /a/much/resolve/.*LICENSE", "body", body=b"Words without a version.\n", times=99)
        result = crawl(tmp_path, server, models=("a/much",))
        asked = [line for line in server.lines() if "a/much/resolve/" in line and "LICENSE" in line]
    assert result.accounts["a/much"].state == "stored"
    assert len(asked) == 3


def test_a_redirect_that_leads_nowhere_is_an_absence(tmp_path: Path) -> None:
    with Loopback(small()) as server:
        server.fault("GET /a/little/resolve/.*LICENSE", "redirect", to="/nowhere", times=99)
        server.fault("GET /nowhere", status=404, times=99)
        result = crawl(tmp_path, server, models=("a/little",))
    assert result.accounts["a/little"].absences == {"LICENSE": "missing"} and result.down == []


def test_a_document_that_never_comes_is_accounted_for_and_asked_for_the_next_time(tmp_path: Path) -> None:
    with Loopback(small()) as server:
        server.fault("GET /a/much/resolve/.*LICENSE", status=500, times=99)
        result = crawl(tmp_path, server, authors=("a",))
        account = result.accounts["a/much"]
        assert (account.state, account.reason, account.absences) == ("partial", "unreachable", {"LICENSE": "unreachable"})
        assert result.states("stored") == EVERYTHING - {"a/much"} and result.down == []
        server.state.faults.clear()
        server.log.clear()
        assert crawl(tmp_path, server, authors=("a",)).states("stored") == EVERYTHING
        assert [line for line in server.lines() if "/resolve/" in line and "LICENSE" not in line] == []


def test_a_repository_that_never_comes_is_no_reason_to_stop(tmp_path: Path) -> None:
    with Loopback(small()) as server:
        server.fault("GET /api/models/b/base", status=502, times=99)
        result = crawl(tmp_path, server, authors=("a",))
    assert result.accounts["b/base"].state == "failed" and result.accounts["b/base"].reason == "unreachable"
    assert result.states("stored") == EVERYTHING - {"b/base"} and result.down == []


def test_a_host_that_is_down_is_given_up_soon_and_gone_on_with_later(tmp_path: Path) -> None:
    world = generated(60)
    names = tuple(name for kind, name in sorted(world.repositories) if kind == "models")
    with Loopback(world) as server:
        crawl(tmp_path / "calm", server, models=names)
        server.fault(".", "reset", times=10**6)
        began = len(server.log)
        result = crawl(tmp_path / "rough", server, models=names, limits=SHORT)
        assert result.down == ["hub"] and len(server.log) - began < 40
        assert set(result.accounts) == set(names) and {a.reason for a in result.accounts.values()} == {"unreachable"}
        server.state.faults.clear()
        assert crawl(tmp_path / "rough", server, models=names).down == []
    assert digest(tmp_path / "rough") == digest(tmp_path / "calm")


def test_a_host_that_goes_down_half_way_is_told_from_one_that_lacks_something(tmp_path: Path) -> None:
    with Loopback(small()) as server:
        server.fault("GET /github", "reset", times=10**6)
        result = crawl(tmp_path, server, authors=("a",), limits=SHORT)
    assert result.down == ["github"] and result.states("stored") == EVERYTHING - {"github:d/code"}


def test_a_listing_that_breaks_off_is_no_success_and_goes_on_where_it_was(tmp_path: Path) -> None:
    world = generated(40)
    with Loopback(world, page=3) as server:
        owner = "owner-1"  # the one with the most models
        crawl(tmp_path / "calm", server, authors=(owner,))
        pages = [line for line in server.lines() if "/api/models?" in line]
        assert len(pages) > 2
        server.fault("GET /api/models.*cursor=", status=500, times=99)
        assert crawl(tmp_path / "rough", server, authors=(owner,), limits=SHORT).down == ["hub"]
        server.state.faults.clear()
        server.log.clear()
        assert crawl(tmp_path / "rough", server, authors=(owner,)).down == []
        assert all("cursor=" in line for line in server.lines() if "/api/models?" in line)
    # not the digest: models that were met as base models before their page came have the sizes of their files
    assert documents(tmp_path / "rough") == documents(tmp_path / "calm")


# --- quotas


def test_a_redirect_to_the_cache_of_files_counts_as_a_file(tmp_path: Path) -> None:
    with Loopback(generated(30)) as server:
        owners = tuple({name.partition("/")[0] for kind, name in server.world.repositories if kind == "models"})
        crawl(tmp_path / "calm", server, authors=owners)
        server.state.quota, server.state.window, server.state.cached = {"api": 8, "resolvers": 15}, 1, True
        limits = msgspec.structs.replace(QUICK, patience_seconds=60)
        assert crawl(tmp_path / "paced", server, authors=owners, limits=limits).down == []
        assert server.state.over == [] and any("/resolve-cache/" in line for line in server.lines())
    assert digest(tmp_path / "paced") == digest(tmp_path / "calm")


def test_announced_quotas_are_never_broken(tmp_path: Path) -> None:
    world = generated(30)
    owners = tuple({name.partition("/")[0] for kind, name in world.repositories if kind == "models"})
    with Loopback(world) as calm:
        crawl(tmp_path / "calm", calm, authors=owners)
        calm.state.quota, calm.state.window = {"api": 8, "resolvers": 15, "github": 12}, 1
        limits = msgspec.structs.replace(QUICK, patience_seconds=60)
        result = crawl(tmp_path / "paced", calm, authors=owners, limits=limits)
        assert calm.state.over == [] and result.down == []
    assert digest(tmp_path / "paced") == digest(tmp_path / "calm")


def test_a_quota_that_is_spent_for_long_ends_the_crawl_of_its_host_alone(tmp_path: Path) -> None:
    world = generated(40)
    owners = tuple({name.partition("/")[0] for kind, name in world.repositories if kind == "models"})
    with Loopback(world) as server:
        server.state.quota = {"github": 7}  # of an hour
        server.state.window = 3600
        began = time.monotonic()
        result = crawl(tmp_path, server, authors=owners)
        assert server.state.over == [] and result.down == ["github"]
        assert time.monotonic() - began < 20
        assert {a.state for name, a in result.accounts.items() if not name.startswith("github:")} <= {"stored", "absent"}
        assert "rate-limited" in {a.reason for name, a in result.accounts.items() if name.startswith("github:")}
        asked = len(server.log)
        assert crawl(tmp_path, server, authors=owners).down == ["github"]
        assert not any("/github/" in line for line in server.lines()[asked:])  # what is left is remembered
