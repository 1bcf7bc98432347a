"""Documents of several licenses, of a part of one, of one among other text, and of none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from openness.evidence.identify import identify
from openness.evidence.license_index import LicenseIndex
from tests.evidence.identification import UNCHANGED, ids, tiny
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
)


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
