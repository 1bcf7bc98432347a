"""Which license a document is, and what was changed in it: small differences of wording count, differences of layout do not."""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openness.evidence.identify import Identification, identify
from openness.evidence.license_index import LicenseIndex
from openness.evidence.license_text import decode
from tests.evidence.license_texts import (
    APACHE,
    HERON,
    PEBBLE,
    PEBBLE_THANKS,
    QUARTZ,
    TEXTS,
    index_of,
    packaged_index,
    plain_folder,
    tiny_index,
    word_lists,
)
from tests.shared import license_text

UNCHANGED = {"exact", "same"}


def tiny(text: str) -> Identification:
    return identify(text, tiny_index())


def packaged(text: str) -> Identification:
    return identify(text, packaged_index())


def ids(found: Identification) -> list[str]:
    return [license.id for license in found.licenses]


def shared(id: str) -> str:
    return license_text(id).read_text("utf-8")


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


# What is no change ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", TEXTS)
def test_a_copy_is_exact(id: str) -> None:
    found = tiny(TEXTS[id])
    assert (found.verdict, ids(found), found.added, found.missing) == ("exact", [id], (), ())


def test_a_found_license_says_where_it_stands_and_of_which_kind() -> None:
    (found,) = tiny("\n\n" + TEXTS["lantern-use-policy"]).licenses
    assert (found.kind, found.score, found.coverage, found.lines) == ("policy", 1.0, 1.0, (3, 7))


def wrapped(text: str, width: int) -> str:
    return "\n\n".join(
        textwrap.fill(" ".join(part.split()), width, break_long_words=False, break_on_hyphens=False)
        for part in text.split("\n\n")
    )


BENIGN: dict[str, Callable[[str], str]] = {
    "wrapped narrowly": lambda text: wrapped(text, 36),
    "one line a paragraph": lambda text: wrapped(text, 100_000),
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "old Macintosh": lambda text: text.replace("\n", "\r"),
    "capitals": str.upper,
    "in a C comment": lambda text: "/*\n" + "".join(f" * {line}\n" for line in text.split("\n")) + " */\n",
    "in a shell comment": lambda text: "".join(f"# {line}\n" for line in text.split("\n")),
    "quoted in markdown": lambda text: "".join(f"> {line}\n" for line in text.split("\n")),
    "as a web page": lambda text: (
        "<html><head></head><body>"
        + "".join(f"<p class='x'>{part}</p>\n" for part in text.replace("&", "&amp;").replace("<", "&lt;").split("\n\n"))
        + "</body></html>"
    ),
    "with typographic quotes": lambda text: re.sub(r'"([^"]*)"', "\u201c\\1\u201d", text).replace("'", "\u2019"),
    "with page numbers": lambda text: text.replace("\n\n2. ", "\n\nPage 1 of 2\n\n2. "),
    "with a holder": lambda text: f"Copyright (c) 2024-2026 Jane Developer <jane@example.org>\n\n{text}",
    "with several holders": lambda text: (
        f"Copyright (c) 2019 ACME GmbH\nCopyright (c) 2024 The Wren Authors. All rights reserved.\n\n{text}"
    ),
    "with a byte-order mark": lambda text: "\ufeff" + text,
    "with a project's name above": lambda text: f"Wren Toolkit\n\n{text}",
}


@pytest.mark.parametrize("id", ["pebble", "heron-1.0", "quartz-data", "apache-2.0"])
@pytest.mark.parametrize("form", BENIGN)
def test_layout_and_notices_are_no_change(form: str, id: str) -> None:
    found = tiny(BENIGN[form](TEXTS.get(id, APACHE)))
    assert (found.verdict in UNCHANGED, ids(found)) == (True, [id]), (found.verdict, found.added, found.missing)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_the_encoding_of_the_file_is_no_change(encoding: str) -> None:
    text = changed(PEBBLE, "Wren Tarn", "Zo\u00eb Tarn")
    assert tiny(decode(text.encode(encoding))).verdict == "exact"


def test_a_title_may_be_left_out() -> None:
    found = tiny(PEBBLE.partition("\n")[2])
    assert (found.verdict, ids(found)) == ("same", ["pebble"])


