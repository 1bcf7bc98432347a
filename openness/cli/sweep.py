"""``openness sweep``: a whole table of models, judged by their metadata."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from openness.cli.common import Settings, global_options
from openness.errors import ExitCode, UsageError


@click.command("sweep")
@click.argument("table", type=click.Path(path_type=Path), metavar="IN.parquet")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), required=True, metavar="OUT.parquet", help="The Parquet file to write."
)
@click.option("--workers", type=click.IntRange(1), default=None, help="Read rows in so many processes (in this one).")
@click.option("--cluster", default=None, metavar="ADDRESS", help="Read rows on the Dask cluster with this scheduler.")
@global_options
def command(table: Path, output: Path, workers: int | None, cluster: str | None, settings: Settings) -> int:
    """Classify every model of a table by its metadata: license, lineage, files. Nothing is fetched.

    The table has the columns of the public dump of the Hub, or is the folder of `corpus export`. The result has the category,
    the class of the declared license and the contradictions of every row, in its order. Needs the extra openness[hub]; with
    --cluster also openness[cluster].
    """
    _needs_pyarrow()
    if workers is not None and cluster is not None:
        raise UsageError("Choose --workers (processes here) or --cluster (a Dask cluster), not both.")
    from openness.outputs import envelope
    from openness.outputs.sweep import result, summary_text
    from openness.printable import printable
    from openness.sweep.sweeping import Where, sweep

    if table.is_dir():
        from openness.store.export import REPOSITORIES

        table /= REPOSITORIES
    ruleset = settings.load_rules()
    with _progress(settings) as seen:
        found = sweep(table, output, ruleset, Where(cluster, workers or 0), seen)
    if settings.json:
        click.echo(envelope.envelope("sweep", [result(found)], rules=ruleset.version))
    else:
        click.echo(printable(summary_text(found), None, multiline=True))
    return int(ExitCode.OK if found.rows else ExitCode.NOTHING)


def _needs_pyarrow() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise UsageError(
            "`sweep` reads and writes Parquet with pyarrow, which is not installed; run: pip install 'openness[hub]'"
        ) from None


@contextmanager
def _progress(settings: Settings) -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each step on a terminal; elsewhere only a line when a cluster has no workers."""
    if settings.quiet or not sys.stderr.isatty():
        from openness.sweep.sweeping import WAITING

        told = set()

        def tell(step: str, done: int, total: int) -> None:
            if step == WAITING and step not in told and not settings.quiet:
                told.add(step)
                click.echo("openness: the cluster has no worker yet; waiting for one (Ctrl-C ends it).", err=True)

        yield tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {}

        def seen(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=total)
            bar.update(tasks[step], completed=done, total=total)

        yield seen
