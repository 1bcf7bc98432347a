"""No text takes long: each of these is hostile to one step of identification."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from openness.evidence.identify import identify
from tests.evidence.license_texts import APACHE, packaged_index

LIMIT = 5.0


def shuffled(text: str, count: int) -> str:
    chosen = random.Random(1)
    words = text.split()
    return " ".join(chosen.choice(words) for _ in range(count))


HOSTILE: dict[str, Callable[[], str]] = {
    "20 MB of one word": lambda: "word " * 4_000_000,
    "a word of 20 MB": lambda: "a" * 20_000_000,
    "a million short lines": lambda: "ab\n" * 1_000_000,
    "one sentence again and again": lambda: (APACHE[2000:2300] + "\n") * 20_000,
    "a license's words in any order": lambda: shuffled(APACHE, 100_000),
    "opening tags": lambda: "<" * 1_000_000,
    "opening brackets": lambda: "(" * 1_000_000,
    "opening links": lambda: "[a](" * 300_000,
    "opening comments": lambda: "<!--" * 8_000,
    "a long word in a comment": lambda: "<!--" + "a" * 8_000 + "-->",
    "a script of slashes": lambda: "<script>" + "/" * 300 + "a" * 1_000 + "</script>",
    "a tag of one word": lambda: ("<p " + "b" * 3_990 + ">") * 4,
    "opening scripts": lambda: "<script>" * 2_000,
    "attributes without end": lambda: "<a " + 'x="' * 330_000,
    "tags in tags": lambda: "<div>" * 200_000 + "x" + "</div>" * 200_000,
    "asterisks": lambda: "*\n" * 1_000_000,
    "random bytes": lambda: random.Random(2).randbytes(1_000_000).decode("latin-1"),
    "blanks": lambda: " " * 1_000_000 + "x",
    "a comparison and blanks": lambda: "a > " + " " * 14_000 + "x",
    "list markers": lambda: "1. " * 100_000,
    "copyright lines": lambda: "Copyright (c) 2031 Wren Tarn\n" * 20_000,
    "addresses without end": lambda: ("Copyright (c) 2031 " + "a at a. " * 30 + "\n") * 800,
    "combining marks": lambda: "a" + "\u0301\u0316" * 20_000,
    "letters that stand for many": lambda: "\ufdfa" * 100_000,
    "characters without blanks": lambda: "\u4e00" * 1_000_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_no_text_takes_long(case: str) -> None:
    text, index = HOSTILE[case](), packaged_index()
    start = time.process_time()
    found = identify(text, index)
    assert time.process_time() - start < LIMIT
    assert found.verdict == "none"


def test_a_mass_of_punctuation_between_names_takes_no_time() -> None:
    start = time.process_time()
    identify(APACHE + "\nJane " + "." * 4_000 + " Developer", packaged_index())
    assert time.process_time() - start < LIMIT


def test_a_license_behind_a_mass_of_text_is_not_called_unchanged() -> None:
    assert identify("word " * 30_000 + APACHE, packaged_index()).verdict not in {"exact", "same", "multiple"}


def test_what_stands_behind_the_part_that_is_read_is_an_addition() -> None:
    found = identify(APACHE + " " * (1 << 20) + "Not for commercial use.", packaged_index())
    assert (found.verdict, found.unread) == ("altered", True)
