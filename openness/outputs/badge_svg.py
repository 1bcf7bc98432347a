"""A badge as SVG: sizes on the root, one title, text that any font fits (``textLength``), glyphs as paths; no references."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from openness.outputs.badge import Badge, Segment
from openness.outputs.glyphs import GLYPHS, STROKE, Point

#: The first is the font of the table of widths and of the PNG; the others are near it, and one of them is nearly everywhere.
FONTS = "Aileron,Helvetica Neue,Helvetica,Arial,Liberation Sans,Nimbus Sans,sans-serif"


def svg(badge: Badge) -> str:
    """The document. Whatever the model is called, it is text here and nothing else."""
    style, title = badge.style, escape(badge.title)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{badge.width}" height="{style.height}" '
        f'viewBox="0 0 {badge.width} {style.height}" role="img" aria-label="{title}">'
    )
    font = f'<g fill="{badge.ink}" font-family="{FONTS}" font-size="{style.font}" text-rendering="geometricPrecision">'
    back = f'<rect width="{badge.width}" height="{style.height}" rx="{style.radius}" fill="{badge.back}"/>'
    fills = [_fill(badge, segment) for segment in badge.segments]
    return "\n".join([head, f"<title>{title}</title>", back, *fills, font, *_contents(badge), "</g>", "</svg>", ""])


def _contents(badge: Badge) -> Iterator[str]:
    for segment in badge.segments:
        if segment.glyph:
            yield from _glyph(badge, segment)
        yield (
            f'<text x="{_number(segment.text_x)}" y="{_number(baseline(badge))}" textLength="{_number(segment.text_width)}" '
            f'lengthAdjust="spacingAndGlyphs">{escape(segment.text)}</text>'
        )


def baseline(badge: Badge) -> float:
    """Where letters stand: capitals are 0.7 em high, and in the middle."""
    return round(badge.style.height / 2 + 0.35 * badge.style.font, 1)


def _fill(badge: Badge, segment: Segment) -> str:
    """A rectangle, with round corners where the badge ends."""
    left = badge.style.radius if segment is badge.segments[0] else 0
    right = badge.style.radius if segment is badge.segments[-1] else 0
    x, width, height = segment.x, segment.width, badge.style.height
    path = (
        f"M{x + left} 0h{width - left - right}{_corner(right, right, right)}v{height - 2 * right}{_corner(right, -right, right)}"
        f"h{left + right - width}{_corner(left, -left, -left)}v{2 * left - height}{_corner(left, left, -left)}z"
    )
    return f'<path fill="{segment.color}" d="{path}"/>'


def _corner(radius: int, x: int, y: int) -> str:
    return f"a{radius} {radius} 0 0 1 {x} {y}" if radius else ""


def _glyph(badge: Badge, segment: Segment) -> Iterator[str]:
    side = badge.style.glyph
    top = (badge.style.height - side) / 2

    def path(points: tuple[Point, ...]) -> str:
        return "M" + "L".join(f"{_number(segment.glyph_x + x * side)} {_number(top + y * side)}" for x, y in points)

    glyph = GLYPHS[segment.glyph or ""]
    yield from (f'<path d="{path(area)}z"/>' for area in glyph.areas)
    stroke = (
        f'fill="none" stroke="{badge.ink}" stroke-width="{_number(STROKE * side)}" stroke-linecap="round" stroke-linejoin="round"'
    )
    yield from (f'<path {stroke} d="{path(line)}"/>' for line in glyph.lines)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
