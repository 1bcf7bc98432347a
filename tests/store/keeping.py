"""What the tests of the store share: a store in front of the loopback server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openness.sources.live import LiveSources
from openness.sources.snapshot import Kind, Reference
from openness.store.stored_sources import StoredSources
from tests.loopback import Loopback
from tests.sources.network import QUICK, access

DAY = 86_400.0


class Clock:
    """A clock that tests move."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@contextmanager
def sources(cache: Path, server: Loopback, *, hf: str = "", **options: Any) -> Iterator[StoredSources]:
    given = access(server, hf=hf, offline=options.get("offline", False))
    with LiveSources(given, limits=QUICK) as live, StoredSources(cache, live, **options) as stored:
        yield stored


def model(name: str, revision: str | None = None, kind: Kind = "hub-model") -> Reference:
    return Reference(kind, name, revision)
