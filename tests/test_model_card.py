"""What the prose of a card states about components, through the packaged rules."""

from __future__ import annotations

import json
import re
import time

import jsonschema
import pytest

from openness.evidence import model_card
from openness.evidence.model_card import CardWords
from openness.packaged import packaged
from openness.rules import definitions, loader
from openness.sources.snapshot import document

RULES = packaged("rules") / "evidence"
CARD = """---
license: apache-2.0
---
# Small

- Training code: https://github.com/someone/small-train.git
- Pre-training data: https://example.org/about
## Training data
We used https://huggingface.co/datasets/someone/corpus, and more.
## Notes
The training data is not released in full.
"""


def words() -> CardWords:
    return CardWords.of(loader.read_yaml(RULES / "card_words.yaml"))


def stated(text: str) -> dict[str, tuple[str, int | None]]:
    facts = model_card.facts_of(document("README.md", "card", text.encode()), words())
    return {fact.id: (f"{fact.claim} {fact.value['availability']}", fact.place.line) for fact in facts}


def test_the_rules_have_their_shape_and_name_known_components() -> None:
    data = loader.read_yaml(RULES / "card_words.yaml")
    jsonschema.validate(data, json.loads((RULES / "card_words.schema.json").read_text("utf-8")))
    known = {*definitions.load().components, *model_card.CLAIMS}
    assert {row.component for row in words().statements} | {row.component for row in words().withheld} <= known
    assert all(re.compile(row.address) for row in words().links)


def test_a_label_and_a_section_state_components_with_the_line() -> None:
    assert list(stated(CARD).values()) == [
        ("component:training-code published", 6),
        ("component:datasets published", 9),
        ("component:datasets withheld", 11),
    ]


def test_code_that_only_runs_a_model_and_a_bare_page_are_no_training_code() -> None:
    assert stated("- Training code: https://github.com/a/b/tree/main/inference\n") == {}
    assert stated("- Training code: https://example.org/our-code\n") == {}


@pytest.mark.parametrize(
    "piece", ["[", "- Training code: ", "https://", "#" * 6 + " ", "---\n", "| a | ", "\n", "\x00\ud7ff", " : "]
)
def test_a_card_of_any_shape_is_read_in_time(piece: str) -> None:
    text = piece * ((5 << 20) // len(piece.encode()))
    began = time.process_time()
    stated(text)
    assert time.process_time() - began < 5
