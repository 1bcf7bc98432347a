"""``openness license identify`` and ``openness license index``: which license a text is, and the index behind the answer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openness.cli.common import Settings, echo, global_options, styler, width
from openness.errors import ExitCode, MissingInput, OpennessError, worst_exit

if TYPE_CHECKING:
    from openness.evidence.license_index import LicenseIndex
    from openness.identifying import Identified

_INDEX_OPTION = click.option(
    "--index",
    "index_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="An index of your own (the packaged one).",
)


@click.command("identify")
@click.argument("files", nargs=-1, required=True, metavar="FILE|-…")
@_INDEX_OPTION
@global_options
def identify(files: tuple[str, ...], index_path: Path | None, settings: Settings) -> int:
    """Which known license each text is, what was added to it or is missing, and the clauses in words that are not known.

    Exit 0 when every text is exact, same or multiple, else 3; 4 for a file that is not there.
    """
    from openness.outputs import envelope, identification
    from openness.printable import printable

    index = _index(index_path)
    results: list[tuple[str, Identified]] = []
    errors: list[tuple[OpennessError, str]] = []
    for name in files:
        try:
            results.append((name, _identified(name, index)))
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


def _index(path: Path | None) -> LicenseIndex:
    from openness.evidence.license_index import LicenseIndex
    from openness.identifying import packaged_index

    return LicenseIndex.open(path) if path else packaged_index()


def _identified(name: str, index: LicenseIndex) -> Identified:
    from openness.identifying import identify_document, read_bounded

    data = sys.stdin.buffer.read(32 << 20) if name == "-" else read_bounded(Path(name))
    return identify_document(data, index)


@click.group("index")
def index() -> None:
    """Build the index of license fingerprints from license texts, or list what is in it."""


@index.command("build")
@click.option(
    "--from",
    "folders",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="ScanCode's licensedcode/data, SPDX's license-list-XML or license-list-data, or a folder of <id>.txt; may be repeated.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="The file to write (corpus/license_index.bin).",
)
@click.option("--exclude", multiple=True, metavar="ID", help="A license to leave out; may be repeated.")
@global_options
def build(folders: tuple[Path, ...], output: Path | None, exclude: tuple[str, ...], settings: Settings) -> int:
    """Write an index of hashes of words; no text of a license goes into it. The same folders give the same bytes."""
    from openness.evidence import index_build
    from openness.evidence.license_version import FILE
    from openness.packaged import packaged
    from openness.rules.loader import read_yaml
    from openness.sources.license_folders import license_texts

    corpus = packaged("corpus")
    words = {
        "restrictive": read_yaml(corpus / "restrictive_words.yaml"),
        "equivalent": read_yaml(corpus / "equivalent_words.yaml"),
        "standard": read_yaml(corpus / "standard_wording.yaml"),
    }
    texts = (text for folder in folders for text in license_texts(folder))
    known = {name: ids[0] for name, ids in settings.load_rules().names.items() if len(ids) == 1}
    data = index_build.build(_counted(texts, settings), words, known, frozenset(exclude))
    target = output or corpus / FILE
    _write(target, data)
    built = _index(target)
    ids = {text.id for text in built.texts}
    if settings.json:
        from openness.outputs import envelope

        row = {"path": str(target), "bytes": len(data), "texts": len(built.texts), "licenses": len(ids)}
        click.echo(envelope.envelope("license-index-build", [row], rules=settings.load_rules().version))
    else:
        click.echo(f"{target}: {len(built.texts)} texts of {len(ids)} licenses, {len(data):,} bytes")
    return int(ExitCode.OK)


def _counted(texts: Any, settings: Settings) -> Any:
    """With a line on stderr that counts, where someone watches."""
    if settings.quiet or not sys.stderr.isatty():
        return texts
    from rich.progress import track

    return track(texts, description="Reading license texts", total=None, transient=True)


def _write(target: Path, data: bytes) -> None:
    """Whole or not at all: an index cut by a full disk must not replace a good one."""
    import os

    partial = target.with_name(target.name + ".part")
    try:
        partial.write_bytes(data)
        os.replace(partial, target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OpennessError(f"The index {target} cannot be written: {error.strerror}; give another file with -o.") from error


@index.command("list")
@_INDEX_OPTION
@global_options
def list_(index_path: Path | None, settings: Settings) -> int:
    """Every text in the index: license, source, file and sha256, and licenses whose text is the same."""
    found = _index(index_path)
    aliases = {text.id: list(text.aliases) for text in found.texts}
    if settings.json:
        from openness.outputs import envelope

        rows = [
            {"license": o.id, "source": o.source, "file": o.file, "sha256": o.sha256, "aliases": aliases.get(o.id, [])}
            for o in found.origins()
        ]
        click.echo(envelope.envelope("license-index-list", rows, rules=settings.load_rules().version))
    else:
        for origin in found.origins():
            click.echo(f"{origin.id:<40} {origin.sha256[:16]}  {origin.source}: {origin.file}")
    return int(ExitCode.OK)
