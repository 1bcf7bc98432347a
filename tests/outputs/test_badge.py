"""Badges: what they say, that they can be read, and that no name does anything."""

from __future__ import annotations

import io
import itertools
import json
import re
from xml.etree import ElementTree

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from openness.outputs.badge import BASES, STYLES, Badge, badge, text_width, weakest_basis
from openness.outputs.badge_png import png
from openness.outputs.badge_svg import svg
from openness.outputs.badge_words import shields, static_address
from openness.outputs.glyphs import GLYPHS
from openness.outputs.looks import looks
from openness.rules import definitions
from openness.rules.loader import read_yaml
from openness.verdict.classified import BoundLicense
from tests.outputs.results import CASES, HOSTILE, case, case_names, with_strings

NAMESPACE = "{http://www.w3.org/2000/svg}"
EVERY = list(itertools.product(looks().variants, STYLES))
RULES = CASES.parents[1] / "rules" / "outputs"


def all_badges() -> list[Badge]:
    return [badge(case(name), variant, style, "2026-11-20") for name in case_names() for variant, style in EVERY]


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_the_known_extremes() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_table_is_whole() -> None:
    table = read_yaml(RULES / "badges.yaml")
    jsonschema.Draft202012Validator(json.loads((RULES / "badges.schema.json").read_text("utf-8"))).validate(table)
    assert set(table["glyphs"]) == set(GLYPHS)
    assert set(table["bases"]) == set(BASES)
    known = definitions.load()
    assert {row["framework"] for row in table["variants"].values() if "framework" in row} <= set(known.frameworks)
    rows = [row for kind in ("categories", "statuses", "levels", "outcomes", "bases") for row in table[kind].values()]
    assert all(row["glyph"] in table["glyphs"] and row["color"] in table["colors"] for row in rows)


def test_letters_can_be_read_on_every_color() -> None:
    colors = read_yaml(RULES / "badges.yaml")
    pairs = [(colors["ink"], color) for color in (colors["label"], *colors["colors"].values())]
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < 4.5} == {}


def test_no_color_stands_without_a_word_and_a_glyph() -> None:
    for made in all_badges():
        for segment in made.segments:
            assert segment.text
            assert segment.glyph in GLYPHS if segment.color != made.back else segment.glyph is None


def test_equal_colors_never_mean_different_answers_of_one_kind() -> None:
    for kind in (looks().categories, looks().levels, looks().outcomes):
        assert len({(look.color, look.glyph) for look in kind.values()}) == len(kind)


@pytest.mark.parametrize(
    ("name", "variant", "message"),
    [
        ("open-base", "category", "fully open"),
        ("open-base", "dimensions", "weights open, code open, data open, recipe partial"),
        ("open-base", "g7", "Open Source AI, not settled"),
        ("open-base", "osaid", "fail"),
        ("open-base", "mof", "unclassified"),
        ("open-base", "license", "stated by the card"),
        ("noncommercial-base", "category", "research only"),
        ("no-derivatives-base", "category", "source available (custom license)"),
        ("leaked", "category", "unverified (leaked)"),
    ],
)
def test_what_a_badge_says(name: str, variant: str, message: str) -> None:
    assert badge(case(name), variant).message == message


def test_the_mark_of_the_text_carries_the_date_of_the_revision() -> None:
    found = case("open-base")
    (license,) = [row for row in found.licenses if row.component == "weights"]
    read = msgspec.structs.replace(found, licenses=(msgspec.structs.replace(license, basis="text"),))
    assert badge(read, "license", date="2026-11-20T08:00:00.000Z").message == "verified by text 2026-11-20"
    assert badge(read, "license").message == "verified by text"


def test_the_license_known_least_well_decides_the_mark() -> None:
    found = case("open-base")
    (license,) = [row for row in found.licenses if row.component == "weights"]
    text, other = msgspec.structs.replace(license, basis="text"), msgspec.structs.replace(license, id="mit")
    changed = msgspec.structs.replace(other, basis="text", changed=True)

    def weakest(*licenses: BoundLicense) -> str:
        return weakest_basis(msgspec.structs.replace(found, licenses=licenses))

    assert weakest(text, other) == "card"
    assert weakest(text, changed) == "changed"
    assert weakest(text, license) == "text"  # the same license on the word of two sources
    assert weakest() == "none"


