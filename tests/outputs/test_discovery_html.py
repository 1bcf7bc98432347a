"""The page of ``discover --format html`` stands alone, tells the verdicts by word and glyph, and lets nothing of a build act."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.command import openness, tiny_build


class Page(HTMLParser):
    """The cells of the table, the tags, and every attribute that could fetch something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.rows: list[list[str]] = []
        self._cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action", "srcset", "data", "poster")]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = False

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.rows[-1][-1] += data.strip() + " " if data.strip() else ""


def page(home: Path, *words: str) -> Page:
    done = openness("discover", "--root", home, "--only-roots", *words, "--format", "html", home=home)
    assert done.err == ""
    assert done.out.startswith("<!DOCTYPE html>")
    return Page(done.out)


def test_each_build_has_its_verdict_for_each_use_in_words(tmp_path: Path) -> None:
    tiny_build(tmp_path, {"license": "apache-2.0"}, "free.gguf")
    tiny_build(tmp_path, {"license": "cc-by-nc-4.0"}, "nc.gguf")
    tiny_build(tmp_path, {}, "silent.gguf")
    head, *rows = page(tmp_path, "--use", "internal", "--use", "product").rows
    assert head[4:] == ["internal ", "product "]
    found = {row[1].split()[0]: [re.sub(r"\s+", " ", cell) for cell in row[4:]] for row in rows}
    assert "✓ permitted" in found["free.gguf"][0]
    assert "with duties" in found["free.gguf"][1]
    assert "✕ denied" in found["nc.gguf"][1]
    assert "cc-by-nc-4.0" in found["nc.gguf"][1], "the cell says what stands in the way"
    assert "– cannot say" in found["silent.gguf"][0]


def test_nothing_is_fetched_and_no_script_runs(tmp_path: Path) -> None:
    tiny_build(tmp_path, {"license": "apache-2.0"})
    text = openness("discover", "--root", tmp_path, "--only-roots", "--format", "html", home=tmp_path).out
    found = Page(text)
    assert [address for address in found.addresses if not address.startswith("#")] == []
    assert not {"script", "iframe", "object", "link", "img"} & set(found.tags)
    assert "default-src 'none'" in unescape(text)
    assert not re.search(r"url\(|@import", text)
    assert "@media print" in text and "prefers-color-scheme: dark" in text


@pytest.mark.parametrize("name", ["<script>alert(1)<", "a\"onload='x", "{{ 7*7 }}"])
def test_hostile_names_are_shown_not_obeyed(tmp_path: Path, name: str) -> None:
    tiny_build(
        tmp_path,
        {"license": name, "name": name, "base_model.0.repo_url": f"https://huggingface.co/{name}/x"},
        f"{name}.gguf".replace("/", ""),
    )
    found = page(tmp_path)
    assert "script" not in found.tags
    assert "49" not in found.rows[1][1]
    assert any(name.replace("/", "")[:6] in cell for cell in found.rows[1])


def test_an_empty_machine_is_exit_4_and_still_a_page(tmp_path: Path) -> None:
    done = openness("discover", "--root", tmp_path, "--only-roots", "--format", "html", home=tmp_path)
    assert done.code == 4
    assert "No build was found" in done.out
