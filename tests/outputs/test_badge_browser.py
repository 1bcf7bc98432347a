"""Badges in a real browser: they show at their size, the words fit, nothing is fetched or run, and the PNG looks the same."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from openness.outputs.badge import STYLES, Badge, badge
from openness.outputs.badge_png import png
from openness.outputs.badge_svg import svg
from openness.outputs.looks import looks
from tests.browser import browser
from tests.outputs.results import HOSTILE, case, with_strings

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, FloatRect, Page

CASES = ("open-base", "no-derivatives-base", "noncommercial-base", "leaked")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as started:
        yield started.new_page()


def pictures() -> list[Badge]:
    return [badge(case(name), variant, style, "2026-11-20") for name in CASES for variant in looks().variants for style in STYLES]


def test_a_badge_has_its_size_as_a_picture(page: Page, tmp_path: Path) -> None:
    for made in pictures():
        (tmp_path / "b.svg").write_text(svg(made), "utf-8")
        page.goto((tmp_path / "b.svg").as_uri())
        (tmp_path / "b.html").write_text('<img src="b.svg">', "utf-8")
        page.goto((tmp_path / "b.html").as_uri())
        size = page.evaluate("() => { const i = document.images[0]; return [i.naturalWidth, i.naturalHeight] }")
        assert size == [made.width, made.style.height]


@pytest.mark.parametrize("fonts", ["serif", "monospace", "sans-serif"])
def test_the_words_stay_in_their_parts_in_any_font(page: Page, fonts: str) -> None:
    for made in pictures():
        page.set_content(f"<style>text {{ font-family: {fonts} !important }}</style>{svg(made)}")
        boxes = page.evaluate(
            "() => [...document.querySelectorAll('text')].map(t => { const b = t.getBBox(); return [b.x, b.x + b.width, b.y, b.y + b.height] })"
        )
        for (left, right, _, _), segment in zip(boxes, made.segments, strict=True):
            assert segment.x <= left and right <= segment.x + segment.width + 0.5


def test_a_screen_reader_gets_one_picture_with_one_sentence(page: Page) -> None:
    made = badge(case("open-base"), "dimensions")
    page.set_content(svg(made))
    assert page.get_by_role("img", name=made.title).count() == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_runs_or_fetches_anything(page: Page, text: str) -> None:
    asked: list[str] = []
    raised: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def dismiss(dialog: Dialog) -> None:
        raised.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.set_content(svg(badge(with_strings(text))))
    page.wait_for_timeout(20)
    tags = page.evaluate("() => [...new Set([...document.body.querySelectorAll('*')].map(e => e.tagName.toLowerCase()))].sort()")
    assert tags == ["g", "path", "rect", "svg", "text", "title"]
    assert asked == [] and raised == []


def unlike(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of all pixels, 0 to 255, seen from so far that the strokes of letters run together."""
    soft = ImageFilter.GaussianBlur(2)
    return float(ImageStat.Stat(ImageChops.difference(one.filter(soft), other.filter(soft)).convert("L")).mean[0])


def test_the_png_looks_like_the_svg(page: Page) -> None:
    """The font that the browser has differs a little; other words of the same length are told apart by the same measure."""
    shown = []
    for made in pictures():
        page.set_content(f"<style>body {{ margin: 0 }}</style>{svg(made)}")
        clip: FloatRect = {"x": 0, "y": 0, "width": made.width, "height": made.style.height}
        drawn = Image.new("RGBA", (made.width, made.style.height), "white")
        drawn.alpha_composite(Image.open(io.BytesIO(png(made))))
        seen = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")
        shown.append((seen, drawn.convert("RGB"), [segment.text for segment in made.segments]))
    assert max(unlike(seen, drawn) for seen, drawn, _ in shown) < 7
    others = [
        unlike(seen, drawn) for seen, _, words in shown for _, drawn, said in shown if seen.size == drawn.size and words != said
    ]
    assert others
    assert min(others) > 7
