"""The store as Parquet, for other programs and for ``openness sweep``: one table of repositories, one of documents.

The columns of the first are those of the public hub-stats dump (``cardData`` as JSON text, ``tags``, ``siblings``,
``baseModels``) where the store knows them, with ``sha``, ``gated`` and ``disabled``, which the dump lacks. Needs pyarrow.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from openness.errors import UsageError
from openness.sources.snapshot import HubFields, RepositorySnapshot
from openness.store.blobs import unpacked as unpacked_blob
from openness.store.database import Database, StoreFull, damaged
from openness.store.snapshots import unpacked

REPOSITORIES, DOCUMENTS = "repositories.parquet", "documents.parquet"
#: Rows of one Parquet row group: small enough that a table of millions is written in little memory.
GROUP = 10_000
DOCUMENT_GROUP = 500


def export(database: Database, folder: Path, *, texts: bool = False) -> dict[str, int]:
    """Write both tables into ``folder``; rows by file name. ``texts`` adds the bytes of the documents.

    Raises UsageError without pyarrow. A file appears under its name only when it is whole.
    """
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        raise UsageError(
            "`corpus export` writes Parquet with pyarrow, which is not installed; run: pip install 'openness[hub]'"
        ) from None
    folder.mkdir(parents=True, exist_ok=True)
    text, many = arrow.string(), arrow.list_(arrow.string())
    bases = arrow.struct({"relation": text, "models": arrow.list_(arrow.struct({"id": text}))})
    repositories = arrow.schema({
        "kind": text, "id": text, "sha": text, "author": text, "createdAt": text, "lastModified": text, "gated": text,
        "disabled": arrow.bool_(), "library_name": text, "pipeline_tag": text, "tags": many, "cardData": text, "siblings": many,
        "baseModels": bases, "license": text, "absent": text, "complete": arrow.bool_(), "current": arrow.bool_(),
        "documents": many,
    })  # fmt: skip
    columns = {"kind": text, "id": text, "sha": text, "path": text, "document": text, "sha256": text, "size": arrow.int64()}
    documents = arrow.schema(columns | ({"data": arrow.binary()} if texts else {}))

    def write(name: str, schema: Any, rows: Iterator[dict[str, Any]], group: int) -> int:
        count = 0
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part") as file:
            try:
                with parquet.ParquetWriter(file.name, schema, compression="zstd") as writer:
                    for batch in _batches(rows, group):
                        writer.write_table(arrow.Table.from_pylist(batch, schema=schema))
                        count += len(batch)
                os.fsync(file.fileno())
            except OSError as error:
                raise StoreFull(f"{folder / name} cannot be written ({error.strerror or error}); free some space.") from None
            os.replace(file.name, folder / name)
            Path(file.name).touch()  # for the temporary file's own clean-up
        return count

    return {
        REPOSITORIES: write(REPOSITORIES, repositories, _repositories(database), GROUP),
        DOCUMENTS: write(DOCUMENTS, documents, _documents(database, texts), DOCUMENT_GROUP),
    }


def _batches(rows: Iterator[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _repositories(database: Database) -> Iterator[dict[str, Any]]:
    query = "SELECT s.body, s.complete, s.license, EXISTS (SELECT 1 FROM pointer p WHERE p.snapshot = s.id AND p.ref = '')"
    for body, complete, license, current in database.each(f"{query} FROM snapshot s ORDER BY s.kind, s.name, s.id"):
        snapshot = unpacked(body)
        if snapshot is None:
            raise damaged(database.path, "a snapshot")
        yield _repository(snapshot) | {"complete": bool(complete), "license": license, "current": bool(current)}


def _repository(snapshot: RepositorySnapshot) -> dict[str, Any]:
    hub = snapshot.hub or HubFields()
    card = None if hub.card_data is None else msgspec.json.encode(hub.card_data).decode()
    bases = [{"id": name} for name in hub.base_models]
    return {
        "kind": snapshot.kind, "id": snapshot.name, "sha": snapshot.revision, "author": snapshot.name.partition("/")[0],
        "createdAt": hub.created, "lastModified": snapshot.date, "gated": hub.gated, "disabled": hub.disabled,
        "library_name": hub.library, "pipeline_tag": hub.pipeline, "tags": list(hub.tags), "cardData": card,
        "siblings": [file.path for file in snapshot.files],
        "baseModels": {"relation": hub.relation, "models": bases} if bases else None,
        "absent": snapshot.absent.reason if snapshot.absent else None,
        "documents": [document.sha256 for document in snapshot.documents],
    }  # fmt: skip


def _documents(database: Database, texts: bool) -> Iterator[dict[str, Any]]:
    query = "SELECT s.kind, s.name, s.revision, d.path, d.kind, b.sha256, b.size, b.codec, b.data FROM document d"
    query += " JOIN snapshot s ON s.id = d.snapshot JOIN blob b ON b.id = d.blob ORDER BY s.kind, s.name, s.id, d.position"
    for kind, name, revision, path, form, digest, size, codec, stored in database.each(query):
        hexadecimal = digest.hex() if isinstance(digest, bytes) else ""
        row = {"kind": kind, "id": name, "sha": revision, "path": path, "document": form, "sha256": hexadecimal, "size": size}
        if texts:
            row["data"] = unpacked_blob(digest, codec, stored)
            if row["data"] is None:
                raise damaged(database.path, f"{path} of {name}")
        yield row
