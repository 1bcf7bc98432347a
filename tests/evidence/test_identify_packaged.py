"""Known licenses, and changes of them, through the packaged index."""

from __future__ import annotations

import pytest

from openness.evidence.identify import Identification
from tests.evidence.identification import LANGUAGES, PLACES, UNCHANGED, changed, ids, packaged, shared
from tests.evidence.license_texts import APACHE


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
