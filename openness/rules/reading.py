"""From the plain data of rule files to records. Shapes are checked by ``schema.py``; this module only converts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from openness.rules.model import (
    Clause,
    ClauseType,
    EffectRow,
    FactType,
    License,
    LicenseText,
    Use,
    Vocabulary,
)


def plain(value: Any) -> Any:
    """YAML 1.1 reads yes and no as booleans; rules mean the words. Dates become ISO strings."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def expand_uses(names: Iterable[str], sets: Mapping[str, Any]) -> frozenset[str]:
    """Uses named one by one or by a set of ``uses.yaml``."""
    return frozenset(use for name in names for use in sets.get(name, (name,)))


def vocabulary(data: Mapping[str, Any]) -> Vocabulary:
    return Vocabulary(
        uses={row["id"]: _use(row) for row in data["uses"]},
        sets={name: tuple(uses) for name, uses in data["sets"].items()},
        facts={row["id"]: _fact_type(row) for row in data["facts"]},
        currencies={code: float(rate) for code, rate in data["currencies"].items()},
        regions={name: tuple(members) for name, members in data["regions"].items()},
        place_aliases=data["place_aliases"],
        countries=frozenset(data["countries"].split()),
        verified=str(data["verified"]),
    )


def _use(row: Mapping[str, Any]) -> Use:
    return Use(
        id=row["id"],
        means=row["means"],
        implies={name: frozenset(words) for name, words in row.get("implies", {}).items()},
        presumes={name: frozenset(words) for name, words in row.get("presumes", {}).items()},
    )


def _fact_type(row: Mapping[str, Any]) -> FactType:
    return FactType(
        id=row["id"],
        type=row["type"],
        means=row["means"],
        question=row.get("question", ""),
        values=tuple(row.get("values", ())),
        many=row.get("many") == "yes",
        sets={name: tuple(words) for name, words in row.get("sets", {}).items()},
        kinds={name: tuple(words) for name, words in row.get("kinds", {}).items()},
        similar=row.get("similar", {}),
        synonyms=row.get("synonyms", {}),
    )


def clause_types(data: Mapping[str, Any], sets: Mapping[str, Any]) -> dict[str, ClauseType]:
    return {
        row["id"]: ClauseType(
            id=row["id"],
            kind=row["kind"],
            means=row["means"],
            params=row["params"],
            reach=expand_uses(row["reach"], sets),
            effects=tuple(_effect_row(effect, sets) for effect in row["effects"]),
        )
        for row in data["types"]
    }


def _effect_row(row: Mapping[str, Any], sets: Mapping[str, Any]) -> EffectRow:
    return EffectRow(
        effect=row["effect"],
        uses=expand_uses(row["uses"], sets) if "uses" in row else None,
        guard=row.get("if", {}),
        when=row.get("when"),
        undecided=row.get("undecided", "ask"),
        proviso=row.get("proviso", ""),
    )


def license_record(data: Mapping[str, Any], sets: Mapping[str, Any]) -> License:
    text = data["text"]
    return License(
        id=data["id"],
        spdx=data["spdx"],
        title=data["title"],
        publisher=data.get("publisher", ""),
        version=str(data.get("version", "")),
        category=data["category"],
        approved=tuple(data.get("approved", ())),
        aliases={kind: tuple(names) for kind, names in data.get("aliases", {}).items()},
        text=LicenseText(
            status=text["status"],
            url=text.get("url"),
            sha256=text.get("sha256"),
            words_sha256=text.get("words_sha256"),
            source=text.get("source"),
            exact=text.get("exact", "yes") == "yes",
            why=text.get("why", ""),
        ),
        verified=str(data["verified"]["date"]),
        how=data["verified"]["how"],
        clauses=tuple(_clause(row, sets) for row in data["clauses"]),
        kind=data.get("kind", "license"),
    )


def without_rules(id: str, spdx: str, verified: str) -> License:
    """A license known by its SPDX id only: nothing of its text was read, so nothing is said of any use."""
    text = LicenseText("missing", why=f"there are no rules for this license here ({spdx} is known by its SPDX id only)")
    return License(id, spdx, spdx, "", "", "unverified", (), {}, text, verified, "not read", ())


def _clause(row: Mapping[str, Any], sets: Mapping[str, Any]) -> Clause:
    lines = row.get("lines")
    return Clause(
        type=row["type"],
        section=str(row["section"]),
        summary=row["summary"],
        params=row.get("params", {}),
        reach=expand_uses(row["reach"], sets) if "reach" in row else None,
        duty=row.get("duty", ""),
        ask=row.get("ask", ""),
        lines=(int(lines[0]), int(lines[-1])) if lines else None,
    )
