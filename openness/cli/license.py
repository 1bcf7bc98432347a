"""``openness license``: the licenses known here, and what each means for a use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from openness.cli.common import DISCLAIMER, Settings, echo, global_options, styler, width
from openness.cli.license_identify import identify
from openness.cli.license_index import index
from openness.errors import ExitCode, MissingInput

if TYPE_CHECKING:
    from openness.records import UseVerdict
    from openness.rules.loader import Ruleset
    from openness.rules.model import FactSet, License


@click.group("license", epilog=DISCLAIMER)
def command() -> None:
    """Show, list and compare the licenses known here."""


command.add_command(identify)
command.add_command(index)


def _find(name: str, ruleset: Ruleset) -> tuple[str, ...]:
    """Ids that a name stands for. Raises MissingInput (exit 4) with the nearest name for an unknown one."""
    from openness.printable import printable
    from openness.rules.names import resolve

    found = resolve(name, ruleset)
    if not found.ids or found.corrected:
        near = found.nearest or " or ".join(found.ids)
        hint = f"did you mean {near}?" if near else "see `openness license list`."
        raise MissingInput(f"No license is known as {printable(name, 60)}; {hint}", code="unknown-license")
    if not set(found.ids) & set(ruleset.license_ids):
        listed = ", ".join(ruleset.license(id).spdx for id in found.ids)
        raise MissingInput(f"There are no rules for {listed} here, so every use of it is unknown.", code="unknown-license")
    return found.ids


@command.command("show")
@click.argument("name", metavar="ID")
@click.option("--use", "uses", multiple=True, metavar="USE", help="A use to judge; may be repeated (all uses).")
@click.option("--declare", "declared", multiple=True, metavar="KEY=VALUE", help="A fact about you; may be repeated.")
@click.argument("facts", nargs=-1, metavar="[KEY=VALUE]…")
@global_options
def show(name: str, uses: tuple[str, ...], declared: tuple[str, ...], facts: tuple[str, ...], settings: Settings) -> int:
    """The verdict of one license alone for each use, with its clauses. ID may be any name, tag or SPDX id."""
    from openness.outputs import envelope
    from openness.policy.file import checked_uses
    from openness.rules import declared as vocabulary

    ruleset = settings.load_rules()
    ids = _find(name, ruleset)
    chosen = checked_uses(uses, ruleset) or tuple(ruleset.vocabulary.uses)
    known = vocabulary.parse([*declared, *facts], ruleset)
    results = [(ruleset.license(id), _judge(id, chosen, known, ruleset)) for id in ids]
    if settings.json:
        rows = [license_row(license, verdicts) for license, verdicts in results]
        click.echo(envelope.envelope("license-show", rows, rules=ruleset.version))
    else:
        if len(ids) > 1:
            click.echo(f"{name} names a family: {', '.join(ids)}; the strictest counts.\n")
        for license, verdicts in results:
            _print_license(license, verdicts, settings, len(uses) > 0)
    return int(ExitCode.OK)


def _judge(id: str, uses: tuple[str, ...], known: FactSet, ruleset: Ruleset) -> list[UseVerdict]:
    from openness.verdict.stack import judge_license

    return [judge_license(id, use, known, ruleset) for use in uses]


def license_row(license: License, verdicts: list[UseVerdict]) -> dict[str, Any]:
    """One result of ``license show``: the ``uses`` of an audit, and the clauses as read."""
    from openness.outputs import envelope

    return {
        "license": license.id,
        "spdx": license.spdx,
        "title": license.title,
        "category": license.category,
        "uses": [envelope.use_verdict(verdict) for verdict in verdicts],
        "clauses": [
            {
                "type": clause.type,
                "section": clause.section,
                "summary": clause.summary,
                "params": dict(clause.params),
                "lines": list(clause.lines) if clause.lines else None,
            }
            for clause in license.clauses
        ],
        "text": {
            "status": license.text.status,
            "url": license.text.url,
            "sha256": license.text.sha256,
            "source": license.text.source,
        },
        "verified": {"date": license.verified, "how": license.how},
    }


def _print_license(license: License, verdicts: list[UseVerdict], settings: Settings, detailed: bool) -> None:
    from openness.outputs import license_text, text

    click.echo(f"{license.title}  ({license.id}, {license.spdx}, {license.category})")
    pinned = f", sha256 {license.text.sha256[:16]}…" if license.text.sha256 else ""
    click.echo(f"  text: {license.text.status}{pinned}; verified {license.verified}: {license.how}")
    if license.text.url:
        click.echo(f"  {license.text.url}")
    click.echo("")
    if detailed:
        echo(text.use_verdicts(verdicts, width=width(), style=styler(settings), verbose=bool(settings.verbose)), settings)
        return
    for line in license_text.verdict_table(verdicts, style=styler(settings)):
        echo(line, settings)
    click.echo("")
    for line in license_text.clause_list(license.clauses, width=width()):
        click.echo(line)


@command.command("list")
@global_options
def list_(settings: Settings) -> int:
    """Every license known here."""
    from openness.outputs import envelope

    ruleset = settings.load_rules()
    licenses = [ruleset.license(id) for id in ruleset.license_ids]
    if settings.json:
        rows = [
            {"license": x.id, "spdx": x.spdx, "title": x.title, "category": x.category, "text": x.text.status} for x in licenses
        ]
        click.echo(envelope.envelope("license-list", rows, rules=ruleset.version))
    else:
        for x in licenses:
            note = "" if x.text.was_read else f"  (text: {x.text.status})"
            click.echo(f"{x.id:<34} {x.category:<17} {x.title}{note}")
    return int(ExitCode.OK)


@command.command("compare")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B", required=False)
@global_options
def compare(first: str, second: str | None, settings: Settings) -> int:
    """Two licenses side by side: the verdict for each use, and clauses that only one of them has.

    A and B are names of licenses or files. Two files are compared word by word; a file with a license, or with the one nearest
    to it when B is left out, clause by clause and by the words that were added or are missing.
    """
    from openness.cli import license_compare

    if second is None or license_compare.is_file(first) or license_compare.is_file(second):
        return license_compare.files(first, second, settings)
    return _compare_known(first, second, settings)


def _compare_known(first: str, second: str, settings: Settings) -> int:
    from openness.outputs import envelope, license_text

    ruleset = settings.load_rules()
    pair = [ruleset.license(_find(name, ruleset)[0]) for name in (first, second)]
    uses = tuple(ruleset.vocabulary.uses)
    verdicts = [_judge(license.id, uses, {}, ruleset) for license in pair]
    if settings.json:
        rows = [license_row(license, verdict) for license, verdict in zip(pair, verdicts, strict=True)]
        click.echo(envelope.envelope("license-compare", rows, rules=ruleset.version))
    else:
        for line in license_text.comparison(pair[0], pair[1], verdicts[0], verdicts[1], width=width()):
            click.echo(line)
    return int(ExitCode.OK)