def test_a_title_may_be_written_otherwise() -> None:
    found = tiny(changed(PEBBLE, "Pebble License", "The Pebble License (Pebble)"))
    assert (found.verdict, ids(found)) == ("same", ["pebble"])


def test_a_signature_may_follow() -> None:
    assert tiny(PEBBLE + "\n-- \nJane Developer, ACME GmbH, 2026\n").verdict in UNCHANGED


def test_an_article_is_no_change() -> None:
    assert tiny(changed(QUARTZ, "sort them, join", "sort them, the join")).verdict == "same"


def test_british_spelling_is_no_change() -> None:
    assert tiny(APACHE.replace("license", "licence").replace("organization", "organisation")).verdict in UNCHANGED


@pytest.mark.parametrize("holder", ["2026 Jane Developer", "[yyyy] [name of copyright owner]", "2026 ACME GmbH and contributors"])
def test_the_holder_is_filled_in(holder: str) -> None:
    assert tiny(changed(APACHE, "Copyright [yyyy] [name of copyright owner]", f"Copyright {holder}")).verdict in UNCHANGED


def test_the_appendix_of_a_license_may_be_left_out() -> None:
    found = tiny(APACHE[: APACHE.index("APPENDIX")])
    assert (found.verdict, ids(found)) == ("same", ["apache-2.0"])


# What is a change -------------------------------------------------------------------------------------------------------

LANGUAGES = {
    "English": "No commercial use.",
    "French": "Usage commercial interdit.",
    "German": "Keine gewerbliche Nutzung.",
    "Spanish": "Solo para fines acad\u00e9micos.",
    "Portuguese": "Vedado o uso comercial.",
    "Russian": "\u0422\u043e\u043b\u044c\u043a\u043e \u0434\u043b\u044f \u0438\u0441\u0441\u043b\u0435\u0434\u043e\u0432\u0430\u043d\u0438\u0439.",
    "Chinese": "\u7981\u6b62\u5546\u7528\u3002",
    "Japanese": "\u5546\u7528\u5229\u7528\u4e0d\u53ef\u3002",
    "Korean": "\uc0c1\uc5c5\uc801 \uc0ac\uc6a9 \uae08\uc9c0.",
    "Hindi": "\u0915\u0947\u0935\u0932 \u0905\u0928\u0941\u0938\u0902\u0927\u093e\u0928 \u0939\u0947\u0924\u0941\u0964",
    "Arabic": "\u064a\u0645\u0646\u0639 \u0627\u0644\u0627\u0633\u062a\u062e\u062f\u0627\u0645 \u0627\u0644\u062a\u062c\u0627\u0631\u064a.",
    "Thai": "\u0e2b\u0e49\u0e32\u0e21\u0e43\u0e0a\u0e49\u0e40\u0e0a\u0e34\u0e07\u0e1e\u0e32\u0e13\u0e34\u0e0a\u0e22\u0e4c",
}

PLACES: dict[str, Callable[[str, str], str]] = {
    "appended": lambda text, clause: f"{text.rstrip()}\n\n{clause}\n",
    "appended to the last line": lambda text, clause: f"{text.rstrip()} {clause}\n",
    "prepended": lambda text, clause: f"{clause}\n\n{text}",
    "inside": lambda text, clause: changed(text, ". ", f". {clause} "),
    "in a copyright line": lambda text, clause: f"Copyright (c) 2031 Wren Tarn. {clause}\n\n{text}",
    "in a comment": lambda text, clause: f"<!-- {clause} -->\n{text}",
    "in an attribute": lambda text, clause: f'<p title="{clause}">\n{text}</p>',
    "in a link's title": lambda text, clause: f'[terms](https://example.org "{clause}")\n\n{text}',
    "in brackets": lambda text, clause: f"{text}\n[{clause.rstrip('.')}]\n",
    "far below": lambda text, clause: text + "\n" * 80 + " " * 200 + clause,
    "behind the end of the terms": lambda text, clause: f"{text}\nEND OF TERMS AND CONDITIONS\n\n{clause}\n",
}


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


# Several, parts, none ---------------------------------------------------------------------------------------------------


