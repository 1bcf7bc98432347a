"""Links of a page go to the Hub or GitHub or nowhere; file names are plain whatever a model is called."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openness.outputs.report.links import HOSTS, place_link, safe_link, stems
from openness.records import Place
from tests.outputs.report.worlds import ATTACKS


@pytest.mark.parametrize(
    "url",
    [
        None, "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc/passwd", "//huggingface.co/x",
        "https://evil.example/", "https://huggingface.co@evil.example/", "https://huggingface.co.evil.example/",
        "https://user:secret@huggingface.co/x", "https://huggingface.co:8443/", "https://huggingface.co\\@evil.example/",
        "java\nscript:alert(1)", "https://huggingface.co/\n", "https://huggingface.co/\u202e", "https://[::1", "https://huggingface.co:x/",
        "ftp://github.com/x", "https://github.com/" + "a" * 3000,
    ],
)  # fmt: skip
def test_no_link_leads_elsewhere(url: str | None) -> None:
    assert safe_link(url) is None


@pytest.mark.parametrize(
    "url", ["https://huggingface.co/a/b", "http://github.com/a/b#L3", "https://raw.githubusercontent.com/a/b/c/d"]
)
def test_links_to_the_hub_and_to_github_stay(url: str) -> None:
    assert safe_link(url) == url


def test_the_hosts_of_the_environment_count_with_their_port() -> None:
    hosts = HOSTS | {"127.0.0.1:8000"}
    assert safe_link("http://127.0.0.1:8000/a/b", hosts)
    assert safe_link("http://127.0.0.1:8001/a/b", hosts) is None


@given(st.text())
def test_whatever_a_document_gives_a_link_has_an_allowed_host(text: str) -> None:
    for url in (text, f"https://{text}", f"https://huggingface.co{text}"):
        link = safe_link(url)
        assert link is None or (urlsplit(link).scheme in ("http", "https") and urlsplit(link).hostname in HOSTS)


def test_a_file_on_the_hub_is_read_on_its_page_at_the_revision_and_line() -> None:
    place = Place("README.md", "https://huggingface.co/a/b/resolve/0123abcd/README.md", "0123abcd", "ff", 7)
    assert place_link(place) == "https://huggingface.co/a/b/blob/0123abcd/README.md#L7"


def test_a_file_on_github_is_read_on_its_page_not_in_the_api() -> None:
    place = Place("LICENSE", "https://api.github.com/repos/a/b/contents/docs/LICENSE?ref=main", "0123abcd", None, 2)
    assert place_link(place) == "https://github.com/a/b/blob/0123abcd/docs/LICENSE#L2"


def test_a_plain_name_stays_readable() -> None:
    assert stems(["allenai/OLMo-2-1124-7B", "gpt2"]) == ["allenai--OLMo-2-1124-7B", "gpt2"]


def test_names_that_differ_in_letter_case_only_get_different_files() -> None:
    found = stems(["A/b", "a/B", "a--b", "a/b"])
    assert len({stem.casefold() for stem in found}) == 4


@pytest.mark.parametrize("name", [*ATTACKS, "../../etc/passwd", "con", "NUL.txt", ".hidden", "", "a/..", "/", "ü/é", "\udc80"])
def test_a_hostile_name_gives_a_plain_file_name(name: str) -> None:
    (stem,) = stems([name])
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", stem)
    assert ".." not in stem
    assert stem.casefold().partition(".")[0] not in ("con", "nul", "aux", "prn")


@given(st.lists(st.text(), max_size=20))
def test_every_name_has_a_file_of_its_own(names: list[str]) -> None:
    found = stems(names)
    assert len({stem.casefold() for stem in found}) == len(names)
