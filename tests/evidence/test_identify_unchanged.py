"""What is no change of a license: layout, notices, titles, spelling."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable

import pytest

from openness.evidence.license_text import decode
from tests.evidence.identification import UNCHANGED, changed, ids, tiny
from tests.evidence.license_texts import APACHE, PEBBLE, QUARTZ, TEXTS


@pytest.mark.parametrize("id", TEXTS)
def test_a_copy_is_exact(id: str) -> None:
    found = tiny(TEXTS[id])
    assert (found.verdict, ids(found), found.added, found.missing) == ("exact", [id], (), ())


def test_a_found_license_says_where_it_stands_and_of_which_kind() -> None:
    (found,) = tiny("\n\n" + TEXTS["lantern-use-policy"]).licenses
    assert (found.kind, found.score, found.coverage, found.lines) == ("policy", 1.0, 1.0, (3, 7))


def wrapped(text: str, width: int) -> str:
    return "\n\n".join(
        textwrap.fill(" ".join(part.split()), width, break_long_words=False, break_on_hyphens=False)
        for part in text.split("\n\n")
    )


BENIGN: dict[str, Callable[[str], str]] = {
    "wrapped narrowly": lambda text: wrapped(text, 36),
    "one line a paragraph": lambda text: wrapped(text, 100_000),
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "old Macintosh": lambda text: text.replace("\n", "\r"),
    "capitals": str.upper,
    "in a C comment": lambda text: "/*\n" + "".join(f" * {line}\n" for line in text.split("\n")) + " */\n",
    "in a shell comment": lambda text: "".join(f"# {line}\n" for line in text.split("\n")),
    "quoted in markdown": lambda text: "".join(f"> {line}\n" for line in text.split("\n")),
    "as a web page": lambda text: (
        "<html><head></head><body>"
        + "".join(f"<p class='x'>{part}</p>\n" for part in text.replace("&", "&amp;").replace("<", "&lt;").split("\n\n"))
        + "</body></html>"
    ),
    "with typographic quotes": lambda text: re.sub(r'"([^"]*)"', "\u201c\\1\u201d", text).replace("'", "\u2019"),
    "with page numbers": lambda text: text.replace("\n\n2. ", "\n\nPage 1 of 2\n\n2. "),
    "with a holder": lambda text: f"Copyright (c) 2024-2026 Jane Developer <jane@example.org>\n\n{text}",
    "with several holders": lambda text: (
        f"Copyright (c) 2019 ACME GmbH\nCopyright (c) 2024 The Wren Authors. All rights reserved.\n\n{text}"
    ),
    "with a byte-order mark": lambda text: "\ufeff" + text,
    "with a project's name above": lambda text: f"Wren Toolkit\n\n{text}",
}


@pytest.mark.parametrize("id", ["pebble", "heron-1.0", "quartz-data", "apache-2.0"])
@pytest.mark.parametrize("form", BENIGN)
def test_layout_and_notices_are_no_change(form: str, id: str) -> None:
    found = tiny(BENIGN[form](TEXTS.get(id, APACHE)))
    assert (found.verdict in UNCHANGED, ids(found)) == (True, [id]), (found.verdict, found.added, found.missing)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_the_encoding_of_the_file_is_no_change(encoding: str) -> None:
    text = changed(PEBBLE, "Wren Tarn", "Zo\u00eb Tarn")
    assert tiny(decode(text.encode(encoding))).verdict == "exact"


def test_a_title_may_be_left_out() -> None:
    found = tiny(PEBBLE.partition("\n")[2])
    assert (found.verdict, ids(found)) == ("same", ["pebble"])


def test_a_title_may_be_written_otherwise() -> None:
    found = tiny(changed(PEBBLE, "Pebble License", "The Pebble License (Pebble)"))
    assert (found.verdict, ids(found)) == ("same", ["pebble"])


def test_a_signature_may_follow() -> None:
    assert tiny(PEBBLE + "\n-- \nJane Developer, ACME GmbH, 2026\n").verdict in UNCHANGED


def test_an_article_is_no_change() -> None:
    assert tiny(changed(QUARTZ, "sort them, join", "sort them, the join")).verdict == "same"


def test_british_spelling_is_no_change() -> None:
    assert tiny(APACHE.replace("license", "licence").replace("organization", "organisation")).verdict in UNCHANGED


@pytest.mark.parametrize("holder", ["2026 Jane Developer", "[yyyy] [name of copyright owner]", "2026 ACME GmbH and contributors"])
def test_the_holder_is_filled_in(holder: str) -> None:
    assert tiny(changed(APACHE, "Copyright [yyyy] [name of copyright owner]", f"Copyright {holder}")).verdict in UNCHANGED


def test_the_appendix_of_a_license_may_be_left_out() -> None:
    found = tiny(APACHE[: APACHE.index("APPENDIX")])
    assert (found.verdict, ids(found)) == ("same", ["apache-2.0"])
