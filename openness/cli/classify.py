"""``openness classify MODEL…``: how open a model is, from what its publisher shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from openness.cli import exports
from openness.cli.common import DISCLAIMER, PLAIN, Settings, echo, options_with_formats, styler, width
from openness.cli.model_sources import model_sources
from openness.errors import EvidenceError, ExitCode, MissingInput, OpennessError, Unreachable, UsageError, worst_exit
from openness.printable import printable

if TYPE_CHECKING:
    from openness.classifying import Classified
    from openness.rules.loader import Ruleset
    from openness.sources.snapshot import Source

Failures = list[tuple[OpennessError, str]]


@click.command("classify", epilog=DISCLAIMER)
@click.argument("models", nargs=-1, required=True, metavar="MODEL…")
@click.option(
    "--definition",
    "definitions",
    multiple=True,
    help="Evaluate only this definition (rules/frameworks); may be repeated. All by default.",
)
@click.option("--refresh", is_flag=True, help="Ask the hosts again, however fresh what is stored may be.")
@options_with_formats(*PLAIN, *exports.FORMATS, "html")
def command(models: tuple[str, ...], definitions: tuple[str, ...], refresh: bool, settings: Settings) -> int:
    """How open is a model? Category, four dimensions, licenses, lineage, contradictions, and published definitions.

    MODEL is owner/name on the Hub (with @revision if wanted), an address of the Hub or GitHub, github:owner/repo, a folder
    laid out like a Hub repository, or an evidence file.
    """
    from openness.license_copies import Kept

    ruleset = settings.load_rules()
    names = checked_definitions(definitions)
    if settings.format == "html" and len(models) > 1:
        raise UsageError("--format html is the page of one model; `openness report` writes those of several.")
    results: list[Classified] = []
    failures: Failures = []
    with model_sources(settings, refresh=refresh) as source:
        kept = Kept(source)
        asked = kept if settings.format in exports.QUOTING else source
        codes = [_one(model, asked, ruleset, names, results, failures) for model in models]
    if settings.format in exports.FORMATS:
        found = [classified for classified in results if absence_error(classified) is None]
        if found:
            click.echo(exports.rendered(settings.format or "", found, kept, ruleset))
        _print_failures(failures)
    elif settings.json:
        _print_json(results, failures, ruleset)
    elif settings.format == "html":
        _print_page(results, failures, settings)
    else:
        _print_text(results, failures, settings)
    return int(worst_exit(codes))


def checked_definitions(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names, once each. Raises UsageError for one that is no definition."""
    from openness.rules import definitions

    known = list(definitions.load().frameworks) if names else []
    for name in names:
        if name not in known:
            raise UsageError(f"--definition {printable(name, 40)}: no such definition; known are {', '.join(known)}.")
    return tuple(dict.fromkeys(names))


def _one(
    model: str, source: Source, ruleset: Ruleset, names: tuple[str, ...], results: list[Classified], failures: Failures
) -> ExitCode:
    from openness import classifying
    from openness.sources import model_reference

    try:
        reference = model_reference.parse(model)
    except MissingInput as error:
        failures.append((error, model))
        return error.exit_code
    codes = []
    for classified in classifying.classify_all(reference, source, ruleset, names):
        results.append(classified)
        lacking = absence_error(classified)
        if lacking is not None:
            failures.append((lacking, model))
            return lacking.exit_code
        codes.append(exit_code(classified))
    return worst_exit(codes)


def absence_error(classified: Classified) -> OpennessError | None:
    """The error for a model that could not be had at all."""
    absent = classified.dossier.model.absent
    if absent is None or absent.reason in ("gated", "disabled"):
        return None
    name = printable(classified.dossier.model.requested, 120)
    if absent.reason in ("offline", "unreachable", "rate-limited"):
        hint = "run `openness crawl` for it while online" if absent.reason == "offline" else "try again later"
        return Unreachable(f"{name} is not stored and its source could not be asked ({absent.detail or absent.reason}); {hint}.")
    if classified.dossier.model.kind == "evidence-file" and absent.reason == "malformed":
        detail = printable(absent.detail, 300)
        return EvidenceError(f"{name} is no evidence file that can be read: {detail}; docs/evidence-files.md shows both forms.")
    return MissingInput(f"{name} could not be read: {absent.reason} ({absent.detail}); check the name and your access.")


def exit_code(classified: Classified) -> ExitCode:
    """0 for a category, 3 for unverified (contract, section 5)."""
    return ExitCode.CANNOT_SAY if classified.result.result.category == "unverified" else ExitCode.OK


def _print_json(results: list[Classified], failures: Failures, ruleset: Ruleset) -> None:
    from openness.outputs import envelope
    from openness.outputs.classification import classify_result

    shown = [classify_result(classified.result) for classified in results]
    click.echo(envelope.envelope("classify", shown, rules=ruleset.version, errors=failures))


def _print_text(results: list[Classified], failures: Failures, settings: Settings) -> None:
    from openness.outputs.classification_text import classification

    shown = [found for found in results if absence_error(found) is None]
    for index, classified in enumerate(shown):
        if index:
            click.echo("\n" + "-" * 40 + "\n")
        text = classification(classified.result, width=width(), style=styler(settings), verbose=bool(settings.verbose))
        echo(text, settings)
    _print_failures(failures)


def _print_failures(failures: Failures) -> None:
    for error, subject in failures:
        click.echo(f"openness: {printable(subject)}: {printable(error.message, None)}", err=True)


def _print_page(results: list[Classified], failures: Failures, settings: Settings) -> None:
    """The page that a report has of a model, by itself, with every use that the rules know and no fact declared."""
    from openness.cli import report

    shown = [found for found in results if absence_error(found) is None]
    if len(shown) > 1:
        raise UsageError("--format html is the page of one model; `openness report` writes those of several.")
    for classified in shown:
        click.echo(report.page_alone(classified, settings), nl=False)
    for error, subject in failures:
        click.echo(f"openness: {printable(subject)}: {printable(error.message, None)}", err=True)
