"""Clauses found in texts that nobody has read yet. All sentences here are of our own making, not of any license."""

from __future__ import annotations

import pytest

from openness.evidence.added_places import lines_as_places
from openness.evidence.clauses import QUOTE_LIMIT, detect
from openness.packaged import packaged
from openness.rules.loader import read_yaml
from tests.evidence.clause_detection import PATTERNS, restrictions, types
from tests.evidence.clause_sentences import ALL_SAYINGS
from tests.evidence.permissive_sentences import RESTRICTS_NOTHING


@pytest.mark.parametrize(("type", "text"), ALL_SAYINGS)
def test_a_sentence_that_says_it_is_found(type: str, text: str) -> None:
    assert type in types(text)


@pytest.mark.parametrize("text", RESTRICTS_NOTHING)
def test_a_sentence_that_takes_nothing_away_is_left_alone(text: str) -> None:
    assert restrictions(text) == []


def test_every_type_that_text_can_show_has_patterns() -> None:
    wanted = {row["id"] for row in read_yaml(packaged("rules") / "clauses.yaml")["types"]} - {"TENSION"}
    assert {pattern.type for pattern in PATTERNS.patterns} == wanted


# --- place and quote -----------------------------------------------------------------------------------------------------


def test_line_and_quote_are_those_of_the_sentence() -> None:
    text = "Copyright 2026 A\n\nYou may copy this. It is for\nnon-commercial use only.\nThe end."
    (clause,) = [clause for clause in detect(text, PATTERNS) if clause.type == "FIELD_LIMIT"]
    assert (clause.line, clause.quote, clause.language) == (4, "non-commercial use only.", "en")


def test_a_quote_begins_with_its_sentence_when_both_stand_on_one_line() -> None:
    (clause,) = restrictions("You may copy it. The weights are for non-commercial use only. Have fun.")
    assert clause.quote == "The weights are for non-commercial use only."


def test_a_quote_of_a_long_sentence_holds_the_found_words() -> None:
    (clause,) = restrictions(
        "Whereas " + "nothing matters much, " * 40 + "the model is for non-commercial use only" + " and so on" * 90
    )
    assert len(clause.quote) <= QUOTE_LIMIT
    assert "non-commercial" in clause.quote


def test_only_clauses_that_touch_the_given_lines_are_reported() -> None:
    text = "Non-commercial use only.\nYou may copy it.\nYou may not\nuse it for military purposes."
    assert {clause.type for clause in detect(text, PATTERNS, lines_as_places(text, [(3, 3)]))} == {"USE_POLICY"}
    assert {clause.type for clause in detect(text, PATTERNS, lines_as_places(text, [(4, 9)]))} == {"USE_POLICY"}
    assert detect(text, PATTERNS, []) == ()


def test_an_added_word_is_read_with_the_words_around_it() -> None:
    text = "You may use the software\nonly\nfor research purposes."
    assert [clause.type for clause in detect(text, PATTERNS, lines_as_places(text, [(2, 2)]))] == ["FIELD_LIMIT"]


def test_each_item_of_a_list_is_read_with_what_stands_before_the_colon() -> None:
    text = "Limits. You may not:\n\n- use the model commercially.\n1. redistribute the weights.\n(c) use it in weapons;\n\nIt is red."
    assert [(clause.line, clause.type) for clause in restrictions(text)] == [(3, "FIELD_LIMIT"), (4, "GRANT"), (5, "USE_POLICY")]


def test_what_stands_before_a_list_does_not_reach_behind_it() -> None:
    assert restrictions("You may not:\n- remove this notice.\n\nCommercial use is welcome.") == []


def test_a_sentence_end_keeps_words_apart() -> None:
    assert restrictions("The logo is for us only. Non-commercial and commercial use are both fine.") == []


# --- words that hide -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "For non-com\u200bmercial use on\u200dly.",
        "For non-соmmеrсiаl use оnly.",  # Cyrillic letters
        "Fοr nοn-cοmmercial use οnly.",  # Greek letters
        "Cоmmercial use is рrоhibitеd.",
        "For **non-commercial** use *only*.",
        "For __non-commercial__ use _only_.",
        "For non-com**mer**cial use only.",
        "<p>For <b>non-commercial</b>&nbsp;use <i>only</i>.</p>",
        '<li>For non-<span style="font-weight: bold">comm</span>ercial use only</li>',
        '<a href="x" title="this text is for non-commercial use only">x</a>',
        "<!-- for non-commercial use only -->",
        "For non-c&#111;mmercial use only.",
        "For non-commer\u00adcial use only.",
        "For non-commer-\ncial use only.",
        "For non-\ncommercial use only.",
        "# For non-commer-\n# cial use\n# only.",
        "FOR NON-COMMERCIAL USE ONLY.",
        "Ｆｏｒ ｎｏｎ－ｃｏｍｍｅｒｃｉａｌ ｕｓｅ ｏｎｌｙ.",
        "For 𝐧𝐨𝐧-𝐜𝐨𝐦𝐦𝐞𝐫𝐜𝐢𝐚𝐥 use only.",
        "For ɴᴏɴ-ᴄᴏᴍᴍᴇʀᴄɪᴀʟ use only.",
        "F0r n0n-c0mmercial use 0nly.",
        "For\r\nnon-commercial\r\nuse\r\nonly.",
        "// This may be used\n// for non-commercial\n// purposes only.",
        "Usage a\u0300 des fins non commerciales uniquement",
        "For\u00a0non‑commercial\u2009use only",
        "| Use | For non-commercial use only |",
        "For non\\-commercial use only\\.",
        "For \u202enon-commercial\u202c use only.",
        "You may not use the software\n\nfor commercial purposes.",
    ],
)
def test_words_are_seen_through_what_hides_them(text: str) -> None:
    assert "FIELD_LIMIT" in types(text)


def test_a_line_end_does_not_join_two_words() -> None:
    assert restrictions("It is well-\nknown that commercial use is allowed.") == []
