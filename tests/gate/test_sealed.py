"""The sealed copy: the audited bytes, which no one can change any more."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from openness.errors import IntegrityError, OpennessError, UsageError
from openness.gate import sealed
from openness.gate.held_file import HeldFile
from openness.gate.sealed import sealed_copy

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memfd is Linux only")


@pytest.fixture
def held(tmp_path: Path) -> HeldFile:
    (tmp_path / "model.gguf").write_bytes(b"weights" * 1000)
    return HeldFile(tmp_path / "model.gguf")


def test_the_copy_is_the_audited_content_and_cannot_be_written(held: HeldFile) -> None:
    with held, sealed_copy(held) as copy:
        assert copy.sha256() == held.sha256()
        assert copy.path == held.path
        for change in (lambda: os.pwrite(copy.fileno(), b"x", 0), lambda: os.ftruncate(copy.fileno(), 1)):
            with pytest.raises(OSError, match="not permitted"):
                change()


def test_the_copy_does_not_follow_a_write_in_place(held: HeldFile) -> None:
    with held, sealed_copy(held) as copy:
        Path(held.path).write_bytes(b"changed")
        copy.check_unchanged()
        assert copy.read_at(0, 7) == b"weights"


def test_a_file_changed_after_its_hash_gives_no_copy(held: HeldFile) -> None:
    with held:
        held.sha256()
        with open(held.path, "r+b") as stream:
            stream.write(b"changed")
        with pytest.raises(IntegrityError, match="sealed copy"):
            sealed_copy(held)


def test_too_little_memory_is_said_before_copying(held: HeldFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "_available_memory", lambda: 100)
    with held, pytest.raises(OpennessError, match="without --sealed"):
        sealed_copy(held)


def test_another_platform_is_told_so(held: HeldFile, monkeypatch: pytest.MonkeyPatch) -> None:
    with held:
        monkeypatch.setattr(sys, "platform", "darwin")
        with pytest.raises(UsageError, match="Linux"):
            sealed_copy(held)
