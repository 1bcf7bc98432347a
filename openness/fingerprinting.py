"""Fingerprints of models made for the table: of a local build, or of a Hub repository by ranges of its files."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from openness.errors import BuildError, MissingInput, Unreachable, UsageError
from openness.identity.fingerprint import WeightPrint, fingerprint
from openness.identity.fingerprint_table import Known, build_error, packed
from openness.identity.likeness import telling
from openness.printable import printable
from openness.sources.build_head import BuildHead
from openness.sources.snapshot import RepositorySnapshot, Source

SUFFIX = ".safetensors"
#: Files of a repository in other forms of the same weights, or of adapters.
_OTHERS = ("adapter_", "consolidated")


def of_build(head: BuildHead, model: str, sha256: str, file: str, revision: str | None) -> Known:
    """The table's line for a local build of ``model``. Raises BuildError for one whose weights tell nothing."""
    print_ = fingerprint(head.tensors) if head.tensors is not None else None
    if print_ is None:
        raise build_error(file)
    _check(print_, file)
    return packed(print_, model, f"local file {printable(file, 120)}", _today(), sha256=sha256, revision=revision)


def of_repository(name: str, models: Source, offline: bool) -> tuple[Known, dict[str, Any]]:
    """The line for a Hub repository, and what it cost: ``requests``, ``bytes``, ``seconds``.

    Raises UsageError for a name that is none, MissingInput, Unreachable, BuildError for weights in another form.
    """
    from openness.sources.endpoints import Access
    from openness.sources.model_reference import linked

    reference = linked("hub-model", name)
    if reference is None:
        raise UsageError(f"{printable(name)} is no file here and no OWNER/NAME of the Hub; correct it.")
    snapshot = models.fetch(reference)
    _check_had(snapshot, name)
    paths = _weight_files(snapshot)
    if offline:
        raise Unreachable(f"{name}: its weights are not stored here, and --offline forbids fetching ranges of them.")
    from openness.sources import transport
    from openness.sources.hub_ranges import RemoteTensors

    started = time.monotonic()
    with transport.connect(Access.from_environment()) as connection:
        remote = RemoteTensors(connection, snapshot, paths)
        print_ = fingerprint(remote)
        spent = {"requests": remote.requests, "bytes": remote.bytes, "seconds": time.monotonic() - started}
    if print_ is None:
        raise build_error(name)
    _check(print_, name)
    source = f"{snapshot.url or name} at {snapshot.revision or 'an unknown revision'}: ranges of {len(paths)} safetensors files"
    return packed(print_, snapshot.name, source, _today(), revision=snapshot.revision), spent


def _check_had(snapshot: RepositorySnapshot, name: str) -> None:
    absent = snapshot.absent
    if absent is None:
        return
    if absent.reason == "missing":
        raise MissingInput(f"{name} is not on the Hub, or private; correct the name.")
    raise Unreachable(f"{name} could not be had ({absent.reason}: {absent.detail}); try again later.")


def _weight_files(snapshot: RepositorySnapshot) -> list[str]:
    paths = [f.path for f in snapshot.files if f.path.endswith(SUFFIX) and "/" not in f.path and not f.path.startswith(_OTHERS)]
    if not paths:
        raise BuildError(f"{snapshot.name} has no safetensors files at its root; fetch a GGUF build of it and add that file")
    return paths


def _check(print_: WeightPrint, what: str) -> None:
    if not telling(print_):
        raise BuildError(f"the weights of {printable(what)} have too few different values to tell models apart; it was not added")


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
