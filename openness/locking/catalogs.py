"""Names of Ollama's and Docker's catalogs, which tell no repository."""

from __future__ import annotations

from openness.locking.context import Context
from openness.locking.entries import uses_of
from openness.locking.wanted import OLLAMA, Wanted
from openness.policy.lock import LockedModel, LockedUse
from openness.records import Permission, Standing
from openness.rules import releases
from openness.verdict.stack import all_of, judge_license


def by_catalog(one: Wanted, context: Context) -> LockedModel:
    """A name of another catalog. It tells no repository; where it is that of known releases, their terms can only deny."""
    name = one.model.rpartition("/")[2].partition(":")[0]
    rows = releases.load().of_name(name)
    catalog = "Ollama's catalog" if one.catalog == OLLAMA else "Docker's catalog"
    detail = f"{catalog} does not say which repository {one.model} is from"
    uses: dict[str, LockedUse] = {}
    for use in context.question.uses if len(rows) == 1 else ():
        parts = [judge_license(id, use, context.question.declared, context.ruleset) for id in rows[0].licenses]
        verdict = all_of(parts, use)
        if parts and verdict.verdict is Permission.DENIED:
            uses |= uses_of([verdict])
    today, strength = context.today.isoformat(), str(Standing.NAME)
    return LockedModel(one.kind, one.model, None, today, strength=strength, absent=one.catalog, detail=detail, uses=uses)
