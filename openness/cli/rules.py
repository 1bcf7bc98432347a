"""``openness rules``: check the rule files."""

from __future__ import annotations

from pathlib import Path

import click

from openness.cli.common import Settings, global_options
from openness.errors import ExitCode


@click.group("rules")
def command() -> None:
    """Check, list and test the rule files."""


@command.command("lint")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@global_options
def lint(folder: Path | None, settings: Settings) -> int:
    """Check every rule file: unknown fields, clauses without section, names claimed twice, stale dates."""
    from openness.outputs import envelope
    from openness.packaged import packaged
    from openness.rules.lint import lint as check

    roots = [folder] if folder else [packaged("rules"), *settings.rules]
    problems = [problem for root in roots for problem in check(root)]
    if settings.json:
        rows = [{"file": p.file, "severity": p.severity, "message": p.message} for p in problems]
        click.echo(envelope.envelope("rules-lint", rows, rules=settings.load_rules().version))
    else:
        for problem in problems:
            click.echo(f"{problem.severity}: {problem.file}: {problem.message}")
        errors = sum(problem.severity == "error" for problem in problems)
        click.echo(f"{errors} errors, {len(problems) - errors} warnings", err=True)
    return int(ExitCode.DENIED if any(p.severity == "error" for p in problems) else ExitCode.OK)


@command.command("list")
@global_options
def list_(settings: Settings) -> int:
    """List the clause types with what they mean."""
    from openness.outputs import envelope

    ruleset = settings.load_rules()
    if settings.json:
        rows = [{"id": t.id, "kind": t.kind, "means": t.means, "reach": sorted(t.reach)} for t in ruleset.types.values()]
        click.echo(envelope.envelope("rules-list", rows, rules=ruleset.version))
    else:
        for kind in ruleset.types.values():
            click.echo(f"{kind.id:<16} {kind.kind:<9} {kind.means}")
    return int(ExitCode.OK)


@command.command("text")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@global_options
def text(file: Path, settings: Settings) -> int:
    """Print the two hashes that a license file pins for a text: of its bytes, and of its words."""
    import hashlib

    from openness.evidence.license_text import decode, words_sha256
    from openness.outputs import envelope

    data = file.read_bytes()
    row = {"sha256": hashlib.sha256(data).hexdigest(), "words_sha256": words_sha256(decode(data))}
    if settings.json:
        click.echo(envelope.envelope("rules-text", [row], rules=settings.load_rules().version))
    else:
        click.echo("\n".join(f"{name}: {value}" for name, value in row.items()))
    return int(ExitCode.OK)