def test_a_twin_is_not_taken_for_the_other() -> None:
    assert (ids(tiny(PEBBLE)), ids(tiny(PEBBLE_THANKS))) == (["pebble"], ["pebble-thanks"])
    assert ids(tiny(PEBBLE_THANKS.partition("\n")[2])) == ["pebble-thanks"]


@pytest.mark.parametrize("between", ["\n", "\n\n-----------\n\n", "\n" * 20])
def test_several_whole_texts_are_multiple(between: str) -> None:
    found = tiny(between.join([HERON, APACHE, QUARTZ]))
    assert (found.verdict, ids(found)) == ("multiple", ["heron-1.0", "apache-2.0", "quartz-data"])


def test_several_texts_with_a_restriction_are_altered() -> None:
    found = tiny(f"{HERON}\nNobody may fly at night.\n\n{QUARTZ}")
    assert (found.verdict, ids(found)) == ("altered", ["heron-1.0", "quartz-data"])


@pytest.mark.parametrize("text", [HERON, APACHE], ids=["heron", "apache"])
@pytest.mark.parametrize("half", ["first", "second"])
def test_half_a_text_is_partial(text: str, half: str) -> None:
    words = text.split(" ")
    middle = len(words) // 2
    found = tiny(" ".join(words[:middle] if half == "first" else words[middle:]))
    assert (found.verdict, len(found.licenses)) == ("partial", 1)
    assert 0.3 < found.licenses[0].coverage < 0.7


README = """\
# Wren Toolkit

Wren Toolkit counts birds from photographs taken at dusk. Install it with your package manager, then point it at a folder of
pictures; results are written to a table beside them. See the guide for calibration of lenses and for the list of known birds.

## License

{}
"""

CARD = """\
---
license: other
language: en
tags: [birds]
---

# Wren 7B

A small language model that names birds. It was trained on field notes and reaches decent figures on our own benchmark.

{}
"""


@pytest.mark.parametrize("document", [README, CARD], ids=["README", "model card"])
@pytest.mark.parametrize("id", ["apache-2.0", "heron-1.0"])
def test_a_license_in_a_document_is_found_and_the_rest_is_not_silently_ignored(document: str, id: str) -> None:
    found = tiny(document.format(TEXTS.get(id, APACHE)))
    assert (found.verdict, ids(found)) == ("altered", [id])
    assert found.added[0].line <= 2 and "birds" in found.added[0].text


NOTICE_HEADER = APACHE[APACHE.index("Licensed under the Apache License") :]

NONE = {
    "nothing": "",
    "a word": "Apache",
    "a mention": README.format("This project is licensed under the Apache License, Version 2.0; see LICENSE."),
    "a list of mentions": README.format("- Apache-2.0\n- MIT License\n- GPL-3.0-or-later\n- Heron Model License Agreement 1.0\n"),
    "a notice header": f"# Copyright 2026 Jane Developer\n#\n# {NOTICE_HEADER}\n\nimport os\n",
    "prose": README.format("Ask us."),
}


@pytest.mark.parametrize("document", NONE)
@pytest.mark.parametrize("index", [tiny_index, packaged_index], ids=["tiny", "packaged"])
def test_a_mention_is_no_text(index: Callable[[], LicenseIndex], document: str) -> None:
    found = identify(NONE[document], index())
    assert (found.verdict, found.licenses, found.added) == ("none", (), ())


UNKNOWN = """\
Marsh Works Model Terms

By downloading the model you agree to these terms. We grant you a nonexclusive, worldwide, royalty free license to use, copy,
change and share the model and what you derive from it, as long as each copy comes with these terms and a notice of what you
changed. You may not use the model to build weapons, to watch people without their knowledge, or to train another model that
competes with ours. If more than one million people use your product each month, ask us for a separate license first.

The model is provided as is, without warranty of any kind, express or implied, including warranties of merchantability and
fitness for a particular purpose. We are not liable for damages that arise from its use. These terms end if you break them.
"""


@pytest.mark.parametrize("index", [tiny_index, packaged_index], ids=["tiny", "packaged"])
def test_an_unknown_license_is_none_and_no_fragments_of_others(index: Callable[[], LicenseIndex]) -> None:
    assert identify(UNKNOWN, index()).verdict == "none"


