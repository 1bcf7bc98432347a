"""Ollama's store of models: manifests that name blobs by their sha256, the license text among them.

Rules: an OCI image manifest per model and tag under ``manifests/<registry>/<namespace>/<model>/<tag>``, blobs under
``blobs/sha256-<hex>``; media types ``application/vnd.ollama.image.{model,adapter,projector,template,system,params,license}``
(ollama/ollama, server/images.go and docs; layout as of 2026-11). Manifests come from strangers: sizes, depth and number are
bounded, and a digest that is not 64 hex digits leads nowhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from openness.printable import printable
from openness.records import Absent
from openness.sources.folder import MAX_DOCUMENT, NotRead, read_regular
from openness.sources.snapshot import Document

MEDIA = "application/vnd.ollama.image."
MAX_MANIFEST = 1 << 20
MAX_MANIFESTS = 10_000
MAX_LAYERS = 64
_BLOB = re.compile(r"sha256[-:]([0-9a-f]{64})", re.ASCII)
#: What the name of a model leaves out.
_DEFAULTS = ("registry.ollama.ai", "library")


class OllamaModel(msgspec.Struct, frozen=True):
    """A model as Ollama lists it: ``name`` is ``model:tag``, with namespace and registry where they are not the default.
    ``layers`` are kind (``model``, ``license``, …) and sha256."""

    name: str
    manifest: Path
    layers: tuple[tuple[str, str], ...]

    def of_kind(self, kind: str) -> list[str]:
        return [digest for found, digest in self.layers if found == kind]


def models(root: Path) -> Iterator[OllamaModel | Absent]:
    """Every model whose manifest lies under ``root`` (the folder with ``manifests`` and ``blobs``)."""
    base = root / "manifests"
    for number, path in enumerate(_manifests(base)):
        if number >= MAX_MANIFESTS:
            yield Absent(str(base), f"more than {MAX_MANIFESTS} manifests; the rest was not read")
            return
        yield _read(path, base)


def _manifests(base: Path) -> Iterator[Path]:
    """Regular files exactly four folders deep, links not followed."""
    pending = [(base, 0)]
    while pending:
        folder, depth = pending.pop()
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in found[:MAX_MANIFESTS]:
            if entry.is_dir(follow_symlinks=False) and depth < 3:
                pending.append((Path(entry.path), depth + 1))
            elif depth == 3 and entry.is_file(follow_symlinks=False):
                yield Path(entry.path)


def _read(path: Path, base: Path) -> OllamaModel | Absent:
    try:
        content = json.loads(read_regular(path, MAX_MANIFEST))
    except NotRead as error:
        return Absent(str(path), error.words)
    except (ValueError, RecursionError):
        return Absent(str(path), "is no manifest of Ollama")
    layers = content.get("layers") if isinstance(content, dict) else None
    if not isinstance(layers, list):
        return Absent(str(path), "is no manifest of Ollama")
    found = [pair for layer in layers[:MAX_LAYERS] if (pair := _layer(layer)) is not None]
    registry, namespace, model, tag = path.relative_to(base).parts
    names = [part for part, default in zip((registry, namespace), _DEFAULTS, strict=True) if part != default]
    return OllamaModel(printable("/".join([*names, model]) + ":" + tag, 200), path, tuple(found))


def _layer(layer: Any) -> tuple[str, str] | None:
    if not isinstance(layer, dict):
        return None
    kind, digest = layer.get("mediaType"), layer.get("digest")
    match = _BLOB.fullmatch(digest) if isinstance(digest, str) else None
    if match is None or not isinstance(kind, str) or not kind.startswith(MEDIA):
        return None
    return printable(kind.removeprefix(MEDIA), 40), match[1]


def blob(root: Path, digest: str) -> Path:
    return root / "blobs" / f"sha256-{digest}"


def blob_digest(path: Path) -> str | None:
    """The digest that the name of a blob states, for a path inside such a store; None for any other path."""
    match = _BLOB.fullmatch(path.name)
    return match[1] if match and path.parent.name == "blobs" and (path.parent.parent / "manifests").is_dir() else None


def models_of(path: Path) -> list[OllamaModel]:
    """The models of its own store that use the blob at ``path``, in any layer."""
    digest = blob_digest(path)
    if digest is None:
        return []
    found = (model for model in models(path.parent.parent) if isinstance(model, OllamaModel))
    return [model for model in found if any(layer == digest for _, layer in model.layers)]


def license_texts(path: Path) -> Iterator[Document | Absent]:
    """The license layers of the models that use the blob at ``path``: the text that the uploader put with the weights."""
    root = path.parent.parent
    digests = dict.fromkeys(digest for model in models_of(path) for digest in model.of_kind("license"))
    for number, digest in enumerate(digests, 1):
        place = blob(root, digest)
        try:
            data = read_regular(place, MAX_DOCUMENT)
        except NotRead as error:
            yield Absent(str(place), error.words)
            continue
        if hashlib.sha256(data).hexdigest() != digest:
            yield Absent(str(place), "is not what its name says, so it is not read")
            continue
        yield Document(f"license layer {number}", "license", data, digest, str(place))
