"""``printable``: what strangers wrote can be shown without harm."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openness.printable import printable

HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
anything = st.one_of(st.binary(), st.text(st.characters(codec=None)))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"Llama 3.1 8B", "Llama 3.1 8B"),
        ("Qwen – 通义千问 ü 🦙", "Qwen – 通义千问 ü 🦙"),
        ("ideographic\u3000space", "ideographic\u3000space"),
        (b"\x1b[31mred", "\\x1b[31mred"),
        ("C1 \x9b31m", "C1 \\x9b31m"),
        ("one\ntwo\tthree\r", "one\\ntwo\\tthree\\r"),
        ("apache\u202e0.2-", "apache\\u202e0.2-"),
        ("zero\u200bwidth \ufeff", "zero\\u200bwidth \\ufeff"),
        ("tag \U000e0041", "tag \\U000e0041"),
        ("line\u2028paragraph\u2029", "line\\u2028paragraph\\u2029"),
        ("private \ue000, none \uffff", "private \\ue000, none \\uffff"),
        ("lone \ud800", "lone \\ud800"),
        (b"\xff\xfe not UTF-8", "\\xff\\xfe not UTF-8"),
        ("file-\udcff", "file-\\xff"),
        ("nul\0del\x7f", "nul\\x00del\\x7f"),
    ],
)
def test_control_characters_are_escaped_and_scripts_are_not(value: bytes | str, shown: str) -> None:
    assert printable(value) == shown


def test_multiline_keeps_line_feeds_and_nothing_else() -> None:
    assert printable("a\nb\tc\r\n", multiline=True) == "a\nb\\tc\\r\n"


def test_long_text_ends_with_an_ellipsis() -> None:
    assert printable("abcdef", 6) == "abcdef"
    assert printable("abcdefg", 6) == "abcde…"
    assert printable(b"a" * 10_000_000).endswith("a…")
    assert len(printable(b"a" * 1000, None)) == 1000


def test_an_escape_is_never_cut_in_half() -> None:
    assert printable("ab\x1bcd", 5) == "ab…"


@given(anything, st.one_of(st.none(), st.integers(1, 30)))
def test_no_control_character_ever_comes_out(value: bytes | str, limit: int | None) -> None:
    shown = printable(value, limit)
    assert not [c for c in shown if unicodedata.category(c) in HARMFUL]
    assert limit is None or len(shown) <= limit
    shown.encode("utf-8")


@given(anything, st.one_of(st.none(), st.integers(1, 30)))
def test_doing_it_twice_changes_nothing(value: bytes | str, limit: int | None) -> None:
    once = printable(value, limit)
    assert printable(once, limit) == once
