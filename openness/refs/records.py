"""What a repository names: a model, a dataset, a model behind an API or a weight file, and what was not read."""

from __future__ import annotations

from typing import Literal

import msgspec

#: ``api-model`` is not released: its weights are not to be had. ``build-file`` is a weight file, by its path.
Kind = Literal["model", "dataset", "api-model", "build-file"]
#: ``high``: the place takes nothing but a model (a loader, a command, an address). ``medium``: the name of a variable, key or
#: option says so, or it stands in a document. ``low``: a dummy made for tests, or a name among the keys of a table.
Confidence = Literal["high", "medium", "low"]


class Reference(msgspec.Struct, frozen=True):
    """One reference. The source has ``text`` at ``line`` and ``column`` (both from 1, columns in characters): the name as
    written, or its first part where it is put together from constants.

    ``model`` is ``owner/name`` on the Hub, ``name:tag`` for Ollama, ``ai/name`` for Docker's catalog, a name of a provider
    for ``api-model``, a path for ``build-file``. ``quant`` is the quantization that was asked for, ``weight_file`` the file
    inside the repository; ``revision`` is a branch, tag or commit, for a pointer ``sha256:…``. ``purl`` is None where the
    package URL specification has no type for it.
    """

    kind: Kind
    model: str
    revision: str | None
    quant: str | None
    form: str
    file: str
    line: int
    column: int
    confidence: Confidence
    purl: str | None
    text: str
    weight_file: str | None = None


class Skipped(msgspec.Struct, frozen=True):
    """A file, or a part of one, that could hold references and was not read, with the reason as words."""

    file: str
    reason: str
