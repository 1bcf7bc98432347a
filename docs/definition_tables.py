"""The tables of docs/definitions.md and docs/evidence-files.md, from the rules: each between ``<!-- table:NAME -->`` and its end."""

from __future__ import annotations

import re

import badge_pictures

from openness.rules import definitions
from openness.rules.definitions import Criterion, Framework

SLOT = re.compile(r"(<!-- table:(?P<kind>[a-z]+)(?::(?P<name>[\w.-]+))? -->\n).*?(<!-- /table -->)", re.DOTALL)


def filled(page: str) -> str:
    """The page with every table written anew."""
    return SLOT.sub(lambda slot: slot[1] + "".join(f"{line}\n" for line in _table(slot["kind"], slot["name"])) + slot[4], page)


def _table(kind: str, name: str | None) -> list[str]:
    known = definitions.load()
    if kind == "badges":
        return badge_pictures.variants()
    if name is not None:
        framework = known.frameworks[name]
        return {"head": _head, "criteria": _criteria, "deviations": _deviations, "labels": _labels}[kind](framework)
    if kind == "components":
        rows = [
            f"| `{x.id}` | {x.title} | {x.means} | {'yes' if x.mof is not None else 'no'} |" for x in known.components.values()
        ]
        return ["| component | title | what it is | in the Model Openness Tool |", "|---|---|---|---|", *rows]
    if kind == "facts":
        rows = [f"| `{x.id}` | {', '.join(x.values) or 'words of rules/limits.yaml'} | {x.means} |" for x in known.facts.values()]
        return ["| fact | values | what it says |", "|---|---|---|", *rows]
    rows = [f"| `{x.id}` | {x.condition} |" for x in known.changes.changes]
    return ["| row | if |", "|---|---|", *rows]


def _head(framework: Framework) -> list[str]:
    source = framework.source
    return [f"{framework.title}, {framework.publisher}, {source.date}: <{source.url}>. Read {framework.verified}."]


def _criteria(framework: Framework) -> list[str]:
    rows = [f"| `{x.id}` | {x.title} | {x.section} | {_role(x)} | {x.judge} |" for x in framework.criteria]
    return ["| criterion | asks | where | role | left to a person |", "|---|---|---|---|---|", *rows]


def _role(row: Criterion) -> str:
    if not row.class_:
        return row.role
    return f"{row.class_}, {row.role}" if row.role != "required" else row.class_


def _deviations(framework: Framework) -> list[str]:
    return ["| the tool | here |", "|---|---|", *(f"| {row['tool']} | {row['here']} |" for row in framework.deviations)]


def _labels(framework: Framework) -> list[str]:
    rows = [f"| {x.title} | {', '.join(x.needs)} | {', '.join(x.unless_failed)} |" for x in framework.labels]
    return ["| label | needs | must not fail |", "|---|---|---|", *rows]
