"""The command line. One file a command; a command's module is imported only when it is called, so that start-up stays cheap."""

from __future__ import annotations

import gc
import importlib
import os
import sys

import click

from openness import __version__
from openness.cli.common import DISCLAIMER, FORMATS, Settings, options_with_formats
from openness.errors import ExitCode, OpennessError

#: New objects after which garbage is looked for. Most commands end before that many are made, and looking for garbage among
#: rules and modules, which all stay, took an audit 12 of its 115 ms (measured 2026-11-29, with the freeze in ``main``).
GARBAGE_THRESHOLD = 100_000
gc.set_threshold(GARBAGE_THRESHOLD)

COMMANDS = {
    "audit": ("openness.cli.audit", "May I use this local build? Verdict, evidence, duties."),
    "run": ("openness.cli.run", "Start llama.cpp on a build, only if the verdict allows it."),
    "classify": ("openness.cli.classify", "How open is a model? Category, dimensions, licenses, lineage, definitions."),
    "check": ("openness.cli.check", "Every model that a repository names, against the policy, offline."),
    "lock": ("openness.cli.lock", "Resolve every model that a repository names, for check."),
    "init": ("openness.cli.init", "Write an openness.toml by asking what you do."),
    "badge": ("openness.cli.badge", "A badge of how open a model is: SVG, PNG, shields.io, Markdown, model card."),
    "report": ("openness.cli.report", "Pages for people: a matrix of models and uses, and a page for each."),
    "explain": ("openness.cli.explain", "Every step of a classification: fact, rule, finding, category."),
    "discover": ("openness.cli.discover", "Every build that programs on this machine keep, each audited once."),
    "fingerprint": ("openness.cli.fingerprint", "Which checkpoint is this build? By its weights alone."),
    "demo": ("openness.cli.demo", "Fetch a small real build, audit it and run it."),
    "license": ("openness.cli.license", "Show, list and compare the licenses known here."),
    "crawl": ("openness.cli.crawl", "Cards, license texts and linked repositories into the local store."),
    "corpus": ("openness.cli.corpus", "The local store: counts, integrity, upkeep, export."),
    "sweep": ("openness.cli.sweep", "A whole table of models, classified by their metadata."),
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
@options_with_formats(*FORMATS)
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
    gc.freeze()  # the interpreter need not search what is left when it ends
    sys.exit(code or 0)
