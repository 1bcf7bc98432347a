"""Which comments ignore a rule, and which line they are about."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openness.checking.ignores import ignores_in


@pytest.mark.parametrize(
    ("text", "rules", "reason"),
    [
        ('f("a/b")  # openness: ignore[denied-use] paid license', ("denied-use",), "paid license"),
        ('f("a/b") // openness: ignore[denied-use, unverified] two', ("denied-use", "unverified"), "two"),
        ("model: a/b  #openness:ignore[denied-use]: colon before the reason", ("denied-use",), "colon before the reason"),
        ("[x](hf.co/a/b) <!-- openness: ignore[denied-use] in HTML -->", ("denied-use",), "in HTML"),
        ("a/b /* openness: ignore[denied-use] in C */", ("denied-use",), "in C"),
        ("-- openness: ignore[denied-use] in Lua", ("denied-use",), "in Lua"),
        ('  "!hf download a/b  # openness: ignore[denied-use] in a notebook\\n",', ("denied-use",), "in a notebook"),
    ],
)
def test_a_comment_of_every_language_is_read(text: str, rules: tuple[str, ...], reason: str) -> None:
    (found,) = ignores_in(text)
    assert (found.rules, found.reason, found.problem) == (rules, reason, "")


@pytest.mark.parametrize(
    "text", ["write openness: ignore[rule] and a reason", "# ignore[denied-use] x", "", "`openness: ignore[x]`"]
)
def test_prose_about_comments_is_none(text: str) -> None:
    assert ignores_in(text) == []


def test_a_comment_alone_is_about_the_next_line_that_is_none_itself() -> None:
    text = "x = 1\n# openness: ignore[denied-use] a\n# openness: ignore[unverified] b\nload()\n"
    assert [(one.line, one.about) for one in ignores_in(text)] == [(2, 4), (3, 4)]


def test_a_comment_behind_code_is_about_its_own_line() -> None:
    (found,) = ignores_in("\nload()  # openness: ignore[denied-use] a\n")
    assert (found.line, found.about, found.column) == (2, 2, 9)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_without_error_and_line_numbers_are_in_it(text: str) -> None:
    for found in ignores_in("# openness: ignore[denied-use] x\n" + text):
        assert 1 <= found.line <= text.count("\n") + text.count("\r") + 2
