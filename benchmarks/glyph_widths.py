"""Measure how wide characters of a badge are, once: ``python -m benchmarks.glyph_widths`` (rules/outputs/glyph_widths.yaml).

Badges are laid out from that table; nothing is measured when one is drawn. The font is Aileron (CC0), which Pillow carries and
with which PNG badges are drawn; its widths are near those of Helvetica and Arial, and ``textLength`` makes any other font fit.
"""

from __future__ import annotations

import string
from pathlib import Path

import PIL
from PIL import ImageFont

TARGET = Path(__file__).parent.parent / "rules" / "outputs" / "glyph_widths.yaml"
CHARACTERS = " " + string.digits + string.ascii_letters + string.punctuation
#: Pixels an em, so that a pixel is a thousandth of an em.
EM = 1000


def main() -> int:
    font = ImageFont.load_default(EM)
    name = " ".join(part for part in getattr(font, "getname", tuple)() if part)
    rows = {character: round(font.getlength(character)) for character in CHARACTERS}
    lines = [
        "# Advance widths in thousandths of an em, written by benchmarks/glyph_widths.py.",
        f"source: '{name} (Sora Sagano, CC0 1.0), as Pillow {PIL.__version__} carries it'",
        "license: CC0-1.0",
        "verified: 2026-11-29",
        f"other: {max(rows.values())}  # any other character: the widest, so that nothing runs over",
        "widths:",
        *(f"  {_quoted(character)}: {width}" for character, width in rows.items()),
    ]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{TARGET}: {len(rows)} characters")
    return 0


def _quoted(character: str) -> str:
    return "''''" if character == "'" else f"'{character}'"


if __name__ == "__main__":
    raise SystemExit(main())
