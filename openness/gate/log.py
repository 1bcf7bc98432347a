"""The run log: one JSON line for every start, refusal and override, append-only, chained by hash, for the user alone.

A run that cannot be logged must not start, so every failure here is an error. Reading never changes anything.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openness.errors import IntegrityError, MissingInput, OpennessError
from openness.gate.chain import (
    LOG_NAME,
    ROTATED,
    Chain,
    Head,
    LogCheck,
    canonical,
    parsed_entries,
    read_chain,
    read_head,
    seal,
    write_head,
)
from openness.gate.state import state_folder
from openness.printable import printable

__all__ = ["LogCheck", "RunRecord", "append", "log_path", "rotate", "show", "state_folder", "verify"]

_LOCK_NAME = "log.lock"
_LOCK_SECONDS = 10.0
_ARGUMENT_LIMIT = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """What is to be logged; time, user and the chain are added here. ``event``: ``start``, ``end``, ``refused``, …"""

    event: str
    build_path: str | None = None
    build_sha256: str | None = None
    verdict: str | None = None
    uses: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()
    rules: str | None = None
    override: str | None = None
    argv: tuple[str, ...] = ()
    runner_name: str | None = None
    runner_version: str | None = None
    outcome: str | None = None


def log_path() -> Path:
    return state_folder() / LOG_NAME


def append(record: RunRecord, *, wait: bool = True) -> dict[str, Any]:
    """Adds one entry and returns it. Raises :class:`IntegrityError` when the chain is broken, and adds nothing then.

    The entry is there for every reader at once; that it outlives a power failure takes the disk up to a second. Without ``wait``
    that goes on while the runner loads. (Should the power fail just then, the log may not verify: the safe side.)
    """
    folder = state_folder()
    with _writing(folder):
        chain = _sound_chain(folder)
        entry = seal(_fields(record), chain.last_hash)
        descriptor = _write_entry(folder, chain, entry)
    if wait:
        _to_disk(descriptor)
    else:
        threading.Thread(target=_to_disk, args=(descriptor,), name="log").start()
    return entry


def _to_disk(descriptor: int) -> None:
    """Flush and close. The line was written; a disk that fails now is found by the next reader."""
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def verify() -> LogCheck:
    """Checks the log and, behind it, every file set aside by :func:`rotate` that is still in the folder."""
    folder = state_folder()
    with _reading(folder):
        chain = read_chain(folder / LOG_NAME, read_head(folder))
        entries = chain.check.entries
        while chain.check.ok and (older := _set_aside(folder, chain)) is not None:
            previous = chain.first["previous"] if chain.first else ""
            chain = read_chain(older, None, with_head=False)
            if chain.check.ok and chain.last_hash != previous:
                problem = "its last entries were removed"
                return LogCheck(printable(str(older)), False, entries, chain.check.entries + 1, problem)
            entries += chain.check.entries
    if not chain.check.ok:
        return chain.check
    return LogCheck(printable(str(folder / LOG_NAME)), True, entries)


def show(limit: int | None = None) -> list[dict[str, Any]]:
    """The last ``limit`` entries, oldest first; also of a log that does not verify."""
    folder = state_folder()
    with _reading(folder):
        return list(deque(parsed_entries(folder / LOG_NAME), maxlen=limit))


def rotate() -> Path:
    """Sets the log aside under a dated name and begins a new one whose first entry carries its last hash.

    A broken log can be set aside as well: the break is written into the new first entry, and the file is kept.
    """
    folder = state_folder()
    if not (folder / LOG_NAME).exists():
        raise MissingInput(f"there is no run log in {printable(str(folder))} yet")
    with _writing(folder):
        chain = read_chain(folder / LOG_NAME, read_head(folder))
        target = _dated_name(folder)
        broken = "" if chain.check.ok else f"line {chain.check.line}: {chain.check.problem}"
        fields = {**_fields(RunRecord(event=ROTATED)), "continues": target.name, "broken": broken}
        entry = seal(fields, chain.last_hash)
        _replace_log(folder, target, entry)
        write_head(folder, Head(1, entry["hash"]))
    return target


def _fields(record: RunRecord) -> dict[str, Any]:
    path = record.build_path
    runner = {"name": record.runner_name, "version": record.runner_version} if record.runner_name else None
    return {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "event": record.event,
        "user": _user(),
        "build": {"path": None if path is None else printable(path, None), "sha256": record.build_sha256},
        "verdict": record.verdict,
        "uses": list(record.uses),
        "licenses": list(record.licenses),
        "rules": record.rules,
        "override": None if record.override is None else {"reason": printable(record.override, None)},
        "argv": [printable(word, _ARGUMENT_LIMIT) for word in record.argv],
        "runner": runner,
        "outcome": record.outcome,
    }


def _user() -> str:
    """From the system, not from ``$LOGNAME``, which anyone may set."""
    if sys.platform != "win32":
        import pwd

        with contextlib.suppress(KeyError):
            return pwd.getpwuid(os.getuid()).pw_name
        return str(os.getuid())
    import getpass

    return getpass.getuser()


def _sound_chain(folder: Path) -> Chain:
    head = read_head(folder)
    chain = read_chain(folder / LOG_NAME, head)
    if not chain.check.ok:
        where = f"line {chain.check.line}: " if chain.check.line else ""
        raise IntegrityError(
            f"the run log {chain.check.file} does not verify ({where}{chain.check.problem}): nothing is started; "
            "look at it, then set it aside with: openness log rotate",
            code="log-broken",
        )
    if head is None:
        # Written before the first line, so that a log without a head is always a log whose head was removed.
        write_head(folder, Head(0, chain.last_hash))
    return chain


def _write_entry(folder: Path, chain: Chain, entry: dict[str, Any]) -> int:
    """Writes the line and the head; the descriptor of the log is left open for :func:`_to_disk`."""
    descriptor = _open_log(folder / LOG_NAME)
    try:
        _write_all(descriptor, canonical(entry) + b"\n")
        write_head(folder, Head(chain.check.entries + 1, entry["hash"]))
    except BaseException as error:
        # A half-written line would break the chain for good: take back what a full disk let through.
        if isinstance(error, OSError):
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, chain.size)
        os.close(descriptor)
        raise
    return descriptor


def _open_log(path: Path) -> int:
    """A link in place of the log is refused, and a mode that lets others read is narrowed."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, 0o600)
    return descriptor


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _dated_name(folder: Path) -> Path:
    stem = f"log-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (folder / (f"{stem}-{number}.jsonl" if number else f"{stem}.jsonl") for number in range(1000))
    return next(name for name in names if not name.exists())


