"""The block in a model card: where it goes, that everything else stays, and that it is never evidence for itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from openness.outputs.badge import badge
from openness.outputs.badge_words import static_address
from openness.outputs.card_block import OddCard, Reproduce, block, written
from openness.outputs.looks import looks
from openness.rules.own_block import BEGIN, END, without_own_block
from tests.outputs.results import HOSTILE, case, classified, with_strings

AGAIN = Reproduce("heron-lab/heron-60m", "2026-11-24")
FRONT = "---\nlicense: apache-2.0\nname: 'a --- b'\n---\n"


def block_of(
    name: str = "open-base", variant: str = "category", image: str = "openness-badge.png", again: Reproduce = AGAIN
) -> str:
    found = case(name)
    return block(found, badge(found, variant), image, again)


NEW = block_of()
OLD = block_of("noncommercial-base")


def test_the_block_says_category_dimensions_licenses_definitions_and_how_to_check() -> None:
    lines = NEW.split("\n")
    assert (lines[0], lines[1], lines[-1]) == (BEGIN, "![openness: fully open](openness-badge.png)", END)
    assert "| category | ✓ fully open |" in lines
    assert "| recipe | ◐ partial, 25 of 100 |" in lines
    assert "| license of the weights | apache-2.0: stated by the card |" in lines
    assert "| OSAID 1.0 | ✕ fail |" in lines
    assert "`openness classify heron-lab/heron-60m`" in lines[-2] and "Not legal advice" in lines[-2]


def test_it_stands_behind_the_front_matter() -> None:
    assert written(FRONT + "# Heron\n\ntext\n", NEW) == f"{FRONT}\n{NEW}\n\n# Heron\n\ntext\n"


def test_it_stands_at_the_end_of_a_card_without_front_matter() -> None:
    assert written("# Heron\n", NEW) == f"# Heron\n\n{NEW}\n"
    assert written("# Heron", NEW) == f"# Heron\n\n{NEW}\n"
    assert written("", NEW) == f"{NEW}\n"


def test_a_card_of_front_matter_alone_keeps_it() -> None:
    assert written(FRONT.rstrip("\n"), NEW) == f"{FRONT}\n{NEW}\n"


def test_a_block_is_renewed_where_it_is() -> None:
    card = f"{FRONT}# Heron\n\n{OLD}\n\ntext\n"
    assert written(card, NEW) == f"{FRONT}# Heron\n\n{NEW}\n\ntext\n"
    assert written(f"text\n{OLD}", NEW) == f"text\n{NEW}"


def test_line_ends_are_kept() -> None:
    card = (FRONT + "# Heron\n").replace("\n", "\r\n")
    after = written(card, NEW)
    assert after.startswith(FRONT.replace("\n", "\r\n"))
    assert "\n" not in after.replace("\r\n", "")
    assert written(after, NEW) == after


PIECES = st.lists(
    st.sampled_from(["\n", "\r\n", "\r", "---\n", "# a\n", "text", "\x0c", "\u2028", "é", "```\n", "~~~\n", "| a | b |\n", "\ufeff", "license: mit\n", BEGIN.replace("openness", "other")]),
    max_size=12,
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(st.booleans(), PIECES)
def test_all_else_stays_and_a_second_time_changes_nothing(front: bool, body: str) -> None:
    card = (FRONT if front else "") + body
    try:
        after = written(card, NEW)
    except OddCard:  # code that is not closed
        assume(front)
        raise
    block = next(made for made in (NEW.replace("\n", ending) for ending in ("\n", "\r\n", "\r")) if made in after)
    assert after.count(block) == 1
    assert written(after, NEW) == after
    before, behind = after.split(block)
    kept = before + behind
    assert [char for char in kept if char not in "\r\n"] == [char for char in card if char not in "\r\n"]
    if front:
        assert after.startswith(FRONT)
    assert written(written(after, OLD), NEW) == after


@pytest.mark.parametrize(
    ("card", "words"),
    [
        (f"{BEGIN}\ntext\n", "begin in line 1"),
        (f"text\n{END}\n", "end in line 2"),
        (f"{END}\n{BEGIN}\n", "end in line 1, begin in line 2"),
        (f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n", "begin in line 3"),
        (f"{BEGIN}\n{BEGIN}\n{END}\n", "begin in line 2"),
        (f"text {BEGIN}\n{END}\n", "line 1: a marker must stand alone"),
        (f"<!-- openness:begin\n-->\n{END}\n", "line 1: a marker must stand alone"),
        ("# Heron\n\n```python\nprint()\n", "the code that begins in line 3 is not closed"),
        (f"<!--OPENNESS:BEGIN-->\n{END}\n", "line 1: a marker must stand alone"),
    ],
)
def test_markers_that_are_not_one_pair_are_refused(card: str, words: str) -> None:
    with pytest.raises(OddCard, match=re.escape(words)):
        written(card, NEW)


def test_markers_within_code_are_text() -> None:
    card = f"# How\n\n```\n{BEGIN}\n{END}\n```\n"
    assert written(card, NEW) == f"{card}\n{NEW}\n"


def test_markers_within_the_front_matter_are_text() -> None:
    card = f"---\na: |\n  {BEGIN}\n---\ntext\n"
    assert written(card, NEW) == f"---\na: |\n  {BEGIN}\n---\n\n{NEW}\n\ntext\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_strings_stay_text_on_one_line(text: str) -> None:
    found = with_strings(text)
    made = block(found, badge(found), "badge.png", Reproduce(text, "2026-11-24"))
    lines = made.split("\n")
    assert lines.count(END) == 1 and lines[-1] == END and len(lines) == len(NEW.split("\n"))
    assert written(written("text\n", made), made) == written("text\n", made)
    assert not re.search(r"<(?!!-- openness:(begin|end) -->)|\]\((?!badge\.png\))|javascript:|https?:|@someone|www\.", made)
    row = next(line for line in lines if line.startswith("| license of the weights"))
    assert row.count("|") == 3
    assert "`" not in row and len(row) < 3000


# --- never evidence for itself


def test_a_license_by_a_name_of_others_is_not_repeated() -> None:
    found = with_strings("Strict Non-Commercial Terms")
    made = block(found, badge(found), "badge.png", AGAIN)
    assert "Non-Commercial" not in made
    assert "a license that is not known here, apache-2.0: known by name only" in made
    assert without_own_block(made.encode()).strip() == b""


@pytest.mark.parametrize("name", ["open-base", "noncommercial-base", "leaked", "unplaced-base", "prose-base"])
@pytest.mark.parametrize("variant", list(looks().variants))
def test_our_own_block_is_not_read(name: str, variant: str) -> None:
    found = case(name)
    made = badge(found, variant, date="2026-11-20")
    for image in ("openness-badge.png", static_address(made)):
        own = block(found, made, image, AGAIN)
        emptied = without_own_block(f"a\r\n{own}\nb\n".encode()).decode()
        assert emptied.strip("\n").split("\n")[0] == "a\r"
        assert emptied.replace("\n", "") == "a\rb"
        assert emptied.count("\n") == own.count("\n") + 3


@pytest.mark.parametrize(
    "line",
    ["For research only.", "| license | cc-by-nc-4.0 |", "| OSAID 1.0 | ✕ no commercial use |", "![license: non-commercial](x.png)",
     "![openness: fully open](https://img.shields.io/badge/license-CC--BY--NC--4.0-red)", "| category | ✓ fully open, but not for sale |",
     "Worked out by us. No commercial use. Not legal advice."],
)  # fmt: skip
def test_a_block_with_anything_else_in_it_is_read(line: str) -> None:
    data = NEW.replace(END, f"{line}\n{END}").encode()
    assert without_own_block(data) == data


def test_a_restriction_between_the_markers_is_found(tmp_path: Path) -> None:
    words = "These weights may be used for non-commercial research only."
    (tmp_path / "model.safetensors").write_bytes(b"\x00")
    card = f"{FRONT}\n{NEW.replace(END, words + chr(10) + END)}\n"
    (tmp_path / "README.md").write_text(card, "utf-8")
    assert any(words in fact.quote for fact in classified(tmp_path).result.evidence)


def test_an_old_answer_does_not_stand_in_the_way_of_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"\x00")
    (tmp_path / "README.md").write_text(FRONT + "# Heron\n", "utf-8")
    without = classified(tmp_path).result
    (tmp_path / "README.md").write_text(written(FRONT + "# Heron\n", OLD), "utf-8")
    with_old = classified(tmp_path).result
    assert with_old.result == without.result
    assert [fact.claim for fact in with_old.evidence] == [fact.claim for fact in without.evidence]
