"""``openness check [PATH…]``: every model that a repository names, held against openness.toml and openness.lock, offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from openness.cli.common import DISCLAIMER, Settings, echo, options_with_formats, styler, width
from openness.errors import ExitCode, MissingInput, OpennessError, UsageError

if TYPE_CHECKING:
    from openness.checking.run import Setting
    from openness.policy.checked import CheckResult

FORMATS = ("text", "json", "sarif", "junit", "github", "markdown")
#: A step summary of GitHub has room for so many bytes.
MOST_SUMMARY = 1 << 20


@click.command("check", epilog=DISCLAIMER)
@click.argument("paths", nargs=-1, metavar="[PATH…]")
@click.option(
    "--policy", type=click.Path(dir_okay=False, path_type=Path), default=None, help="An openness.toml (the nearest one)."
)
@click.option("--lock", "lock_file", type=click.Path(dir_okay=False, path_type=Path), default=None, help="The lock to read.")
@click.option("--store", is_flag=True, help="Hold the lock against what the local store has seen since as well.")
@click.option("--write-baseline", is_flag=True, help="Record what is wrong today in the policy, so that only new things fail.")
@click.option("--nothing-ok", is_flag=True, help="Exit 0 when no file is of a kind that is read, for hooks.")
@options_with_formats(*FORMATS)
def command(
    paths: tuple[str, ...],
    policy: Path | None,
    lock_file: Path | None,
    store: bool,
    write_baseline: bool,
    nothing_ok: bool,
    settings: Settings,
) -> int:
    """Hold every model that the files below PATH (the current folder) name against the policy and the lock. Nothing is fetched.

    `openness lock` writes what is known of each model, `openness init` a policy.
    """
    from openness.checking import run

    setting = setting_of(policy, lock_file, settings)
    if store:
        from openness.checking.stored import newer_in

        setting = msgspec.structs.replace(setting, newer=newer_in(settings.cache))
    start = tuple(map(Path, paths)) or (Path(),)
    whole = any(path.resolve() == setting.root.resolve() for path in start)
    result = run.check(start, setting, whole=whole)
    if write_baseline:
        _write_baseline(result, setting)
        again = msgspec.structs.replace(setting_of(policy, lock_file, settings), newer=setting.newer)
        result = run.check(start, again, whole=whole)
    _print(result, settings)
    code = result.exit_code
    if settings.format == "sarif" and not result.missing:
        return 0  # what was found is in the document, and code scanning judges it; only a run that failed is an error
    return int(ExitCode.OK if nothing_ok and code is ExitCode.NOTHING and not result.missing else code)


def setting_of(policy: Path | None, lock_file: Path | None, settings: Settings) -> Setting:
    """Policy and lock as they are. Raises UsageError for a wrong policy and IntegrityError for a lock that does not verify."""
    import datetime

    from openness.checking import run
    from openness.policy import lock as locks
    from openness.policy import stated as statements
    from openness.policy.document import shortened
    from openness.policy.names import Names
    from openness.policy.place import lock_beside

    stated = statements.load(policy)
    place = lock_file or lock_beside(stated)
    lock = locks.read(place)
    names = run.names_of(stated, lock, None) or run.names_of(stated, lock, settings.load_rules()) or Names({})
    root = place.absolute().parent
    return run.Setting(stated, names, lock, shortened(place), root, settings.cache, datetime.datetime.now(datetime.UTC).date())


def _write_baseline(result: CheckResult, setting: Setting) -> None:
    from openness.checking.reading import prefix_of
    from openness.policy.baseline import write_baseline

    written, path = write_baseline(result, setting.stated, prefix_of(setting.root))
    click.echo(f"openness: {written} {'entry' if written == 1 else 'entries'} added to the baseline in {path}.", err=True)


def _failures(result: CheckResult) -> list[tuple[OpennessError, str]]:
    return [(MissingInput(f"There is no file or folder {path}; check the path."), path) for path in result.missing]


def _print(result: CheckResult, settings: Settings) -> None:
    if settings.json:
        _print_json(result, settings)
    elif settings.format in (None, "text"):
        _print_text(result, settings)
    else:
        click.echo(_rendered(result, str(settings.format)))
        _say_missing(result)


def _rendered(result: CheckResult, format: str) -> str:
    """One of the formats that other programs read; ``github`` writes the summary of the step as well."""
    if format == "sarif":
        from openness.outputs.check_sarif import sarif
        from openness.outputs.envelope import as_json

        return as_json(sarif(result))
    if format == "junit":
        import datetime

        from openness.outputs.check_junit import junit

        return junit(result, datetime.datetime.now(datetime.UTC))
    from openness.outputs.check_markdown import markdown

    if format == "markdown":
        return markdown(result)
    from openness.outputs.check_github import github

    _add_summary(markdown(result))
    return github(result)


def _add_summary(text: str) -> None:
    """Append to the file that GitHub shows as the summary of a step, where the run has one. Raises UsageError."""
    import os

    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    data = f"{text}\n".encode("utf-8", "replace")
    try:
        with open(path, "ab") as file:
            if file.tell() + len(data) <= MOST_SUMMARY:
                file.write(data)
    except OSError as error:
        raise UsageError(f"GITHUB_STEP_SUMMARY cannot be written ({error.strerror}); correct or unset it.") from error


def _print_json(result: CheckResult, settings: Settings) -> None:
    from openness.outputs import checked, envelope

    rules = result.rules or settings.load_rules().version
    warnings = [f"{notice.file}:{notice.line}: {notice.message}" for notice in result.notices]
    more = {"policy": result.policy, "lock": result.lock, "files": result.files, "notices": checked.notices(result)}
    rows = checked.check_results(result)
    document = envelope.envelope_document("check", rows, rules=rules, warnings=warnings, errors=_failures(result))
    click.echo(envelope.as_json({**document, **more}))


def _print_text(result: CheckResult, settings: Settings) -> None:
    from openness.outputs.check_text import check

    if result.files or not result.missing:
        shown = check(
            result, width=width(), style=styler(settings), verbose=bool(settings.verbose), quiet=bool(settings.quiet)
        )  # fmt: skip
        echo(shown, settings)
    _say_missing(result)


def _say_missing(result: CheckResult) -> None:
    from openness.printable import printable

    for error, subject in _failures(result):
        click.echo(f"openness: {printable(subject)}: {printable(error.message, None)}", err=True)
