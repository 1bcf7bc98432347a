"""What lies beside a build: the card, license and notice files, an adapter's configuration, a Hugging Face cache above.

Only regular files of moderate size are read, by fixed names; nothing a document names is followed.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

from openness.records import Absent
from openness.sources.snapshot import AbsenceReason, Document

__all__ = ["CachedRepository", "Document", "NotRead", "cached_repository", "neighbors", "read_regular"]

#: A card or license beyond this is not read (the largest license text known here has 35 kB).
MAX_DOCUMENT = 1 << 20
NAMES = re.compile(
    r"(readme\.md|model_?card\.md|(un)?licen[cs]e[\w.+-]*|copying[\w.]*|notice[\w.]*|adapter_config\.json)",
    re.IGNORECASE,
)
SKIPPED_SUFFIXES = (".gguf", ".py", ".safetensors", ".bin", ".spdx", ".json5", ".png", ".svg")
MAX_NEIGHBORS = 20
MAX_ENTRIES = 20_000
BLOB = re.compile(r"(?:sha256-)?([0-9a-f]{64})", re.ASCII)
CACHE_FOLDER = re.compile(r"models--(?P<owner>[\w.-]+?)--(?P<name>[\w.-]+)")


class CachedRepository(msgspec.Struct, frozen=True):
    """A Hugging Face cache folder that a path lies in: the repository and the commit of its snapshot."""

    model: str
    revision: str


def neighbors(build: Path) -> Iterator[Document | Absent]:
    """Documents beside ``build`` (or in it, a folder), in the order of their names; what cannot be read is an Absent.

    Beside a blob of Ollama lie other models; its own license text is the layer that its manifest names.
    """
    folder = build if build.is_dir() else build.parent
    repository = cached_repository(build)
    if build.parent.name == "blobs":
        from openness.sources import ollama

        if ollama.blob_digest(build) is not None:
            yield from ollama.license_texts(build)
            return
    try:
        with os.scandir(folder) as entries:
            names = sorted(e.name for _, e in zip(range(MAX_ENTRIES), entries, strict=False) if _wanted(e.name))
    except OSError as error:
        yield Absent(str(folder), error.strerror or "cannot be listed")
        return
    for name in names[:MAX_NEIGHBORS]:
        yield _read(folder / name, repository.revision if repository else None)


def cached_repository(build: Path) -> CachedRepository | None:
    """The repository whose cache snapshot holds ``build``: ``models--owner--name/snapshots/<commit>/…``."""
    parts = build.absolute().parts
    for index, part in enumerate(parts[:-3]):
        match = CACHE_FOLDER.fullmatch(part)
        if match and parts[index + 1] == "snapshots":
            return CachedRepository(f"{match['owner']}/{match['name']}", parts[index + 2])
    return None


def stated_sha256(build: Path) -> str | None:
    """The sha256 by which a store that is addressed by content (the Hub's cache, Ollama) names the file; None elsewhere."""
    try:
        path = build.resolve()
    except (OSError, RuntimeError):
        return None
    match = BLOB.fullmatch(path.name)
    return match[1] if match and path.parent.name == "blobs" else None


def _wanted(name: str) -> bool:
    return bool(NAMES.fullmatch(name)) and not name.casefold().endswith(SKIPPED_SUFFIXES)


def _kind(name: str) -> str:
    lower = name.casefold()
    if lower.endswith("card.md") or lower == "readme.md":
        return "card"
    if lower == "adapter_config.json":
        return "adapter"
    return "notice" if lower.startswith("notice") else "license"


def _read(path: Path, revision: str | None) -> Document | Absent:
    try:
        data = read_regular(path, MAX_DOCUMENT)
    except NotRead as error:
        return Absent(str(path), error.words)
    digest = hashlib.sha256(data).hexdigest()
    return Document(path.name, _kind(path.name), data, digest, str(path), revision)


class NotRead(Exception):
    """A local file that was not read: ``reason`` is a word of AbsenceReason, ``words`` say it to the user."""

    def __init__(self, reason: AbsenceReason, words: str) -> None:
        super().__init__(words)
        self.reason: AbsenceReason = reason
        self.words = words


def read_regular(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most ``limit`` bytes; never waits on a pipe or a device. Raises NotRead."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        words = (error.strerror if isinstance(error, OSError) else None) or "cannot be opened"
        raise NotRead("missing" if isinstance(error, FileNotFoundError) else "unreachable", words) from None
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotRead("malformed", "not a regular file")
        if status.st_size > limit:
            raise NotRead("too-large", f"larger than {limit} bytes")
        try:
            data = file.read(limit + 1)
        except OSError as error:
            raise NotRead("unreachable", error.strerror or "cannot be read") from None
    if len(data) > limit:
        raise NotRead("too-large", f"larger than {limit} bytes")
    return data
