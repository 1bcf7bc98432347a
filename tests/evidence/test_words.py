"""What the normalizer drops, what it keeps, and that nothing that can limit a permission is dropped."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openness.evidence.words import MAX_TEXT, MAX_WORDS
from tests.evidence.license_texts import PEBBLE, split, word_lists


def words(text: str) -> list[str]:
    return split(text).words


PLAIN = "Birds may sing here."
SUNG = ["birds", "may", "sing", "here"]

LAYOUT = {
    "letter case": "BIRDS May sing HERE",
    "punctuation": "Birds -- may, sing: (here)!",
    "line breaks": "Birds\nmay\r\nsing\rhere.",
    "page breaks": "Birds may\fsing here.",
    "indentation": "    Birds may\n\t\tsing here.",
    "markdown emphasis": "Birds **may** _sing_ `here`.",
    "a markdown heading": "## Birds may\n\nsing here.\n",
    "a quotation": "> Birds may\n> sing here.",
    "a C comment": "/*\n * Birds may\n * sing here.\n */",
    "a C++ comment": "// Birds may\n// sing here.",
    "a shell comment": "# Birds may\n# sing here.",
    "a Lisp comment": ";; Birds may\n;; sing here.",
    "a TeX comment": "% Birds may\n% sing here.",
    "a batch comment": "REM Birds may\nREM sing here.",
    "an m4 comment": "dnl Birds may\ndnl sing here.",
    "ruled lines": "==========\nBirds may sing here.\n----------",
    "curly quotes": "\u201cBirds\u201d may \u2018sing\u2019 here.",
    "typographic dashes": "Birds \u2014 may \u2013 sing here.",
    "a byte-order mark": "\ufeffBirds may sing here.",
    "zero-width marks": "Bi\u200brds m\u2060ay si\u00adng he\u200dre.",
    "directional marks": "\u202aBirds may\u202c sing\u200e here.",
    "full-width letters": "\uff22\uff49\uff52\uff44\uff53 may sing here.",
    "ligatures and mathematical letters": "Birds may \U0001d42c\U0001d422\U0001d427\U0001d420 here.",
    "no-break spaces": "Birds\u00a0may\u2003sing\u3000here.",
    "HTML tags": "<p class='song'><b>Birds</b> may<br/>sing <i>here</i>.</p>",
    "an HTML page": "<!DOCTYPE html><html lang='en'><body><div id='a1'>Birds may sing here.</div></body></html>",
    "an HTML comment": "Birds may <!-- v7 --> sing here.",
    "HTML entities": "Birds&nbsp;may &#115;ing&#x20;here.",
    "a script": "<script>let a = 1;</script>Birds may sing here.",
    "a style": "<style>p { color: red }</style>Birds may sing here.",
    "a link's address": "[Birds](https://example.org/a/b) may sing [here](#here).",
    "an HTML link's address": '<a href="https://example.org/song.html">Birds</a> may sing here.',
    "a copyright line": "Copyright (c) 2031 Wren Tarn\nBirds may sing here.",
    "copyright lines in comment marks": "# Copyright 2030-2031, Wren Tarn and contributors\n# \u00a9 2031 Marsh Works Ltd.\n# Birds may sing here.",
    "an address in a copyright line": "Copyright (c) 2031 Wren Tarn <wren@tarn.example>\nBirds may sing here.",
    "the words All rights reserved": "Copyright 2031 Wren Tarn. All rights reserved.\nBirds may sing here.",
    "a page number": "Birds may\nPage 3 of 12\nsing here.",
    "a page number between dashes": "Birds may\n- 3 -\nsing here.",
    "an editor's line": "# -*- coding: utf-8 -*-\n# Birds may sing here.",
}


@pytest.mark.parametrize("form", LAYOUT)
def test_layout_is_no_difference(form: str) -> None:
    assert words(LAYOUT[form]) == SUNG


@pytest.mark.parametrize("marker", ["1.", "12.", "1.2.", "a)", "(b)", "iv.", "(ii)", "( c )", "*", "-", "\u2022"])
def test_list_markers_are_dropped(marker: str) -> None:
    assert (
        words(f"Songs follow:\n\n {marker} Birds may sing.\n\n {marker} Others too.\n")
        == "songs follow birds may sing others too".split()
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Songs of up to 12.", "12"),
        ("not before v. 2.0. If", "2.0"),
        ("as Section 3(a)(1) says", "1"),
        ("as Sections 15 and 16. say", "16"),
        ("under chapter 501(c)(3) of", "3"),
    ],
)
def test_a_number_within_a_sentence_is_a_word(text: str, number: str) -> None:
    assert number in words(text)


def test_a_dropped_list_marker_is_remembered_with_its_place() -> None:
    found = split("Songs follow:\n\n(a) Birds may sing.\n\n(b) Others too.")
    assert found.markers == [(2, "a"), (5, "b")]


def test_a_dropped_notice_is_remembered_with_its_text() -> None:
    found = split("Birds.\nCopyright 2031 Wren Tarn\nSing.")
    assert found.notices == [(7, 31, "Copyright 2031 Wren Tarn")]


def test_a_sentence_about_copyright_is_no_notice() -> None:
    assert words("Copyright holders may sing.")[:2] == ["copyright", "holders"]


def test_a_long_line_is_no_notice() -> None:
    assert "copyright" in words("Copyright (c) 2031 " + "Wren Tarn, " * 40)


RESTRICTIVE_LINES = [
    "Copyright (c) 2031 Wren Tarn. Not for commercial use.",
    "Copyright (c) 2031 Wren Tarn (noncommercial)",
    "\u00a9 2031 Wren Tarn, research only",
    "Copyright 2031 Wren Tarn - all rights reserved except for students",
    "Copyright (c) 2031 Wren Tarn, for academic research",
    "Copyright 2031 Wren Tarn. Nur f\u00fcr nichtkommerzielle Nutzung.",
    "Copyright 2031 Wren Tarn \u7981\u6b62\u5546\u7528",
    "Copyright 2031 Wren Tarn. \u0422\u043e\u043b\u044c\u043a\u043e \u0434\u043b\u044f \u0438\u0441\u0441\u043b\u0435\u0434\u043e\u0432\u0430\u043d\u0438\u0439.",
    "Copyright 2031 Wren Tarn, n o c o m m e r c i a l u s e",
    "Copyright 2031 Wren Tarn, NoCommercialUse",
    "Copyright 2031 Wren Tarn, n0t f0r pr0fit",
    "Copyright 2031 Wren Tarn, no\u200bt for sa\u00adle",
    "Copyright 2031 Wren Tarn, n\u043et f\u043er s\u0430le",
    "Copyright 2031 Wren Tarn, Inside Canada Alone",
    "Copyright 2031 Wren Tarn, Personal and Private",
]


@pytest.mark.parametrize("line", RESTRICTIVE_LINES)
def test_a_copyright_line_that_limits_is_kept(line: str) -> None:
    assert "2031" in words(f"{line}\n{PLAIN}")


HIDDEN = {
    "an HTML comment": "<!-- No commercial use. -->",
    "a comment in another language": "<!-- Solo fines acad\u00e9micos -->",
    "prose in a comment": "<!-- birds of the north alone -->",
    "a short comment": "<!-- outside EU -->",
    "a title attribute": '<p title="noncommercial">',
    "a data attribute": "<p data-note='evaluation copy'>",
    "a class": '<p class="no-commercial-use">',
    "an attribute without a value": "<p noncommercial>",
    "a meta description": '<meta name="description" content="Not for sale">',
    "an HTML link's address": '<a href="https://example.org/no-commercial-use">',
    "a link's address": "[song](https://example.org/not-for-sale)",
    "an encoded address": "[song](https://example.org/%6Eoncommercial)",
    "a link's title": '[song](https://example.org "students only")',
    "an image's text": "![not for resale](a.svg)",
    "a style's text": '<style>p:after { content: "No commercial use by anyone" }</style>',
    "a script's comment": "<script>// no commercial use of songs\n</script>",
    "a script's words": "<script>// Research only</script>",
    "an unknown tag": "<noncommercial>",
    "angle brackets": "<no use by companies>",
    "an editor's line": "# -*- No commercial use -*-\n",
    "a reference's address": "`song <https://example.org/not-for-sale>`_",
}


@pytest.mark.parametrize("place", HIDDEN)
def test_nothing_that_limits_is_dropped_with_markup(place: str) -> None:
    kept = set(words(f"{HIDDEN[place]}\n{PLAIN}")) - {*SUNG, "song", "p", "a", "style", "script"}
    assert kept, place


def test_an_interpreters_line_that_limits_is_kept() -> None:
    assert "commercial" in words(f"#!/ Not for commercial use.\n{PLAIN}")


def test_numbers_and_comparisons_are_words() -> None:
    assert (
        words("more than 1,000.50 songs > 7 and \u2265 8 birds for $ 5 or 30%")
        == "more than 1000.50 songs > 7 and >= 8 birds for $ 5 or 30 %".split()
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,000 songs", "1000 songs"),
        ("\u2265 5 songs", ">= 5 songs"),
        ("birds & songs", "birds and songs"),
        ("the licence", "the license"),
        ("bird\u2019s", "bird's"),
    ],
)
def test_spellings_of_the_same_are_equal(one: str, other: str) -> None:
    assert words(f"We say {one}.") == words(f"We say {other}.")


@pytest.mark.parametrize(
    ("one", "other"),
    [("> 5", ">= 5"), ("> 5", "< 5"), ("1.000", "1,000.5"), ("and", "or"), ("$ 5", "\u20ac 5"), ("5 %", "5"), ("may", "may not")],
)
def test_what_means_something_else_differs(one: str, other: str) -> None:
    assert words(f"songs {one} birds") != words(f"songs {other} birds")


def test_chinese_and_japanese_characters_are_words_of_their_own() -> None:
    assert words("\u9ce5\u306f\u6b4c\u3046 birds") == ["\u9ce5", "\u306f", "\u6b4c", "\u3046", "birds"]


def test_a_word_of_two_scripts_is_another_word() -> None:
    assert words("s\u0456ng")[0] != "sing"


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    found = split("First\r\n\r\nCopyright 2031 Wren Tarn\r\n<b\nclass='x'>Sixth</b> line\rSeventh")
    assert [(word, found.line(at)) for at, word in enumerate(found.words)] == [
        ("first", 1),
        ("sixth", 5),
        ("line", 5),
        ("seventh", 6),
    ]


def test_the_line_behind_the_last_word_is_the_last_line() -> None:
    found = split("one\ntwo\n\n")
    assert found.line(len(found)) == 4


def test_a_quote_shows_the_words_as_they_stand_on_one_line() -> None:
    found = split("Here, Birds\n  may SING -- loudly!")
    assert (found.quote(1, 4), found.quote(2, 2), found.quote(0, 5, limit=8)) == ("Birds may SING", "", "Here, Bi")


def test_a_long_text_says_that_it_was_not_read_whole() -> None:
    assert split("a" * (MAX_TEXT + 1)).unread and not split("bird " * 1000).unread


def test_too_many_words_are_not_read_whole() -> None:
    found = split("ab " * (MAX_WORDS + 1))
    assert (len(found), found.unread) == (MAX_WORDS, True)


# For any text ----------------------------------------------------------------------------------------------------------

PIECES = [
    "<",
    ">",
    "<!--",
    "-->",
    "</",
    "<p class=",
    '"',
    "'",
    "[",
    "](",
    ")",
    "(c)",
    "Copyright ",
    "2031",
    "\n",
    " ",
    "1.",
    "(a)",
    "&#",
    "&amp;",
    "\u200b",
    "\u2265",
    "$",
    ",",
    "not",
    "\u6b4c",
    "\u0130",
    "\ufdfa",
    "\x00",
    "\ud800",
    "-*-",
    "<script>",
    "</script>",
]
TEXT = st.one_of(
    st.text(max_size=120), st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=40).map("".join)
)


@settings(max_examples=200, deadline=None)
@given(TEXT)
def test_any_text_has_words_with_places(text: str) -> None:
    found = split(text)
    assert len(found.words) == len(found.starts) == len(found.ends)
    assert all(a < b for a, b in zip(found.starts, found.ends, strict=True))
    assert all(a <= b for a, b in zip(found.ends, found.starts[1:], strict=False))
    assert not found.ends or found.ends[-1] <= len(found.text)
    lines = [found.line(at) for at in range(len(found) + 1)]
    assert lines == sorted(lines) and lines[0] >= 1
    assert all(found.quote(at, at + 1) for at in range(len(found)))


SENTENCE = st.lists(
    st.sampled_from([w for w in re.findall(r"[a-z]{2,}", PEBBLE.lower()) if w not in {"or", "and"}]), min_size=8, max_size=60
)


@settings(max_examples=60, deadline=None)
@given(SENTENCE, st.data())
def test_adding_layout_never_changes_the_words(sentence: list[str], data: st.DataObject) -> None:
    gap = st.sampled_from(
        [
            " ",
            "  ",
            "\n",
            "\n    ",
            "\n# ",
            "\n * ",
            "\n// ",
            "\t",
            " \u200b",
            "<br>",
            " <b>",
            "</i> ",
            " ** ",
            " <!-- 3 --> ",
            "&nbsp;",
            "\nCopyright (c) 2031 Wren Tarn\n",
        ]
    )
    text = sentence[0] + "".join(data.draw(gap) + word for word in sentence[1:])
    assert words(text) == words(" ".join(sentence))


ENGLISH = sorted(str(word) for word in word_lists()["restrictive"]["restrictive"]["en"])
REGIONS = [
    "Copyright (c) 2031 Wren Tarn {}",
    "Copyright (c) 2031 {} Wren Tarn",
    "(c) 2031 {}",
    "\u00a9 {} 2031",
    "# Copyright 2031 Wren Tarn, {} Marsh Works",
    "<!-- {} -->",
    '<p title="{}">',
    "<div data-a='x {}'>",
    '<meta name="description" content="{}">',
    "<p {}>",
    '[bird](https://example.org "{}")',
    "![{}](a.png)",
    "-*- {} -*-",
]


@pytest.mark.parametrize("region", REGIONS)
def test_every_restrictive_word_survives_in_what_would_be_dropped(region: str) -> None:
    lost = [
        word
        for word in ENGLISH
        if word not in split(region.format(word)).words
        and word_lists()["equivalent"].get(word, word) not in split(region.format(word)).words
    ]
    assert lost == []


FOREIGN = sorted(
    {
        str(w)
        for language, found in word_lists()["restrictive"]["restrictive"].items()
        if language != "en"
        for w in found
        if len(str(w)) >= 6
    }
)


@pytest.mark.parametrize("region", ["Copyright (c) 2031 Wren Tarn {}", "<!-- {} -->", '<p title="{}">'])
def test_every_long_restrictive_word_of_other_languages_survives(region: str) -> None:
    assert [word for word in FOREIGN if not split(region.format(word)).words] == []
