"""The hash chain of the run log: canonical lines, each holding the hash of the one before, and a head that counts them.

The chain finds an edited, removed, moved or half-written line. It is no signature: who may write the folder may forge a
whole new log; the threat is an accident or a quiet correction, not the user against himself.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from openness.errors import OpennessError
from openness.printable import printable

#: What stands for the hash before the very first entry.
GENESIS = "0" * 64
LOG_NAME = "log.jsonl"
HEAD_NAME = "log.head"
#: The event of a first entry that carries on the chain of a file that was set aside.
ROTATED = "rotated"


@dataclass(frozen=True, slots=True)
class LogCheck:
    """What :func:`check_chain` found. ``line`` counts from 1 and is the first break, None when the head itself is."""

    file: str
    ok: bool
    entries: int
    line: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """How many entries there were, and the hash of the last: what shows that the tail was cut off."""

    count: int
    hash: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A log file as read: the check, and what the next entry builds on."""

    check: LogCheck
    last_hash: str
    size: int
    first: Mapping[str, Any] | None


def canonical(entry: Mapping[str, Any]) -> bytes:
    """One spelling for one entry, so that a changed line cannot hide behind equal JSON."""
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def seal(entry: Mapping[str, Any], previous: str) -> dict[str, Any]:
    """The entry with ``previous`` and its own ``hash``."""
    sealed = {**entry, "previous": previous}
    return {**sealed, "hash": hashlib.sha256(canonical(sealed)).hexdigest()}


def read_chain(path: Path, head: Head | None, *, with_head: bool = True) -> Chain:
    """Reads a log file line by line and finds the first break; a missing file is an empty one."""
    entries, size, last, first = 0, 0, GENESIS, None
    problem = ""
    at_head = GENESIS if head is not None and head.count == 0 else None
    for line in _lines(path):
        entry, problem = _entry(line, last if entries else None)
        if entry is None:
            break
        entries, size, last = entries + 1, size + len(line), entry["hash"]
        first = first if first is not None else entry
        if head is not None and entries == head.count:
            at_head = last
    check = LogCheck(printable(str(path)), not problem, entries)
    if problem:
        check = replace(check, line=entries + 1, problem=problem)
    elif with_head:
        check = _against_head(check, head, at_head, first)
    return Chain(check, last, size, first)


def read_head(folder: Path) -> Head | None:
    """None when there is none; a head that cannot be read counts as one that no log can match."""
    try:
        found = json.loads((folder / HEAD_NAME).read_bytes())
        return Head(int(found["count"]), str(found["hash"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return Head(-1, "")


def write_head(folder: Path, head: Head) -> None:
    """Replaced as a whole, so that a crash of the process leaves the old or the new one."""
    temporary = folder / (HEAD_NAME + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, canonical({"count": head.count, "hash": head.hash}) + b"\n")
    finally:
        os.close(descriptor)
    os.replace(temporary, folder / HEAD_NAME)


def parsed_entries(path: Path) -> Iterator[dict[str, Any]]:
    """Every line that can be read at all, for showing; broken ones come as ``{"broken": text}``."""
    for line in _lines(path):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            entry = None
        yield entry if isinstance(entry, dict) else {"broken": printable(line)}


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            yield from stream
    except FileNotFoundError:
        return
    except OSError as error:
        raise OpennessError(f"the run log {printable(str(path))} cannot be read: {error.strerror}") from error


def _entry(line: bytes, previous: str | None) -> tuple[dict[str, Any] | None, str]:
    """The entry of one line and "", or None and what is wrong. ``previous`` is None for the first line of a file."""
    if not line.endswith(b"\n"):
        return None, "the line is cut off"
    entry = _parsed(line)
    if entry is None:
        return None, "the line is not an entry"
    body = {key: value for key, value in entry.items() if key != "hash"}
    # Comparing bytes also refuses a doubled key, a moved space, a changed escape.
    if canonical(seal(body, entry["previous"])) + b"\n" != line:
        return None, "the line was edited"
    begins = previous is None and (entry["previous"] == GENESIS or entry.get("event") == ROTATED)
    if entry["previous"] != previous and not begins:
        return None, "lines before this one were removed, added or moved"
    return entry, ""


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("previous"), str) else None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON, and not in any line of ours


def _against_head(check: LogCheck, head: Head | None, at_head: str | None, first: Mapping[str, Any] | None) -> LogCheck:
    """The lines are sound in themselves; are they all there?

    The head is written after the line, so it may be one behind (killed in between), also across a rotation.
    """
    if head is None:
        missing = "the head file that counts the entries is gone"
        return check if check.entries == 0 else replace(check, ok=False, problem=missing)
    if head.count < 0:
        return replace(check, ok=False, problem="the head file that counts the entries is damaged")
    if at_head == head.hash and check.entries <= head.count + 1:
        return check
    if first is not None and check.entries == 1 and first.get("event") == ROTATED and first["previous"] == head.hash:
        return check
    if check.entries < head.count:
        gone = head.count - check.entries
        return replace(check, ok=False, line=check.entries + 1, problem=f"the last {gone} entries were removed")
    return replace(check, ok=False, line=max(head.count, 1), problem="the entries are not those that the head file counts")
