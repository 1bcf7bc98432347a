"""The pages in a real browser, from a folder: cells open, rows sort and filter, links lead somewhere, with and without scripts;
an accessibility checker finds nothing, nothing that a card says runs, and no page asks for anything outside itself."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import browser
from tests.cli.command import openness, tiny_build
from tests.loopback import Loopback
from tests.outputs.report.worlds import ATTACKS, MERGE, QUANT, WEIGHTS, hostile_card, world

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page, Request

MODELS = ("heron-lab/heron-60m", MERGE, QUANT, "heron-lab/kestrel-8b", "heron-lab/wren-nc-8b")
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("report")
    made = world()
    hostile = [f"evil-{number}/model" for number in range(len(ATTACKS))]
    for name, attack in zip(hostile, ATTACKS, strict=True):
        made.add("models", name, {"README.md": hostile_card(attack), "LICENSE": attack, **WEIGHTS})
    tiny_build(home, {"license": ATTACKS[0], "name": ATTACKS[1], "author": ATTACKS[9]}, "<img src=x>.gguf")
    words = (*MODELS, *hostile, "<img src=x>.gguf")
    with Loopback(made) as server:
        done = openness("report", *words, "-o", "out", home=home, HF_ENDPOINT=server.endpoint, GITHUB_API_URL=server.github)
    assert done.code == 0, done.err
    return home / "out"


@pytest.fixture
def page(chromium: Browser, folder: Path) -> Iterator[Page]:
    context = chromium.new_context(viewport=WIDE)  # type: ignore[arg-type]
    tab = context.new_page()
    tab.goto((folder / "index.html").as_uri())
    yield tab
    context.close()


def names(page: Page) -> list[str]:
    """The models shown, in the order of the rows."""
    return page.locator("#matrix tbody tr:visible th").all_inner_texts()


def row(page: Page, model: str) -> Any:
    return page.locator("#matrix tbody tr", has=page.get_by_role("link", name=model, exact=True))


def test_a_cell_opens_to_its_quote_its_place_and_its_rule(page: Page) -> None:
    cell = row(page, MERGE).locator('td[data-l="product"]')
    panel = cell.locator(".d")
    assert not panel.is_visible()
    cell.locator("summary").click()
    assert panel.is_visible()
    assert "licenses/cc-by-nc-4.0" in panel.inner_text()
    assert "cc-by-nc-4.0" in panel.locator("q").inner_text()
    link = panel.get_by_role("link", name="README.md").get_attribute("href")
    assert link is not None and "/blob/" in link and link.startswith("http://127.0.0.1:")


def test_a_cell_opens_and_closes_by_keyboard(page: Page) -> None:
    summary = row(page, MERGE).locator('td[data-l="weights"] summary')
    summary.focus()
    page.keyboard.press("Enter")
    panel = row(page, MERGE).locator('td[data-l="weights"] .d')
    assert panel.is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert summary.evaluate("element => element === document.activeElement")


def test_rows_sort_by_a_column_in_both_directions(page: Page) -> None:
    button = page.get_by_role("button", name="product")
    for direction in ("ascending", "descending"):
        button.click()
        head = page.locator("#matrix thead th", has=button)
        assert head.get_attribute("aria-sort") == direction
        cells = page.locator('#matrix td[data-l="product"]')
        ranks = [int(rank) for rank in cells.evaluate_all("cells => cells.map(cell => cell.dataset.s)")]
        assert ranks == sorted(ranks, reverse=direction == "descending")
        assert len(set(ranks)) > 2


def test_rows_sort_by_keyboard_and_by_the_list(page: Page) -> None:
    page.get_by_role("button", name="model").focus()
    page.keyboard.press("Enter")
    assert names(page) == sorted(names(page), key=str.lower)
    page.get_by_label("Sort by", exact=True).select_option(label="model, descending")
    assert names(page) == sorted(names(page), key=str.lower, reverse=True)


def test_rows_are_filtered_by_words_category_and_verdict(page: Page) -> None:
    page.get_by_label("Words", exact=True).fill("LARK")
    assert sorted(names(page)) == sorted([MERGE, QUANT])
    assert "2 of" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("Category", exact=True).select_option(label="fully-open")
    assert names(page) == ["heron-lab/heron-60m"]
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("Use", exact=True).select_option(label="product")
    page.get_by_label("Verdict", exact=True).select_option(label="denied")
    shown = names(page)
    assert MERGE in shown and "heron-lab/heron-60m" not in shown
    assert page.locator('#matrix tr:visible td[data-l="product"][data-s="4"]').count() == len(shown)


def test_links_lead_to_the_page_and_back(page: Page) -> None:
    page.get_by_role("table").get_by_role("link", name=QUANT, exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text() == QUANT
    page.get_by_role("link", name="All models").click()
    assert page.locator("#matrix").is_visible()


def test_every_link_within_the_report_leads_to_a_file_and_a_place_in_it(page: Page, folder: Path) -> None:
    for path in sorted(folder.rglob("*.html")):
        page.goto(path.as_uri())
        links = page.locator("a").evaluate_all("links => links.map(link => link.href).filter(href => href.startsWith('file:'))")
        for link in sorted(set(links)):
            file, _, place = link.removeprefix("file://").partition("#")
            assert Path(file).is_file(), link
            if place and file.endswith(".html"):
                assert f'id="{place}"' in Path(file).read_text("utf-8"), link


def test_without_scripts_everything_is_there_and_cells_open(chromium: Browser, folder: Path) -> None:
    context = chromium.new_context(viewport=WIDE, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto((folder / "index.html").as_uri())
    assert page.locator("#matrix tbody tr").count() == len(MODELS) + len(ATTACKS) + 1
    assert not page.locator("#tools").is_visible()
    page.locator('#matrix td[data-l="code"] summary').first.click()
    assert page.locator('#matrix td[data-l="code"] .d').first.is_visible()
    page.get_by_role("table").get_by_role("link", name=MERGE, exact=True).click()
    page.locator("#definitions + details summary").click()
    assert page.locator("#definitions + details table").is_visible()
    context.close()


def test_nothing_that_a_card_says_runs_and_nothing_is_fetched(chromium: Browser, folder: Path) -> None:
    context = chromium.new_context(viewport=WIDE)  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith("file:"):
            said.append(request.url)

    def spoken(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", spoken)
    page.on("console", lambda message: said.append(message.text))
    page.on("request", asked)
    for path in sorted(folder.rglob("*.html")):
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
        assert page.evaluate("window.hit") is None, path
    assert said == []
    context.close()


def test_a_script_in_the_page_would_be_refused_by_its_policy(page: Page) -> None:
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.hit = 1'; document.body.append(s) }"
    )
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_is_wider_than_the_window(chromium: Browser, folder: Path, size: dict[str, int]) -> None:
    context = chromium.new_context(viewport=size)  # type: ignore[arg-type]
    page = context.new_page()
    for path in sorted(folder.rglob("*.html")):
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_an_accessibility_checker_finds_nothing(chromium: Browser, folder: Path, size: dict[str, int], scheme: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed (pip install '.[dev]')")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")
    context = chromium.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    for name in ("index.html", "models/quiet-mixes--lark-8b.html", "models/evil-0--model.html"):
        page.goto((folder / name).as_uri())
        page.evaluate(script)
        page.evaluate("document.querySelectorAll('details').forEach((details, at) => { details.open = at % 7 === 0 })")
        found = page.evaluate("axe.run()")
        assert found["passes"]
        wrong = [(one["id"], one["impact"], one["nodes"][0]["html"][:200]) for one in found["violations"]]
        assert wrong == [], name
    context.close()


def test_headings_go_down_one_level_at_a_time_and_the_skip_link_leads_to_the_content(page: Page, folder: Path) -> None:
    for name in ("index.html", "models/quiet-mixes--lark-8b.html"):
        page.goto((folder / name).as_uri())
        levels = page.locator("h1,h2,h3,h4").evaluate_all("heads => heads.map(head => Number(head.tagName[1]))")
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
        page.keyboard.press("Tab")
        assert page.locator(".skip").evaluate("element => element === document.activeElement")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_the_focus_is_visible(page: Page) -> None:
    page.get_by_label("Words", exact=True).focus()
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_printed_every_row_is_there_in_dark_letters(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("#tools").is_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("#matrix tbody tr:visible").count() == len(MODELS) + len(ATTACKS) + 1


def test_the_lineage_is_a_picture_with_words_for_those_who_do_not_see_it(page: Page, folder: Path) -> None:
    page.goto((folder / "models" / "quiet-mixes--lark-8b.html").as_uri())
    picture = page.get_by_role("img", name=f"Lineage of {MERGE}")
    assert picture.is_visible()
    assert picture.locator("path.edge.bad").count() == 3
    assert "product: denied by cc-by-nc-4.0" in (picture.locator("desc").text_content() or "")
    boxes = [item.bounding_box() for item in picture.locator("g > rect").all()]
    texts = picture.locator("g text").evaluate_all(
        "texts => texts.map(text => { const box = text.getBoundingClientRect(); return [box.left, box.right] })"
    )
    assert len(boxes) == 4
    frame = picture.bounding_box()
    assert frame is not None
    assert all(frame["x"] <= left and right <= frame["x"] + frame["width"] for left, right in texts)


def test_a_matrix_of_very_many_models_has_all_of_them_with_and_without_scripts(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("many")
    names = [f"models/model-{number:03}" for number in range(201)]
    for name in names:
        (home / name).mkdir(parents=True)
        (home / name / "README.md").write_text("---\nlicense: mit\n---\n")
        (home / name / "model.safetensors").write_bytes(b"\0")
    done = openness("report", *names, "-o", "out", "--use", "product", "--offline", home=home)
    assert done.code == 0, done.err
    for scripts in (True, False):
        context = chromium.new_context(viewport=WIDE, java_script_enabled=scripts)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto((home / "out" / "index.html").as_uri())
        if scripts:
            page.get_by_text("201 shown").wait_for()
            page.get_by_label("Words", exact=True).fill("model-200")
            assert page.locator("#matrix tbody tr:visible th").all_text_contents() == [names[200]]
        else:
            assert page.locator("table.matrix tbody tr:visible").count() == 201
        page.locator("table.matrix tbody tr:visible td summary").last.click()
        assert page.locator("table.matrix tbody tr:visible td .d").last.is_visible()
        context.close()
