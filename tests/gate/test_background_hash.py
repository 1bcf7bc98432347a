"""Hashing in a thread while the header is read: the same hash, the same errors, and nothing left running."""

from __future__ import annotations

import hashlib
import sys
import threading
from pathlib import Path

import pytest

from openness.errors import IntegrityError
from openness.gate.background_hash import background_hash
from openness.gate.held_build import held_build

CONTENT = bytes(range(256)) * 40_000  # several chunks


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(CONTENT)
    return path


def hashing_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "sha256"]


def test_the_hash_is_that_of_the_file(model: Path) -> None:
    seen: list[int] = []
    with held_build(str(model)) as held, background_hash(held, seen.append) as hash:
        hash.wait()
        assert held.known_sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert seen[-1] == len(CONTENT)


def test_an_error_of_the_hashing_is_raised_to_who_waits(model: Path) -> None:
    def shrink(done: int) -> None:
        model.write_bytes(b"short")

    with (
        held_build(str(model)) as held,
        background_hash(held, shrink) as hash,
        pytest.raises(IntegrityError, match="became shorter"),
    ):
        hash.wait()


def test_leaving_early_ends_the_thread_and_keeps_no_half_hash(model: Path) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def block(done: int) -> None:
        reached.set()
        go_on.wait(10)

    def interrupted() -> None:
        with background_hash(held, block):
            assert reached.wait(10)
            threading.Timer(0.2, go_on.set).start()
            raise KeyboardInterrupt

    with held_build(str(model)) as held:
        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert hashing_threads() == []
        assert held.known_sha256 is None


def test_the_switch_interval_is_given_back(model: Path) -> None:
    before = sys.getswitchinterval()
    with held_build(str(model)) as held, background_hash(held) as hash:
        hash.wait()
    assert sys.getswitchinterval() == before
