"""Holding a build: one opening, one inode, and every change of its content seen."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from openness.errors import IntegrityError, MissingInput
from openness.gate.held_file import HeldFile

CONTENT = bytes(range(256)) * 20_000  # more than one chunk


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(CONTENT)
    return path


def rewrite_in_place(path: Path, *, restore_times: bool) -> None:
    before = path.stat()
    with path.open("r+b") as stream:
        stream.seek(100)
        stream.write(b"changed")
    if restore_times:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_the_hash_is_that_of_the_file_and_progress_reaches_its_size(model: Path) -> None:
    seen: list[int] = []
    with HeldFile(model) as held:
        assert held.sha256(seen.append) == hashlib.sha256(CONTENT).hexdigest()
    assert seen == sorted(seen)
    assert seen[-1] == len(CONTENT)


def test_an_empty_file_has_a_hash(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with HeldFile(tmp_path / "empty") as held:
        assert held.sha256() == hashlib.sha256().hexdigest()


def test_the_fingerprint_holds_what_the_system_says(model: Path) -> None:
    found = model.stat()
    with HeldFile(model) as held:
        assert held.fingerprint == (
            found.st_dev,
            found.st_ino,
            found.st_size,
            found.st_mtime_ns,
            found.st_ctime_ns,
        )


def test_a_remembered_digest_saves_the_reading(model: Path) -> None:
    with HeldFile(model) as held:
        held.remember_sha256("ab" * 32)
        assert held.sha256() == held.known_sha256 == "ab" * 32


def test_a_link_is_followed_and_its_target_recorded(model: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.gguf"
    link.symlink_to(model)
    with HeldFile(link) as held:
        assert held.path == str(link)
        assert held.resolved == os.path.realpath(model)


def test_a_rename_swap_leaves_the_audited_inode_held(model: Path, tmp_path: Path) -> None:
    with HeldFile(model) as held:
        digest = held.sha256()
        (tmp_path / "evil").write_bytes(b"evil")
        os.replace(tmp_path / "evil", model)
        held.check_unchanged()
        assert held.read_at(0, len(CONTENT)) == CONTENT
        assert held.sha256() == digest


def test_an_unlinked_or_chmodded_file_is_still_the_same(model: Path) -> None:
    with HeldFile(model) as held:
        held.sha256()
        model.chmod(0o400)
        assert held.unchanged()
        model.unlink()
        assert held.unchanged()


def test_a_rename_during_the_audit_does_not_matter_before_the_hash(model: Path, tmp_path: Path) -> None:
    with HeldFile(model) as held:
        model.rename(tmp_path / "other.gguf")
        assert held.sha256() == hashlib.sha256(CONTENT).hexdigest()
        held.check_unchanged()


@pytest.mark.parametrize("restore_times", [False, True])
def test_a_write_in_place_is_seen_also_when_the_times_are_set_back(model: Path, restore_times: bool) -> None:
    with HeldFile(model) as held:
        held.sha256()
        rewrite_in_place(model, restore_times=restore_times)
        assert not held.unchanged()
        with pytest.raises(IntegrityError, match="ctime"):
            held.check_unchanged()


def test_a_write_between_opening_and_hashing_is_refused(model: Path) -> None:
    with HeldFile(model) as held:
        rewrite_in_place(model, restore_times=False)
        with pytest.raises(IntegrityError, match="mtime"):
            held.sha256()


def test_without_a_hash_any_change_counts(model: Path) -> None:
    with HeldFile(model) as held:
        model.chmod(0o400)
        with pytest.raises(IntegrityError, match="ctime"):
            held.check_unchanged()


@pytest.mark.parametrize("size", [0, 1000, len(CONTENT) - 1])
def test_a_file_that_shrinks_while_it_is_hashed_is_an_error_and_no_crash(model: Path, size: int) -> None:
    def shrink(_done: int) -> None:
        os.truncate(model, size)

    with HeldFile(model) as held, pytest.raises(IntegrityError, match=r"shorter|being changed|changed while"):
        held.sha256(shrink)


def test_a_shrunken_file_is_named_by_its_size(model: Path) -> None:
    with HeldFile(model) as held:
        held.sha256()
        os.truncate(model, 10)
        with pytest.raises(IntegrityError, match="size"):
            held.check_unchanged()


def test_a_file_that_never_rests_is_refused(model: Path) -> None:
    def touch(done: int) -> None:
        os.utime(model, ns=(done, done))

    with HeldFile(model) as held, pytest.raises(IntegrityError, match="being changed"):
        held.sha256(touch)


def test_what_is_no_regular_file_is_refused_without_hanging(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(MissingInput, match="not a regular file"):
            HeldFile(path)


@pytest.mark.parametrize("name", ["absent.gguf", "nul\0.gguf", "x" * 5000])
def test_what_cannot_be_opened_is_missing_input(tmp_path: Path, name: str) -> None:
    with pytest.raises(MissingInput, match="cannot open"):
        HeldFile(tmp_path / name)


def test_control_characters_of_a_name_do_not_reach_the_message(tmp_path: Path) -> None:
    with pytest.raises(MissingInput) as caught:
        HeldFile(tmp_path / "a\x1b[31mb")
    assert "\x1b" not in caught.value.message


def test_closing_twice_is_harmless_and_use_afterwards_is_a_bug(model: Path) -> None:
    held = HeldFile(model)
    held.close()
    held.close()
    with pytest.raises(ValueError, match="closed"):
        held.fileno()


def test_the_descriptor_is_not_inherited_by_accident(model: Path) -> None:
    with HeldFile(model) as held:
        assert not os.get_inheritable(held.fileno())