def _replace_log(folder: Path, target: Path, entry: dict[str, Any]) -> None:
    """Killed anywhere, there is a log that verifies: the new one is complete before it takes the name, and the old one
    has its second name before it loses the first.
    """
    log = folder / LOG_NAME
    fresh = folder / (LOG_NAME + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = _open_log(fresh)
    try:
        _write_all(descriptor, canonical(entry) + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(log, target)
    except OSError:
        os.rename(log, target)  # a file system without links
    os.replace(fresh, log)


def _set_aside(folder: Path, chain: Chain) -> Path | None:
    """The file that this one continues, when it is still here and was sound when it was set aside."""
    first = chain.first
    if first is None or first.get("event") != ROTATED or first.get("broken"):
        return None
    path = folder / Path(str(first.get("continues"))).name
    return path if path.is_file() else None


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if "OPENNESS_STATE" not in os.environ:  # a folder that the user chose keeps the mode the user gave it
            folder.chmod(0o700)
        with _locked(folder):
            yield
    except OSError as error:
        raise OpennessError(
            f"the run log in {printable(str(folder))} cannot be written ({error.strerror or error}): nothing is "
            "started; make room or name another folder in OPENNESS_STATE",
            code="log-unwritable",
        ) from error


@contextlib.contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """Without a folder, or in one that cannot be written, there is no writer to wait for."""
    with contextlib.ExitStack() as stack:
        if folder.is_dir():
            with contextlib.suppress(OSError):
                stack.enter_context(_locked(folder))
        yield


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """An exclusive lock on a file of its own, which a rotation does not replace."""
    descriptor = os.open(folder / _LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + _LOCK_SECONDS
        while not _try_lock(descriptor):
            if time.monotonic() > deadline:
                raise OpennessError(
                    f"the run log in {printable(str(folder))} is locked by another process: try again",
                    code="log-locked",
                )
            time.sleep(0.01)
        yield
    finally:
        os.close(descriptor)  # which also unlocks


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
