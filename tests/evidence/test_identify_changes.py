"""What is a change of a license: a restriction, a word or a number, wherever it stands."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openness.evidence.identify import identify
from tests.evidence.identification import LANGUAGES, PLACES, UNCHANGED, changed, ids, packaged, tiny
from tests.evidence.license_texts import APACHE, HERON, PEBBLE, index_of, plain_folder, word_lists


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", PLACES)
def test_a_restriction_is_a_change_wherever_it_stands(place: str, language: str) -> None:
    clause = LANGUAGES[language]
    for id, text in (("apache-2.0", APACHE), ("pebble", PEBBLE)):
        found = tiny(PLACES[place](text, clause))
        assert (found.verdict, ids(found)) == ("altered", [id])
        assert found.added


EDITS = [
    (HERON, "700 waders", "70 waders"),
    (HERON, "5,000 shells", "5,00 shells"),
    (HERON, "1.0", "1.1"),
    (HERON, "within 30 days", "within 3 days"),
    (HERON, "The wader does not teach", "The wader does teach"),
    (HERON, "exceed 5,000", "exceed > 5,000"),
    (HERON, "and lets the wader hand on", "or lets the wader hand on"),
    (HERON, "feed, follow", "feed, not follow"),
    (HERON, "free of\ncharge", "for a\ncharge"),
    (PEBBLE, "Anyone who", "Anyone in Reedham who"),
    (PEBBLE, "across any pond", "across one pond"),
    (PEBBLE, "or carry it off", "and carry it off"),
    (PEBBLE, "Nobody promises", "Wren promises"),
    (APACHE, "fifty percent (50%)", "forty percent (50%)"),
    (APACHE, "(50%)", "(51%)"),
    (APACHE, "royalty-free", "royalty-bearing"),
    (APACHE, "perpetual", ""),
    (APACHE, "irrevocable", "revocable"),
    (APACHE, "You may reproduce and distribute", "You may not reproduce and distribute"),
    (APACHE, "in Source or Object form", "in Source form"),
]


@pytest.mark.parametrize(("text", "old", "new"), EDITS, ids=[f"{old[:24]}=>{new[:24]}" for _, old, new in EDITS])
def test_one_word_or_number_is_a_change(text: str, old: str, new: str) -> None:
    assert tiny(changed(text, old, new)).verdict == "altered"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("> 7", "\u2265 7"),
        ("> 7", "< 7"),
        ("$ 9", "\u20ac 9"),
        ("30%", "3.0%"),
        ("2.0", "9.0"),
        ("1 and 2.", "1 and 3."),
        ("(>8", "(<8"),
        ("9 $", "9 \u20ac"),
        ("10\u00b2", "102"),
    ],
)
def test_comparisons_currencies_and_numbers_are_words(tmp_path: Path, old: str, new: str) -> None:
    text = (
        PEBBLE
        + "\nA basket with a count > 7 costs $ 9 or 30% of it under v. 2.0. For sections 1 and 2. see there (>8 stones, 9 $, 10\u00b2 ponds).\n"
    )
    index = index_of(plain_folder(tmp_path, {"counted": text}))
    assert identify(text, index).verdict == "exact"
    assert identify(changed(text, old, new), index).verdict == "altered"


FILLED_IN = {
    "another license": "Copyright (c) 2031 Wren Tarn, {}",
    "another license in a comment": "<!-- {} -->",
    "another license in a title": '<p title="{}">',
    "another license in a link's title": '[License](https://example.org "{}")',
}


@pytest.mark.parametrize(
    "name",
    ["AGPL-3.0", "CC BY-NC 4.0", "SPDX-License-Identifier: CC-BY-NC-4.0", "Dual licensed under GPL", "Heron Model License"],
)
@pytest.mark.parametrize("place", FILLED_IN)
def test_the_name_of_another_license_is_not_dropped(place: str, name: str) -> None:
    assert tiny(f"{FILLED_IN[place].format(name)}\n\n{PEBBLE}").verdict not in UNCHANGED


@pytest.mark.parametrize(
    "terms",
    [
        "Max 5 Seats",
        "at most 5 copies",
        "90-Day Demo",
        "Valid Until March 2025",
        "$5 Each",
        "Shareware",
        "schools alone",
        "within japan",
    ],
)
@pytest.mark.parametrize(
    "place",
    ["Copyright (c) 2031 Wren Tarn, {}\n\n" + PEBBLE, PEBBLE + "\n{}\n", "{}\n\n" + PEBBLE],
    ids=["notice", "signature", "heading"],
)
def test_terms_that_look_like_names_are_a_change(place: str, terms: str) -> None:
    assert tiny(place.format(terms)).verdict not in UNCHANGED


@pytest.mark.parametrize(
    "struck", ["~~lend it to a neighbor,~~", "<del>lend it to a neighbor,</del>", "<s>lend it to a neighbor,</s>"]
)
def test_words_that_are_struck_out_are_a_change(struck: str) -> None:
    assert tiny(changed(PEBBLE, "lend it to a neighbor,", struck)).verdict not in UNCHANGED


def test_a_change_is_quoted_with_its_line() -> None:
    found = tiny(changed(PEBBLE, "carved pebble, unless", "carved pebble, ever or\nanywhere, unless"))
    assert [(added.line, added.text, added.last_line) for added in found.added] == [(10, "ever or anywhere", 11)]
    assert found.missing == ()


def test_missing_words_are_counted_behind_their_line() -> None:
    found = tiny(changed(HERON, ", whatever the weather", ""))
    assert [(missing.after_line, missing.words) for missing in found.missing] == [(16, 3)]
    assert (found.verdict, found.added) == ("altered", ())


def test_a_removed_clause_is_missing() -> None:
    duty = PEBBLE[PEBBLE.index("2. The name") : PEBBLE.index("The pebble is handed over")]
    found = tiny(changed(PEBBLE, duty, ""))
    assert (found.verdict, [missing.words for missing in found.missing]) == ("partial", [23])


#: Without those that may stand in a title.
WORDS = {str(word) for word in word_lists()["restrictive"]["restrictive"]["en"]} - set(word_lists()["standard"]["title"])
RESTRICTIVE = random.Random(3).sample(sorted(WORDS), 200)
GAPS = [match.end() for match in re.finditer(r"\s+(?=\S)", APACHE)]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(GAPS), st.sampled_from(RESTRICTIVE))
def test_a_restrictive_word_at_any_place_is_a_change(place: int, word: str) -> None:
    found = packaged(f"{APACHE[:place]}{word} {APACHE[place:]}")
    assert found.verdict not in {*UNCHANGED, "multiple"}


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(
        [
            match.span()
            for match in re.finditer(
                r"\b(?:not|no|or|and|any|all|non|without|unless|except|only|must|may|shall|free)\b",
                APACHE[: APACHE.index("END OF TERMS")],
            )
        ]
    )
)
def test_a_word_that_decides_may_not_be_missing_anywhere(span: tuple[int, int]) -> None:
    assert tiny(APACHE[: span[0]] + APACHE[span[1] :]).verdict not in UNCHANGED
