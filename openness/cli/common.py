"""What the commands share: global options (accepted before and behind the command), rules, width, color, progress."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from openness.errors import UsageError

if TYPE_CHECKING:
    from openness.rules.loader import Ruleset

Formats = tuple[str, ...]
Function = TypeVar("Function", bound=Callable[..., Any])
DISCLAIMER = "This is not legal advice."
#: What every command can write; a command may add others of ``FORMATS``.
PLAIN: Formats = ("text", "json")
#: Every output format of any command: accepted before the command, which then refuses those that it does not write.
FORMATS: Formats = (
    *PLAIN, "markdown", "html", "sarif", "junit", "github", "svg", "png", "shields", "spdx", "spdx3", "cyclonedx", "mot",
)  # fmt: skip
#: Below this size a file is hashed before a progress bar could be drawn.
PROGRESS_FROM = 64 << 20


class Settings(msgspec.Struct, frozen=True):
    """The global options (contract, section 5). None means: not given here."""

    format: str | None = None
    offline: bool | None = None
    quiet: bool | None = None
    verbose: bool | None = None
    color: str | None = None
    cache_dir: Path | None = None
    rules: tuple[Path, ...] = ()

    def over(self, outer: Settings) -> Settings:
        """These settings where given, else those of the group before the command."""
        given = {name: getattr(self, name) for name in self.__struct_fields__ if getattr(self, name) not in (None, ())}
        return msgspec.structs.replace(outer, **given)

    @property
    def json(self) -> bool:
        return self.format == "json"

    @property
    def cache(self) -> Path:
        """Where things fetched and hashes computed are kept."""
        if self.cache_dir is not None:
            return self.cache_dir
        if os.environ.get("OPENNESS_CACHE"):
            return Path(os.environ["OPENNESS_CACHE"])
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        return Path(base) / "openness"

    @property
    def own_index(self) -> Path:
        """Where license texts that the user adds are indexed: beside further rules where there are any, else in the cache."""
        from openness.evidence.license_version import FILE

        return (self.rules[0] if self.rules else self.cache) / FILE

    @property
    def index_files(self) -> tuple[Path, ...]:
        """The user's own indexes, which are read beside the packaged one."""
        from openness.evidence.license_version import FILE

        places = (self.cache, *self.rules)
        return tuple(folder / FILE for folder in places if (folder / FILE).is_file())

    def load_rules(self) -> Ruleset:
        from openness.rules import loader

        return loader.load(self.rules)


def global_options(function: Function) -> Function:
    """Add the global options to a command that writes text and JSON; it receives them as one ``settings`` argument."""
    return options_with_formats(*PLAIN)(function)


def options_with_formats(*formats: str) -> Callable[[Function], Function]:
    """The global options of a command that writes these formats.

    The command raises UsageError for a format that was given before it and that it does not write.
    """

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            own = Settings(**{name: kwargs.pop(name) for name in Settings.__struct_fields__})
            context = click.get_current_context()
            settings = own.over(context.find_object(Settings) or Settings())
            if settings.format is not None and settings.format not in formats:
                raise UsageError(f"{context.command_path} has no format {settings.format}; it writes {', '.join(formats)}.")
            context.obj = settings
            return function(*args, settings=settings, **kwargs)

        format = click.option("--format", type=click.Choice(formats), default=None, help=f"Output format ({formats[0]}).")
        for option in (*reversed(_OPTIONS), format):
            wrapper = option(wrapper)
        return wrapper  # type: ignore[return-value]

    return decorate


_OPTIONS = (
    click.option("--offline", is_flag=True, default=None, help="Never use the network."),
    click.option("--quiet", "-q", is_flag=True, default=None, help="Only the result and errors."),
    click.option("--verbose", "-v", is_flag=True, default=None, help="Every reason and every piece of evidence."),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), default=None, help="Color (auto)."),
    click.option(
        "--cache-dir",
        type=click.Path(file_okay=False, path_type=Path),
        default=None,
        help="Where fetched things are kept (env OPENNESS_CACHE).",
    ),
    click.option(
        "--rules",
        type=click.Path(file_okay=False, path_type=Path),
        multiple=True,
        help="A folder with further rules; may be repeated.",
    ),
)


def styler(settings: Settings, *, err: bool = False) -> Callable[[str, str], str]:
    """Colors text when the stream is a terminal, or as ``--color`` says; NO_COLOR is honored."""
    stream = sys.stderr if err else sys.stdout
    wanted = settings.color or "auto"
    colored = wanted == "always" or (wanted == "auto" and stream.isatty() and not os.environ.get("NO_COLOR"))
    return (lambda text, color: click.style(text, fg=color, bold=True)) if colored else (lambda text, color: text)


def echo(text: str, settings: Settings, *, err: bool = False) -> None:
    """Print with color kept as ``styler`` decided it, whatever the stream is."""
    click.echo(text, err=err, color=True if settings.color == "always" else None)


def width() -> int:
    """Columns to wrap text to: the terminal's, at most 110 for reading, 80 where there is none."""
    try:
        columns = int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size(sys.stdout.fileno()).columns
    except (ValueError, OSError):  # no number, no terminal
        columns = 80
    return min(columns or 80, 110)


@contextmanager
def progress(label: str, total: int, settings: Settings) -> Iterator[Callable[[int], None] | None]:
    """A progress bar on stderr for ``total`` bytes, when stderr is a terminal and the work takes long enough to see."""
    if settings.quiet or not sys.stderr.isatty() or total < PROGRESS_FROM:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda count: bar.advance(task, count)
