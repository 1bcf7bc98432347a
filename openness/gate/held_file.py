"""A build that is opened once: header, hash and runner all read the same inode, whatever happens to its name."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple

from openness.errors import IntegrityError, MissingInput
from openness.printable import printable

#: Measured: 1 MiB beats 64 KiB by 7 % and 16 MiB by 7 %; it still fits a second-level cache.
_CHUNK = 1 << 20
#: A rename while hashing moves ctime and costs one more pass; a file that never rests is refused.
_PASSES = 3

Progress = Callable[[int], None]


class Fingerprint(NamedTuple):
    """What the system knows of an open file. Without ctime it would not do: a write can set mtime back, never ctime."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


class HeldFile:
    """A regular file held open for reading. ``path`` is as given, ``resolved`` where it led to when it was opened.

    Symbolic links are followed on purpose: the Hugging Face cache and Ollama are stores of links. On Windows the file
    is pinned against deletion and renaming by the system itself while it is held.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self._descriptor = _open(self.path)
        self._digest: str | None = None
        try:
            self._fingerprint = self._stat()
            self.resolved = _resolved(self._descriptor, self.path)
        except BaseException:
            self.close()
            raise

    @classmethod
    def adopt(cls, descriptor: int, path: str) -> HeldFile:
        """Holds a descriptor that is open already (the sealed copy); it is closed with the object."""
        held = cls.__new__(cls)
        held.path = held.resolved = path
        held._descriptor = descriptor
        held._digest = None
        held._fingerprint = held._stat()
        return held

    def fileno(self) -> int:
        if self._descriptor < 0:
            raise ValueError("the held file is closed")
        return self._descriptor

    @property
    def fingerprint(self) -> Fingerprint:
        """As of the opening, or of the last time the content was proved to be the same."""
        return self._fingerprint

    @property
    def size(self) -> int:
        return self._fingerprint.size

    @property
    def known_sha256(self) -> str | None:
        return self._digest

    def remember_sha256(self, digest: str) -> None:
        """Takes a digest that a cache holds for exactly this :attr:`fingerprint`, so that nothing is hashed again."""
        self._digest = digest

    def sha256(self, progress: Progress | None = None) -> str:
        """Hashes the file through the held descriptor, once. ``progress`` is told the bytes read so far."""
        if self._digest is None:
            self._require("while it was audited", self._differences() - {"ctime"})
            self._digest, self._fingerprint = self._read_at_rest(progress)
        return self._digest

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to ``count`` bytes from ``offset``, through the held descriptor; less at the end of the file."""
        buffer = bytearray(count)
        try:
            return bytes(buffer[: _read_into(self.fileno(), memoryview(buffer), offset)])
        except OSError as error:
            raise IntegrityError(f"{self._name} cannot be read at byte {offset}: {error.strerror}") from error

    def unchanged(self) -> bool:
        """True when what is held is still what was opened (and hashed)."""
        return not self._real_changes()

    def check_unchanged(self) -> None:
        """Raises :class:`IntegrityError`, naming what changed, unless :meth:`unchanged`."""
        self._require("after it was audited", self._real_changes())

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __enter__(self) -> HeldFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _stat(self) -> Fingerprint:
        found = os.fstat(self.fileno())
        return Fingerprint(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def _differences(self) -> set[str]:
        now = self._stat()
        names = ("device", "inode", "size", "mtime", "ctime")
        return {name for name, old, new in zip(names, self._fingerprint, now, strict=True) if old != new}

    def _real_changes(self) -> set[str]:
        """What changed, once a ctime that moved alone is explained by reading the file again.

        ctime also moves when the *name* is renamed over or unlinked, or the mode changes: that is the swap which
        holding the descriptor makes harmless. The bytes decide; equal bytes are adopted with their new ctime.
        """
        changed = self._differences()
        if changed != {"ctime"} or self._digest is None:
            return changed
        digest, fingerprint = self._read_at_rest(None)
        if digest != self._digest:
            return {"ctime", "content"}
        self._fingerprint = fingerprint
        return set()

    def _read_at_rest(self, progress: Progress | None) -> tuple[str, Fingerprint]:
        for _ in range(_PASSES):
            before = self._stat()
            digest = self._hash(before.size, progress)
            if self._stat() == before:
                return digest, before
        raise IntegrityError(f"{self._name} is being changed while it is read: copy it elsewhere and audit the copy")

    def _hash(self, size: int, progress: Progress | None) -> str:
        # Not through mmap: a file that shrinks under a map is a SIGBUS, here it is a short read.
        buffer = memoryview(bytearray(_CHUNK))
        hasher = hashlib.sha256()
        done = 0
        while done < size:
            try:
                count = _read_into(self.fileno(), buffer[: min(_CHUNK, size - done)], done)
            except OSError as error:
                raise IntegrityError(f"{self._name} cannot be read at byte {done}: {error.strerror}") from error
            if count == 0:
                raise IntegrityError(f"{self._name} became shorter while it was read: audit it again when it is at rest")
            hasher.update(buffer[:count])
            done += count
            if progress is not None:
                progress(done)
        return hasher.hexdigest()

    def _require(self, when: str, changed: set[str]) -> None:
        if changed:
            what = ", ".join(sorted(changed))
            raise IntegrityError(
                f"{self._name} changed {when} ({what}): the verdict no longer holds for it, audit and run it again"
            )

    @property
    def _name(self) -> str:
        return printable(self.path)


def _open(path: str) -> int:
    """With O_NONBLOCK a pipe laid in place of a model cannot hang the audit; regular files do not know it."""
    flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MissingInput(f"cannot open {printable(path)}: {reason}; give the path of a model file") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise MissingInput(f"{printable(path)} is not a regular file; give the path of a model file")
    return descriptor


def _resolved(descriptor: int, path: str) -> str:
    """Where the descriptor really leads: /proc cannot be raced by a link that is changed after the opening."""
    if sys.platform == "linux":
        try:
            return os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            pass  # no /proc in this container
    return os.path.realpath(path)


def _read_into(descriptor: int, buffer: memoryview, offset: int) -> int:
    if hasattr(os, "preadv"):
        return os.preadv(descriptor, [buffer], offset)
    os.lseek(descriptor, offset, os.SEEK_SET)  # Windows has no positioned read
    data = os.read(descriptor, len(buffer))
    buffer[: len(data)] = data
    return len(data)
