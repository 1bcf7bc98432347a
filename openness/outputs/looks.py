"""Words, glyphs and colors of answers shown small, from ``rules/outputs/badges.yaml``; glyph widths from the table beside it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from openness.packaged import packaged

FOLDER = "outputs"


class Look(msgspec.Struct, frozen=True):
    """How one answer looks: its word, the name of its glyph (``outputs.glyphs``), the character nearest to that, its color."""

    word: str
    glyph: str
    sign: str
    color: str


class Variant(msgspec.Struct, frozen=True):
    """What a badge can show. ``bare``: its words stand for themselves, without the label."""

    label: str
    show: str
    means: str
    framework: str = ""
    bare: str = "no"


class Looks(msgspec.Struct, frozen=True):
    """The whole table. Each mapping goes from a word of the contract to its look."""

    ink: str
    label: str
    categories: Mapping[str, Look]
    statuses: Mapping[str, Look]
    levels: Mapping[str, Look]
    outcomes: Mapping[str, Look]
    bases: Mapping[str, Look]
    sub_labels: Mapping[str, str]
    variants: Mapping[str, Variant]


@cache
def looks() -> Looks:
    """The table, read once a process."""
    data = _read("badges")

    def table(name: str) -> dict[str, Look]:
        return {
            id: Look(row["word"], row["glyph"], data["glyphs"][row["glyph"]]["sign"], data["colors"][row["color"]])
            for id, row in data[name].items()
        }

    return Looks(
        data["ink"],
        data["label"],
        table("categories"),
        table("statuses"),
        table("levels"),
        table("outcomes"),
        table("bases"),
        sub_labels=data["sub_labels"],
        variants={id: msgspec.convert(row, Variant) for id, row in data["variants"].items()},
    )


@cache
def widths() -> tuple[Mapping[str, int], int]:
    """Advance widths in thousandths of an em, and that of any character outside the table."""
    data = _read("glyph_widths")
    return data["widths"], data["other"]


def _read(name: str) -> Any:
    from openness.rules.loader import read_yaml

    return read_yaml(packaged("rules") / FOLDER / f"{name}.yaml")
