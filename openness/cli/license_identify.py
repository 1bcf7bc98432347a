"""``openness license identify``: which license a text is, and what was changed in it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openness.cli.common import Settings, echo, global_options, styler, width
from openness.errors import ExitCode, MissingInput, OpennessError, worst_exit

if TYPE_CHECKING:
    from openness.evidence.license_index import LicenseIndex
    from openness.identifying import Identified

INDEX_OPTION = click.option(
    "--index",
    "index_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="This index alone (the packaged one and your own).",
)


@click.command("identify")
@click.argument("files", nargs=-1, required=True, metavar="FILE|-…")
@INDEX_OPTION
@global_options
def identify(files: tuple[str, ...], index_path: Path | None, settings: Settings) -> int:
    """Which known license each text is, what was added to it or is missing, and the clauses in words that are not known.

    Exit 0 when every text is exact, same or multiple, else 3; 4 for a file that is not there.
    """
    from openness import identifying
    from openness.outputs import envelope, identification
    from openness.printable import printable

    index = opened(index_path)
    further = () if index_path else identifying.further_indexes(settings.index_files)
    results: list[tuple[str, Identified]] = []
    errors: list[tuple[OpennessError, str]] = []
    for name in files:
        try:
            results.append((name, _identified(name, index, further)))
        except MissingInput as error:
            errors.append((error, name))
    if settings.json:
        rows = [identification.as_row(name, found) for name, found in results]
        click.echo(envelope.envelope("license-identify", rows, rules=settings.load_rules().version, errors=errors))
    else:
        for number, (name, found) in enumerate(results):
            if number:
                click.echo("")
            for line in identification.as_text(
                printable(name, None), found, width=width(), style=styler(settings), verbose=bool(settings.verbose)
            ):
                echo(line, settings)
    for failure, _ in errors:
        click.echo(f"openness: {failure.message}", err=True)
    codes = [failure.exit_code for failure, _ in errors]
    codes += [ExitCode.OK if found.found.whole else ExitCode.CANNOT_SAY for _, found in results]
    return int(worst_exit(codes))


def opened(path: Path | None) -> LicenseIndex:
    """The index at ``path``, or the packaged one."""
    from openness.evidence.license_index import LicenseIndex
    from openness.identifying import packaged_index

    return LicenseIndex.open(path) if path else packaged_index()


def _identified(name: str, index: LicenseIndex, further: Sequence[LicenseIndex]) -> Identified:
    from openness.identifying import identify_document, read_bounded

    data = sys.stdin.buffer.read(32 << 20) if name == "-" else read_bounded(Path(name))
    return identify_document(data, index, further=further)
