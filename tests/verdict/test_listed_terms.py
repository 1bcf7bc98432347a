"""A card that lists several licenses: all of them bind, and `other` among them is what the card's license_name says it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from openness.classifying import classify
from openness.rules import loader
from openness.sources.model_folder import FolderSource
from openness.sources.snapshot import Reference


def outcome(folder: Path, front: str) -> tuple[str | None, str | None, list[str]]:
    (folder / "README.md").write_text(f"---\n{front}\n---\n", encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"")
    result = classify(Reference("folder", str(folder)), FolderSource(), loader.load()).result
    return result.result.category, result.result.sub_label, [license.id for license in result.licenses]


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("license: [mit, cc-by-nc-4.0]", ("research-only", None, ["mit", "cc-by-nc-4.0"])),
        ("license: [other, mit]\nlicense_name: cc-by-nc-4.0", ("research-only", None, ["mit", "cc-by-nc-4.0"])),
        ("license: [other, mit]\nlicense_name: apache-2.0", ("source-available", "open-weights", ["mit", "apache-2.0"])),
        ("license: [other, mit]\nlicense_name: quibble-terms", ("source-available", "custom-license", ["mit"])),
        ("license: [other, mit]", ("unverified", None, ["mit"])),
        ("license: [unknown, mit]", ("unverified", None, ["mit"])),
        ("license: [other]\nlicense_name: apache-2.0", ("source-available", "open-weights", ["apache-2.0"])),
        ("license: [other]\nlicense_name: quibble-terms", ("source-available", "custom-license", [])),
        ("license: [other]", ("unverified", None, [])),
    ],
)
def test_every_entry_binds_and_other_is_what_its_name_says(
    tmp_path: Path, front: str, expected: tuple[str, str | None, list[str]]
) -> None:
    assert outcome(tmp_path, front) == expected
