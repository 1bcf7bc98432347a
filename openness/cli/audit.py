"""``openness audit BUILD…``: may this local build be used as stated?"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openness.cli import exports, judging
from openness.cli.common import DISCLAIMER, PLAIN, Settings, options_with_formats
from openness.errors import ExitCode, OpennessError, UsageError, worst_exit

if TYPE_CHECKING:
    from openness.auditing import Audited

Failures = list[tuple[OpennessError, str]]


@click.command("audit", epilog=DISCLAIMER)
@click.argument("builds", nargs=-1, required=True, metavar="BUILD…")
@judging.question_options
@click.option(
    "--write-notices",
    "notices",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write the files that the duties ask for into this folder.",
)
@options_with_formats(*PLAIN, *exports.BUILD_FORMATS)
def command(
    builds: tuple[str, ...],
    uses: tuple[str, ...],
    declared: tuple[str, ...],
    policy: Path | None,
    model: str | None,
    fetch: bool,
    notices: Path | None,
    settings: Settings,
) -> int:
    """May I use this build as I intend? Verdict, evidence and duties, from the file and what lies beside it."""
    paths, facts = judging.split_facts(builds, lambda: list(settings.load_rules().vocabulary.facts))
    if not paths:
        raise UsageError("No build is named; give the path of a model file or folder.")
    ask = functools.cache(lambda: judging.ask(settings, uses, [*declared, *facts], policy, model, fetch))
    results: list[Audited] = []
    failures: Failures = []
    codes: list[ExitCode] = []
    named: list[str] = []  # the path of each result
    for path in paths:
        codes.append(_audit_one(path, ask, settings, results, failures))
        named += [path] * (len(results) - len(named))
    asked = ask()
    warnings = judging.warnings_of(results, asked)
    audits = list(zip(named, results, strict=True))
    if settings.json:
        _print_json(asked, results, failures, warnings)
    elif settings.format in exports.BUILD_FORMATS:
        _print_document(settings.format, audits, failures, asked, settings)
    else:
        _print_text(results, failures, settings)
    judging.print_warnings(warnings)
    if notices is not None and results:
        from openness.cli.notices import write

        write(notices, audits, asked.ruleset, settings)
    return int(worst_exit(codes))


def _audit_one(
    path: str, ask: Callable[[], judging.Asked], settings: Settings, results: list[Audited], failures: Failures
) -> ExitCode:
    try:
        audited = judging.audit_path(path, ask, settings)
    except UsageError:
        raise
    except OpennessError as error:
        ask()  # a wrong question is said first
        failures.append((error, path))
        return error.exit_code
    results.append(audited)
    if audited.error is not None:
        failures.append((audited.error, path))
    return judging.exit_code(audited)


def _print_json(asked: judging.Asked, results: list[Audited], failures: Failures, warnings: list[str]) -> None:
    from openness.outputs import envelope

    shown: list[dict[str, Any]] = [envelope.audit_result(audited.result) for audited in results]
    click.echo(envelope.envelope("audit", shown, rules=asked.ruleset.version, warnings=warnings, errors=failures))


def _print_document(
    format: str, audits: list[tuple[str, Audited]], failures: Failures, asked: judging.Asked, settings: Settings
) -> None:
    """Builds that could be read, as one document; the others are errors beside it."""
    whole = [(path, audited) for path, audited in audits if audited.error is None]
    if whole:
        click.echo(exports.rendered_builds(format, whole, asked.ruleset, settings))
    for error, path in failures:
        judging.print_error(error, path)


def _print_text(results: list[Audited], failures: Failures, settings: Settings) -> None:
    for index, audited in enumerate(a for a in results if a.error is None):
        if index:
            click.echo("\n" + "-" * 40 + "\n")
        judging.print_text(audited, settings)
    for error, path in failures:
        judging.print_error(error, path)
