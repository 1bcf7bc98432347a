"""What a card's prose does to the terms of a model: through a folder, as a user would classify it."""

from __future__ import annotations

from pathlib import Path

import pytest

from openness.classifying import classify
from openness.rules import loader
from openness.sources.model_folder import FolderSource
from openness.sources.snapshot import Reference

TAGGED = "---\nlicense: apache-2.0\n---\n# Falcor\n\n"


def outcome(folder: Path, card: str) -> tuple[str | None, list[str]]:
    (folder / "README.md").write_text(card, encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"")
    result = classify(Reference("folder", str(folder)), FolderSource(), loader.load()).result
    return result.result.category, [license.id for license in result.licenses]


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        (TAGGED + "[License](https://example.org/somelab/LICENSE)\n", ("source-available", ["apache-2.0"])),
        (TAGGED + "This model is released under the Apache 2.0 license.\n", ("source-available", ["apache-2.0"])),
        ("# Falcor\n\nThis model is released under the Apache 2.0 license.\n", ("source-available", ["apache-2.0"])),
        (TAGGED + "The model may be used for research purposes only.\n", ("research-only", ["apache-2.0"])),
        (TAGGED + "The model is intended for research purposes only.\n", ("source-available", ["apache-2.0"])),
        ("---\nlicense: cc-by-nc-4.0\n---\nOur code is released under the MIT license.\n", ("research-only", ["cc-by-nc-4.0"])),
        (TAGGED + "The weights are licensed under CC-BY-NC-4.0.\n", ("unverified", ["apache-2.0", "cc-by-nc-4.0"])),
        ("# Falcor\n\n[License](https://example.org/somelab/LICENSE)\n", ("unverified", [])),
        ("# Falcor\n\nSee the license.\n", ("unverified", [])),
    ],
)
def test_prose_adds_to_the_terms_and_contradicts_them(tmp_path: Path, card: str, expected: tuple[str, list[str]]) -> None:
    assert outcome(tmp_path, card) == expected
