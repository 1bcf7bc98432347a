"""``rules/lineage.yaml``: which effects of a base's or a teacher's license on a derivative are findings. Its head explains it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from openness.errors import RuleError
from openness.packaged import packaged
from openness.rules.conditions import guard_admits
from openness.rules.model import Clause
from openness.rules.packaged_files import read_packaged

FILE = "lineage.yaml"
EFFECTS = frozenset({"info", "asks", "lowers", "unknown", "denies"})


class Loss(msgspec.Struct, frozen=True):
    """An effect of a clause on a derivative, and the finding that it is."""

    clause: str
    effect: str
    rule: str
    finding: str
    words: str
    acts: tuple[str, ...] = ()
    lacks: str = ""
    policy: tuple[str, ...] = ()
    doubt: str = "no"
    binds: str = "no"
    tension: str = ""

    def fits(self, act: str, effect: str, clause: Clause) -> bool:
        """Whether a clause with this effect on this act is meant."""
        if clause.type != self.clause or effect != self.effect or (self.acts and act not in self.acts):
            return False
        if self.lacks and self.lacks in clause.params.get("rights", ()):
            return False
        return not self.policy or clause.params.get("policy") in self.policy


class Duty(msgspec.Struct, frozen=True):
    """What must travel with the files, and the claim of a fact that would show it (none: no file can show it)."""

    clause: str
    rule: str
    words: str
    shown_by: str = ""
    finding: str = "info"
    guard: Mapping[str, Any] = msgspec.field(name="if", default_factory=dict)

    def fits(self, clause: Clause) -> bool:
        return clause.type == self.clause and guard_admits(self.guard, clause.params)


class LineageRules(msgspec.Struct, frozen=True):
    verified: str
    acts: Mapping[str, str]
    losses: tuple[Loss, ...]
    duties: tuple[Duty, ...]
    teaching: tuple[Loss, ...]

    def act(self, relation: str) -> str:
        """The use that is judged for a relation; an unknown word counts as changed weights."""
        return self.acts.get(relation, self.acts["unstated"])


@cache
def load(root: Path | None = None) -> LineageRules:
    """The packaged rules, or those under ``root``. Raises RuleError for a file of another shape."""
    return convert(read_packaged((root or packaged("rules")) / FILE))


def convert(data: Any) -> LineageRules:
    try:
        return msgspec.convert(data, LineageRules)
    except msgspec.ValidationError as error:
        raise RuleError(f"rules/{FILE} is malformed: {error}; run `openness rules lint`.") from None


def problems(data: Any, clauses: Mapping[str, Any], uses: Mapping[str, Any]) -> Iterator[str]:
    """Names that lead nowhere: clause types, uses, effects; and words with unknown slots."""
    try:
        rules = convert(data)
    except RuleError as error:
        yield error.message
        return
    types = {row["id"] for row in clauses["types"]}
    known = {row["id"] for row in uses["uses"]}
    yield from (f"acts: no such use {use}" for use in sorted(set(rules.acts.values()) - known))
    rows: tuple[Loss | Duty, ...] = (*rules.losses, *rules.duties, *rules.teaching)
    for row in rows:
        if row.clause not in types:
            yield f"{row.rule}: no such clause type {row.clause}"
        try:
            row.words.format(model="", own="", base="", license="", section="")
        except (KeyError, IndexError, ValueError):
            yield f"{row.rule}: the words have an unknown slot"
        if not {row.finding, row.tension if isinstance(row, Loss) else ""} <= EFFECTS | {""}:
            yield f"{row.rule}: a finding is one of {', '.join(sorted(EFFECTS))}"
    for loss in (*rules.losses, *rules.teaching):
        yield from (f"{loss.rule}: no such use {act}" for act in loss.acts if act not in known)
