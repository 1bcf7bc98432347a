"""One text added to an index without the sources of the others. All texts are of our own making."""

from __future__ import annotations

import hashlib
from itertools import permutations
from pathlib import Path

import pytest

from openness.errors import UsageError
from openness.evidence import index_add, index_file
from openness.evidence.identify import identify
from openness.evidence.license_index import LicenseIndex
from openness.packaged import packaged
from openness.rules.loader import read_yaml
from openness.sources.license_folders import LicenseText

CORPUS = packaged("corpus")
WORDS = {
    "restrictive": read_yaml(CORPUS / "restrictive_words.yaml"),
    "equivalent": read_yaml(CORPUS / "equivalent_words.yaml"),
    "standard": read_yaml(CORPUS / "standard_wording.yaml"),
}
POND = "Anyone may skip this stone across any pond, provided that each skip is counted aloud by two people. <name of thrower>"
KITE = "Whoever flies this kite shall hold on to its string and let go of it only above a meadow without any cows on it."
HARP = "You may play this harp at any hour of the day, but neighbors who sleep must be asked for leave beforehand, in writing."
TEXTS = {"pond-1.0": POND, "kite": KITE, "harp-2": HARP, "harp-2-copy": HARP}


def text(id: str, words: str, title: str = "", source: str = "https://example.org") -> LicenseText:
    sha256 = hashlib.sha256(words.encode()).hexdigest()
    titles = (title or f"The {id} quizzical license",)
    return LicenseText(id, None, (id,), titles, "license", words, (), source, f"{id}.txt", sha256)


def grown(*ids: str, index: LicenseIndex | None = None) -> LicenseIndex:
    for id in ids:
        index = LicenseIndex(index_add.add(index, text(id, TEXTS[id]), WORDS).content, "test")
    assert index is not None
    return index


def content(index: LicenseIndex) -> bytes:
    texts, origins, names = index_add._content(index)
    return index_file.write(texts, origins, names, WORDS)


def test_the_packaged_index_read_back_and_written_is_the_same_file() -> None:
    assert content(LicenseIndex.open()) == (CORPUS / "license_index.bin").read_bytes()


def test_an_added_text_is_recognized_and_its_origin_is_recorded() -> None:
    index = grown("kite")
    found = identify(KITE, index)
    assert (found.verdict, [license.id for license in found.licenses]) == ("exact", ["kite"])
    (origin,) = index.origins()
    assert (origin.id, origin.file, origin.sha256) == ("kite", "kite.txt", hashlib.sha256(KITE.encode()).hexdigest())
    assert "https://example.org" in origin.source


def test_texts_that_were_there_stay_recognized() -> None:
    index = grown("kite", "pond-1.0", "harp-2")
    for id in ("kite", "pond-1.0", "harp-2"):
        assert [license.id for license in identify(TEXTS[id], index).licenses] == [id]
    assert identify(POND.replace("<name of thrower>", "Ann Other"), index).whole


def test_the_order_of_adding_does_not_matter() -> None:
    contents = {content(grown(*order)) for order in permutations(TEXTS)}
    assert len(contents) == 1


def test_adding_the_same_text_again_changes_nothing() -> None:
    index = grown("kite", "pond-1.0")
    assert index_add.add(index, text("kite", KITE), WORDS).content == content(index)


def test_texts_with_the_same_words_are_aliases_under_the_shorter_id() -> None:
    index = grown("harp-2-copy")
    added = index_add.add(index, text("harp-2", HARP), WORDS)
    assert added.aliases == ("harp-2-copy",)
    (known,) = LicenseIndex(added.content, "test").texts
    assert (known.id, known.aliases) == ("harp-2", ("harp-2-copy",))


def test_an_id_with_another_text_is_refused_unless_it_is_replaced() -> None:
    index = grown("kite")
    with pytest.raises(UsageError, match="--replace"):
        index_add.add(index, text("kite", POND), WORDS)
    replaced = index_add.add(index, text("kite", POND), WORDS, replace=True)
    assert replaced.replaced
    new = LicenseIndex(replaced.content, "test")
    assert identify(POND, new).verdict == "exact"
    assert identify(KITE, new).verdict == "none"
    assert len(new.origins()) == 1


def test_an_id_of_the_index_beside_is_refused_too() -> None:
    with pytest.raises(UsageError, match="another text"):
        index_add.add(None, text("kite", POND), WORDS, beside=grown("kite"))


def test_replacing_one_of_two_ids_leaves_the_text_to_the_other() -> None:
    index = grown("harp-2", "harp-2-copy")
    new = LicenseIndex(index_add.add(index, text("harp-2", KITE), WORDS, replace=True).content, "test")
    assert [license.id for license in identify(HARP, new).licenses] == ["harp-2-copy"]
    assert [license.id for license in identify(KITE, new).licenses] == ["harp-2"]


def test_a_title_finds_mentions() -> None:
    index = LicenseIndex(index_add.add(None, text("pond-1.0", POND, "Pebble Pond Terms"), WORDS).content, "test")
    assert identify("This work is under the Pebble Pond Terms and nothing else.", index).mentions == ("pond-1.0",)


def test_a_text_of_a_few_words_is_refused() -> None:
    with pytest.raises(UsageError, match="words"):
        index_add.add(None, text("short", "Do as you please."), WORDS)


def test_no_word_of_the_text_is_in_the_file() -> None:
    added = index_add.add(None, text("kite", KITE), WORDS).content
    assert b"meadow" not in added


def test_a_text_added_to_the_packaged_index_is_found_among_the_others(tmp_path: Path) -> None:
    path = tmp_path / "index.bin"
    path.write_bytes(index_add.add(LicenseIndex.open(), text("kite", KITE), WORDS).content)
    index = LicenseIndex.open(path)
    apache = (Path(__file__).parent.parent.parent / "LICENSE").read_text("utf-8")
    assert [license.id for license in identify(KITE, index).licenses] == ["kite"]
    assert identify(apache, index).verdict == "exact"
