"""``openness crawl``, as a user runs it: arguments, results, exit codes, and what the cache then serves."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from openness.sources.endpoints import Access
from openness.sources.live import LiveSources
from openness.sources.snapshot import Reference
from openness.store.stored_sources import StoredSources
from tests.cli.command import Done, openness
from tests.crawl.test_crawl import EVERYTHING, small
from tests.crawl.worlds import card
from tests.loopback import Loopback
from tests.test_docs import validate


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback(small()) as running:
        yield running


def crawl(server: Loopback, home: Path, *words: str | Path, **env: str) -> Done:
    env = {"HF_ENDPOINT": server.endpoint, "GITHUB_API_URL": server.github, **env}
    return openness("crawl", *words, home=home, cwd=None, **env)


def test_an_owner_is_crawled_and_served_offline(server: Loopback, tmp_path: Path) -> None:
    done = crawl(server, tmp_path, "--author", "a", "--cache-dir", tmp_path / "cache")
    assert (done.code, done.err) == (0, "")
    assert "repositories  6: 6 stored" in done.out and "5 github, 3 hub-api, 10 hub-files" in done.out
    with LiveSources(Access(offline=True)) as live, StoredSources(tmp_path / "cache", live, offline=True) as stored:
        for name in EVERYTHING:
            kind = "github" if name.startswith("github:") else "hub-dataset" if name == "c/corpus" else "hub-model"
            assert stored.fetch(Reference(kind, name.removeprefix("github:"))).absent is None  # type: ignore[arg-type]


def test_json_has_one_result_a_repository_first_those_asked_for(server: Loopback, tmp_path: Path) -> None:
    done = crawl(server, tmp_path, "a/much", "a/nothing", "--format", "json")
    document = done.json
    assert (done.code, document["schema"], document["errors"]) == (0, "openness/crawl/1", [])
    rows = {row["input"]: row for row in document["results"]}
    assert list(rows)[:2] == ["a/much", "a/nothing"] and set(rows) == {
        "a/much",
        "a/nothing",
        "b/base",
        "c/corpus",
        "github:d/code",
    }
    validate(document, "crawl.schema.json")
    assert (rows["a/much"]["state"], rows["a/much"]["documents"], rows["a/much"]["absences"]) == ("stored", 2, [])
    assert (rows["a/nothing"]["state"], rows["a/nothing"]["reason"]) == ("absent", "missing")
    assert rows["b/base"]["revision"] == server.world.repositories["models", "b/base"].sha


def test_results_are_in_the_order_of_what_was_asked_for_and_as_it_was_written(server: Loopback, tmp_path: Path) -> None:
    words = (f"{server.endpoint}/a/plain", "github:d/code", "a/little")
    rows = crawl(server, tmp_path, *words, "--format", "json").json["results"]
    assert [row["input"] for row in rows] == list(words)
    assert [row["model"] for row in rows] == ["a/plain", "d/code", "a/little"]


def test_a_list_file_has_ids_and_comments(server: Loopback, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("# ours\na/plain\n\n  a/little  # small\n")
    assert "2: 2 stored" in crawl(server, tmp_path, "--from-file", tmp_path / "list.txt").out
    (tmp_path / "prose.txt").write_text("a/plain\nthese are words\n")
    done = crawl(server, tmp_path, "--from-file", tmp_path / "prose.txt")
    assert done.code == 2 and "line 2" in done.err
    (tmp_path / "empty.txt").write_text("# nothing\n")
    assert crawl(server, tmp_path, "--from-file", tmp_path / "empty.txt").code == 4


@pytest.mark.parametrize("words", [(), ("--author", "a/b"), ("--limit", "0"), ("--filter", ""), ("./here",), ("a b",)])
def test_what_cannot_be_meant_is_a_usage_error(server: Loopback, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "here").mkdir()
    done = crawl(server, tmp_path, *words)
    assert done.code == 2 and "Traceback" not in done.err and server.lines() == []


def test_an_author_without_models_is_nothing(server: Loopback, tmp_path: Path) -> None:
    assert crawl(server, tmp_path, "--author", "nobody").code == 4


@pytest.mark.parametrize("words", [("--offline",), ()])
def test_offline_is_refused_before_any_request(server: Loopback, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = crawl(server, tmp_path, "a/plain", *words, **({} if words else {"HF_HUB_OFFLINE": "1"}))
    assert done.code == 2 and "network" in done.err and server.lines() == []


def test_a_host_that_cannot_be_reached_is_6_and_what_it_has_is_accounted_for(server: Loopback, tmp_path: Path) -> None:
    with Loopback(server.world) as gone:
        endpoint = gone.endpoint
    words = ("crawl", "a/plain", "a/much", "--format", "json")
    done = openness(*words, home=tmp_path, HF_ENDPOINT=endpoint, GITHUB_API_URL=server.github)
    assert done.code == 6 and done.json["errors"][0]["code"] == "unreachable"
    assert {row["input"]: row["reason"] for row in done.json["results"]} == {"a/plain": "unreachable", "a/much": "unreachable"}


def test_a_dry_run_asks_nothing_and_says_what_it_assumes(server: Loopback, tmp_path: Path) -> None:
    done = crawl(server, tmp_path, "--author", "a", "a/plain", "--dry-run", "--format", "json")
    (plan,) = done.json["results"]
    assert done.code == 0 and done.json["schema"] == "openness/crawl-plan/1" and server.lines() == []
    assert plan["needs"]["hub-api"]["limit"] == 500 and not plan["needs"]["hub-api"]["announced"] and plan["assumptions"]
    crawl(server, tmp_path, "a/plain", "a/little")
    server.log.clear()
    (plan,) = crawl(server, tmp_path, "a/plain", "a/little", "--dry-run", "--format", "json").json["results"]
    assert (plan["stored"], {name: need["requests"] for name, need in plan["needs"].items()}) == (2, {"hub-api": 2})
    assert plan["needs"]["hub-api"]["announced"] and plan["seconds"] == 0 and server.lines() == []
    assert "hub-api" in crawl(server, tmp_path, "a/plain", "--dry-run").out
    crawl(server, tmp_path, "a/much")
    server.log.clear()
    (plan,) = crawl(server, tmp_path, "a/much", "--dry-run", "--format", "json").json["results"]
    crawl(server, tmp_path, "a/much")  # the model, its base model and dataset, its code
    asked = sum("/github/" not in line for line in server.lines()), sum("/github/" in line for line in server.lines())
    assert {name: need["requests"] for name, need in plan["needs"].items()} == {"hub-api": 3, "github": 1} and asked == (3, 1)


def test_how_long_the_quotas_make_it(server: Loopback, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("".join(f"a/m{number}\n" for number in range(1200)))
    (plan,) = crawl(server, tmp_path, "--from-file", tmp_path / "list.txt", "--dry-run", "--format", "json").json["results"]
    # 1200 named and 600 that they may link to, at 500 in 300 s: three windows are waited for
    assert plan["needs"]["hub-api"] == {"requests": 1800, "limit": 500, "window": 300, "announced": False, "seconds": 900}
    # 600 code repositories of 4 requests each, at 60 an hour
    assert plan["needs"]["github"]["seconds"] == plan["seconds"] == 39 * 3600


def test_a_changed_license_is_reported(server: Loopback, tmp_path: Path) -> None:
    crawl(server, tmp_path, "a/plain")
    server.world.add("models", "a/plain", {"README.md": card("cc-by-nc-4.0")})
    done = crawl(server, tmp_path, "a/plain")
    assert "the license changed:\n  a/plain: license" in done.out
    (row,) = crawl(server, tmp_path, "--since-last", "--format", "json").json["results"]
    assert row["license_changes"] == []


def test_a_terminal_shows_live_figures(server: Loopback, tmp_path: Path) -> None:
    server.fault("GET /a/plain/resolve", "slow", seconds=0.8)
    main, other = pty.openpty()
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "xterm", "LANG": "C.UTF-8"}
    env |= {"HF_ENDPOINT": server.endpoint, "GITHUB_API_URL": server.github}
    command = [sys.executable, "-m", "openness", "crawl", "a/plain"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=other, env=env)
    os.close(other)
    shown = b""
    try:
        while piece := os.read(main, 65536):
            shown += piece
    except OSError:  # the terminal is closed with its last writer
        pass
    assert process.wait(20) == 0 and process.stdout is not None and b"1 stored" in process.stdout.read()
    for word in (b"done", b"queued", b"requests", b"quota left", b"errors", b"time left"):
        assert word in shown
    os.close(main)


def test_no_secret_is_printed_or_stored(server: Loopback, tmp_path: Path) -> None:
    done = crawl(server, tmp_path, "a/plain", "--verbose", HF_TOKEN="hf_SECRET1", GITHUB_TOKEN="ghp_SECRET2")
    assert done.code == 0 and "SECRET" not in done.out + done.err
    assert all(b"SECRET" not in path.read_bytes() for path in (tmp_path / ".cache").rglob("*") if path.is_file())
