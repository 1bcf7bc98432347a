"""No text takes the detection of clauses long, fills the memory, or breaks it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openness.evidence.clauses import QUOTE_LIMIT, ClausePatterns, detect
from openness.evidence.license_text import decode, lines_of
from openness.printable import printable
from tests.evidence.clause_detection import DATA, PATTERNS, types
from tests.evidence.clause_sentences import ALL_SAYINGS
from tests.evidence.permissive_sentences import RESTRICTS_NOTHING
from tests.shared import license_text

MANY = 800_000
NASTY = {
    "one word": "commercial ", "a chain": "commercial use only ", "short sentences": "Use it. ", "empty lines": "\n", "tags": "<a ",
    "attributes": '<a b="c d e f">', "entities": "&#110;", "hyphens": "commer-\ncial ", "ends": ". ", "hidden": "a\u200b", "marks": "a*",
    "signs": "不得商业使用", "list items": "\n- a", "lists": "may not use:\n- commercial ", "colons": ":\n", "one letter": "a", "hash": "\n#",
    "restrictions": "For non-commercial use only. ", "spaces": " ", "numbers": "1 ", "apart": "commercial " * 40 + "x " * 40 + "prohibited " * 40,
}  # fmt: skip


def seconds_for(piece: str, size: int) -> float:
    """Processor time of looking through so many bytes of one piece over and over."""
    text = piece * (size // len(piece.encode()))
    begin = time.process_time()
    detect(text, PATTERNS)
    return time.process_time() - begin


@pytest.mark.parametrize("name", NASTY)
def test_eight_times_as_much_of_anything_takes_about_eight_times_as_long(name: str) -> None:
    piece = NASTY[name]
    once = seconds_for(piece, MANY // 8)
    # anything quadratic would take 64 times as long; a slow or busy machine is slow at both
    assert seconds_for(piece, MANY) < 20 * once + 0.5


def test_what_is_remembered_of_texts_is_bounded() -> None:
    patterns = ClausePatterns(DATA)
    for number in range(3):
        detect(" ".join(f"w{number}x{n}" for n in range(30_000)), patterns)
    assert len(patterns.known) <= 50_000


PIECES = st.sampled_from(
    [text for _, text in ALL_SAYINGS] + RESTRICTS_NOTHING + ["\n", "\n\n", " ", "<p>", "**", "\u200b", "- ", ":\n", "-\n"]
)


@settings(max_examples=200, deadline=None)
@given(st.text() | st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join))
def test_any_text_is_read_and_each_quote_stands_on_its_line(text: str) -> None:
    found = detect(text, PATTERNS)
    lines = [" ".join(line.split()) for line in lines_of(text)]
    for clause in found:
        assert 1 <= clause.line <= len(lines)
        here = printable(" ".join(" ".join(lines_of(text)[clause.line - 1 :]).split()), None)
        at = here.find(clause.quote.removesuffix("…"))
        assert 0 <= at <= len(printable(lines[clause.line - 1], None))
        assert 0 < len(clause.quote) <= QUOTE_LIMIT
    assert len({(clause.type, clause.line, repr(clause.params)) for clause in found}) == len(found)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200), st.sampled_from(ALL_SAYINGS))
def test_what_stands_before_in_a_paragraph_of_its_own_hides_nothing(before: str, saying: tuple[str, str]) -> None:
    type, text = saying
    assert type in types(before.replace("<", "") + ".\n\n" + text)


@pytest.mark.real
def test_ten_kilobytes_take_a_few_milliseconds() -> None:
    text = decode(license_text("apache-2.0").read_bytes())
    detect(text, PATTERNS)
    begin = time.process_time()
    for _ in range(10):
        detect(text, PATTERNS)
    assert (time.process_time() - begin) / 10 / len(text) * 10_000 < 0.04
