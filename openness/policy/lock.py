"""``openness.lock``: what was found of every model that a repository names, so that a check needs nothing else.

JSON with sorted entries and a digest over all of it. ``openness lock`` writes it, nobody edits it: a hand edit, a cut file or
a merge conflict raises IntegrityError.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from openness.errors import IntegrityError, UsageError
from openness.printable import printable
from openness.records import Permission

FILE_NAME = "openness.lock"
FORMAT = "openness.lock/1"
#: Of a repository with some thousand models; a larger file is none of ours (bytes).
MAX_LOCK = 64 << 20
#: A commit may be written with fewer digits; with less than these it could be the name of a branch.
LEAST_COMMIT = 7


class LockedPlace(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a statement stands, with a quote of it."""

    document: str
    url: str | None = None
    sha256: str | None = None
    line: int | None = None
    quote: str = ""


class LockedLicense(msgspec.Struct, frozen=True, omit_defaults=True):
    """A license that binds the weights. ``source`` is the repository that brings it in, where it is another one."""

    id: str
    spdx: str
    basis: str
    source: str | None = None
    card: LockedPlace | None = None
    text: LockedPlace | None = None


class LockedReason(msgspec.Struct, frozen=True, omit_defaults=True):
    """What decides a use that does not pass: ``effect`` is denied, unknown or asks."""

    effect: str
    text: str
    license: str = ""
    section: str = ""
    clause: str = ""


class LockedUse(msgspec.Struct, frozen=True, omit_defaults=True):
    """The verdict of a use with the reasons that decided it; ``asks`` are the facts of the user that would."""

    verdict: Permission
    reasons: tuple[LockedReason, ...] = ()
    asks: tuple[str, ...] = ()


class LockedModel(msgspec.Struct, frozen=True, omit_defaults=True):
    """One model or data set at one revision. ``asked`` is the revision that references name (None: the branch that the host
    gives), ``revision`` the commit that was read, ``date`` the day on which the evidence was last known to hold.

    ``absent`` is why nothing could be read; then the rest is empty. ``renamed`` is the name that the host has now.
    """

    kind: str
    model: str
    asked: str | None
    date: str
    revision: str | None = None
    url: str | None = None
    renamed: str | None = None
    status: str | None = None
    category: str | None = None
    sub_label: str | None = None
    why: str = ""
    strength: str | None = None
    licenses: tuple[LockedLicense, ...] = ()
    uses: Mapping[str, LockedUse] = msgspec.field(default_factory=dict)
    clarified: tuple[str, ...] = ()
    absent: str | None = None
    detail: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.model.casefold(), self.asked or ""


class LockedBuild(msgspec.Struct, frozen=True, omit_defaults=True):
    """A weight file of the repository, or one that a pointer stands for. ``file`` is relative to the lock; ``model`` is the Hub
    model that it is, where that is known; ``beside`` are the documents that were read: name → sha256."""

    file: str
    sha256: str
    date: str
    size: int | None = None
    model: str | None = None
    basis: str = "none"
    category: str | None = None
    strength: str | None = None
    why: str = ""
    licenses: tuple[LockedLicense, ...] = ()
    uses: Mapping[str, LockedUse] = msgspec.field(default_factory=dict)
    beside: Mapping[str, str] = msgspec.field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        return self.file, self.sha256


class LockedQuestion(msgspec.Struct, frozen=True):
    """What the verdicts are for: uses, declared facts, demanded evidence, and a digest of the clarifications."""

    uses: tuple[str, ...]
    declare: tuple[str, ...] = ()
    evidence: Mapping[str, str] = msgspec.field(default_factory=dict)
    clarify: str | None = None


class LockedPolicy(msgspec.Struct, frozen=True):
    """A digest of the names in the policy that were checked, and the license ids that its words stand for."""

    sha256: str
    licenses: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


