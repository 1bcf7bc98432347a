"""``openness corpus``: what the local store holds, whether it is sound, and how it leaves it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openness.cli.common import Settings, global_options
from openness.errors import ExitCode, MissingInput

if TYPE_CHECKING:
    from openness.store.database import Database


@click.group("corpus")
def command() -> None:
    """The local store of cards and license texts: counts, integrity, upkeep, export."""


@command.command("stats")
@global_options
def stats(settings: Settings) -> int:
    """Count what is stored: repositories, revisions, documents, what could not be had and why, and the size on disk."""
    from openness.outputs.corpus import stats_text
    from openness.store import upkeep

    with _database(settings) as database:
        found = upkeep.stats(database)
    _print(settings, "corpus-stats", found, stats_text(found))
    return int(ExitCode.OK)


@command.command("verify")
@click.option("--repair", is_flag=True, help="Drop what is damaged, so that it is fetched again.")
@global_options
def verify(repair: bool, settings: Settings) -> int:
    """Check every document against its hash and every record; exit 5 when something is damaged."""
    from openness.outputs.corpus import verification_text
    from openness.store import upkeep

    with _database(settings) as database:
        found = upkeep.verify(database, repair=repair)
    _print(settings, "corpus-verify", found, verification_text(found))
    return int(ExitCode.INTEGRITY if found.problems and not found.repaired else ExitCode.OK)


@command.command("gc")
@click.option("--keep", type=click.IntRange(1), default=None, help="Keep so many newest revisions of each repository (all).")
@global_options
def gc(keep: int | None, settings: Settings) -> int:
    """Remove documents that nothing needs, and give their space back to the disk."""
    from openness.store import upkeep

    with _database(settings) as database:
        found = upkeep.collect(database, keep=keep)
    text = f"removed {found.revisions} revisions and {found.blobs} documents; {found.before} bytes before, {found.after} after"
    _print(settings, "corpus-gc", found, text)
    return int(ExitCode.OK)


@command.command("export")
@click.option("--output", "-o", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write to.")
@click.option("--texts", is_flag=True, help="Include the bytes of the documents.")
@global_options
def export(output: Path, texts: bool, settings: Settings) -> int:
    """Write repositories.parquet and documents.parquet (needs the extra openness[hub])."""
    from openness.store import export as parquet

    with _database(settings) as database:
        found = parquet.export(database, output, texts=texts)
    lines = "\n".join(f"{output / name}: {rows} rows" for name, rows in found.items())
    _print(settings, "corpus-export", {"folder": str(output), "rows": found}, lines)
    return int(ExitCode.OK)


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    from openness.store.database import FILE, Database

    path = settings.cache / FILE
    if not path.exists():
        raise MissingInput(f"There is no store at {path}; make one with `openness crawl MODEL`, or name its --cache-dir.")
    database = Database(path)
    try:
        yield database
    finally:
        database.close()


def _print(settings: Settings, command: str, result: object, text: str) -> None:
    import msgspec

    from openness.outputs import envelope
    from openness.printable import printable

    if settings.json:
        click.echo(envelope.envelope(command, [msgspec.to_builtins(result)], rules=settings.load_rules().version))
    else:
        click.echo(printable(text, None, multiline=True))
