"""The sources that commands about models ask: the local store, and behind it the Hub, GitHub, folders and evidence files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from openness.cli.common import Settings

if TYPE_CHECKING:
    from openness.sources.pacing import Quotas
    from openness.sources.snapshot import Source


@contextmanager
def model_sources(settings: Settings, *, refresh: bool = False) -> Iterator[Source]:
    """Everything that can be asked for a model, with ``--offline`` and the environment's addresses and tokens honored.

    ``refresh`` asks every host again, whatever the age of what is stored. What the store has to say (an answer that could not
    be renewed, a full disk) goes to stderr at the end. Raises UsageError for an address in the environment that is none.
    """
    from openness.sources.endpoints import Access
    from openness.sources.live import LiveSources
    from openness.store.stored_sources import StoredSources

    access = Access.from_environment(offline=bool(settings.offline))
    live_sources = LiveSources(access, quotas=lambda: _quotas(settings))
    with live_sources as live, StoredSources(settings.cache, live, offline=access.offline, refresh=refresh) as stored:
        yield stored
        if not settings.quiet:
            for warning in dict.fromkeys(stored.warnings):
                click.echo(f"openness: {warning}", err=True)


def _quotas(settings: Settings) -> Quotas:
    """The quotas of this machine's processes; only what goes online needs them, and what they import."""
    from openness.store.database import FILE
    from openness.store.quotas import shared_quotas

    return shared_quotas(settings.cache / FILE)