class Lock(msgspec.Struct, frozen=True, dict=True):
    """The whole lock; ``rules`` is the version of the rules that judged."""

    rules: str
    question: LockedQuestion
    policy: LockedPolicy
    models: tuple[LockedModel, ...] = ()
    builds: tuple[LockedBuild, ...] = ()

    def of(self, kind: str, model: str) -> list[LockedModel]:
        """All entries of a model, whatever their revision."""
        if "by_name" not in self.__dict__:
            index: dict[tuple[str, str], list[LockedModel]] = {}
            for entry in self.models:
                index.setdefault((entry.kind, entry.model.casefold()), []).append(entry)
            self.__dict__["by_name"] = index
        found: list[LockedModel] = self.__dict__["by_name"].get((kind, model.casefold()), [])
        return found

    def at(self, kind: str, model: str, revision: str | None) -> LockedModel | None:
        """The entry that a reference with this revision means."""
        entries = self.of(kind, model)
        for entry in entries:
            if entry.asked == revision:
                return entry
        if revision is not None and len(revision) >= LEAST_COMMIT:
            for entry in entries:
                if entry.revision is not None and entry.revision.startswith(revision.casefold()):
                    return entry
        return None


def encode(lock: Lock) -> bytes:
    """The bytes of the file: the same for the same content, one fact a line."""
    content = _content(lock)
    content["digest"] = _digest(content)
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _content(lock: Lock) -> dict[str, Any]:
    models = sorted(lock.models, key=lambda entry: entry.key)
    builds = sorted(lock.builds, key=lambda entry: entry.key)
    note = "Written by `openness lock`. Commit it; do not edit it."
    data: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(lock, models=tuple(models), builds=tuple(builds)))
    return {"format": FORMAT, "note": note, **data}


def _digest(content: Mapping[str, Any]) -> str:
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def read(path: Path) -> Lock | None:
    """The lock at ``path``; None where there is none.

    Raises IntegrityError for one that does not verify and UsageError for one that cannot be read.
    """
    shown = printable(str(path), None)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_LOCK + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"The lock {shown} cannot be read: {error.strerror}.") from None
    again = "take it from version control, or delete it and run `openness lock`"
    try:
        content = json.loads(data)
        form, stated = content["format"], content.pop("digest")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise IntegrityError(f"The lock {shown} is not whole (cut, or with marks of a merge); {again}.", code="lock") from None
    if form != FORMAT:
        raise IntegrityError(f"The lock {shown} has the format {printable(str(form), 40)}, not {FORMAT}; {again}.", code="lock")
    if stated != _digest(content):
        raise IntegrityError(f"The lock {shown} was changed by hand: its digest does not fit; {again}.", code="lock")
    try:
        return msgspec.convert(content, Lock)
    except (msgspec.ValidationError, RecursionError) as error:
        text = printable(str(error), 200)
        raise IntegrityError(f"The lock {shown} has an entry that is not one ({text}); {again}.", code="lock") from None


def write(path: Path, lock: Lock) -> bool:
    """Write the lock whole or not at all; whether its bytes changed. Raises UsageError for a folder that cannot be written."""
    data = encode(lock)
    with contextlib.suppress(OSError):
        if path.read_bytes() == data:
            return False
    write_whole(path, data, "lock")
    return True


def write_whole(path: Path, data: bytes, what: str) -> None:
    """Replace a file in one step, with the rights that it had. Raises UsageError."""
    import tempfile

    target = path.resolve()
    if target.exists() and not target.is_file():  # a device or a pipe must not become a file
        raise UsageError(f"The {what} {printable(str(path))} cannot be written: it is no regular file; choose another name.")
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(file.name, mode)
        os.replace(file.name, target)
    except OSError as error:
        with contextlib.suppress(OSError, UnboundLocalError):
            os.unlink(file.name)
        raise UsageError(
            f"The {what} {printable(str(path))} cannot be written: {error.strerror}; choose another folder."
        ) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def find(start: Path) -> Path | None:
    """The nearest lock at or above ``start``."""
    for folder in (start, *start.absolute().parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    return None
