"""The base model that an evidence file names, and what it brings along: from the file itself, or the table of released models.

Nothing is fetched. A name alone can only lower: a base whose terms nobody here knows leaves the model unverified.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from openness.records import Finding, Standing
from openness.rules.case import FactState
from openness.rules.loader import Ruleset
from openness.rules.names import resolve
from openness.rules.releases import Releases
from openness.verdict.classified import BoundLicense, LineageEntry
from openness.verdict.lineage_terms import EVIDENCE, TABLE, spdx_of, strictest


class Origin(msgspec.Struct, frozen=True):
    """What is said of the model's base: facts for the case, and what the base's licenses add to those of the weights."""

    facts: dict[str, FactState]
    lineage: tuple[LineageEntry, ...] = ()
    licenses: tuple[BoundLicense, ...] = ()
    findings: tuple[Finding, ...] = ()


def origin_of(model: str, base: str, relation: str, evidence: tuple[str, ...], known: Releases, ruleset: Ruleset) -> Origin:
    """The origin that a Model Openness Tool file names; its field holds base models, families, and now and then a license.

    No name, or the model's own, or one of a model trained from scratch: it was not made from another one. The name of a license
    says nothing. A name that begins the model's own may be its family or its base: left open. Any other is the base.
    """
    if relation == "none" or not base or _key(base) == _key(model):
        derived = "yes" if relation not in ("unstated", "none") else "no"
        facts = {"derived": FactState(frozenset({derived}), evidence)}
        return Origin(facts if derived == "no" else facts | _unresolved(evidence))
    ids = _licenses(base, known)
    if not ids and resolve(base, ruleset).ids:
        message = f"The base model is given as '{base}', which is the name of a license; whether there is a base is not known."
        return Origin({}, findings=(Finding("origin-unclear", "base-named", "asks", message, evidence),))
    if _key(model).startswith(_key(base)) and relation == "unstated":
        message = f"'{base}' may be the family of {model} or the model that it was made from; the file does not say."
        return Origin({}, findings=(Finding("origin-unclear", "base-named", "asks", message, evidence),))
    entry = LineageEntry(base, relation, ids, strictest(ids, ruleset), model, TABLE if ids else None)
    licenses = tuple(BoundLicense("weights", id, spdx_of(id, ruleset), str(Standing.NAME), evidence, base) for id in ids)
    facts = {"derived": FactState(frozenset({"yes"}), evidence)}
    if ids:
        facts["base-terms"] = FactState(frozenset({"known"}), evidence)
        return Origin(facts, (entry,), licenses)
    message = f"The terms of the base model {base} are not known; they bind the model as well."
    finding = Finding(f"base-unresolved:{base}", "base-terms-known", "unknown", message, evidence)
    return Origin(facts | _unresolved(evidence), (entry,), (), (finding,))


def completed(entry: LineageEntry, known: Releases, ruleset: Ruleset) -> LineageEntry:
    """A base that a file lists, with its category worked out, and its license from the table where the file has none."""
    ids, how = entry.license, entry.resolved
    if ids and how is None:
        how = EVIDENCE
    elif not ids and how is None and (release := known.of_id(entry.model)):
        ids, how = release.licenses, TABLE
    return msgspec.structs.replace(entry, license=ids, category=strictest(ids, ruleset), resolved=how)


def facts_of(lineage: Sequence[LineageEntry], evidence: tuple[str, ...]) -> dict[str, FactState]:
    """What a lineage says of the model: that it is derived, and whether the terms of every base are known."""
    if not lineage:
        return {}
    terms = "known" if all(entry.resolved for entry in lineage) else "unresolved"
    return {"derived": FactState(frozenset({"yes"}), evidence), "base-terms": FactState(frozenset({terms}), evidence)}


def _unresolved(evidence: tuple[str, ...]) -> dict[str, FactState]:
    return {"base-terms": FactState(frozenset({"unresolved"}), evidence)}


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _licenses(base: str, known: Releases) -> tuple[str, ...]:
    """The licenses of the release with this id, else of every release of this name: all of them count."""
    release = known.of_id(base)
    found = (release,) if release else known.of_name(base)
    return tuple(dict.fromkeys(id for row in found for id in row.licenses))
