"""What the local store has of locked models today, for ``check --store``. Nothing is fetched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from openness.checking.context import Newer
from openness.policy.lock import LockedModel
from openness.sources.snapshot import Kind, Reference
from openness.store.database import FILE
from openness.store.snapshots import Store

LICENSE_KINDS = frozenset({"license", "policy", "notice"})


def newer_in(cache: Path) -> Callable[[LockedModel], Newer | None]:
    """Asks the store below ``cache``; without one nothing is newer. Raises StoreDamaged and StoreUnusable."""
    if not (cache / FILE).exists():
        return lambda entry: None
    store = Store(cache / FILE)

    def newer(entry: LockedModel) -> Newer | None:
        kind: Kind = "hub-dataset" if entry.kind == "dataset" else "hub-model"
        found = store.find(Reference(kind, entry.model, entry.asked, entry.model), documents=False)
        if found is None or found.snapshot.absent is not None:
            return None
        texts = {each.name: each.sha256 for each in found.snapshot.documents if each.kind in LICENSE_KINDS}
        return Newer(found.snapshot.revision, texts)

    return newer
