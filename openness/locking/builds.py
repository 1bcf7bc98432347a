"""The entries of weight files: those that lie in the repository are audited, those that a Git LFS pointer stands for are looked
up by their digest. A digest is proof only where the Hub's own listing of a repository has it."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from openness import classifying
from openness.auditing import Audited, Hashes, OpenBuild, audit_build
from openness.errors import OpennessError
from openness.gate import hash_cache
from openness.gate.held_build import HeldBuild, held_build
from openness.gate.held_file import HeldFile
from openness.identity import known_builds
from openness.locking.context import Context
from openness.locking.entries import MAX_TEXT, license_entry, licenses_of, uses_of
from openness.policy.lock import Lock, LockedBuild
from openness.printable import printable
from openness.records import Absent, BuildFile
from openness.refs.records import Reference
from openness.sources import folder
from openness.sources.model_reference import linked
from openness.store.stored_sources import StoredSources
from openness.verdict.model_uses import judge_uses, strength_of

POINTER = "sha256:"
UNKNOWN = "neither the store nor the table of known builds has this digest"


class WantedBuild(msgspec.Struct, frozen=True):
    """A weight file by its path from the folder of the lock; ``sha256`` is that of a pointer, None for the file itself."""

    file: str
    path: Path
    sha256: str | None = None


def wanted_builds(references: Iterable[Reference], base: Path, root: Path) -> list[WantedBuild]:
    """Every weight file that references name and that is here, or that a pointer names, each once. Paths of references are
    relative to ``base``, those of entries to ``root``."""
    found: dict[str, WantedBuild] = {}
    for reference in references:
        if reference.kind != "build-file":
            continue
        if (reference.revision or "").startswith(POINTER):
            path = base / reference.file
            digest = (reference.revision or "").removeprefix(POINTER)
            found[relative(path, root)] = WantedBuild(relative(path, root), path, digest)
        elif (here := file_of(reference, base)) is not None:
            found.setdefault(relative(here, root), WantedBuild(relative(here, root), here))
    return [found[name] for name in sorted(found)]


def joined(found: Iterable[WantedBuild], keep: Lock | None, root: Path) -> list[WantedBuild]:
    """Together with what a lock has of files that were not looked at."""
    every = {one.file: one for one in found}
    for entry in keep.builds if keep else ():
        path = root / entry.file
        here = path.is_file() and not is_pointer(path)
        if here or path.is_file():
            every.setdefault(entry.file, WantedBuild(entry.file, path, None if here else entry.sha256))
    return [every[name] for name in sorted(every)]


def file_of(reference: Reference, base: Path) -> Path | None:
    """The weight file that a reference names, where it is here: from the current folder, or from that of the source."""
    for start in (base, base / Path(reference.file).parent):
        path = start / reference.model
        if path.is_file() and not path.is_symlink() and not is_pointer(path):
            return path
    return None


def is_pointer(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(64).startswith(b"version https://git-lfs")


def relative(path: Path, root: Path) -> str:
    """The path from ``root`` with slashes; absolute where it does not lie below."""
    whole = path.resolve()
    try:
        return whole.relative_to(root.resolve()).as_posix()
    except ValueError:
        return whole.as_posix()


def resolve_build(one: WantedBuild, context: Context, cache: Path, old: LockedBuild | None = None) -> LockedBuild:
    """The entry of a weight file. The date of ``old`` stays while nothing else changed."""
    entry = _pointed(one, one.sha256, context) if one.sha256 else _audited(one, context, cache)
    if old is not None and msgspec.structs.replace(entry, date=old.date) == old:
        return old
    return entry


def _audited(one: WantedBuild, context: Context, cache: Path) -> LockedBuild:
    today = context.today.isoformat()
    try:
        with held_build(str(one.path)) as held:
            digest = _hashed(held, one.path, cache)
            audited = _audit(held, context)
    except OpennessError as error:  # a part is missing, or it is no build
        return LockedBuild(one.file, _digest_of(one.path), today, why=printable(error.message, MAX_TEXT))
    result = audited.result
    if result.identity.basis == "none" and audited.error is None:
        # what lies beside it may say nothing, and yet the digest may be known
        pointed = _pointed(one, digest, context)
        if pointed.model is not None and not result.licenses:
            return msgspec.structs.replace(pointed, size=result.build.size)
    return LockedBuild(
        file=one.file,
        sha256=digest,
        date=today,
        size=one.path.stat().st_size,
        model=result.identity.model if result.identity.basis in ("sha256", "weights") else None,
        basis=result.identity.basis,
        category=result.category,
        strength=str(result.strength) if result.strength else None,
        why=printable(audited.error.message, MAX_TEXT) if audited.error else "",
        licenses=tuple(license_entry(id, result.evidence, context.ruleset) for id in result.licenses),
        uses=uses_of(result.uses),
        beside=dict(_beside(one.path)),
    )


def _audit(held: HeldBuild, context: Context) -> Audited:
    several = held.files if len(held.files) > 1 else ()
    files = tuple(BuildFile(printable(file.path, None), file.size, file.known_sha256) for file in several)
    hashes = Hashes(held.known_sha256, files)
    build = OpenBuild(held.files[0].fileno(), held.path, held.size, lambda: hashes, held.parts, held.layout)
    chosen = context.policy.clarifications
    return audit_build(build, context.question, context.ruleset, clarifications=chosen, source=context.source)


def _hashed(held: HeldBuild, path: Path, cache: Path) -> str:
    """The sha256 of the named file; all files of the build are hashed, or remembered from before."""
    for file in held.files:
        if not hash_cache.recall(file, cache):
            file.sha256()
            hash_cache.remember(file, cache)
    return next((file.known_sha256 for file in held.files if Path(file.path) == path), None) or held.sha256()


def digest(path: Path, cache: Path) -> str | None:
    """The sha256 of a file, remembered while it does not change; None where it cannot be read."""
    try:
        with HeldFile(str(path)) as held:
            if not hash_cache.recall(held, cache):
                held.sha256()
                hash_cache.remember(held, cache)
            return held.known_sha256
    except OpennessError:
        return None


def _digest_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _beside(path: Path) -> Iterator[tuple[str, str]]:
    """The documents that an audit reads beside a file."""
    for document in folder.neighbors(path):
        if not isinstance(document, Absent):
            yield document.name, document.sha256


def _pointed(one: WantedBuild, sha256: str, context: Context) -> LockedBuild:
    """By digest alone: the repository whose listing on the Hub has a file of this sha256."""
    for name in dict.fromkeys(_repositories(sha256, context)):
        reference = linked("hub-model", name)
        if reference is None:
            continue
        snapshot = context.source.fetch(reference)
        if not any(file.sha256 == sha256 for file in snapshot.files):
            continue
        found = classifying.classify(reference, context.source, context.ruleset).result
        strength = strength_of(found)
        return LockedBuild(
            file=one.file,
            sha256=sha256,
            date=context.today.isoformat(),
            model=found.model,
            basis="sha256",
            category=found.result.category,
            strength=str(strength) if strength else None,
            why=printable(found.result.why, MAX_TEXT),
            licenses=tuple(licenses_of(found)),
            uses=uses_of(judge_uses(found, context.question, context.ruleset)),
        )
    return LockedBuild(one.file, sha256, context.today.isoformat(), why=UNKNOWN)


def _repositories(sha256: str, context: Context) -> Iterator[str]:
    if isinstance(context.source, StoredSources):
        with contextlib.suppress(OpennessError):  # a store that is damaged has said so
            yield from (held.name for held in context.source.holding(sha256) if held.kind == "hub-model")
    yield from (row.repository for row in known_builds.lookup(sha256))