@pytest.mark.parametrize("id", sorted(set(TEXTS) - {"pebble", "pebble-thanks"}))
def test_a_license_that_the_index_lacks_is_never_the_same_as_another(tmp_path: Path, id: str) -> None:
    index = index_of(plain_folder(tmp_path, {other: text for other, text in TEXTS.items() if other != id}))
    assert identify(TEXTS[id], index).verdict == "none"


def test_a_twin_that_the_index_lacks_is_altered(tmp_path: Path) -> None:
    without = index_of(plain_folder(tmp_path / "a", {"pebble": PEBBLE}))
    assert identify(PEBBLE_THANKS, without).verdict == "altered"
    only = index_of(plain_folder(tmp_path / "b", {"pebble-thanks": PEBBLE_THANKS}))
    assert identify(PEBBLE, only).verdict not in UNCHANGED


# The packaged index -----------------------------------------------------------------------------------------------------


def test_the_repositorys_own_license_is_recognized() -> None:
    found = packaged(APACHE)
    assert (found.verdict, ids(found), found.licenses[0].spdx) == ("exact", ["apache-2.0"], "Apache-2.0")


SHARED = [
    "mit",
    "bsd-2-clause",
    "bsd-3-clause",
    "isc",
    "cc-by-4.0",
    "cc-by-nc-4.0",
    "cc0-1.0",
    "gpl-3.0",
    "mpl-2.0",
    "llama-2",
    "llama-3",
    "llama-3.1",
    "llama-3.2",
    "llama-3.3",
    "llama-4",
    "gemma-2024-02",
    "gemma-2024-04",
    "gemma-2025-03",
    "bigscience-openrail-m",
    "creativeml-openrail-m",
    "openrail++-m",
    "deepseek-1.0",
    "qwen-research",
    "zlib",
    "odbl",
]


def names(found: Identification) -> set[str]:
    return {name for license in found.licenses for name in (license.id, license.spdx.lower(), *license.aliases)}


@pytest.mark.parametrize("id", SHARED)
def test_known_licenses_are_recognized(id: str) -> None:
    found = packaged(shared(id))
    assert found.verdict in UNCHANGED and id in names(found) | {name.removesuffix("-only") for name in names(found)}


@pytest.mark.parametrize("id", ["mit", "cc-by-4.0", "llama-3.1", "gemma-2025-03", "mpl-2.0"])
@pytest.mark.parametrize("place", ["appended", "prepended", "in a copyright line", "in a comment"])
def test_a_restriction_on_a_known_license_is_a_change(place: str, id: str) -> None:
    text = shared(id)
    for clause in LANGUAGES.values():
        assert packaged(PLACES[place](text, clause)).verdict == "altered", clause


@pytest.mark.parametrize(
    ("id", "old", "new"),
    [
        ("llama-3.1", "700 million", "7 million"),
        ("mpl-2.0", "v. 2.0. If", "v. 9.0. If"),
        ("cc-by-4.0", "conditions in Section 3(a)(1) in", "conditions in Section 3(a)(2) in"),
        ("lfm-1.0", "Section 501(c)(3)", "Section 501(c)(6)"),
        ("agpl-3.0", "Sections 15 and 16.", "Sections 15 and 6."),
        ("mit", "and/or sell", "and/or not sell"),
    ],
)
def test_a_number_or_word_in_a_known_license_is_a_change(id: str, old: str, new: str) -> None:
    assert packaged(changed(shared(id), old, new)).verdict == "altered"


def test_half_a_known_license_is_partial() -> None:
    found = packaged(APACHE[: len(APACHE) // 2])
    assert (found.verdict, ids(found)) == ("partial", ["apache-2.0"])


def test_known_licenses_in_one_file_are_all_found() -> None:
    found = packaged(f"{shared('mit')}\n\n----\n\n{shared('bsd-3-clause')}\n\n----\n\n{APACHE}")
    assert (found.verdict, ids(found)) == ("multiple", ["mit", "bsd-3-clause", "apache-2.0"])


# For any place ----------------------------------------------------------------------------------------------------------

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
