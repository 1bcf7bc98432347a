"""``openness init``: write a commented openness.toml by asking what the team does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from openness.cli.common import DISCLAIMER, Settings, global_options
from openness.errors import UsageError

if TYPE_CHECKING:
    from openness.policy.template import Answers
    from openness.rules.loader import Ruleset

Value = TypeVar("Value")
DEFAULT = ("internal",)
#: Uses that a license which bars commerce does not stand against.
NONCOMMERCIAL = frozenset({"research"})


@click.command("init", epilog=DISCLAIMER)
@click.option("--yes", is_flag=True, help="Ask nothing; take the options and the defaults.")
@click.option("--use", "uses", multiple=True, metavar="USE", help="An intended use; may be repeated (internal).")
@click.option("--force", is_flag=True, help="Write over an openness.toml that is there.")
@global_options
def command(yes: bool, uses: tuple[str, ...], force: bool, settings: Settings) -> int:
    """Write an openness.toml into the current folder by asking what you do with models, and say what to do next."""
    from openness.policy import file as policy_file
    from openness.policy.document import FILE_NAME
    from openness.policy.lock import write_whole
    from openness.policy.template import render

    path = Path(FILE_NAME)
    if path.exists() and not force:
        raise UsageError(f"{FILE_NAME} is there already; edit it, or write over it with --force.")
    ruleset = settings.load_rules()
    chosen = policy_file.checked_uses(uses, ruleset)
    try:
        answers = _defaults(chosen or DEFAULT, ruleset) if yes else _asked(chosen, ruleset)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise UsageError("There was no answer to read; run `openness init --yes`, with --use for each use.") from None
    write_whole(path, render(answers).encode("utf-8"), "policy")
    _say(path, answers, settings, ruleset)
    return 0


def _defaults(uses: Sequence[str], ruleset: Ruleset) -> Answers:
    return _answers(uses, ruleset, unverified="deny", api_models="allow")


def _answers(uses: Sequence[str], ruleset: Ruleset, *, unverified: str, api_models: str, **declare: str) -> Answers:
    from openness.policy.template import Answers

    categories = ["fully-open", "source-available"]
    if set(uses) <= NONCOMMERCIAL:
        categories.append("research-only")
    means = {id: use.means for id, use in ruleset.vocabulary.uses.items()}
    return Answers(list(uses), means, categories, unverified, api_models, declare)


def _asked(given: Sequence[str], ruleset: Ruleset) -> Answers:
    """The questions, each with a default that is safe to take."""
    if not given:
        click.echo("What do you do with models?", err=True)
        for number, use in enumerate(ruleset.vocabulary.uses.values(), 1):
            click.echo(f"  {number}  {use.id:<24}{use.means}", err=True)
    uses = given or _ask("Numbers or names, with commas", ", ".join(DEFAULT), lambda text: _uses(text, ruleset))
    entity = _ask(
        "Who are you: person, company, nonprofit, academic, government (or empty)", "", lambda t: _fact("entity", t, ruleset)
    )
    mau = _ask("Monthly active users of all your products (a number, or empty)", "", lambda text: _fact("mau", text, ruleset))
    unverified = _ask("Models whose terms are not certain: deny or warn", "deny", _choice("deny", "warn"))
    api_models = _ask("Models that exist only behind an API: allow or deny", "allow", _choice("allow", "deny"))
    declare = {key: value for key, value in (("entity", entity), ("mau", mau)) if value}
    return _answers(uses, ruleset, unverified=unverified, api_models=api_models, **declare)


def _ask(question: str, default: str, read: Callable[[str], Value]) -> Value:
    """Ask until the answer can be read; what is wrong with one is said."""

    def checked(text: str) -> Value:
        try:
            return read(text)
        except UsageError as error:
            raise click.UsageError(error.message) from None

    found: Value = click.prompt(question, default=default, show_default=bool(default), value_proc=checked, err=True)
    return found


def _uses(text: str, ruleset: Ruleset) -> tuple[str, ...]:
    from openness.policy.file import checked_uses

    known = list(ruleset.vocabulary.uses)
    words = [word.strip() for word in text.split(",") if word.strip()]
    named = [known[int(word) - 1] if word.isdigit() and 0 < int(word) <= len(known) else word for word in words]
    return checked_uses(named or DEFAULT, ruleset, "use")


def _fact(key: str, text: str, ruleset: Ruleset) -> str:
    """A declared fact as a TOML value; empty for none."""
    from openness.rules.declared import parse

    if not text.strip():
        return ""
    parse([f"{key}={text.strip()}"], ruleset)
    import json

    return text.strip() if text.strip().isdigit() else json.dumps(text.strip())


def _choice(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.strip() not in words:
            raise UsageError(f"Answer {' or '.join(words)}.")
        return text.strip()

    return read


def _say(path: Path, answers: Answers, settings: Settings, ruleset: Ruleset) -> None:
    if settings.json:
        from openness.outputs import envelope

        click.echo(envelope.envelope("init", [{"path": str(path), "uses": list(answers.uses)}], rules=ruleset.version))
        return
    click.echo(f"{path} is written, for {', '.join(answers.uses)}. Next:")
    click.echo("  openness lock                      look up every model that this project names (needs the network)")
    click.echo("  openness check                     hold the project against both files")
    click.echo("  openness check --write-baseline    accept what is there today, so that only new things fail")
    click.echo("Commit openness.toml and openness.lock. docs/adopting.md has the pre-commit hook.")