@pytest.mark.parametrize(("variant", "style"), EVERY)
def test_the_picture_is_whole_and_names_what_it_shows(variant: str, style: str) -> None:
    made = badge(case("open-base"), variant, style)
    root = ElementTree.fromstring(svg(made))
    assert (root.get("width"), root.get("height")) == (str(made.width), str(made.style.height))
    assert root.get("viewBox") == f"0 0 {made.width} {made.style.height}"
    assert root.get("role") == "img"
    title = root.find(f"{NAMESPACE}title")
    assert title is not None and title.text == root.get("aria-label") == made.title
    assert made.message in made.title
    texts = root.findall(f".//{NAMESPACE}text")
    assert [text.text for text in texts] == [segment.text for segment in made.segments]
    for text, segment in zip(texts, made.segments, strict=True):
        assert float(text.get("x", "")) + float(text.get("textLength", "")) <= segment.x + segment.width


def test_nothing_is_referenced() -> None:
    for made in all_badges():
        assert not re.search(
            r"href|url\(|@import|<style|<script|<image|<foreignObject|http(?!://www\.w3\.org/2000/svg\")", svg(made)
        )


def test_widths_come_from_the_table() -> None:
    table = read_yaml(RULES / "glyph_widths.yaml")
    assert text_width("ab", 10) == round((table["widths"]["a"] + table["widths"]["b"]) / 100, 1)
    assert text_width("\u4e2d", 10) == round(table["other"] / 100, 1)


@pytest.mark.parametrize(("variant", "style"), EVERY)
def test_the_png_has_the_size_of_the_svg_and_says_the_same(variant: str, style: str) -> None:
    made = badge(case("open-base"), variant, style)
    picture = Image.open(io.BytesIO(png(made)))
    picture.load()
    assert picture.size == (made.width, made.style.height)
    assert picture.info["Description"] == made.title
    assert png(made) == png(made)


def test_each_part_of_the_png_has_its_color_and_its_letters() -> None:
    made = badge(case("open-base"), "dimensions")
    picture = Image.open(io.BytesIO(png(made))).convert("RGB")
    for segment in made.segments:
        corner = picture.getpixel((segment.x + 4, 3))
        assert corner == tuple(int(segment.color[at : at + 2], 16) for at in (1, 3, 5))
        box = (round(segment.text_x), 0, round(segment.text_x + segment.text_width), made.style.height)
        inked = sum(value > 160 for value in picture.crop(box).convert("L").tobytes())
        assert inked > 3 * len(segment.text)


def test_shields_io_can_read_its_form() -> None:
    made = badge(case("open-base"))
    data = json.loads(shields(made))
    assert data["schemaVersion"] == 1
    assert (data["label"], data["message"], data["color"]) == ("openness", "fully open", made.color.lstrip("#"))
    assert static_address(made) == f"https://img.shields.io/badge/openness-fully_open-{data['color']}"


@settings(deadline=None)
@given(st.one_of(st.text(), st.sampled_from(HOSTILE)))
def test_no_name_is_anything_but_text(name: str) -> None:
    made = badge(with_strings(name))
    root = ElementTree.fromstring(svg(made).encode("utf-8"))
    plain = ElementTree.fromstring(svg(badge(case("open-base"))))
    assert [element.tag for element in root.iter()] == [element.tag for element in plain.iter()]
    assert root.get("aria-label") == made.title
    assert made.title.isprintable() or any(space in made.title for space in "\u00a0\u3000\u2003\u1680")
    assert len(made.title) < 300
    assert "alert" not in shields(made) and "alert" not in static_address(made)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_is_seen_on_the_badge(text: str) -> None:
    for variant, style in EVERY:
        made = badge(with_strings(text), variant, style)
        assert all(segment.text.isascii() and segment.text.isprintable() for segment in made.segments)
        assert png(made).startswith(b"\x89PNG")
