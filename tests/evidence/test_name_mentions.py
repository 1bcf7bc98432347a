"""License names within running text."""

from __future__ import annotations

import pytest

from openness.rules import loader
from openness.rules.name_mentions import mentions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("released under the Apache 2.0 License.", [("Apache 2.0 License", "apache-2.0")]),
        ("MIT", [("MIT", "mit")]),
        ("the MIT license, and CC-BY-NC-4.0", [("MIT license", "mit"), ("CC-BY-NC-4.0", "cc-by-nc-4.0")]),
        ("Creative Commons Attribution-NonCommercial 4.0 International", [("Creative Commons Attribution-NonCommercial 4.0 International", "cc-by-nc-4.0")]),
        ("采用Apache-2.0许可", [("Apache-2.0", "apache-2.0")]),
        ("a talk at MIT about models", []),
        ("other, custom, none", []),
        ("", []),
    ],
)  # fmt: skip
def test_the_longest_names_are_found_where_they_stand(text: str, expected: list[tuple[str, str]]) -> None:
    found = mentions(text, loader.load())
    assert [(row.text, row.ids[0]) for row in found] == expected
    assert all(text[row.start : row.end] == row.text for row in found)
