"""``openness license index``: the fingerprints behind ``license identify``: build them, add one license, list them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openness.cli.common import Settings, global_options
from openness.cli.license_identify import INDEX_OPTION, opened
from openness.errors import ExitCode, OpennessError

if TYPE_CHECKING:
    from openness.evidence.license_index import LicenseIndex


@click.group("index")
def index() -> None:
    """The index of license fingerprints: build it, add a license to it, list what is in it."""


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
    from openness.sources.license_folders import license_texts

    texts = (text for folder in folders for text in license_texts(folder))
    known = {name: ids[0] for name, ids in settings.load_rules().names.items() if len(ids) == 1}
    data = index_build.build(_counted(texts, settings), _word_lists(), known, frozenset(exclude))
    target = output or packaged("corpus") / FILE
    _write(target, data)
    built = opened(target)
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

    if target.exists() and not target.is_file():  # a device or a pipe must not become a file
        raise OpennessError(f"The index {target} cannot be written: it is no regular file; give another file with -o.")
    partial = target.with_name(target.name + ".part")
    try:
        partial.write_bytes(data)
        os.replace(partial, target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OpennessError(f"The index {target} cannot be written: {error.strerror}; give another file with -o.") from error


def _word_lists() -> dict[str, Any]:
    from openness.packaged import packaged
    from openness.rules.loader import read_yaml

    corpus = packaged("corpus")
    return {
        "restrictive": read_yaml(corpus / "restrictive_words.yaml"),
        "equivalent": read_yaml(corpus / "equivalent_words.yaml"),
        "standard": read_yaml(corpus / "standard_wording.yaml"),
    }


@index.command("add")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@click.option("--id", "id", required=True, metavar="ID", help="The id of the license, as its rules have it.")
@click.option("--title", default=None, help="Its title, by which a document may mention it.")
@click.option("--spdx", default=None, metavar="ID", help="Its SPDX id, if it has one.")
@click.option("--source", default=None, metavar="URL", help="Where the text came from; it is recorded, not fetched.")
@click.option("--replace", is_flag=True, help="Put this text in the place of another one of the same id.")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    metavar="INDEX",
    help="The index to add to (license_index.bin in the first --rules folder, else in the cache folder: yours).",
)
@global_options
def add(
    file: Path,
    id: str,
    title: str | None,
    spdx: str | None,
    source: str | None,
    replace: bool,
    output: Path | None,
    settings: Settings,
) -> int:
    """Add one license text to an index of your own, which every command reads beside the packaged one.

    Only hashes of its words are stored. The order in which texts are added does not matter.
    """
    from openness.evidence import index_add
    from openness.sources.license_folders import single_text

    target = output or settings.own_index
    text = single_text(file, id, title, spdx, source)
    present = opened(target) if target.exists() else None
    grown = index_add.add(present, text, _word_lists(), replace=replace, beside=_packaged_unless(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    _write(target, grown.content)
    texts = len(opened(target).texts)
    if settings.json:
        from openness.outputs import envelope

        row = {
            "path": str(target),
            "license": text.id,
            "sha256": text.sha256,
            "aliases": list(grown.aliases),
            "replaced": grown.replaced,
            "texts": texts,
        }
        click.echo(envelope.envelope("license-index-add", [row], rules=settings.load_rules().version))
    else:
        same = f"; the same words as {', '.join(grown.aliases[:3])}" if grown.aliases else ""
        click.echo(f"{target}: {text.id} {'replaced' if grown.replaced else 'added'}{same}; {texts} text{'s' * (texts != 1)}")
    return int(ExitCode.OK)


def _packaged_unless(target: Path) -> LicenseIndex | None:
    from openness.evidence.license_version import FILE
    from openness.packaged import packaged

    return None if target.resolve() == (packaged("corpus") / FILE).resolve() else opened(None)


@index.command("list")
@INDEX_OPTION
@global_options
def list_(index_path: Path | None, settings: Settings) -> int:
    """Every text in the index: license, source, file and sha256, and licenses whose text is the same."""
    found = opened(index_path)
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
