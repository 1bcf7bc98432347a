"""``openness license compare`` with files: the difference of two texts, or of a text and a known license."""

from __future__ import annotations

from pathlib import Path

import click

from openness.cli.common import Settings, echo, styler, width
from openness.errors import ExitCode


def is_file(name: str) -> bool:
    """A path with a separator or of an existing file; names of licenses have neither."""
    return Path(name).is_file() or "/" in name


def files(first: str, second: str | None, settings: Settings) -> int:
    """Compare a file with another, with a named license, or with the nearest one."""
    if second is not None and is_file(first) and is_file(second):
        return _two_files(Path(first), Path(second), settings)
    path, name = (first, second) if second is None or is_file(first) else (second, first)
    return _with_known(Path(path), name, settings)


def _two_files(first: Path, second: Path, settings: Settings) -> int:
    from openness.evidence import license_text, word_difference
    from openness.identifying import packaged_index, read_bounded
    from openness.outputs import envelope, identification

    index = packaged_index()
    texts = [index.words_of(license_text.decode(read_bounded(path))) for path in (first, second)]
    found = word_difference.changes(*texts)
    if settings.json:
        import msgspec

        row = {"first": str(first), "second": str(second), "changes": [msgspec.to_builtins(change) for change in found]}
        click.echo(envelope.envelope("license-compare", [row], rules=settings.load_rules().version))
    else:
        for line in identification.changes_as_text(found, width=width(), style=styler(settings)):
            echo(line, settings)
    return int(ExitCode.OK)


def _with_known(path: Path, name: str | None, settings: Settings) -> int:
    from openness.cli.license import _find
    from openness.errors import MissingInput
    from openness.identifying import compare_with, further_indexes, identify_file, packaged_index
    from openness.outputs import envelope, identification, license_text

    ruleset = settings.load_rules()
    further = further_indexes(settings.index_files)
    if name is None:
        identified = identify_file(path, further=further)
        ids = tuple(x.id for x in identified.found.licenses)
    else:
        ids = _find(name, ruleset)[:1]
        identified = compare_with(path, ids[0], (packaged_index(), *further))
    if not ids:
        raise MissingInput(f"No known license is near {path}; name one to compare with.", code="no-license-near")
    if settings.json:
        click.echo(envelope.envelope("license-compare", [identification.as_row(str(path), identified)], rules=ruleset.version))
    else:
        for line in identification.as_text(
            str(path), identified, width=width(), style=styler(settings), verbose=bool(settings.verbose)
        ):
            echo(line, settings)
        for id in [id for id in ids if id in ruleset.license_ids]:
            click.echo(f"\nClauses of {id}:")
            for line in license_text.clause_list(ruleset.license(id).clauses, width=width()):
                click.echo(line)
    return int(ExitCode.OK)
