"""Where added words stand in a document."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from openness.evidence.added_places import lines_as_places, places_of


class Added(msgspec.Struct, frozen=True):
    line: int
    text: str
    last_line: int


def test_words_in_a_long_line_are_found_and_the_rest_of_it_is_left_out() -> None:
    text = "You may use it. Not for profit. You may change it.\n"
    ((begin, end),) = places_of(text, [Added(1, "Not for profit", 1)])
    assert text[begin:end] == "Not for profit"


def test_each_place_where_the_words_stand_counts() -> None:
    text = "model and model\n"
    assert len(places_of(text, [Added(1, "model", 1)])) == 2


def test_words_that_are_not_found_as_they_are_stand_for_their_lines() -> None:
    text = "one\ntw&#111; three\nfour\n"
    assert places_of(text, [Added(2, "two three", 2)]) == [(4, len("one\ntw&#111; three\n"))]


def test_a_cut_quote_reaches_to_the_end_of_its_last_line() -> None:
    text = "begin " + "word " * 200 + "\nlast line\nrest\n"
    ((_, end),) = places_of(text, [Added(1, text[:400], 2)])
    assert text[:end].endswith("last line\n")


def test_lines_are_counted_from_one_and_may_be_beyond_the_text() -> None:
    text = "a\nb\nc"
    assert [text[a:b] for a, b in lines_as_places(text, [(2, 3), (9, 9)])] == ["b\nc", ""]


@given(st.lists(st.text(alphabet="ab \u00e9", min_size=1, max_size=20), min_size=1, max_size=6), st.data())
def test_places_never_leave_out_the_words(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(lines)
    number = data.draw(st.integers(1, len(lines)))
    words = lines[number - 1].split()
    first = data.draw(st.integers(0, len(words)))
    added = " ".join(words[first:])
    places = places_of(text, [Added(number, added, number)])
    start = sum(len(line) + 1 for line in lines[: number - 1])
    inside = lines[number - 1].rfind(words[-1]) + start if words[first:] else start
    assert any(a <= inside <= b for a, b in places)
