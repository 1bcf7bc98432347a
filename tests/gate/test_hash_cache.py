"""A remembered hash counts only for exactly the file that was hashed, by the user who hashed it."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path

import pytest

from openness.gate import hash_cache
from openness.gate.held_file import HeldFile
from tests.cli.command import openness, relabelled, tiny_build


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENNESS_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"weights" * 1000)
    time.sleep(0.15)  # a file that was written just now is not remembered
    return path


def remembered(model: Path, cache: Path) -> None:
    with HeldFile(model) as held:
        held.sha256()
        hash_cache.remember(held, cache)


def recalled(model: Path, cache: Path) -> str | None:
    with HeldFile(model) as held:
        return held.known_sha256 if hash_cache.recall(held, cache) else None


def entry(cache: Path) -> Path:
    (found,) = (cache / "sha256").iterdir()
    return found


def test_an_unchanged_file_is_not_hashed_again(model: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remembered(model, cache)
    monkeypatch.setattr(HeldFile, "_hash", lambda *_: pytest.fail("the file was read"))
    assert recalled(model, cache) == hashlib.sha256(model.read_bytes()).hexdigest()


def test_a_write_with_size_and_mtime_restored_is_another_file(model: Path, cache: Path) -> None:
    remembered(model, cache)
    before = model.stat()
    with model.open("r+b") as stream:
        stream.write(b"WEIGHTS")
    os.utime(model, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = model.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)
    assert recalled(model, cache) is None


def test_a_file_changed_a_moment_ago_is_not_remembered(model: Path, cache: Path) -> None:
    model.write_bytes(b"just now")
    remembered(model, cache)
    assert not (cache / "sha256").exists()


def test_a_forged_digest_is_not_taken(model: Path, cache: Path) -> None:
    remembered(model, cache)
    found = json.loads(entry(cache).read_text())
    entry(cache).write_text(json.dumps({**found, "sha256": "0" * 64}))
    assert recalled(model, cache) is None


def test_an_entry_moved_to_another_file_is_not_taken(model: Path, cache: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(b"another" * 1000)
    remembered(model, cache)
    found = entry(cache)
    stat = other.stat()
    forged = json.loads(found.read_text())
    forged["state"] = [stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]
    found.with_name(f"{stat.st_dev}-{stat.st_ino}.json").write_text(json.dumps(forged))
    assert recalled(other, cache) is None


def test_an_entry_of_another_user_is_not_taken(model: Path, cache: Path, state: Path) -> None:
    remembered(model, cache)
    (state / "cache.key").write_bytes(os.urandom(32))
    assert recalled(model, cache) is None


def test_the_key_is_for_the_user_alone(model: Path, cache: Path, state: Path) -> None:
    remembered(model, cache)
    assert (state / "cache.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", ["", "[]", "{", '{"state": 1}', '{"state": [], "sha256": 5, "seal": null}', '"x"'])
def test_a_damaged_entry_or_key_is_none(model: Path, cache: Path, state: Path, content: str) -> None:
    remembered(model, cache)
    entry(cache).write_text(content)
    assert recalled(model, cache) is None
    remembered(model, cache)
    (state / "cache.key").write_bytes(b"short")
    assert recalled(model, cache) is None


def test_a_build_changed_behind_the_cache_is_judged_anew(tmp_path: Path) -> None:
    """The same inode, size and mtime, another license: the audit must not repeat what it said before."""
    build = tiny_build(tmp_path, {"license": "apache-2.0"})
    time.sleep(0.15)
    assert openness("audit", build, "--use", "product", home=tmp_path).code == 0
    before = build.stat()
    changed = relabelled(build, tmp_path / "changed", "cc-by-nc-2")
    data = changed.read_bytes()
    assert len(data) == before.st_size
    with build.open("r+b") as stream:
        stream.write(data)
    os.utime(build, ns=(before.st_atime_ns, before.st_mtime_ns))
    result = openness("audit", build, "--use", "product", "--format", "json", home=tmp_path).json["results"][0]
    assert result["build"]["sha256"] == hashlib.sha256(data).hexdigest()
    assert result["verdict"] != "permitted"
