"""Write docs/commands.md, docs/rules.md and the tables of other pages from the program itself: ``python docs/generate.py``.

A test checks them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import badge_pictures
import click
import decision_pages
import definition_tables

from openness.cli import cli
from openness.cli.common import PLAIN, Settings
from openness.policy.check_rules import CheckRule, check_rules
from openness.rules import loader

GLOBAL = set(Settings.__struct_fields__)
HERE = Path(__file__).parent
#: Pages with tables from the rules between lines written by hand.
WITH_TABLES = ("definitions.md", "evidence-files.md", "badges.md")
PASS_THROUGH = """## Options of llama.cpp behind `--`

`-n -c -t -b -ngl --temp --top-k --top-p --min-p --seed --repeat-penalty --grammar --json-schema -sys`, their long forms and
`=`; `--lora --mmproj --model-draft --control-vector PATH` name further model files, which are audited like the build. Anything
else is refused.
"""


def option_rows(command: click.Command, *, hidden: set[str]) -> list[str]:
    options = [p for p in command.params if isinstance(p, click.Option) and (p.name not in hidden or _own_formats(p))]
    rows = [f"| `{', '.join(option.opts)}` | {option.help or ''}{_own_formats(option)} |" for option in options]
    return ["| option | meaning |", "|---|---|", *rows, ""] if rows else []


def _own_formats(option: click.Option) -> str:
    """The formats of a command that writes others than text and JSON."""
    if option.name != "format" or not isinstance(option.type, click.Choice) or tuple(option.type.choices) == PLAIN:
        return ""
    return " One of " + ", ".join(f"`{choice}`" for choice in option.type.choices) + "."


def sections(command: click.Command, name: str) -> Iterator[str]:
    context = click.Context(command, info_name=name)
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from sections(found, f"{name} {child}")
        return
    arguments = " ".join(p.make_metavar(context) for p in command.params if isinstance(p, click.Argument))
    yield f"## `{name} {arguments}".rstrip() + "`\n"
    yield " ".join((command.help or "").split()) + "\n"
    yield from option_rows(command, hidden=GLOBAL)


def commands_page() -> str:
    head = [
        "# Commands\n",
        "Global options are accepted before and behind the command. Exit codes: [verdicts.md](verdicts.md).\n",
    ]
    head += ["## Global options\n", *option_rows(cli, hidden=set())]
    body = [line for name in cli.list_commands(click.Context(cli)) for line in sections(_command(name), f"openness {name}")]
    return "\n".join([*head, *body, PASS_THROUGH])


def _command(name: str) -> click.Command:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    return command


def rules_page() -> str:
    rules = loader.load()
    lines = ["# Rules\n", "The files are under `rules/`: `clauses.yaml` says what a clause of each type means for each use,"]
    lines += [
        "`uses.yaml` names the uses and the facts a user can declare, `families.yaml` the names that several licenses share, and"
    ]
    lines += [
        "`licenses/<id>.yaml` holds each license. Names are read by `spellings.yaml` (what does not matter in a name, and what must"
    ]
    lines += ["never be guessed), `license_urls.yaml` (addresses) and `spdx_ids.yaml`. Their heads explain the forms;"]
    lines += ["`license.schema.json` and `names.schema.json` are the schemas.\n"]
    lines += ["## Clause types\n", "| type | kind | what it says | parameters |", "|---|---|---|---|"]
    lines += [f"| {t.id} | {t.kind} | {t.means} | {', '.join(t.params)} |" for t in rules.types.values()]
    lines += ["\n## Uses\n", "| use | meaning |", "|---|---|"]
    lines += [f"| {use.id} | {use.means} |" for use in rules.vocabulary.uses.values()]
    lines += ["\n## Declared facts\n", "| fact | type | meaning |", "|---|---|---|"]
    lines += [f"| `{fact.id}` | {fact.type} | {fact.means} |" for fact in rules.vocabulary.facts.values()]
    lines += ["\n## Licenses\n", "| id | SPDX | title | category | text read |", "|---|---|---|---|---|"]
    licenses = [rules.license(id) for id in rules.license_ids]
    lines += [f"| {x.id} | {x.spdx} | {x.title} | {x.category} | {x.text.status} |" for x in licenses]
    return "\n".join(lines) + "\n"


CHECK_HEAD = """# Rules of `openness check`

Every rule has an id, which the outputs, `[[baseline]]`, `[[exceptions]]` and comments in the source use. A model of which no rule
speaks passes. The rules are data: `rules/check.yaml`.

A rule that **denies** makes the check fail (exit 1). One that **cannot say** leaves it undecided (exit 3), and fails it (exit 1) where
the policy has `unverified = "deny"`. What is only **said** changes no exit code.
"""
EFFECTS = {"error": "denies", "warning": "cannot say", "note": "said"}


def check_rules_page() -> str:
    rules = list(check_rules().values())
    lines = [CHECK_HEAD, "| rule | | |", "|---|---|---|"]
    lines += [f"| [{rule.id}](#{rule.id}) | {_effect(rule)} | {rule.title} |" for rule in rules]
    for rule in rules:
        lines += [f"\n## {rule.id}\n", f"**{rule.title}** ({_effect(rule)}). {rule.help}\n", f"*What to do:* {rule.fix}"]
    return "\n".join(lines) + "\n"


def _effect(rule: CheckRule) -> str:
    return EFFECTS[rule.severity] if rule.about == "reference" or rule.severity == "error" else "said"


def with_tables(name: str) -> str:
    """A page with its tables as the rules have them now."""
    return definition_tables.filled((HERE / name).read_text("utf-8"))


#: Pages that are made as a whole.
GENERATED = {
    "commands.md": commands_page,
    "rules.md": rules_page,
    "check-rules.md": check_rules_page,
    "how-decided.md": decision_pages.decided_page,
    "license-table.md": decision_pages.license_page,
}

if __name__ == "__main__":
    for name, made in GENERATED.items():
        (HERE / name).write_text(made(), encoding="utf-8")
    for page in WITH_TABLES:
        (HERE / page).write_text(with_tables(page), encoding="utf-8")
    for picture, content in badge_pictures.pictures().items():
        (badge_pictures.FOLDER / picture).write_text(content, encoding="utf-8")
