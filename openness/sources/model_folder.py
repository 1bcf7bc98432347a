"""A local folder laid out like a Hub repository: the same record as from the Hub, without what only the Hub knows.

A downloaded folder may bring symbolic links. They are followed within the folder and within a Hugging Face cache (whose
snapshots are links to its blobs); a link that leads elsewhere could bring a private file of the user into a report.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from openness.records import Absent
from openness.sources.documents import MAX_FILES, Wanted, gather, plain_path, selection
from openness.sources.folder import NotRead, cached_repository, read_regular
from openness.sources.snapshot import Document, FileEntry, Reference, RepositorySnapshot, document, nothing

#: Deeper than any repository; bounds the walk.
MAX_DEPTH = 24
#: Folders of tools, not of the repository.
SKIPPED = frozenset({".git", ".cache", ".venv", "__pycache__"})


class FolderSource:
    """Folders of this machine; a :class:`openness.sources.snapshot.Source`. Nothing is fetched."""

    def __init__(self, wanted: Wanted | None = None) -> None:
        self._wanted = wanted or Wanted()

    def fetch(self, reference: Reference) -> RepositorySnapshot:
        """The snapshot of a ``folder`` reference. The revision is known only within a Hugging Face cache."""
        root = Path(reference.name)
        if not root.is_dir():
            return nothing(reference, Absent(reference.name, "missing", "no such folder"))
        files, stopped = _listing(root)
        cached = cached_repository(root / "README.md")
        revision = cached.revision if cached else None
        chosen, left_out = selection(files, self._wanted)
        inside, most = _allowed_roots(root), self._wanted.document_bytes
        documents, absences = gather(chosen, lambda file, kind: _document(root, inside, file, kind, revision, most))
        return RepositorySnapshot(
            "folder",
            cached.model if cached else reference.name,
            cached.model if cached else reference.name,
            revision=revision,
            url=os.fsencode(root.absolute()).decode("utf-8", "replace"),
            documents=tuple(documents),
            files=files,
            files_complete=stopped is None,
            absences=(*([stopped] if stopped else []), *absences, *left_out),
        )


def _listing(root: Path) -> tuple[tuple[FileEntry, ...], Absent | None]:
    found: list[FileEntry] = []
    stopped: Absent | None = None
    for entry, path in _walk(root, "", 0):
        if len(found) == MAX_FILES:
            stopped = Absent("file list", "too-large", f"more than {MAX_FILES} files")
            break
        try:
            size: int | None = entry.stat().st_size
        except OSError:  # a link that leads nowhere
            size = None
        if plain_path(path):
            found.append(FileEntry(path, size))
        else:
            stopped = Absent("file list", "malformed", "names that cannot be shown were left out")
    return tuple(sorted(found, key=lambda file: file.path)), stopped


def _walk(folder: Path, prefix: str, depth: int) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Files below a folder; a linked folder is not entered, so there is no endless round."""
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError:
        return
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            if depth < MAX_DEPTH and entry.name not in SKIPPED:
                yield from _walk(Path(entry.path), f"{prefix}{entry.name}/", depth + 1)
        elif not os.path.isdir(entry.path):  # unlike entry.is_dir, no error for links in a circle
            yield entry, f"{prefix}{entry.name}"


def _allowed_roots(root: Path) -> tuple[Path, ...]:
    real = root.resolve()
    cache = real.parent.parent / "blobs"  # models--owner--name/{snapshots/<commit>,blobs}
    return (real, cache) if cached_repository(root / "README.md") and real.parent.name == "snapshots" else (real,)


def _document(
    root: Path, inside: tuple[Path, ...], file: FileEntry, kind: str, revision: str | None, limit: int
) -> Document | Absent:
    try:
        target = (root / file.path).resolve(strict=True)
        if not any(target.is_relative_to(allowed) for allowed in inside):
            return Absent(file.path, "malformed", "a link that leads out of the folder is not followed")
        return document(file.path, kind, read_regular(target, limit), revision=revision)
    except NotRead as error:
        return Absent(file.path, error.reason, error.words)
    except (OSError, RuntimeError):  # RuntimeError: links in a circle
        return Absent(file.path, "missing", "a link that leads nowhere")
