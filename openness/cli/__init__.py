"""The command line. One file a command; a command's module is imported only when it is called, so that start-up stays cheap."""

from __future__ import annotations

import importlib
import os
import sys

import click

from openness import __version__
from openness.cli.common import DISCLAIMER, Settings, global_options
from openness.errors import ExitCode, OpennessError

COMMANDS = {
    "audit": ("openness.cli.audit", "May I use this local build? Verdict, evidence, duties."),
    "run": ("openness.cli.run", "Start llama.cpp on a build, only if the verdict allows it."),
    "classify": ("openness.cli.classify", "How open is a model? Category, dimensions, licenses, lineage, definitions."),
    "report": ("openness.cli.report", "Pages for people: a matrix of models and uses, and a page for each."),
    "explain": ("openness.cli.explain", "Every step of a classification: fact, rule, finding, category."),
    "discover": ("openness.cli.discover", "Every build that programs on this machine keep, each audited once."),
    "fingerprint": ("openness.cli.fingerprint", "Which checkpoint is this build? By its weights alone."),
    "demo": ("openness.cli.demo", "Fetch a small real build, audit it and run it."),
    "license": ("openness.cli.license", "Show, list and compare the licenses known here."),
    "crawl": ("openness.cli.crawl", "Cards, license texts and linked repositories into the local store."),
    "corpus": ("openness.cli.corpus", "The local store: counts, integrity, upkeep, export."),
    "rules": ("openness.cli.rules", "Check the rule files."),
    "log": ("openness.cli.log", "Show, verify or rotate the log of runs."),
}


class LazyGroup(click.Group):
    """Commands are looked up by name and imported on use; help needs only the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, epilog=DISCLAIMER, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="openness")
@global_options
def cli(settings: Settings) -> None:
    """How open an AI model really is, and whether you may deploy the build on your disk, with evidence."""


def main() -> None:
    """Entry point: every error a user can cause is one sentence on stderr and an exit code of the contract."""
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        code = 2
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except OpennessError as error:
        click.echo(f"openness: {error.message}", err=True)
        code = int(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("openness: interrupted", err=True)
        code = 130
    except BrokenPipeError:
        # the reader of our output has gone; nothing more can be said to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:  # a bug of ours: never a traceback, and never an exit code that reads as a verdict
        if os.environ.get("OPENNESS_DEBUG"):
            raise
        click.echo(f"openness: internal error ({type(error).__name__}); run again with OPENNESS_DEBUG=1 and report it.", err=True)
        code = int(ExitCode.INTEGRITY)
    sys.exit(code or 0)
