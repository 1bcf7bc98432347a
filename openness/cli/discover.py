"""``openness discover``: every build that programs on this machine keep, what it is, and whether it may be used as intended."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openness.cli import judging
from openness.cli.common import DISCLAIMER, PLAIN, Settings, options_with_formats
from openness.errors import BuildError, ExitCode, OpennessError

if TYPE_CHECKING:
    from openness.outputs.discovery import Discovered
    from openness.sources.local_builds import Found

Failures = list[tuple[OpennessError, str]]


@click.command("discover", epilog=DISCLAIMER)
@click.option("--use", "uses", multiple=True, metavar="USE", help="An intended use; may be repeated (internal).")
@click.option("--declare", "declared", multiple=True, metavar="KEY=VALUE", help="A fact about you; may be repeated.")
@click.option("--policy", type=click.Path(dir_okay=False, path_type=Path), default=None, help="An openness.toml.")
@click.option(
    "--root", "roots", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="A further folder; may be repeated."
)
@click.option("--only-roots", is_flag=True, help="Only the folders of --root.")
@click.option("--no-hash", is_flag=True, help="Do not hash files that were not hashed before: quicker, and knows less.")
@options_with_formats(*PLAIN, "html")
def command(
    uses: tuple[str, ...],
    declared: tuple[str, ...],
    policy: Path | None,
    roots: tuple[Path, ...],
    only_roots: bool,
    no_hash: bool,
    settings: Settings,
) -> int:
    """Find every build that llama.cpp, the Hub cache, LM Studio, Ollama, Jan, GPT4All, text-generation-webui, KoboldCpp and MLC
    keep on this machine, and audit each once. Exit 4 when there is none, else 0."""
    from openness.errors import MissingInput

    for root in roots:
        if not root.is_dir():
            raise MissingInput(f"--root {root} is not a folder; correct it.")
    asked = judging.ask(settings, uses, declared, policy, None)
    failures: Failures = []
    results, warnings = builds(asked, settings, failures, roots=roots, only_roots=only_roots, hashing=not no_hash)
    _print(results, asked, settings, warnings, failures)
    return int(ExitCode.OK if results else ExitCode.NOTHING)


def builds(
    asked: judging.Asked,
    settings: Settings,
    failures: Failures,
    *,
    roots: tuple[Path, ...] = (),
    only_roots: bool = False,
    hashing: bool = True,
) -> tuple[list[Discovered], list[str]]:
    """Every build found, each audited once, and what could not be looked at. What cannot be audited is added to ``failures``."""
    from openness.sources import local_builds, runtimes

    home = Path(os.path.expanduser("~"))
    environment = {} if only_roots else os.environ
    places = runtimes.roots(environment, home, sys.platform, roots)
    if only_roots:
        places = [place for place in places if "folder" in place.runtimes]
    found, notes = local_builds.find(places)
    audited = [one for build in found if (one := _audited(build, asked, settings, failures, hashing=hashing)) is not None]
    return _once(audited), [f"{note.what}: {note.reason}" for note in notes]


def _audited(build: Found, asked: judging.Asked, settings: Settings, failures: Failures, *, hashing: bool) -> Discovered | None:
    from openness.outputs.discovery import Discovered
    from openness.sources import ollama

    try:
        audit = judging.audit_path(str(build.path), lambda: asked, settings, hashing=hashing)
    except OpennessError as error:
        failures.append((error, str(build.path)))
        return None
    names = tuple(dict.fromkeys(model.name for path in (build.path, *build.others) for model in ollama.models_of(path)))
    paths = tuple(str(path) for path in dict.fromkeys((build.path, *build.files, *build.others)))
    return Discovered(audit.result, build.runtimes, paths, names, audit.error.message if audit.error is not None else "")


def _once(found: list[Discovered]) -> list[Discovered]:
    """Copies of one file are one build: the first, with what is known of all of them."""
    import msgspec

    kept: dict[str, Discovered] = {}
    for number, one in enumerate(found):
        key = one.result.build.sha256 or str(number)
        first = kept.get(key)
        if first is None:
            kept[key] = one
            continue
        kept[key] = msgspec.structs.replace(
            first,
            runtimes=tuple(dict.fromkeys((*first.runtimes, *one.runtimes))),
            paths=tuple(dict.fromkeys((*first.paths, *one.paths))),
            names=tuple(dict.fromkeys((*first.names, *one.names))),
        )
    return list(kept.values())


def _print(results: list[Discovered], asked: judging.Asked, settings: Settings, warnings: list[str], failures: Failures) -> None:
    from openness.cli.common import echo, styler, width
    from openness.outputs import discovery

    if settings.json:
        from openness.outputs import envelope

        shown = [discovery.data(one) for one in results]
        errors = [(BuildError(one.error), one.result.build.path) for one in results if one.error]
        text = envelope.envelope("discover", shown, rules=asked.ruleset.version, warnings=warnings, errors=[*errors, *failures])
        click.echo(text)
    elif settings.format == "html":
        from openness.outputs import discovery_html

        left_out = [*warnings, *(f"{path}: {error.message}" for error, path in failures)]
        click.echo(discovery_html.page(results, rules=asked.ruleset.version, warnings=left_out), nl=False)
    elif results:
        echo(discovery.table(results, width=width(), style=styler(settings)), settings)
    else:
        click.echo("no build was found", err=True)
    if not settings.json:
        judging.print_warnings(warnings)
        for error, path in failures:
            judging.print_error(error, path)
