"""The definitions of openness as data: components, facts, limits, license lists, frameworks, dimensions and categories.

They are read from their own files, and only when asked for: an audit of a build never needs them. Shapes are checked by
``definition_lint.py``; this module only converts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from openness.errors import RuleError
from openness.packaged import packaged
from openness.rules.packaged_files import read_packaged

Condition = Mapping[str, Any]
T = TypeVar("T")
#: The condition that nothing meets.
NEVER: Condition = {"any": []}


class Component(msgspec.Struct, frozen=True):
    """A part of a release. ``mof`` is its number in the Model Openness Tool, ``names`` are the tool's names for it; ``within``
    are components of the tool that one beyond its list could be part of."""

    id: str
    title: str
    dimension: str
    kind: str
    means: str
    mof: int | None = None
    names: tuple[str, ...] = ()
    extra: str = "no"
    within: tuple[str, ...] = ()


class FactKind(msgspec.Struct, frozen=True):
    """A fact that is no component, and the values it may have: its own, or the words of ``values_of``."""

    id: str
    means: str
    values: tuple[str, ...] = ()
    values_of: str = ""
    many: str = "no"


class LimitSign(msgspec.Struct, frozen=True):
    """Clauses that make a limit apply: of this type, with these parameters, counting one of these measures."""

    clause: str
    guard: Mapping[str, Any] = msgspec.field(name="if", default_factory=dict)
    measures: tuple[str, ...] = ()


class Limit(msgspec.Struct, frozen=True):
    """A word for what a license takes away (``rules/limits.yaml``)."""

    id: str
    kind: str
    means: str
    when: tuple[LimitSign, ...]


class LicenseList(msgspec.Struct, frozen=True):
    """A named list of license ids; ``members`` are those of the lists it joins as well."""

    id: str
    means: str
    members: frozenset[str]


class Criterion(msgspec.Struct, frozen=True):
    """One thing that a framework asks for; the head of ``rules/frameworks/mof-1.0.yaml`` says what each part means."""

    id: str
    title: str
    section: str
    role: str = "required"
    about: str = "release"
    passes: Condition = msgspec.field(name="pass", default_factory=lambda: NEVER)
    fails: Condition | None = msgspec.field(name="fail", default=None)
    open: Condition = msgspec.field(default_factory=lambda: NEVER)
    partial: Condition = msgspec.field(default_factory=lambda: NEVER)
    judge: str = ""
    remedy: str = ""
    note: Mapping[str, Any] | None = None
    component: str = ""
    typed: str = ""
    class_: str = msgspec.field(name="class", default="")
    instead: str = ""


class Source(msgspec.Struct, frozen=True):
    """Where a definition can be read, and its date."""

    url: str
    date: str
    also: tuple[str, ...] = ()


class Rank(msgspec.Struct, frozen=True):
    """A class or a label that a framework awards."""

    id: str
    title: str
    needs: tuple[str, ...] = ()
    unless_failed: tuple[str, ...] = ()


class Framework(msgspec.Struct, frozen=True):
    """One published definition. ``deviations`` say where we do otherwise than the publisher's own tool."""

    id: str
    title: str
    publisher: str
    source: Source
    verified: str
    mode: str
    outcome: str
    criteria: tuple[Criterion, ...]
    classes: tuple[Rank, ...] = ()
    labels: tuple[Rank, ...] = ()
    none: str = ""
    passing: tuple[str, ...] = ()
    deviations: tuple[Mapping[str, str], ...] = ()


class Dimension(msgspec.Struct, frozen=True):
    """One of weights, code, data and recipe."""

    id: str
    title: str
    open: Condition
    partial: Condition
    parts: Mapping[str, float]


class Dimensions(msgspec.Struct, frozen=True):
    """``rules/dimensions.yaml``."""

    values: Mapping[str, float]
    license_factors: Mapping[str, float]
    bands: Mapping[str, tuple[int, int]]
    dimensions: tuple[Dimension, ...]


