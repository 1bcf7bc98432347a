"""The form in which a snapshot is stored, and two answers for one revision joined into one."""

from __future__ import annotations

import zlib

import msgspec

from openness.records import Absent
from openness.sources.documents import LISTING, ORDER, kind_of
from openness.sources.snapshot import Document, FileEntry, RepositorySnapshot
from openness.store import blobs


def packed(snapshot: RepositorySnapshot) -> bytes:
    """A snapshot without the bytes of its documents and without who asked: the same for the same content."""
    bare = tuple(msgspec.structs.replace(document, data=b"") for document in snapshot.documents)
    plain = msgspec.structs.replace(snapshot, documents=bare, requested=snapshot.name)
    try:
        text = msgspec.json.encode(plain)
    except (ValueError, RecursionError, OverflowError, TypeError):  # front matter that JSON can bring and cannot carry
        hub = msgspec.structs.replace(plain.hub, card_data=None) if plain.hub is not None else None
        lost = Absent("front matter", "too-large", "too deep to be stored")
        text = msgspec.json.encode(msgspec.structs.replace(plain, hub=hub, absences=(*plain.absences, lost)))
    return zlib.compress(text, blobs.LEVEL)


def unpacked(body: object) -> RepositorySnapshot | None:
    """What :func:`packed` made; None where it is damaged."""
    try:
        return msgspec.json.decode(blobs.inflate(body if isinstance(body, bytes) else b""), type=RepositorySnapshot)
    except (zlib.error, msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def merged(before: RepositorySnapshot, after: RepositorySnapshot) -> RepositorySnapshot:
    """The later answer for the same revision, with the documents and file sizes of the earlier one that it lacks."""
    have = {document.path for document in after.documents}
    kept = [document for document in before.documents if document.path not in have]
    files = _files(before, after)
    if not kept and files is after.files:
        return after
    found = {document.path for document in kept}
    documents = sorted((*after.documents, *kept), key=_rank)
    absences = tuple(absent for absent in after.absences if absent.what not in found)
    whole = after.files_complete or (before.files_complete and files is before.files)
    if whole:
        absences = tuple(absent for absent in absences if absent.what != LISTING)
    return msgspec.structs.replace(after, documents=tuple(documents), files=files, files_complete=whole, absences=absences)


def _files(before: RepositorySnapshot, after: RepositorySnapshot) -> tuple[FileEntry, ...]:
    """The fuller of two listings of the same revision: a page of many models names files without their sizes."""
    if after.files_complete < before.files_complete:
        return before.files
    if len(after.files) == len(before.files) and all(file.size is None for file in after.files):
        return before.files
    return after.files


def _rank(document: Document) -> tuple[int, int, str]:
    """The order in which a source reads the documents of a repository."""
    kind = kind_of(document.path)
    return ORDER.index(kind) if kind else len(ORDER), document.path.count("/"), document.path
