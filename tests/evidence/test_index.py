"""The index of license fingerprints: the same bytes for the same texts, no text in it, and a damaged one is told."""

from __future__ import annotations

import hashlib
import json
import random
import struct
from collections import Counter
from pathlib import Path

import pytest

from openness.errors import IntegrityError, MissingInput
from openness.evidence.identify import Identification, identify
from openness.evidence.index_build import build
from openness.evidence.license_index import MAGIC, Header, LicenseIndex
from openness.sources.license_folders import license_texts, template_text
from tests.evidence.license_texts import (
    APACHE,
    HERON,
    PEBBLE,
    QUARTZ,
    SCANCODE,
    TEMPLATE,
    TEMPLATE_TEXT,
    TEXTS,
    XML,
    built,
    index_of,
    list_data_folder,
    plain_folder,
    scancode_folder,
    split,
    tiny_index,
    word_lists,
    xml_folder,
)


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    return [
        plain_folder(tmp_path / "plain"),
        xml_folder(tmp_path / "xml"),
        scancode_folder(tmp_path / "scancode"),
        list_data_folder(tmp_path / "list"),
    ]


def verdict(text: str) -> tuple[str, list[str]]:
    found: Identification = identify(text, tiny_index())
    return found.verdict, [license.id for license in found.licenses]


# Building ---------------------------------------------------------------------------------------------------------------


def test_building_twice_gives_the_same_bytes(folders: list[Path]) -> None:
    assert built(*folders) == built(*folders)


def test_the_order_of_the_folders_does_not_matter(folders: list[Path]) -> None:
    assert built(*folders) == built(*reversed(folders))


def test_the_order_of_folders_with_the_same_texts_does_not_matter(tmp_path: Path) -> None:
    one = plain_folder(tmp_path / "one", {"pebble": PEBBLE, "quartz-data": QUARTZ})
    two = plain_folder(tmp_path / "two", {"gravel": PEBBLE.replace("Wren", "Ada"), "heron-1.0": HERON})
    assert built(one, two) == built(two, one)


def test_the_place_of_a_folder_does_not_matter(tmp_path: Path) -> None:
    assert built(plain_folder(tmp_path / "a" / "texts")) == built(plain_folder(tmp_path / "b" / "texts"))


def test_texts_with_the_same_words_are_aliases(tmp_path: Path) -> None:
    index = index_of(plain_folder(tmp_path, {"pebble": PEBBLE, "gravel-license": PEBBLE.upper().replace("WREN", "ADA")}))
    (text,) = index.texts
    assert {text.id, *text.aliases} == {"pebble", "gravel-license"}
    assert set(identify(PEBBLE, index).licenses[0].aliases) == set(text.aliases)


def test_texts_that_differ_in_one_word_are_two(tmp_path: Path) -> None:
    index = index_of(plain_folder(tmp_path, {"heron-1.0": HERON, "heron-1.1": HERON.replace("1.0", "1.1")}))
    assert [text.id for text in index.texts] == ["heron-1.0", "heron-1.1"]
    assert all(text.aliases in {(), ("heron",)} for text in index.texts)


def test_every_source_is_recorded_with_its_hash(folders: list[Path]) -> None:
    origins = {(origin.id, origin.source, origin.file): origin.sha256 for origin in index_of(*folders).origins()}
    assert origins[("heron-1.0", "plain", "heron-1.0.txt")] == hashlib.sha256(HERON.encode()).hexdigest()
    assert origins[("sundial", "license-list-XML", "Sundial.xml")] == hashlib.sha256(XML.encode()).hexdigest()
    assert (
        origins[("weathervane-2.0", "scancode-toolkit", "weathervane.LICENSE")] == hashlib.sha256(SCANCODE.encode()).hexdigest()
    )
    assert ("cistern-1.0", "spdx-license-list", "Cistern-1.0.json") in origins
    assert len(origins) == len(TEXTS) + 3


def test_a_license_has_its_ids_names_and_kind(folders: list[Path]) -> None:
    found = {text.id: text for text in index_of(*folders).texts}
    assert (found["weathervane-2.0"].spdx, set(found["weathervane-2.0"].aliases)) == (
        "Weathervane-2.0",
        {"weathervane", "vane-2.0"},
    )
    assert (found["lantern-use-policy"].kind, found["pebble"].kind, found["heron-1.0"].aliases) == (
        "policy",
        "license",
        ("heron",),
    )


