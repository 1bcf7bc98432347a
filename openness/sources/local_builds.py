"""Finds the builds under folders: by the first bytes of files, each file once, whatever links lead to it. Nothing is judged.

Folders are those of other programs and of strangers' downloads: loops of links, endless trees and unreadable entries end in a
note, not in a crash. Files are opened for their first bytes only, never waited for.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from openness.errors import OpennessError
from openness.records import Absent
from openness.sources import build_format
from openness.sources.build_format import format_of
from openness.sources.build_layout import MLC_CONFIG, layout_of, looks_pickled
from openness.sources.runtimes import Root

MAX_DEPTH = 16
MAX_FILES = 500_000
#: No build is smaller; most small files of such folders are never opened.
SMALLEST = 32
#: Endings of what is never a build, so that it need not be opened: text, pictures, tables, locks, partial downloads.
_NEVER = (
    ".json", ".jsonl", ".md", ".txt", ".yaml", ".yml", ".toml", ".py", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".lock",
    ".html", ".css", ".js", ".ts", ".c", ".h", ".cpp", ".rs", ".incomplete", ".part", ".aria2", ".crdownload", ".log", ".csv",
    ".parquet", ".arrow", ".spm", ".tiktoken", ".metadata", ".etag",
)  # fmt: skip

Identity = tuple[int, int]


class Found(msgspec.Struct, frozen=True):
    """A build: ``path`` as a user would name it, ``files`` its parts, ``runtimes`` whose folders it was found in, ``others``
    further paths of the same file."""

    path: Path
    files: tuple[Path, ...]
    runtimes: tuple[str, ...]
    others: tuple[Path, ...] = ()


def find(roots: Iterable[Root]) -> tuple[list[Found], list[Absent]]:
    """Every build under the roots, each once, sorted by path; and what could not be looked into."""
    notes: list[Absent] = []
    found: dict[tuple[Identity, ...], Found] = {}
    seen_files: dict[Identity, tuple[Identity, ...]] = {}
    for root in roots:
        for path, identity in _files(root.path, notes):
            known = seen_files.get(identity)
            if known is not None:
                found[known] = _joined(found[known], path, root)
                continue
            build = _build_at(path, root, notes)
            if build is None:
                continue
            key = tuple(i for file in build.files if (i := _identity(file)) is not None) or (identity,)
            seen_files.update(dict.fromkeys(key, key))
            seen_files[identity] = key
            found[key] = build if key not in found else _joined(found[key], path, root)
    return sorted(found.values(), key=lambda build: str(build.path)), notes


def _joined(build: Found, path: Path, root: Root) -> Found:
    runtimes = tuple(dict.fromkeys((*build.runtimes, *root.runtimes)))
    if path in build.files or path in build.others or path == build.path:
        return msgspec.structs.replace(build, runtimes=runtimes)
    # a name says more than a blob of a store that is addressed by content
    better = build.path.parent.name == "blobs" and path.parent.name != "blobs" and len(build.files) == 1
    if better:
        return Found(path, (path,), runtimes, (*build.others, build.path))
    return msgspec.structs.replace(build, runtimes=runtimes, others=(*build.others, path))


def _build_at(path: Path, root: Root, notes: list[Absent]) -> Found | None:
    """The build that a file is, or is a part of; None for any other file."""
    if path.name == MLC_CONFIG:
        path = path.parent
    elif not _looks_like_build(path):
        return None
    try:
        layout = layout_of(path)
    except OpennessError as error:
        notes.append(Absent(str(path), error.message))
        return None
    first = layout.path if layout.form == "mlc" else layout.files[0]
    return Found(first, layout.files, root.runtimes)


def _looks_like_build(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError):
        return False
    try:
        found = format_of(descriptor, os.fstat(descriptor).st_size, path.name)
        if found == build_format.LLAMAFILE:
            return _holds_build(descriptor)
        return found != build_format.UNKNOWN and (found != build_format.PICKLE or looks_pickled(path.name))
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _holds_build(descriptor: int) -> bool:
    from openness.sources.llamafile import inner_builds

    try:
        return bool(inner_builds(descriptor, os.fstat(descriptor).st_size))
    except OpennessError:
        return False


def _identity(path: Path) -> Identity | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _files(root: Path, notes: list[Absent]) -> Iterator[tuple[Path, Identity]]:
    """Regular files that may be builds, links resolved, each folder entered once. Snapshots of a Hub cache before its blobs."""
    entered: set[Identity] = set()
    pending = [(root, 0)]
    count = 0
    while pending:
        folder, depth = pending.pop()
        here = _identity(folder)
        if here is None or here in entered:
            continue
        entered.add(here)
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            notes.append(Absent(str(folder), error.strerror or "cannot be listed"))
            continue
        folders = []
        for entry in found:
            count += 1
            if count > MAX_FILES:
                notes.append(Absent(str(root), f"more than {MAX_FILES} files; the rest was not looked into"))
                return
            try:
                status = entry.stat()
            except OSError:
                continue  # a link that leads nowhere, or in a circle
            if stat.S_ISDIR(status.st_mode):
                folders.append(Path(entry.path))
            elif stat.S_ISREG(status.st_mode) and _may_be_build(entry.name, status.st_size):
                yield Path(entry.path), (status.st_dev, status.st_ino)
        if depth < MAX_DEPTH:
            # the last one pushed is entered first: names before blobs
            pending += [(path, depth + 1) for path in sorted(folders, key=lambda path: path.name != "blobs")]
        elif folders:
            notes.append(Absent(str(folder), f"folders deeper than {MAX_DEPTH} were not looked into"))


def _may_be_build(name: str, size: int) -> bool:
    return name == MLC_CONFIG or (size >= SMALLEST and not name.casefold().endswith(_NEVER))