class Row(msgspec.Struct, frozen=True):
    """A row of the decision order, or of the sub-labels."""

    id: str
    category: str
    why: str
    when: Condition | None = None
    undecided: str = "next"


class LabelSource(msgspec.Struct, frozen=True):
    """Which framework gives the label beside a category, and for which categories there is none."""

    framework: str
    none_for: tuple[str, ...]


class Categories(msgspec.Struct, frozen=True):
    """``rules/categories.yaml``."""

    order: tuple[Row, ...]
    sub_labels: tuple[Row, ...]
    g7: LabelSource
    #: What is asked of the code, data and recipe of a base, for a model made from it to be fully open.
    documented: Condition


class PossibleChange(msgspec.Struct, frozen=True):
    """A single fact that could move a category; the head of ``rules/would_change.yaml`` says what each part means."""

    id: str
    set: tuple[Mapping[str, Any], ...]
    condition: str = msgspec.field(name="if")
    when: Condition | None = None
    unless: Condition | None = None
    undecided: Condition | None = None
    about: str = ""


class PossibleChanges(msgspec.Struct, frozen=True):
    """``rules/would_change.yaml``."""

    most: int
    best_first: tuple[str, ...]
    changes: tuple[PossibleChange, ...]


class Definitions(msgspec.Struct, frozen=True):
    """All of it, by id."""

    components: Mapping[str, Component]
    facts: Mapping[str, FactKind]
    limits: Mapping[str, Limit]
    lists: Mapping[str, LicenseList]
    frameworks: Mapping[str, Framework]
    dimensions: Dimensions
    categories: Categories
    changes: PossibleChanges


def load(root: Path | None = None) -> Definitions:
    """The packaged definitions, or those under ``root``. Read once. Raises RuleError for a file that is not what it must be."""
    return _load(root or packaged("rules"))


@cache
def _load(root: Path) -> Definitions:
    components = read_packaged(root / "components.yaml")
    return Definitions(
        components={row["id"]: _convert(row, Component) for row in components["components"]},
        facts={row["id"]: _convert(row, FactKind) for row in components["facts"]},
        limits={row["id"]: _convert(row, Limit) for row in read_packaged(root / "limits.yaml")["limits"]},
        lists={row.id: row for row in license_lists(read_packaged(root / "license_lists.yaml")["lists"])},
        frameworks={path.stem: framework(read_packaged(path)) for path in framework_files(root)},
        dimensions=_convert(read_packaged(root / "dimensions.yaml"), Dimensions),
        categories=_convert(read_packaged(root / "categories.yaml"), Categories),
        changes=_convert(read_packaged(root / "would_change.yaml"), PossibleChanges),
    )


def framework_files(root: Path) -> list[Path]:
    return sorted((root / "frameworks").glob("*.yaml"))


def license_lists(rows: list[Mapping[str, Any]]) -> Iterator[LicenseList]:
    """The lists with what they join; a list may join those above it."""
    known: dict[str, frozenset[str]] = {}
    for row in rows:
        joined = (known[name] for name in row.get("of", ()))
        known[row["id"]] = frozenset(row.get("ids", ())).union(*joined)
        yield LicenseList(row["id"], row["means"], known[row["id"]])


def framework(data: Mapping[str, Any]) -> Framework:
    """One file of ``rules/frameworks`` with its template filled in."""
    return _convert({**data, "criteria": [filled(row, data.get("template", {})) for row in data["criteria"]]}, Framework)


def filled(row: Mapping[str, Any], template: Mapping[str, Any]) -> dict[str, Any]:
    """A criterion with what its framework's template adds: only where it names a component, and nothing it says itself."""
    added = {key: _fill(value, row) for key, value in template.items() if key not in row} if "component" in row else {}
    return {**row, **added}


def _fill(value: Any, row: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return {key: _fill(item, row) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, row) for item in value]
    return row[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def _convert(data: Any, kind: type[T]) -> T:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise RuleError(f"A rule file of {kind.__name__} is malformed: {error}; run `openness rules lint`.") from None