def test_the_ids_of_the_rules_are_preferred(tmp_path: Path) -> None:
    texts = list(license_texts(scancode_folder(tmp_path)))
    index = LicenseIndex(build(texts, word_lists(), {"weathervane-2.0": "vane"}), "test")
    assert [(text.id, set(text.aliases)) for text in index.texts] == [("vane", {"weathervane", "weathervane-2.0", "vane-2.0"})]


def test_texts_can_be_left_out(tmp_path: Path) -> None:
    texts = list(license_texts(plain_folder(tmp_path)))
    assert "heron-1.0" not in {text.id for text in LicenseIndex(build(texts, word_lists(), exclude={"heron-1.0"}), "test").texts}


def test_a_text_of_a_few_words_is_left_out(tmp_path: Path) -> None:
    index = index_of(plain_folder(tmp_path, {"pebble": PEBBLE, "short": "All rights are given away."}))
    assert [text.id for text in index.texts] == ["pebble"]


@pytest.mark.parametrize("content", ["nothing", "a stub", "no folder"])
def test_a_folder_without_texts_is_told(tmp_path: Path, content: str) -> None:
    if content == "a stub":
        (tmp_path / "stub.txt").write_text("To be written.")
    with pytest.raises(MissingInput):
        built(tmp_path / "gone" if content == "no folder" else tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("broken.xml", "<license"),
        ("a.json", "{"),
        ("b.json", "[]"),
        ("c.LICENSE", "no front matter"),
        ("d.LICENSE", "---\nkey: [\n---\ntext"),
    ],
)
def test_a_broken_source_is_told_and_is_no_traceback(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(MissingInput):
        built(tmp_path)


# What is in the file ----------------------------------------------------------------------------------------------------


def test_no_word_of_a_text_is_in_the_file(folders: list[Path]) -> None:
    """Only ids, names, the word lists and the names of the file's own parts are."""
    data = built(*folders)
    index = LicenseIndex(data, "test")
    public = json.dumps(
        [word_lists(), Header.__struct_fields__, list(index.header.sections), [text.kind for text in index.texts]],
        ensure_ascii=False,
    )
    for folder in folders:
        for text in license_texts(folder):
            public += " ".join([*text.names, *text.titles, text.file, text.source]).casefold()
    counts = Counter(word for folder in folders for text in license_texts(folder) for word in split(text.text).words)
    rare = [word for word, _ in sorted(counts.items(), key=lambda item: item[1]) if len(word) >= 5 and word not in public]
    assert len(rare) > 150
    assert [word for word in rare if word.encode() in data.lower()] == []


def test_a_holders_name_is_not_in_the_file(tmp_path: Path) -> None:
    assert b"wren" not in built(plain_folder(tmp_path)).lower()


# A damaged file ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return built(plain_folder(tmp_path_factory.mktemp("texts"), {"pebble": PEBBLE, "heron-1.0": HERON}))


def use(data: bytes, path: Path) -> None:
    path.write_bytes(data)
    index = LicenseIndex.open(path)
    for text in (PEBBLE, HERON + PEBBLE, PEBBLE.replace("basket", "bag")):
        identify(text, index)
    index.origins()


CUTS = [0, 1, 4, 8, 9, 11, 12, 13, *sorted(random.Random(7).sample(range(14, 280_000), 42))]


@pytest.mark.parametrize("cut", CUTS)
def test_a_truncated_index_is_told(whole: bytes, tmp_path: Path, cut: int) -> None:
    with pytest.raises((IntegrityError, MissingInput)):
        use(whole[: cut % len(whole)], tmp_path / "index.bin")


@pytest.mark.parametrize("cut", [1, 8, 100, 1000])
def test_an_index_without_its_last_bytes_is_told(whole: bytes, tmp_path: Path, cut: int) -> None:
    with pytest.raises((IntegrityError, MissingInput)):
        use(whole[:-cut], tmp_path / "index.bin")


def test_another_file_is_told(whole: bytes, tmp_path: Path) -> None:
    for data in (b"GGUF" + whole, whole.replace(MAGIC, b"OPNLIDX9"), b"\0" * 4096, b"{}" * 50):
        with pytest.raises(IntegrityError):
            use(data, tmp_path / "index.bin")


def test_an_index_with_another_header_is_told(whole: bytes, tmp_path: Path) -> None:
    start = len(MAGIC) + 4
    for header in (b"", b"{}", b"[1]", b"nonsense", b'{"version": 1}'):
        with pytest.raises(IntegrityError):
            use(MAGIC + struct.pack("<I", len(header)) + header + whole[start:], tmp_path / "index.bin")


def test_a_missing_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="license index build"):
        LicenseIndex.open(tmp_path / "none.bin")


