"""The run log: every entry chained, every tampering found, and nothing started that cannot be logged."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openness.errors import ExitCode, IntegrityError, MissingInput, OpennessError
from openness.gate import chain, log
from openness.gate.log import RunRecord, append, log_path, rotate, show, state_folder, verify

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENNESS_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def fill(count: int) -> None:
    for number in range(count):
        append(RunRecord(event="start", build_path=f"/models/{number}.gguf", outcome="started"))


def lines() -> list[bytes]:
    return log_path().read_bytes().splitlines(keepends=True)


def test_an_entry_has_every_field_and_hashes_itself() -> None:
    append(
        RunRecord(
            event="start",
            build_path="/models/a\x1b[31m.gguf",
            build_sha256="ab" * 32,
            verdict="denied",
            uses=("product",),
            licenses=("gemma-2025-03",),
            rules="1.2",
            override="approved by legal\nticket 7",
            argv=("openness", "run", "a.gguf", os.fsdecode(b"\xff")),
            runner_name="xllamacpp",
            runner_version="1",
            outcome="started",
        )
    )
    entry = json.loads(lines()[0])
    digest = entry.pop("hash")
    assert digest == chain.seal({k: v for k, v in entry.items() if k != "previous"}, entry["previous"])["hash"]
    named = "time event user build verdict uses licenses rules override argv runner outcome previous"
    assert set(entry) == set(named.split())
    assert entry["build"] == {"path": "/models/a\\x1b[31m.gguf", "sha256": "ab" * 32}
    assert entry["override"] == {"reason": "approved by legal\\nticket 7"}
    assert entry["runner"] == {"name": "xllamacpp", "version": "1"}
    assert entry["argv"][-1] == "\\xff"
    assert entry["time"].endswith("Z")
    assert entry["previous"] == chain.GENESIS


def test_no_override_and_no_runner_are_null() -> None:
    entry = append(RunRecord(event="refused", outcome="denied"))
    assert entry["override"] is entry["runner"] is None


def test_the_log_is_for_the_user_alone(folder: Path) -> None:
    before = os.umask(0)
    try:
        fill(1)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("log.jsonl", "log.head", "log.lock"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_log_that_others_could_read_is_narrowed(folder: Path) -> None:
    fill(1)
    log_path().chmod(0o644)
    fill(1)
    assert stat.S_IMODE(log_path().stat().st_mode) == 0o600


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert state_folder() == tmp_path / "state"
    monkeypatch.delenv("OPENNESS_STATE")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert log_path() == tmp_path / "xdg" / "openness" / "log.jsonl"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_folder() == tmp_path / ".local" / "state" / "openness"
    append(RunRecord(event="start"))
    assert stat.S_IMODE(state_folder().stat().st_mode) == 0o700


def test_no_log_at_all_is_sound() -> None:
    assert verify() == log.LogCheck(str(log_path()), True, 0)
    assert show() == []


def test_a_sound_log_verifies_and_shows_its_end() -> None:
    fill(5)
    assert verify().ok
    assert verify().entries == 5
    assert [entry["build"]["path"] for entry in show(2)] == ["/models/3.gguf", "/models/4.gguf"]
    assert len(show()) == 5


def edit(found: list[bytes]) -> list[bytes]:
    return [*found[:2], found[2].replace(b"/models/2", b"/models/x"), *found[3:]]


def edit_and_rehash(found: list[bytes]) -> list[bytes]:
    entry = json.loads(found[2])
    entry["verdict"] = "permitted"
    body = {key: value for key, value in entry.items() if key not in ("hash", "previous")}
    return [*found[:2], chain.canonical(chain.seal(body, entry["previous"])) + b"\n", *found[3:]]


def space(found: list[bytes]) -> list[bytes]:
    return [*found[:2], found[2].replace(b",", b", ", 1), *found[3:]]


def double_key(found: list[bytes]) -> list[bytes]:
    return [*found[:2], found[2].replace(b"{", b'{"verdict":"permitted",', 1), *found[3:]]


#: how, at which line it is found
TAMPERING: list[tuple[Callable[[list[bytes]], list[bytes]], int]] = [
    (edit, 3),
    (edit_and_rehash, 4),
    (space, 3),
    (double_key, 3),
    (lambda found: [*found[:2], *found[3:]], 3),
    (lambda found: found[1:], 1),
    (lambda found: [found[1], found[0], *found[2:]], 1),
    (lambda found: [*found[:2], found[3], found[2], *found[4:]], 3),
    (lambda found: [*found[:3], found[2], *found[3:]], 4),
    (lambda found: found[:-1], 5),
    (lambda found: found[:-2], 4),
    (lambda found: [*found[:-1], found[-1][:-20]], 5),
    (lambda found: [*found[:-1], found[-1][:-1]], 5),
    (lambda found: [*found, b"null\n"], 6),
    (lambda found: [*found, b"\xff\xfe\n"], 6),
    (lambda found: [*found, b"[" * 100_000 + b"\n"], 6),
    (lambda found: [*found, b'{"previous":NaN}\n'], 6),
    (lambda _found: [], 1),
]


@pytest.mark.parametrize(("tamper", "line"), TAMPERING)
def test_tampering_is_found_at_its_line_and_stops_the_next_run(tamper: Callable[[list[bytes]], list[bytes]], line: int) -> None:
    fill(5)
    log_path().write_bytes(b"".join(tamper(lines())))
    changed = log_path().read_bytes()
    check = verify()
    assert not check.ok
    assert (check.line, bool(check.problem)) == (line, True)
    with pytest.raises(IntegrityError, match="does not verify") as caught:
        append(RunRecord(event="start"))
    assert caught.value.exit_code == ExitCode.INTEGRITY
    assert log_path().read_bytes() == changed
    show()


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"count":5}', b'{"count":"x","hash":"y"}', b"[]"])
def test_a_missing_or_damaged_head_is_found(folder: Path, content: bytes | None) -> None:
    fill(5)
    (folder / "log.head").unlink()
    if content is not None:
        (folder / "log.head").write_bytes(content)
    assert not verify().ok
    with pytest.raises(IntegrityError):
        append(RunRecord(event="start"))


def test_removing_the_log_but_not_its_head_is_found() -> None:
    fill(2)
    log_path().unlink()
    assert verify().line == 1


@pytest.mark.parametrize("count", [1, 3])
def test_a_process_killed_between_the_line_and_the_head_breaks_nothing(folder: Path, count: int) -> None:
    if count > 1:
        fill(count - 1)
        head = (folder / "log.head").read_bytes()
    else:
        head = chain.canonical({"count": 0, "hash": chain.GENESIS})
    fill(1)
    (folder / "log.head").write_bytes(head)
    assert verify().ok
    fill(1)
    assert verify() == log.LogCheck(str(log_path()), True, count + 1)


def test_a_rotation_carries_the_chain_on() -> None:
    fill(3)
    last = json.loads(lines()[-1])["hash"]
    aside = rotate()
    assert aside.parent == log_path().parent
    first = json.loads(lines()[0])
    assert (first["event"], first["previous"], first["continues"]) == ("rotated", last, aside.name)
    fill(2)
    rotate()
    fill(1)
    assert verify() == log.LogCheck(str(log_path()), True, 8)
    assert stat.S_IMODE(log_path().stat().st_mode) == 0o600


def test_two_rotations_in_one_second_keep_both_files() -> None:
    fill(1)
    assert rotate() != rotate()
    assert verify().entries == 3


def test_the_tail_of_a_file_set_aside_cannot_be_cut() -> None:
    fill(3)
    aside = rotate()
    aside.write_bytes(b"".join(aside.read_bytes().splitlines(keepends=True)[:-1]))
    check = verify()
    assert (check.ok, check.file) == (False, str(aside))


def test_an_archived_file_is_not_missed() -> None:
    fill(3)
    rotate().unlink()
    assert verify().ok


def test_a_rotation_killed_before_the_head_breaks_nothing(folder: Path) -> None:
    fill(3)
    head = (folder / "log.head").read_bytes()
    rotate()
    (folder / "log.head").write_bytes(head)
    assert verify().ok
    fill(1)
    assert verify().ok


def test_a_broken_log_can_be_set_aside_and_the_break_stays_on_record() -> None:
    fill(3)
    log_path().write_bytes(b"".join([*lines()[:-1], b"half a li"]))
    aside = rotate()
    assert b"half a li" in aside.read_bytes()
    assert "line 3" in json.loads(lines()[0])["broken"]
    fill(1)
    assert verify().ok


def test_nothing_to_rotate_is_said() -> None:
    with pytest.raises(MissingInput):
        rotate()


def _append_many(count: int) -> None:
    fill(count)


def test_two_processes_appending_at_once_make_one_chain() -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_append_many, args=(25,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert verify() == log.LogCheck(str(log_path()), True, 50)


def test_a_log_locked_by_another_is_an_error_and_no_endless_wait(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(1)
    monkeypatch.setattr(log, "_LOCK_SECONDS", 0.05)
    with log._locked(folder), pytest.raises(OpennessError, match="locked by another"):
        append(RunRecord(event="start"))


@pytest.mark.parametrize("let_through", [0, 40])
def test_a_full_disk_is_an_error_that_leaves_the_chain_whole(monkeypatch: pytest.MonkeyPatch, let_through: int) -> None:
    fill(2)
    real = os.write
    written: list[int] = []

    def full(descriptor: int, data: Any) -> int:
        if written or not let_through:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(real(descriptor, bytes(data)[:let_through]))
        return written[0]

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(OpennessError, match=r"No space left.*nothing is started") as caught:
            append(RunRecord(event="start"))
    assert caught.value.exit_code == ExitCode.INTEGRITY
    assert verify().entries == 2
    fill(1)
    assert verify() == log.LogCheck(str(log_path()), True, 3)


def test_a_folder_that_cannot_be_written_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/openness")):
        monkeypatch.setenv("OPENNESS_STATE", str(path))
        with pytest.raises(OpennessError, match="nothing is started"):
            append(RunRecord(event="start"))


def test_a_link_in_place_of_the_log_is_refused(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    (tmp_path / "target").touch()
    log_path().symlink_to(tmp_path / "target")
    with pytest.raises(OpennessError, match="nothing is started"):
        append(RunRecord(event="start"))
    assert (tmp_path / "target").read_bytes() == b""


def test_the_log_is_imported_without_what_it_does_not_need() -> None:
    program = (
        "import sys, openness.gate.log; "
        "sys.exit(' '.join({'subprocess', 'ctypes', 'xllamacpp', 'socket', 'http', 'click'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
