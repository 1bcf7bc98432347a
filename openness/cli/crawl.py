"""``openness crawl``: cards, license texts and linked repositories into the local store."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openness.cli.common import Settings, global_options
from openness.errors import ExitCode, MissingInput, UsageError

if TYPE_CHECKING:
    from openness.crawl.report import Figures, Reporter
    from openness.crawl.selection import Selection
    from openness.sources.endpoints import Access

#: The Hub's window is five minutes: its quotas are waited for. GitHub's is an hour: that is left to the user.
MAX_WAIT = 330


@click.command("crawl")
@click.argument("models", nargs=-1, metavar="[MODEL]…")
@click.option("--author", "authors", multiple=True, help="All models of this owner; may be repeated.")
@click.option("--filter", "filters", multiple=True, help="All models with this tag of the Hub; several: with all of them.")
@click.option("--limit", type=click.IntRange(1), default=None, help="The most used so many of these (alone: of the whole Hub).")
@click.option("--from-file", "file", type=click.File("r", encoding="utf-8"), default=None, help="Ids, one a line, # comments.")
@click.option("--since-last", is_flag=True, help="Only what changed since the last crawl; alone: of all that was crawled.")
@click.option("--dry-run", is_flag=True, help="Print the requests and how long the quotas make them; ask nothing.")
@click.option(
    "--max-wait", type=click.IntRange(0), default=MAX_WAIT, show_default=True, help="Longest wait for a quota, in seconds."
)
@global_options
def command(
    models: tuple[str, ...],
    authors: tuple[str, ...],
    filters: tuple[str, ...],
    limit: int | None,
    file: Any,
    since_last: bool,
    dry_run: bool,
    max_wait: int,
    settings: Settings,
) -> int:
    """Fetch cards, license texts, base models, datasets and code repositories into the local store, politely.

    License texts come first, by popularity. Ended at any point, the same command goes on; run again, it asks what changed.
    Exit 0 when every item is stored or accounted for, 6 when a host could not be reached, 4 when there is nothing.
    """
    from openness.crawl.selection import read_list, selection
    from openness.sources.endpoints import Access

    access = Access.from_environment(offline=bool(settings.offline))
    listed = read_list(_text(file), file.name) if file is not None else ()
    chosen = selection((*models, *listed), authors, filters, limit, since_last=since_last)
    if not chosen and not since_last:
        if file is not None:
            raise MissingInput(f"{file.name} names no model.")
        raise UsageError("Name models, --author, --filter, --limit or --from-file, or use --since-last.")
    if dry_run:
        return _plan(chosen, access, settings)
    if access.offline:
        raise UsageError("A crawl needs the network; leave out --offline (and unset HF_HUB_OFFLINE).")
    return _crawl(chosen, access, max_wait, settings)


def _text(file: Any) -> str:
    try:
        return str(file.read())
    except (UnicodeDecodeError, OSError):
        raise UsageError(f"{file.name} cannot be read as UTF-8 text.") from None


def _crawl(chosen: Selection, access: Access, max_wait: int, settings: Settings) -> int:
    from openness.crawl.crawler import Crawler
    from openness.crawl.fetcher import Fetcher
    from openness.crawl.journal import Journal
    from openness.crawl.links import links_of
    from openness.crawl.report import Reporter
    from openness.sources.transport import Limits, connect
    from openness.store.database import FILE
    from openness.store.quotas import StoredQuotas
    from openness.store.snapshots import Store

    path = settings.cache / FILE
    with ExitStack() as stack:
        store = stack.enter_context(Store(path))
        quotas = StoredQuotas(path)
        stack.callback(quotas.close)
        connection = stack.enter_context(connect(access, limits=Limits(patience_seconds=float(max_wait)), quotas=quotas))
        journal = Journal(store.database)
        reporter = Reporter(store, journal, connection.transport)
        show = stack.enter_context(_display(reporter, settings))
        crawler = Crawler(store, journal, Fetcher(connection), links_of, show=show)
        try:
            crawler.run(chosen)
        except KeyboardInterrupt:
            click.echo("openness: the same command goes on from here", err=True)
            raise
        return _report(reporter, crawler, journal, settings)


def _report(reporter: Reporter, crawler: Any, journal: Any, settings: Settings) -> int:
    from openness.errors import Unreachable
    from openness.outputs import crawl as output
    from openness.outputs import envelope
    from openness.printable import printable

    figures = reporter.figures()
    down = crawler.unreachable()
    listings = journal.listings()
    code = ExitCode.UNREACHABLE if down else ExitCode.OK
    if not figures.done and not down:
        code = ExitCode.NOTHING
    if settings.json:
        rows = [output.account_row(account) for account in reporter.accounts()]
        warnings = output.warnings(figures, listings, journal.resumed)
        errors = [(Unreachable(output.unreachable(realm, figures)), realm) for realm in down]
        click.echo(envelope.envelope("crawl", rows, rules=settings.load_rules().version, warnings=warnings, errors=errors))
    else:
        lines = output.summary(figures, reporter.accounts(), listings, verbose=bool(settings.verbose))
        click.echo(printable("\n".join(lines), None, multiline=True))
        for realm in down:
            click.echo(f"openness: {printable(output.unreachable(realm, figures), None)}", err=True)
    return int(code)


def _plan(chosen: Selection, access: Access, settings: Settings) -> int:
    import msgspec

    from openness.crawl import plan
    from openness.crawl.journal import earlier_selections
    from openness.outputs import crawl as output
    from openness.outputs import envelope
    from openness.packaged import packaged
    from openness.printable import printable
    from openness.store.database import FILE
    from openness.store.quotas import announced_policies
    from openness.store.snapshots import Store

    path: Path = settings.cache / FILE
    known = plan.load_quotas(packaged("corpus"))
    if path.exists():
        with Store(path) as store:
            wanted = chosen.joined(earlier_selections(store.database)) if chosen.since_last else chosen
            found = plan.plan(wanted, store, announced_policies(store.database), access, known)
    else:
        found = plan.plan(chosen, None, {}, access, known)
    if settings.json:
        row = msgspec.to_builtins(found)
        click.echo(envelope.envelope("crawl-plan", [row], rules=settings.load_rules().version))
    else:
        click.echo(printable("\n".join(output.plan_lines(found)), None, multiline=True))
    return int(ExitCode.OK)


@contextmanager
def _display(reporter: Reporter, settings: Settings) -> Iterator[Callable[[], None]]:
    """Live figures on a terminal; elsewhere none."""
    if settings.quiet or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table
    from rich.text import Text

    from openness.outputs.crawl import live_rows

    def table(figures: Figures) -> Table:
        grid = Table.grid(padding=(0, 2))
        for name, value in live_rows(figures):
            grid.add_row(Text(name, style="bold"), Text(value))
        return grid

    with Live(console=Console(stderr=True), transient=True, auto_refresh=False) as live:
        yield lambda: live.update(table(reporter.figures()), refresh=True)
