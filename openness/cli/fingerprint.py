"""``openness fingerprint``: what identifies a checkpoint in all its quantizations, and the table of those that are known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openness.cli.common import Settings, global_options
from openness.errors import ExitCode, OpennessError, UsageError, worst_exit

if TYPE_CHECKING:
    from openness.identity.fingerprint_table import Known


class _ShowByDefault(click.Group):
    """``openness fingerprint BUILD`` is ``openness fingerprint show BUILD``."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            return super().resolve_command(ctx, ["show", *args])
        return super().resolve_command(ctx, args)


@click.group("fingerprint", cls=_ShowByDefault)
def command() -> None:
    """Which checkpoint is this, whatever it is called and however it was quantized? By its weights alone."""


@command.command("show")
@click.argument("builds", nargs=-1, required=True, metavar="BUILD…")
@global_options
def show(builds: tuple[str, ...], settings: Settings) -> int:
    """The fingerprint of a build, and the known checkpoints that it is like (short: `openness fingerprint BUILD`)."""
    from openness.outputs.fingerprint import print_text

    results: list[dict[str, Any]] = []
    failures: list[tuple[OpennessError, str]] = []
    for path in builds:
        try:
            data, print_ = _shown(path, settings)
        except OpennessError as error:
            failures.append((error, path))
            continue
        results.append(data)
        if not settings.json:
            click.echo(print_text(path, print_, data["matches"]))
    _finish("fingerprint", results, failures, settings)
    return int(worst_exit([ExitCode.OK] * bool(results) + [error.exit_code for error, _ in failures]))


def _shown(path: str, settings: Settings) -> tuple[dict[str, Any], Any]:
    from openness.gate.held_build import held_build
    from openness.identity.fingerprint import fingerprint
    from openness.identity.fingerprint_table import build_error, candidates, lines_with
    from openness.identity.likeness import compare
    from openness.outputs.fingerprint import match_data, print_data
    from openness.printable import printable

    with held_build(path) as held:
        head = held.head()
        print_ = fingerprint(head.tensors) if head.tensors is not None else None
        if print_ is None:
            raise build_error(printable(path))
        matches = []
        for known in candidates(lines_with(print_.layout, settings.cache)):
            reference = known.print()
            own = fingerprint(head.tensors, [(row.name, row.row) for row in reference.rows]) if head.tensors else None
            matches.append(match_data(known, compare(own or print_, reference)))
        matches.sort(key=lambda match: (-match["confidence"], -match["equal_fraction"]))
        build = {"path": printable(path, None), "size": held.size, "format": head.format, "architecture": head.architecture}
        return {"build": build, "fingerprint": print_data(print_), "matches": matches}, print_


@command.command("add")
@click.argument("sources", nargs=-1, required=True, metavar="HUB_ID|PATH…")
@click.option("--model", default=None, metavar="HUB_ID", help="Which model the file is; needed for a PATH outside a Hub cache.")
@click.option("--license", "licenses", multiple=True, metavar="ID", help="A license of the model; may be repeated.")
@click.option("--source", default=None, metavar="TEXT", help="Where the file comes from, and who says that it is this model.")
@click.option(
    "--table",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    metavar="FILE",
    help="Write to this table instead (your own, in the cache folder).",
)
@global_options
def add(
    sources: tuple[str, ...],
    model: str | None,
    licenses: tuple[str, ...],
    source: str | None,
    table: Path | None,
    settings: Settings,
) -> int:
    """Add the fingerprint of a model to your own table: of a local file, or of a Hub repository, of which only the headers and
    the needed ranges of its safetensors files are fetched (a few MB; bytes and time are shown)."""
    if model is not None and len(sources) > 1:
        raise UsageError("--model names one model; add one file at a time with it.")
    results: list[dict[str, Any]] = []
    failures: list[tuple[OpennessError, str]] = []
    ruleset = settings.load_rules() if licenses else None
    unknown = [id for id in licenses if ruleset is not None and id not in ruleset.license_ids]
    if unknown:
        raise UsageError(f"--license {unknown[0]}: no such license here; `openness license list` shows them.")
    details = {"licenses": licenses, "license_source": "stated with --license" if licenses else ""}
    for given in sources:
        try:
            results.append(_added(given, model, {**details, **({"source": source} if source else {})}, table, settings))
        except UsageError:
            raise
        except OpennessError as error:
            failures.append((error, given))
    _finish("fingerprint-add", results, failures, settings)
    return int(worst_exit([ExitCode.OK] * bool(results) + [error.exit_code for error, _ in failures]))


def _added(source: str, model: str | None, details: dict[str, Any], table: Path | None, settings: Settings) -> dict[str, Any]:
    import msgspec

    from openness import fingerprinting
    from openness.identity import fingerprint_table
    from openness.outputs.fingerprint import known_data

    cost: dict[str, Any] = {}
    if Path(source).exists():
        known = _of_path(source, model)
    else:
        from openness.cli.model_sources import model_sources

        with model_sources(settings) as models:
            known, cost = fingerprinting.of_repository(source, models, settings.offline is True)
    known = msgspec.structs.replace(known, **details)
    fingerprint_table.add(known, table or settings.cache / fingerprint_table.OWN_FILE)
    if not settings.json:
        spent = "; {requests} requests, {bytes:,} bytes, {seconds:.1f} s".format(**cost) if cost else ""
        click.echo(f"added {known.model}: {known.digest[:16]}, {len(known.vectors)} vectors{spent}")
    return {**known_data(known), "own": True, "fetched": cost or None}


def _of_path(source: str, model: str | None) -> Known:
    from openness import fingerprinting
    from openness.gate.held_build import held_build
    from openness.sources.folder import cached_repository

    cached = cached_repository(Path(source))
    name = model or (cached.model if cached else None)
    if name is None:
        raise UsageError(f"{source}: say which model this is with --model OWNER/NAME; the file's own words are not taken for it.")
    with held_build(source) as held:
        return fingerprinting.of_build(held.head(), name, held.sha256(), Path(source).name, cached.revision if cached else None)


@command.command("list")
@global_options
def list_(settings: Settings) -> int:
    """The checkpoints whose fingerprints are known: those of the package and your own."""
    from openness.identity.fingerprint_table import every
    from openness.outputs.fingerprint import known_data, known_text

    found = list(every(settings.cache))
    if not settings.json:
        click.echo("\n".join(known_text(known) for known in found))
    _finish("fingerprint-list", [known_data(known) for known in found], [], settings)
    return int(ExitCode.OK if found else ExitCode.NOTHING)


def _finish(name: str, results: list[dict[str, Any]], failures: list[tuple[OpennessError, str]], settings: Settings) -> None:
    from openness.cli import judging

    if settings.json:
        from openness.outputs import envelope

        click.echo(envelope.envelope(name, results, rules=settings.load_rules().version, errors=failures))
    for error, source in failures:
        judging.print_error(error, source)
