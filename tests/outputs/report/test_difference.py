"""The word difference of two quotes: what is kept and marked gives both quotes back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from openness.outputs.report.difference import MOST_WORDS, difference

WORDS = st.lists(st.sampled_from(["the", "model", "may", "not", "be", "used", "MIT", "nc"]), max_size=12).map(" ".join)


def kinds(one: str, other: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in difference(one, other)]


def test_a_word_that_was_put_in_is_marked() -> None:
    assert kinds("may be used", "may not be used") == [("same", "may"), ("ins", "not"), ("same", "be used")]


def test_a_word_in_the_place_of_another_is_both() -> None:
    assert kinds("license: mit", "license: apache-2.0") == [("same", "license:"), ("del", "mit"), ("ins", "apache-2.0")]


def test_letter_case_and_punctuation_make_no_difference() -> None:
    assert kinds("license: MIT", "License mit.") == [("same", "License mit.")]


def test_quotes_without_a_common_word_are_not_compared() -> None:
    assert kinds("license: mit", "base models: llama") == []


@given(WORDS, WORDS)
def test_without_the_marked_words_of_one_side_the_other_quote_remains(one: str, other: str) -> None:
    found = difference(one, other)
    if found:
        assert " ".join(piece.text for piece in found if piece.kind != "ins").casefold() == one.casefold()
        assert " ".join(piece.text for piece in found if piece.kind != "del") == other


def test_long_quotes_are_cut_so_that_the_comparison_ends() -> None:
    one, other = "a b " * 50_000, "b a " * 50_000
    assert sum(len(piece.text.split()) for piece in difference(one, other) if piece.kind != "del") == MOST_WORDS
