"""``openness log``: the append-only record of runs."""

from __future__ import annotations

import json

import click

from openness.cli.common import Settings, global_options
from openness.errors import ExitCode


@click.group("log")
def command() -> None:
    """Show, verify or rotate the log of runs (append-only, hash-chained)."""


@command.command("show")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="The newest entries only.")
@global_options
def show(limit: int, settings: Settings) -> int:
    """Print the newest entries, oldest first."""
    from openness.gate import log
    from openness.outputs import envelope
    from openness.printable import printable

    entries = log.show(limit)
    if settings.json:
        click.echo(envelope.envelope("log-show", entries, rules=settings.load_rules().version))
    for entry in entries if not settings.json else ():
        override = entry.get("override") or {}
        reason = f"  override: {override.get('reason')}" if override else ""
        build = entry.get("build") or {}
        words = (entry.get("time"), entry.get("event"), entry.get("verdict"), entry.get("outcome"), build.get("path"))
        click.echo(printable("  ".join(str(word) for word in words if word) + reason, None))
    return int(ExitCode.OK if entries else ExitCode.NOTHING)


@command.command("verify")
@global_options
def verify(settings: Settings) -> int:
    """Check the hash chain of every entry; exit 5 when it is broken."""
    from openness.gate import log
    from openness.outputs import envelope

    check = log.verify()
    if settings.json:
        row = {
            "path": check.file,
            "ok": check.ok,
            "entries": check.entries,
            "line": check.line,
            "problem": check.problem,
        }
        click.echo(envelope.envelope("log-verify", [row], rules=settings.load_rules().version))
    elif check.ok:
        click.echo(f"{check.entries} entries verify: {check.file}")
    else:
        click.echo(f"openness: the log is broken at line {check.line} of {check.file}: {check.problem}", err=True)
    return int(ExitCode.OK if check.ok else ExitCode.INTEGRITY)


@command.command("rotate")
@global_options
def rotate(settings: Settings) -> int:
    """Set the log aside under a dated name; the new one continues its chain."""
    from openness.gate import log
    from openness.outputs import envelope

    target = str(log.rotate())
    if settings.json:
        click.echo(envelope.envelope("log-rotate", [{"path": target}], rules=settings.load_rules().version))
    else:
        click.echo(f"set aside as {json.dumps(target, ensure_ascii=False)}")
    return int(ExitCode.OK)
