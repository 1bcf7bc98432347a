"""A badge as PNG: the picture of the SVG at the same size in pixels, drawn by Pillow with the font that it carries.

The same layout, words and shapes; the same bytes from the same version of Pillow.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from openness.outputs.badge import Badge, Segment
from openness.outputs.badge_svg import baseline
from openness.outputs.glyphs import GLYPHS, STROKE, Point

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

#: Drawn so many times as large and scaled down: round edges become smooth, and letters stand between whole pixels.
SCALE = 8


def png(badge: Badge) -> bytes:
    """The file. Its text field ``Description`` says what the picture says."""
    from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

    size = (badge.width, badge.style.height)
    large = Image.new("RGBA", (size[0] * SCALE, size[1] * SCALE), badge.back)
    draw = ImageDraw.Draw(large)
    font = ImageFont.load_default(badge.style.font * SCALE)
    for segment in badge.segments:
        _segment(draw, font, badge, segment)
    mask = Image.new("L", large.size)
    corners = (0, 0, large.size[0] - 1, large.size[1] - 1)
    ImageDraw.Draw(mask).rounded_rectangle(corners, badge.style.radius * SCALE, fill=255)
    large.putalpha(mask)
    about = PngImagePlugin.PngInfo()
    about.add_itxt("Description", badge.title, "en")
    written = io.BytesIO()
    large.reduce(SCALE).save(written, "PNG", pnginfo=about, optimize=True)
    return written.getvalue()


def _segment(draw: ImageDraw, font: Any, badge: Badge, segment: Segment) -> None:
    height = badge.style.height * SCALE
    draw.rectangle((segment.x * SCALE, 0, (segment.x + segment.width) * SCALE - 1, height), fill=segment.color)
    if segment.glyph:
        _glyph(draw, badge, segment)
    draw.text((segment.text_x * SCALE, baseline(badge) * SCALE), segment.text, font=font, fill=badge.ink, anchor="ls")


def _glyph(draw: ImageDraw, badge: Badge, segment: Segment) -> None:
    side = badge.style.glyph * SCALE
    left, top = segment.glyph_x * SCALE, (badge.style.height * SCALE - side) / 2
    thick = STROKE * side

    def placed(points: tuple[Point, ...]) -> list[Point]:
        return [(left + x * side, top + y * side) for x, y in points]

    glyph = GLYPHS[segment.glyph or ""]
    for area in glyph.areas:
        draw.polygon(placed(area), fill=badge.ink)
    for line in glyph.lines:
        points = placed(line)
        draw.line(points, fill=badge.ink, width=round(thick), joint="curve")
        for x, y in points:  # round ends and joints, as SVG draws them
            draw.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=badge.ink)
