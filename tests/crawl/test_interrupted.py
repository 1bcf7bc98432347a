"""Crawls that are killed, interrupted, run twice at once, or whose clock jumps: the store is that of a crawl left alone.

The full number of kills is run by ``benchmarks/crawl.py``.
"""

from __future__ import annotations

import signal
from pathlib import Path

from openness.store import upkeep
from openness.store.database import FILE, Database
from tests.crawl.crawling import crawl, digest
from tests.crawl.processes import finished, kill_points, killed_at, started
from tests.crawl.worlds import generated
from tests.loopback import Loopback


def owners(server: Loopback) -> tuple[str, ...]:
    names = [name for kind, name in server.world.repositories if kind == "models"]
    return tuple(sorted({name.partition("/")[0] for name in names}))


def words(server: Loopback) -> tuple[str, ...]:
    return tuple(word for owner in owners(server) for word in ("--author", owner))


def test_killed_at_random_points_and_resumed_it_ends_as_if_left_alone(tmp_path: Path) -> None:
    with Loopback(generated(60), page=7) as server:
        crawl(tmp_path / "calm", server, authors=owners(server))
        whole = len(server.log)
        points = [3, *kill_points(4, whole // 3, seed=5)]
        assert sum(killed_at(server, tmp_path / "killed", point, *words(server)) for point in points) >= 3
        database = Database(tmp_path / "killed" / FILE)
        assert upkeep.verify(database).problems == ()
        database.close()
        code, out, err = finished(started(server, tmp_path / "killed", *words(server)))
        assert (code, err) == (0, ""), out
        assert digest(tmp_path / "killed") == digest(tmp_path / "calm")


def test_what_was_stored_before_a_kill_is_not_asked_for_again(tmp_path: Path) -> None:
    with Loopback(generated(40)) as server:
        crawl(tmp_path / "calm", server, authors=owners(server))
        whole = len(server.log)
        server.log.clear()
        killed_at(server, tmp_path / "killed", whole * 2 // 3, *words(server))
        finished(started(server, tmp_path / "killed", *words(server)))
        # four were under way when it was killed, each of one repository with a handful of requests
        assert len(server.log) <= whole + 4 * 8


def test_an_interrupt_ends_it_with_a_word_and_it_goes_on(tmp_path: Path) -> None:
    with Loopback(generated(40)) as server:
        crawl(tmp_path / "calm", server, authors=owners(server))
        server.fault("GET /owner-1/.*/resolve", "slow", seconds=0.5, times=6)
        process = started(server, tmp_path / "stopped", *words(server))
        goal = len(server.log) + 30
        while len(server.log) < goal:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        code, out, err = finished(process, timeout=10)
        assert (code, out) == (130, "") and "goes on from here" in err and "Traceback" not in err
        assert finished(started(server, tmp_path / "stopped", *words(server)))[0] == 0
        assert digest(tmp_path / "stopped") == digest(tmp_path / "calm")


def test_two_crawls_at_once_share_the_work_and_the_quotas(tmp_path: Path) -> None:
    with Loopback(generated(40)) as server:
        crawl(tmp_path / "calm", server, authors=owners(server))
        whole = len(server.log)
        server.log.clear()
        server.state.quota, server.state.window = {"api": 10, "resolvers": 40, "github": 20}, 1
        both = [started(server, tmp_path / "both", *words(server)) for _ in range(2)]
        assert [finished(process)[0] for process in both] == [0, 0]
        assert server.state.over == []
        assert len(server.log) <= whole * 1.1
    assert digest(tmp_path / "both") == digest(tmp_path / "calm")


def test_two_different_crawls_at_once_break_no_quota(tmp_path: Path) -> None:
    with Loopback(generated(40)) as server:
        server.state.quota, server.state.window = {"api": 10, "resolvers": 40, "github": 20}, 1
        parts = words(server)
        both = [started(server, tmp_path / "both", *some) for some in (parts[:4], parts[4:])]
        assert [finished(process)[0] for process in both] == [0, 0]
        assert server.state.over == []
    digest(tmp_path / "both")


JUMPS = """
import random, time
real, chooser = time.time, random.Random(3)
time.time = lambda: real() + chooser.choice((-86_400 * 400, 0, 3_600, 86_400 * 400))
"""


def test_a_clock_that_jumps_changes_nothing(tmp_path: Path) -> None:
    with Loopback(generated(30)) as server:
        crawl(tmp_path / "calm", server, authors=owners(server))
        server.state.quota, server.state.window = {"api": 10, "resolvers": 40, "github": 30}, 1
        code, _, err = finished(started(server, tmp_path / "jumpy", *words(server), before=JUMPS))
        assert (code, err) == (0, "") and server.state.over == []
        assert finished(started(server, tmp_path / "jumpy", *words(server), before=JUMPS))[0] == 0
    assert digest(tmp_path / "jumpy") == digest(tmp_path / "calm")


FULL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))"


def test_a_full_disk_is_one_sentence_and_it_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with Loopback(generated(60)) as server:
        crawl(tmp_path / "calm", server, authors=owners(server))
        code, out, err = finished(started(server, tmp_path / "full", *words(server), before=FULL))
        assert (code, out) == (5, "") and err.count("\n") == 1 and "free some space" in err
        assert finished(started(server, tmp_path / "full", *words(server)))[0] == 0
    assert digest(tmp_path / "full") == digest(tmp_path / "calm")
