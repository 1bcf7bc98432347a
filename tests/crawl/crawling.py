"""What the tests of the crawl share: a crawl in this process against a loopback server, and what it cost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec

from openness.crawl.crawler import Crawler
from openness.crawl.fetcher import Fetcher
from openness.crawl.journal import Journal
from openness.crawl.links import links_of
from openness.crawl.report import Account, Figures, Reporter
from openness.crawl.selection import Selection, selection
from openness.sources.transport import Limits, connect
from openness.store import upkeep
from openness.store.database import FILE, Database
from openness.store.quotas import StoredQuotas
from openness.store.snapshots import Store
from tests.loopback import Loopback
from tests.sources.network import QUICK, access


@dataclass
class Result:
    figures: Figures
    accounts: dict[str, Account]
    down: list[str]

    def states(self, state: str) -> set[str]:
        return {name for name, account in self.accounts.items() if account.state == state}


def crawl(
    cache: Path,
    server: Loopback,
    chosen: Selection | None = None,
    *,
    models: tuple[str, ...] = (),
    authors: tuple[str, ...] = (),
    filters: tuple[str, ...] = (),
    limit: int | None = None,
    since_last: bool = False,
    hf: str = "",
    limits: Limits = QUICK,
    show: Callable[[], None] = lambda: None,
) -> Result:
    chosen = chosen or selection(models, authors, filters, limit, since_last=since_last)
    with ExitStack() as stack:
        store = stack.enter_context(Store(cache / FILE))
        quotas = StoredQuotas(cache / FILE)
        stack.callback(quotas.close)
        connection = stack.enter_context(connect(access(server, hf=hf), limits=limits, quotas=quotas))
        journal = Journal(store.database)
        reporter = Reporter(store, journal, connection.transport)
        crawler = Crawler(store, journal, Fetcher(connection), links_of, show=show)
        crawler.run(chosen)
        accounts = {account.input: account for account in reporter.accounts()}
        return Result(reporter.figures(), accounts, crawler.unreachable())


def digest(cache: Path) -> str:
    database = Database(cache / FILE)
    try:
        found = upkeep.verify(database)
        assert found.problems == ()
        return found.digest
    finally:
        database.close()


def documents(cache: Path) -> list[tuple[object, ...]]:
    """Every document of every repository at every revision, by its hash."""
    database = Database(cache / FILE)
    query = "SELECT s.kind, s.name, s.revision, d.path, hex(b.sha256) FROM document d JOIN snapshot s ON s.id = d.snapshot"
    try:
        return database.rows(f"{query} JOIN blob b ON b.id = d.blob ORDER BY 1, 2, 3, 4")
    finally:
        database.close()


def cost(server: Loopback) -> float:
    """Requests so far, an answer that nothing changed counted as a tenth; the log is emptied."""
    found = sum(0.1 if entry.status == 304 else 1.0 for entry in server.log)
    server.log.clear()
    return found


SHORT = msgspec.structs.replace(QUICK, attempts=2)
