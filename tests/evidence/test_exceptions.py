"""The exceptions to the rule that every difference counts: what each excuses, and that a restriction inside it is not excused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from openness.evidence.alignment import Block, blocks_of
from openness.evidence.identify import identify
from tests.evidence.identification import changed, packaged
from tests.evidence.license_texts import APACHE, HERON, PEBBLE, index_of, plain_folder, tiny_index
from tests.shared import license_text

UNCHANGED = {"exact", "same", "multiple"}


def unwrapped(id: str) -> str:
    text = license_text(id).read_text("utf-8")
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def mit() -> str:
    body = unwrapped("mit")
    return "MIT License\n\nCopyright (c) 2020 Wren Tarn\n\n" + body[body.index("Permission") :]


def bsd() -> str:
    return unwrapped("bsd-3-clause")


def gpl() -> str:
    return unwrapped("gpl-3.0")


TERMS = [
    "For Hospitals Alone",
    "For Schools",
    "For Universities And Colleges",
    "To Residents of France",
    "Only5 Servers",
    "Max 10000 Downloads",
    "UP TO 10000 DOWNLOADS",
    "Worldwide Except Iran",
    "Evaluation Copy",
    "Offer Ends March 2031",
    "N.C. Edition",
    "In Europe",
    "No Derivatives",
]

# Notices, headings, signatures -----------------------------------------------------------------------------------------------

PLACES: dict[str, Callable[[str, str], str]] = {
    "a line below a notice": lambda text, terms: f"Copyright (c) 2031 Wren Tarn\n{terms}\n\n{text}",
    "the line of a notice": lambda text, terms: f"Copyright (c) 2031 Wren Tarn, {terms}\n\n{text}",
    "a notice of many years": lambda text, terms: f"Copyright 2001, 2002, 2003, 2004, 2005, 2006 Wren Tarn,\n{terms}\n\n{text}",
    "a heading": lambda text, terms: f"{terms}\n\n{text}",
    "a signature": lambda text, terms: f"{text}\n{terms}\n",
    "a running header": lambda text, terms: changed(text, "including without", f"includ-\n\n{terms}\n\ning without"),
    "a placeholder above": lambda text, terms: f"[{terms}]\n\n{text}",
    "a placeholder beside the holder": lambda text, terms: changed(text, "Wren Tarn", f"Wren Tarn [{terms}]"),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("terms", TERMS)
def test_terms_that_look_like_names_are_a_change_wherever_names_may_stand(place: str, terms: str) -> None:
    assert packaged(PLACES[place](mit(), terms)).verdict not in UNCHANGED


NOTICES = {
    "a holder with a name over several lines": (
        "Copyright (c) 2004 the University Corporation for Atmospheric\nResearch (UCAR). All rights reserved. Developed by NCAR's\n"
        "Computational and Information Systems Laboratory, UCAR,\nwww.example.org."
    ),
    "several holders in one paragraph": "Copyright 1992-2011 Tarn Systems, Inc.,\nWren & Associates, Inc., Reed Software\nCorporation, Ada Marsh.",
    "a notice that says what it covers": "This software is copyright (c) 1999-2010 by Wren Tarn.",
    "a project whose name has a number": "# PCG64\n\n## The",
}


@pytest.mark.parametrize("notice", NOTICES)
def test_notices_above_the_text_are_no_change(notice: str) -> None:
    found = packaged(f"{NOTICES[notice]}\n\n{mit()}")
    assert (found.verdict in UNCHANGED, found.added) == (True, ())


@pytest.mark.parametrize(
    "title",
    [
        "Software License for Open Source Use",
        "Released under the General Public License",
        "This software is licensed under the General Public License",
        "MIT License Version 2",
        "MIT License (Research)",
        "License under Terms of Agreement, 3 May 2031 to 5 May 2031",
    ],
)
def test_a_title_that_says_more_is_a_change(title: str) -> None:
    assert packaged(f"{title}\n\n{mit().partition(chr(10))[2]}").verdict not in UNCHANGED


def test_a_sentence_that_points_to_a_page_may_follow() -> None:
    assert packaged(f"{mit()}\n\nFor more information, please see <https://example.org/wren/>").verdict in UNCHANGED


@pytest.mark.parametrize("path", ["no-commercial-use", "only-for-research-purposes", "additional-restrictions-apply"])
def test_a_pointer_whose_address_says_something_is_a_change(path: str) -> None:
    assert packaged(f"{mit()}\n\nFor more information, please see <https://example.org/{path}>").verdict not in UNCHANGED


# Parties and slots -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["WREN TARN OR HER CO-AUTHORS", "REEDHAM UNIVERSITY", "THE AUTHOR"])
def test_the_party_that_gives_the_license_may_have_a_name(who: str) -> None:
    assert packaged(changed(bsd(), "COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE", f"{who} BE LIABLE")).verdict in UNCHANGED


@pytest.mark.parametrize("who", ["LICENSEE", "YOU", "THE USER", "RECIPIENT", "ANYONE", "NOBODY", "DISTRIBUTORS", "THIRD PARTIES"])
def test_the_other_party_may_not_stand_in_its_place(who: str) -> None:
    assert packaged(changed(bsd(), "COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE", f"{who} BE LIABLE")).verdict not in UNCHANGED
    assert packaged(changed(mit(), "AUTHORS OR COPYRIGHT HOLDERS BE LIABLE", f"{who} BE LIABLE")).verdict not in UNCHANGED


def test_an_empty_slot_may_be_written_otherwise() -> None:
    assert packaged(changed(gpl(), "a brief idea of what it does", "an idea of what it does")).verdict in UNCHANGED


# Addresses -------------------------------------------------------------------------------------------------------------------


def test_a_publisher_may_have_moved(tmp_path: Path) -> None:
    text = PEBBLE + "\nAsk the Quarry Office, 51 Franklin Street, Fifth Floor, Boston, MA 02110-1301, USA for a pebble.\n"
    index = index_of(plain_folder(tmp_path, {"posted": text}))
    moved = changed(text, "51 Franklin Street, Fifth Floor, Boston, MA 02110-1301", "675 Mass Ave, Cambridge, MA 02139")
    assert identify(moved, index).verdict in UNCHANGED
    assert identify(changed(moved, "675 Mass Ave", "675 Users Mass Ave"), index).verdict not in UNCHANGED


def test_the_address_of_a_policy_may_not_change() -> None:
    text = unwrapped("llama-3.1")
    assert packaged(changed(text, "llama3_1/use-policy", "llama4/use-policy")).verdict not in UNCHANGED


# The license's own notice ----------------------------------------------------------------------------------------------------

OWN = (
    "This program is free software: you can redistribute it and/or modify it under the terms of the GNU General Public License as "
    "published by the Free Software Foundation, either version 3 of the License, or (at your option) any later version.\n\n"
    "This program is distributed in the hope that it will be useful, but WITHOUT ANY WARRANTY; without even the implied warranty of "
    "MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE. See the GNU General Public License for more details.\n\n"
)


def test_the_notice_that_a_license_asks_for_may_stand_above_it() -> None:
    assert packaged(OWN + gpl()).verdict in UNCHANGED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("redistribute it and/or modify", "redistribute it but not modify"),
        ("any later version.", "any later version, except in France."),
        ("version 3", "version 4"),
        ("and/or", "and"),
        ("you can", "students can"),
        ("WITHOUT ANY WARRANTY", "WITH A WARRANTY"),
        ("for more details.", "for more details. Pay us."),
    ],
)
def test_that_notice_with_other_words_is_a_change(old: str, new: str) -> None:
    assert packaged(changed(OWN, old, new) + gpl()).verdict not in UNCHANGED


# Words and numbers -----------------------------------------------------------------------------------------------------------


def test_accents_of_long_words_may_be_lost(tmp_path: Path) -> None:
    text = PEBBLE + "\nLes parties ont exig\u00e9 que le pr\u00e9sent texte soit r\u00e9dig\u00e9.\n"
    index = index_of(plain_folder(tmp_path, {"dotted": text}))
    assert identify(text.replace("\u00e9", "e"), index).verdict in UNCHANGED


def test_a_page_may_end_within_a_word() -> None:
    broken = changed(
        APACHE, "   worldwide", "   world-\n\n   Apache License\n                           Version 2.0, January 2004\n\nwide"
    )
    assert packaged(broken).verdict in UNCHANGED


def test_a_restriction_between_the_halves_of_a_word_is_a_change() -> None:
    assert packaged(changed(APACHE, "   worldwide", "   world-\n\n   Not for sale\n\nwide")).verdict not in UNCHANGED


def test_a_number_is_not_joined_like_a_word() -> None:
    assert packaged(changed(unwrapped("llama-3.1"), "700 million", "70 0 million")).verdict not in UNCHANGED


# Alignments ------------------------------------------------------------------------------------------------------------------


def test_an_insertion_that_repeats_its_surroundings_is_one_difference() -> None:
    # known: a b c; document: a X b Y b c, where "X b Y" was put before "b": the alignment may match either b
    assert blocks_of("abc", "aXbYbc", 0, 6) in ([Block(1, 1, 1, 4)], [Block(2, 2, 2, 5)])


def test_a_deletion_slides_to_the_insertion_beside_it() -> None:
    # known: f w w p; document: f Y w p: the first w became Y, wherever the alignment leaves a w out
    assert blocks_of("fwwp", "fYwp", 0, 4) in ([Block(1, 2, 1, 2)], [Block(2, 3, 1, 2)])


def test_the_end_of_a_text_that_limits_may_not_be_missing_unseen() -> None:
    end = HERON.index("5. End.")
    assert identify(HERON[:end], tiny_index()).verdict == "partial"
