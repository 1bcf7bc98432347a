"""The glyphs of badges as lines and areas in a square of side 1, the same for SVG and PNG, so that no font has to have them."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

Point = tuple[float, float]
#: Lines are this thick, in sides of the square.
STROKE = 0.15
#: Points of a whole circle: at the size of a badge more cannot be seen.
CIRCLE = 32


class Glyph(msgspec.Struct, frozen=True):
    """``lines`` are drawn with round ends, ``areas`` are filled."""

    lines: tuple[tuple[Point, ...], ...] = ()
    areas: tuple[tuple[Point, ...], ...] = ()


def _arc(x: float, y: float, radius: float, start: float, end: float) -> tuple[Point, ...]:
    """Points of an arc; angles in degrees, clockwise from the right, as y goes down."""
    steps = max(2, round(CIRCLE * abs(end - start) / 360))
    angles = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return tuple((round(x + radius * math.cos(angle), 4), round(y + radius * math.sin(angle), 4)) for angle in angles)


_RING = _arc(0.5, 0.5, 0.42, 0, 360)
GLYPHS: Mapping[str, Glyph] = {
    "check": Glyph(lines=(((0.1, 0.54), (0.38, 0.82), (0.9, 0.2)),)),
    "disc": Glyph(areas=(_arc(0.5, 0.5, 0.48, 0, 360),)),
    "half": Glyph(lines=(_RING,), areas=(_arc(0.5, 0.5, 0.42, 90, 270),)),
    "ring": Glyph(lines=(_RING,)),
    "bar": Glyph(lines=(_RING, ((0.3, 0.5), (0.7, 0.5)))),
    "cross": Glyph(lines=(((0.15, 0.15), (0.85, 0.85)), ((0.85, 0.15), (0.15, 0.85)))),
    "question": Glyph(
        lines=((*_arc(0.5, 0.32, 0.23, 180, 390), (0.5, 0.58), (0.5, 0.64)),), areas=(_arc(0.5, 0.88, 0.1, 0, 360),)
    ),
}
