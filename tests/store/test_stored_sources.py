"""A store in front of the network: what it answers itself, what it asks for, and what it does without a network."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from openness.records import Absent
from openness.sources.snapshot import Reference, RepositorySnapshot, nothing
from openness.store.stored_sources import StoredSources
from tests.loopback import Loopback
from tests.loopback.world import CASES
from tests.sources.network import CODE, HERON, KESTREL, fetch, forbid_sockets, reasons
from tests.store.keeping import DAY, Clock, model, sources

CARD = "---\nlicense: mit\n---\n"


def test_the_store_gives_back_what_the_network_gave(server: Loopback, tmp_path: Path) -> None:
    for name, kind in ((HERON, "hub-model"), (KESTREL, "hub-model"), ("heron-lab/heron-corpus", "hub-dataset"), (CODE, "github")):
        asked = Reference(kind, name)  # type: ignore[arg-type]
        live = fetch(server, name, kind=kind)  # type: ignore[arg-type]
        with sources(tmp_path, server) as stored:
            assert stored.fetch(asked) == live
        with sources(tmp_path, server, offline=True) as stored:
            assert stored.fetch(asked) == live
        assert live.documents


def test_what_is_stored_and_recent_is_not_asked_for(server: Loopback, tmp_path: Path) -> None:
    with sources(tmp_path, server) as stored:
        stored.fetch(model(HERON))
        server.log.clear()
        stored.fetch(model(HERON))
    with sources(tmp_path, server) as stored:
        stored.fetch(model(HERON))
        stored.fetch(model(HERON.upper()))
    assert server.lines() == []


def test_what_is_old_costs_one_conditional_request(server: Loopback, tmp_path: Path) -> None:
    clock = Clock()
    for name, kind in ((HERON, "hub-model"), (CODE, "github")):
        with sources(tmp_path, server, clock=clock) as stored:
            first = stored.fetch(Reference(kind, name))  # type: ignore[arg-type]
        server.log.clear()
        clock.now += DAY + 1
        with sources(tmp_path, server, clock=clock) as stored:
            assert stored.fetch(Reference(kind, name)) == first  # type: ignore[arg-type]
        assert [entry.status for entry in server.log] == [304]
        server.log.clear()
        clock.now += DAY - 1
        with sources(tmp_path, server, clock=clock) as stored:
            stored.fetch(Reference(kind, name))  # type: ignore[arg-type]
        assert server.lines() == []


def test_a_host_without_conditional_answers_is_asked_for_the_description_only(server: Loopback, tmp_path: Path) -> None:
    with sources(tmp_path, server) as stored:
        first = stored.fetch(model(HERON))
    server.world.repositories["models", HERON].facts["downloads"] = 7  # another answer, the same commit
    server.log.clear()
    with sources(tmp_path, server, refresh=True) as stored:
        assert stored.fetch(model(HERON)) == first
        stored.fetch(model(HERON))
    assert [entry.status for entry in server.log] == [200]


def test_a_clock_that_was_wrong_once_keeps_nothing_fresh_for_ever(server: Loopback, tmp_path: Path) -> None:
    clock = Clock()
    with sources(tmp_path, server, clock=clock) as stored:
        stored.fetch(model(HERON))
    server.log.clear()
    clock.now -= 365 * DAY
    with sources(tmp_path, server, clock=clock) as stored:
        stored.fetch(model(HERON))
    assert len(server.log) == 1


def test_an_exact_revision_is_never_asked_for_again(server: Loopback, tmp_path: Path) -> None:
    clock = Clock()
    commit = server.world.repositories["models", HERON].sha
    with sources(tmp_path, server, clock=clock) as stored:
        first = stored.fetch(model(HERON))
        clock.now += 99 * DAY
        server.log.clear()
        assert stored.fetch(model(HERON, commit)) == first
    assert server.lines() == []
    with sources(tmp_path, server, offline=True) as stored:
        assert stored.fetch(model(HERON, commit[:9])) == first
        assert stored.fetch(model(HERON, "main")) == first
        other = stored.fetch(model(HERON, "f" * 40))
        assert other.absent is not None and other.absent.reason == "offline"


def test_a_new_revision_replaces_the_old_one_and_both_are_kept(server: Loopback, tmp_path: Path) -> None:
    repository = server.world.add("models", "a/b", {"README.md": CARD, "LICENSE": "first"})
    old = repository.sha
    with sources(tmp_path, server) as stored:
        stored.fetch(model("a/b"))
    server.world.add("models", "a/b", {"README.md": CARD.replace("mit", "apache-2.0"), "LICENSE": "second"})
    with sources(tmp_path, server, refresh=True) as stored:
        new = stored.fetch(model("a/b"))
        assert [d.data for d in new.documents][1] == b"second"
    with sources(tmp_path, server) as stored:
        assert [d.data for d in stored.fetch(model("a/b", old)).documents][1] == b"first"
        history = stored.store.history("hub-model", "a/b")
        assert [seen.revision for seen in history] == [old, new.revision]
        assert [seen.license.declared for seen in history] == [{"license": "mit"}, {"license": "apache-2.0"}]
        (change,) = stored.store.license_changes("hub-model", "a/b")
        assert (change.before, change.after, change.what) == (old, new.revision, ("license", "LICENSE"))


def test_offline_makes_no_connection_and_says_what_is_lacking(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sources(tmp_path, server) as stored:
        stored.fetch(model(HERON))
    forbid_sockets(monkeypatch)
    with sources(tmp_path, server, offline=True, clock=Clock(9e9)) as stored:
        assert stored.fetch(model(HERON)).absent is None
        lacking = stored.fetch(model("a/b"))
    assert lacking.absent is not None and (lacking.absent.reason, lacking.documents) == ("offline", ())


def test_offline_without_a_store_makes_none(server: Loopback, tmp_path: Path) -> None:
    with sources(tmp_path / "cache", server, offline=True) as stored:
        assert stored.fetch(model(HERON)).absent is not None
    assert list(tmp_path.iterdir()) == []


def test_offline_imports_nothing_that_could_connect(server: Loopback, tmp_path: Path) -> None:
    with sources(tmp_path, server) as stored:
        stored.fetch(model(HERON))
    script = f"""
