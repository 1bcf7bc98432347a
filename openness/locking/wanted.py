"""Which models and data sets have to be resolved for a lock, and of which catalog their names are."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from openness.policy.lock import Lock
from openness.refs.records import Reference

#: Names in these catalogs say nothing of a repository on the Hub.
OLLAMA, DOCKER = "ollama-catalog", "docker-catalog"


class Wanted(msgspec.Struct, frozen=True, order=True):
    """A model or data set that references name, at the revision they name."""

    kind: str
    model: str
    asked: str | None = None
    catalog: str | None = None


def wanted(references: Iterable[Reference]) -> list[Wanted]:
    """What has to be resolved, each once, sorted. Models behind an API and weight files are no part of it."""
    found: dict[tuple[str, str, str], Wanted] = {}
    for reference in references:
        if reference.kind in ("model", "dataset"):
            catalog = catalog_of(reference)
            asked = None if catalog else reference.revision
            key = (reference.kind, reference.model.casefold(), asked or "")
            found.setdefault(key, Wanted(reference.kind, reference.model, asked, catalog))
    return [found[key] for key in sorted(found)]


def catalog_of(reference: Reference) -> str | None:
    """The catalog that a name is of, None for the Hub's."""
    if reference.kind != "model" or (reference.purl or "").startswith("pkg:huggingface/"):
        return None
    return DOCKER if (reference.purl or "").startswith("pkg:docker/") else OLLAMA


def joined(found: Iterable[Wanted], keep: Lock | None) -> list[Wanted]:
    """Together with what a lock has of files that were not looked at."""
    every = {(one.kind, one.model.casefold(), one.asked or ""): one for one in found}
    for entry in keep.models if keep else ():
        catalog = entry.absent if entry.absent in (OLLAMA, DOCKER) else None
        every.setdefault(entry.key, Wanted(entry.kind, entry.model, entry.asked, catalog))
    return [every[key] for key in sorted(every)]
