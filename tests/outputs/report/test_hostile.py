"""Whatever a card or a build says, the pages hold no script, handler, style or link of its making, and stay small."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from openness.outputs.report.render import TEMPLATES
from tests.cli.command import openness, tiny_build
from tests.loopback import Loopback, World
from tests.outputs.report.worlds import ATTACKS, WEIGHTS, hostile_card


class Page(HTMLParser):
    """Every tag with its attributes, the text, and the content of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline: dict[str, list[str]] = {"script": [], "style": []}
        self.words: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.inline.get(self._inside, self.words).append(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of one hostile model for each attack, and of a hostile build."""
    home = tmp_path_factory.mktemp("hostile")
    world = World()
    names = []
    for number, attack in enumerate(ATTACKS):
        name = f"evil-{number}/model"
        world.add("models", name, {"README.md": hostile_card(attack), "LICENSE": attack, **WEIGHTS})
        names.append(name)
    tiny_build(home, {"license": ATTACKS[0], "name": ATTACKS[1], "author": ATTACKS[3], "license.name": ATTACKS[10]}, "<b>x.gguf")
    with Loopback(world) as server:
        done = openness(
            "report", *names, "<b>x.gguf", "-o", "out", home=home, HF_ENDPOINT=server.endpoint, GITHUB_API_URL=server.github
        )
    assert done.code == 0, done.err
    return home / "out"


def pages(folder: Path) -> list[Page]:
    found = [Page(path.read_text("utf-8")) for path in sorted(folder.rglob("*.html"))]
    assert len(found) == len(ATTACKS) + 2
    return found


def test_the_attacks_are_on_the_pages_as_text(folder: Path) -> None:
    text = "".join(word for page in pages(folder) for word in page.words)
    assert "<script>window.hit=1</script>" in text
    assert "{{ 7*7 }}" in text


def test_no_script_or_style_but_ours(folder: Path) -> None:
    ours = (TEMPLATES / "matrix.js").read_text("utf-8")
    css = (TEMPLATES / "style.css").read_text("utf-8")
    for page in pages(folder):
        assert page.inline["script"] in ([], [ours])
        assert len(page.inline["style"]) == 1 and page.inline["style"][0].startswith(css)


def test_no_handler_no_inline_style_and_nothing_that_loads(folder: Path) -> None:
    for page in pages(folder):
        for tag, attributes in page.tags:
            assert not [
                name for name in attributes if name.startswith("on") or name in ("style", "src", "srcdoc", "action", "ping")
            ]
            assert tag not in ("img", "iframe", "object", "embed", "base", "form", "link", "image", "use", "foreignobject")


def test_links_lead_into_the_report_or_to_the_hub(folder: Path) -> None:
    for page in pages(folder):
        for tag, attributes in page.tags:
            link = attributes.get("href")
            if tag == "a" and link is not None:
                parts = urlsplit(link)
                assert (parts.scheme, parts.netloc) == ("", "") or parts.hostname == "127.0.0.1", link


def test_every_page_has_a_policy_that_allows_nothing_but_its_own_style_and_script(folder: Path) -> None:
    for path in folder.rglob("*.html"):
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', path.read_text("utf-8"))
        assert policy.startswith("default-src &#39;none&#39;; style-src &#39;sha256-")
        assert "unsafe" not in policy


def test_no_control_or_direction_character_is_left(folder: Path) -> None:
    for path in folder.rglob("*.html"):
        assert not re.findall(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", path.read_text("utf-8")
        )


def test_a_name_of_ten_thousand_letters_is_cut(folder: Path) -> None:
    for path in folder.rglob("*.html"):
        assert max(map(len, re.findall("a+", path.read_text("utf-8")))) <= 4000


def test_quotes_of_attributes_cannot_be_closed(folder: Path) -> None:
    known = {
        "lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "tabindex", "aria-labelledby", "aria-label",
        "role", "aria-hidden", "rel", "width", "height", "viewbox", "xmlns", "refx", "refy", "markerwidth", "markerheight", "orient",
        "d", "marker-end", "x", "y", "text-anchor", "rx", "scope", "data-l", "data-s", "data-q", "data-u", "for", "hidden", "type", "value",
        "autocomplete",
    }  # fmt: skip
    for page in pages(folder):
        assert {name for _, attributes in page.tags for name in attributes} <= known