import sys, pathlib
from openness.sources.endpoints import Access
from openness.sources.live import LiveSources
from openness.sources.snapshot import Reference
from openness.store.stored_sources import StoredSources
with LiveSources(Access(offline=True)) as live, StoredSources(pathlib.Path({str(tmp_path)!r}), live, offline=True) as stored:
    assert stored.fetch(Reference("hub-model", {HERON!r})).documents
    assert stored.fetch(Reference("folder", {str(CASES / "merged" / "model")!r})).documents
sys.exit(", ".join(name for name in ("httpx2", "huggingface_hub", "socket", "ssl", "yaml") if name in sys.modules) or 0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_stored_model_is_there_at_once(server: Loopback, tmp_path: Path) -> None:
    with sources(tmp_path, server) as stored:
        stored.fetch(model(HERON))
    with sources(tmp_path, server, offline=True) as stored:
        stored.fetch(model(KESTREL))  # opens the store
        began = time.process_time()
        for _ in range(10):
            stored.fetch(model(HERON))
        assert (time.process_time() - began) / 10 < 0.02


# --- what passes


def test_what_was_fetched_in_part_is_completed_the_next_time(server: Loopback, tmp_path: Path) -> None:
    server.fault(f"GET /{HERON}/resolve/.*/config.json", times=3, status=503)
    with sources(tmp_path, server) as stored:
        assert reasons(stored.fetch(model(HERON))) == {"config.json": "unreachable"}
    with sources(tmp_path, server, offline=True) as stored:
        assert reasons(stored.fetch(model(HERON))) == {"config.json": "unreachable"}
    server.log.clear()
    with sources(tmp_path, server) as stored:
        assert stored.fetch(model(HERON)) == fetch(server, HERON)
    asked = [line.split("?")[0].rpartition("/")[2] for line in server.lines()[:2]]
    assert asked == ["heron-60m", "config.json"]


def test_a_host_that_is_down_leaves_what_is_stored(server: Loopback, tmp_path: Path) -> None:
    with sources(tmp_path, server) as stored:
        first = stored.fetch(model(HERON))
    server.fault(".", times=99, status=503)
    with sources(tmp_path, server, refresh=True) as stored:
        assert stored.fetch(model(HERON)) == first
        assert [HERON in warning and "unreachable" in warning for warning in stored.warnings] == [True]
        asked = len(server.log)
        stored.fetch(model(HERON))
        assert len(server.log) == asked
    with sources(tmp_path, server, offline=True) as stored:
        assert stored.fetch(model(HERON)) == first


def test_an_unreachable_repository_is_not_remembered_as_absent(server: Loopback, tmp_path: Path) -> None:
    server.fault(f"GET /api/models/{HERON}", times=3, status=503)
    with sources(tmp_path, server) as stored:
        absent = stored.fetch(model(HERON)).absent
        assert absent is not None and absent.reason == "unreachable"
    with sources(tmp_path, server) as stored:
        assert stored.fetch(model(HERON)).absent is None


# --- what stays


def test_an_absence_is_remembered_and_asked_for_again_when_it_is_old(server: Loopback, tmp_path: Path) -> None:
    clock = Clock()
    with sources(tmp_path, server, clock=clock) as stored:
        absent = stored.fetch(model("a/b")).absent
        assert absent is not None and absent.reason == "missing"
    with sources(tmp_path, server, offline=True) as stored:
        assert stored.fetch(model("a/b")).absent == absent
    server.world.add("models", "a/b", {"README.md": CARD})
    with sources(tmp_path, server, clock=clock) as stored:
        assert stored.fetch(model("a/b")).absent == absent
        clock.now += DAY + 1
        assert stored.fetch(model("a/b")).absent is None


def test_a_revision_that_is_missing_says_nothing_of_the_repository(server: Loopback, tmp_path: Path) -> None:
    with sources(tmp_path, server) as stored:
        absent = stored.fetch(model(HERON, "f" * 40)).absent
        assert absent is not None and absent.reason == "missing"
        assert stored.fetch(model(HERON)).absent is None
    with sources(tmp_path, server, offline=True) as stored:
        assert stored.fetch(model(HERON, "f" * 40)).absent == absent
        assert stored.fetch(model(HERON)).absent is None


def test_a_repository_that_was_taken_down_is_no_longer_given(server: Loopback, tmp_path: Path) -> None:
    with sources(tmp_path, server) as stored:
        stored.fetch(model(HERON))
    server.world.repositories["models", HERON].facts["disabled"] = True
    with sources(tmp_path, server, refresh=True) as stored:
        absent = stored.fetch(model(HERON)).absent
        assert absent is not None and absent.reason == "disabled"
        assert len(stored.store.history("hub-model", HERON)) == 2
    with sources(tmp_path, server, offline=True) as stored:
        assert stored.fetch(model(HERON)).absent == absent


def test_a_moved_repository_is_found_under_both_names(server: Loopback, tmp_path: Path) -> None:
    server.world.add("models", "old-owner/heron", moved_to=HERON)
    with sources(tmp_path, server) as stored:
        first = stored.fetch(model("old-owner/heron"))
        assert (first.moved, first.name) == (True, HERON)
    with sources(tmp_path, server, offline=True) as stored:
        assert stored.fetch(model("old-owner/heron")) == first
        assert not stored.fetch(model(HERON)).moved
        assert stored.fetch(model("old-owner/heron", first.revision)).name == HERON


def test_a_gated_file_is_asked_for_again_once_there_is_a_token(server: Loopback, tmp_path: Path) -> None:
    with sources(tmp_path, server) as stored:
        assert reasons(stored.fetch(model(KESTREL)))["config.json"] == "gated"
    server.log.clear()
    with sources(tmp_path, server) as stored:
        stored.fetch(model(KESTREL))
    assert server.lines() == []
    for _ in range(2):
        with sources(tmp_path, server, hf="granted-token") as stored:
            assert reasons(stored.fetch(model(KESTREL))) == {}
    assert sum("config.json" in line for line in server.lines()) == 1


# --- a store that cannot be used


def test_without_a_store_the_answer_comes_with_a_warning(server: Loopback, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with sources(tmp_path / "file", server) as stored:
        assert stored.fetch(model(HERON)) == fetch(server, HERON)
        assert [("cannot be opened" in warning) for warning in stored.warnings] == [True]


def test_a_store_that_may_only_be_read_answers_what_it_has(server: Loopback, tmp_path: Path) -> None:
    with sources(tmp_path, server) as stored:
        first = stored.fetch(model(HERON))
    script = f"""
import os, pathlib, sys
from openness.sources.endpoints import Access
from openness.sources.live import LiveSources
from openness.sources.snapshot import Reference
from openness.store.stored_sources import StoredSources
os.setresuid(65534, 65534, 65534)
with LiveSources(Access(offline=True)) as live, StoredSources(pathlib.Path({str(tmp_path)!r}), live, offline=True) as stored:
    print(stored.fetch(Reference("hub-model", {HERON!r})).revision)
"""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    for path in (*tmp_path.parents, tmp_path):
        if path.is_relative_to(tmp_path.parents[2]):
            path.chmod(0o755)
    (tmp_path / "openness.db").chmod(0o644)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == first.revision, done.stderr


# --- other sources


def test_a_plain_source_can_stand_behind_the_store(tmp_path: Path) -> None:
    class Recording:
        asked = 0

        def fetch(self, reference: Reference) -> RepositorySnapshot:
            self.asked += 1
            return nothing(reference, Absent(reference.name, "missing"))

    recording = Recording()
    for _ in range(2):
        with StoredSources(tmp_path, recording) as stored:
            assert stored.fetch(model("a/b")).absent == Absent("a/b", "missing")
    assert recording.asked == 1
