"""``openness lock [PATH…]``: resolve every model that a repository names, and write what was found to openness.lock."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openness.cli.common import DISCLAIMER, Settings, echo, global_options, styler, width
from openness.errors import ExitCode, MissingInput, OpennessError, Unreachable, worst_exit
from openness.printable import printable

if TYPE_CHECKING:
    from openness.policy.lock import Lock, LockedBuild, LockedModel
    from openness.policy.lock_changes import Change
    from openness.policy.stated import Stated
    from openness.refs.records import Reference

Failures = list[tuple[OpennessError, str]]


@click.command("lock", epilog=DISCLAIMER)
@click.argument("paths", nargs=-1, metavar="[PATH…]")
@click.option(
    "--policy", type=click.Path(dir_okay=False, path_type=Path), default=None, help="The openness.toml (the nearest one)."
)
@click.option("--lock", "lock_file", type=click.Path(dir_okay=False, path_type=Path), default=None, help="The lock to write.")
@click.option("--refresh", "--update", "refresh", is_flag=True, help="Ask the hosts again, however fresh what is stored may be.")
@global_options
def command(paths: tuple[str, ...], policy: Path | None, lock_file: Path | None, refresh: bool, settings: Settings) -> int:
    """Find every model that the files below PATH (the folder of the policy) name, and write what is known of each.

    What the local store lacks is fetched and stored, so an interrupted run goes on where it stopped. `openness check` then
    needs nothing but the lock.
    """
    from openness.checking.reading import prefix_of, read_for
    from openness.policy import lock as locks
    from openness.policy import stated as statements
    from openness.policy.place import lock_beside

    stated = statements.load(policy)
    target = lock_file or lock_beside(stated)
    old = _old(target)
    root = target.absolute().parent
    start = tuple(map(Path, paths)) or (_short(root),)
    failures: Failures = [(MissingInput(f"There is no file or folder {path}."), str(path)) for path in start if not path.exists()]
    there = [path for path in start if path.exists()]
    keep = None if any(path.resolve() == root.resolve() for path in there) else old
    references = [each for found in read_for(stated, there, prefix_of(root)) for each in found.references]
    new = _resolved(references, stated, target, old, keep, refresh, settings, failures)
    changed = locks.write(target, new)
    _print(target, old, new, changed, failures, settings)
    return int(worst_exit([ExitCode.OK, *(error.exit_code for error, _ in failures)]))


def _short(folder: Path) -> Path:
    """The folder as seen from the current one, so that names stay short."""
    try:
        return folder.absolute().relative_to(Path.cwd())
    except ValueError:
        return folder


def _old(target: Path) -> Lock | None:
    """The lock so far; one that does not verify is replaced, which is said."""
    from openness.errors import IntegrityError
    from openness.policy import lock as locks

    try:
        return locks.read(target)
    except IntegrityError as error:
        click.echo(f"openness: warning: {error.message} It is written anew.", err=True)
        return None


def _resolved(
    references: Sequence[Reference],
    stated: Stated,
    target: Path,
    old: Lock | None,
    keep: Lock | None,
    refresh: bool,
    settings: Settings,
    failures: Failures,
) -> Lock:
    """The lock of these references, and of the entries of ``keep``, which is a lock of further files."""
    from openness.cli.model_sources import model_sources
    from openness.locking import builds, models
    from openness.locking.context import Context, checked_in
    from openness.locking.wanted import joined, wanted
    from openness.policy import file as policy_file
    from openness.policy.names import check_names

    ruleset = settings.load_rules()
    names = check_names(stated, ruleset)
    policy = policy_file.of(stated, ruleset)
    known_models = {entry.key: entry for entry in old.models} if old else {}
    known_builds = {entry.key: entry for entry in old.builds} if old else {}
    root = target.absolute().parent
    todo, files = joined(wanted(references), keep), builds.joined(builds.wanted_builds(references, Path(), root), keep, root)
    entries: list[LockedModel] = []
    found_builds: list[LockedBuild] = []
    with model_sources(settings, refresh=refresh) as source, _counted(len(todo) + len(files), settings) as advance:
        today = datetime.datetime.now(datetime.UTC).date()
        context = Context(source, ruleset, policy, models.question_of(policy), today, checked_in(source))
        for one in todo:
            advance(one.model)
            before = known_models.get((one.kind, one.model.casefold(), one.asked or ""))
            entries.append(models.resolve(one, context, before, renew=refresh))
            _failure(entries[-1], failures)
        for file in files:
            advance(file.file)
            earlier = next((entry for key, entry in known_builds.items() if key[0] == file.file), None)
            found_builds.append(builds.resolve_build(file, context, settings.cache, earlier))
        return models.lock(stated, names, context, entries, found_builds)


def _failure(entry: LockedModel, failures: Failures) -> None:
    """A model that could not be resolved is in the lock as such, and said."""
    if entry.absent is None:
        return
    from openness.locking.wanted import DOCKER, OLLAMA

    detail = f" ({entry.detail})" if entry.detail else ""
    if entry.absent in ("offline", "unreachable", "rate-limited"):
        hint = "run `openness lock` while online" if entry.absent == "offline" else "try again later"
        error: OpennessError = Unreachable(f"not resolved: {entry.absent}{detail}; {hint}.")
    else:
        hint = "check the name and your access"
        if entry.absent in (OLLAMA, DOCKER):
            detail, hint = f": {entry.detail}", "name the repository on the Hub, or write an exception"
        error = OpennessError(f"not resolved: {entry.absent}{detail}; {hint}.", code="unresolved")
        error.exit_code = ExitCode.CANNOT_SAY
    failures.append((error, entry.model))


@contextmanager
def _counted(total: int, settings: Settings) -> Iterator[Callable[[str], None]]:
    """A bar over models on stderr, when it is a terminal; it names the one at hand."""
    import sys

    if settings.quiet or not sys.stderr.isatty() or total < 2:
        yield lambda name: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("locking"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, completed=-1)
        yield lambda name: bar.update(task, advance=1, description=escape(printable(name, 60)))


def _print(target: Path, old: Lock | None, new: Lock, changed: bool, failures: Failures, settings: Settings) -> None:
    from openness.policy.lock_changes import changes

    found = changes(old, new)
    if settings.json:
        _print_json(target, found, new, changed, failures)
        return
    from openness.outputs.lock_text import lock_changes

    shown = printable(str(_short(target.absolute())), None)
    echo(lock_changes(shown, found, new, changed=changed, width=width(), style=styler(settings)), settings)
    for error, subject in failures:
        click.echo(f"openness: {printable(subject)}: {printable(error.message, None)}", err=True)


def _print_json(target: Path, found: Sequence[Change], new: Lock, changed: bool, failures: Failures) -> None:
    import msgspec

    from openness.outputs import envelope

    result = {
        "lock": printable(str(_short(target.absolute())), None),
        "written": changed,
        "models": len(new.models),
        "builds": len(new.builds),
        "changes": msgspec.to_builtins(found),
    }
    click.echo(envelope.envelope("lock", [result], rules=new.rules, errors=failures))