# Sources with marked slots ----------------------------------------------------------------------------------------------

SUNDIAL = """\
The Sundial License

Copyright (c) 2030 Ada Stone

The dial is lent to all passers-by who wants to know the hour, and may be copied in stone, brass or chalk by whoever finds the
shadow pleasing to look upon.

1. A copied dial names Ada Stone on its rim.
2. A dial that is moved indoors is covered with a cloth, since it tells the hour no longer.

The sun is not part of the dial, and its absence on a given day is nobody's fault.

A dial may be polished each spring by the youngest member of the household.
"""


def test_slots_of_an_xml_source_are_filled_in() -> None:
    assert verdict(SUNDIAL) == ("same", ["sundial"])


def test_optional_parts_of_an_xml_source_may_be_left_out() -> None:
    assert verdict(SUNDIAL[: SUNDIAL.index("A dial may be polished")]) == ("same", ["sundial"])
    assert verdict(SUNDIAL.partition("\n")[2]) == ("same", ["sundial"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("all passers-by", "no passers-by"),
        ("all passers-by", "all paying passers-by"),
        ("names Ada Stone", "names not Ada Stone"),
        ("Ada Stone on its", "whoever paid for it on its"),
        ("A dial may be polished", "A dial must be polished"),
    ],
)
def test_a_slot_takes_only_what_its_source_allows(old: str, new: str) -> None:
    assert old in SUNDIAL
    assert verdict(SUNDIAL.replace(old, new, 1)) == ("altered", ["sundial"])


def test_the_template_language_of_list_data_is_read() -> None:
    text, regions = template_text(TEMPLATE)
    assert text == TEMPLATE_TEXT
    assert [(region.kind, text[region.start : region.end].strip(), region.match) for region in regions] == [
        ("optional", "Cistern License", ""),
        ("slot", "the whole village", "the whole village|the whole town"),
        ("slot", "The keeper of the cistern", ".+"),
        ("optional", "In a dry summer the roses come last, and the village forgives them for wilting.", ""),
    ]


def test_nested_optional_parts_of_a_template_are_read() -> None:
    text, regions = template_text('a <<beginOptional;name="x">>b <<beginOptional>>c<<endOptional>> d<<endOptional>> e')
    assert (text, [text[region.start : region.end] for region in regions]) == ("a b c d e", ["c", "b c d"])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("the whole village at", "the whole town at", "same"),
        ("the whole village at", "the whole county at", "altered"),
        ("The keeper of the cistern", "Mary Miller", "same"),
        ("The keeper of the cistern", "Nobody", "altered"),
        ("The keeper of the cistern", "Whoever uses it commercially", "altered"),
        ("In a dry summer the roses come last, and the village forgives them for wilting.", "", "same"),
        ("Cistern License\n", "", "same"),
        ("sold by the cup", "not sold by the cup", "altered"),
    ],
)
def test_a_template_says_what_a_copy_may_change(old: str, new: str, expected: str) -> None:
    assert old in TEMPLATE_TEXT
    assert verdict(TEMPLATE_TEXT.replace(old, new, 1)) == (expected, ["cistern-1.0"])


def test_a_placeholder_of_a_plain_text_is_filled_in(tmp_path: Path) -> None:
    text = PEBBLE.replace("the quarry answers", "").replace("The quarry answers", "<name of the quarry's owner> answers")
    index = index_of(plain_folder(tmp_path, {"pebble": text}))
    assert identify(text.replace("<name of the quarry's owner>", "Jane Developer"), index).verdict == "same"
    assert identify(text.replace("<name of the quarry's owner>", "Nobody in commerce"), index).verdict == "altered"


def test_the_packaged_index_is_built_with_the_current_normalizer() -> None:
    """Else a copy of a known text would not be exact: build it again with 'openness license index build'."""
    assert identify(APACHE, LicenseIndex.open()).verdict == "exact"
