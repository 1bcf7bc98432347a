"""File names of a whole batch show what the patterns of the rules show of each name alone."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import pyarrow as arrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openness.rules import leaks, releases
from openness.sweep.files import FileNames, FilePatterns, RowsOfItems
from openness.sweep.reading import reading

PATTERNS = reading(releases.load(), leaks.load()).files
ENDINGS = [".safetensors", ".gguf", ".bin", ".PT", ".json", ".md", "", ".onnx", ".safetensors.index.json", ".pth"]
STEMS = ["model", "optimizer", "Scheduler", "rng_state_0", "checkpoint-5/model", "tokenizer", "model-00001-of-00005", "é", "imatrix",
         "training_args", "my-optimizer", "sub/optimizer", "step_10/weights", "model.Q4_K_M", "ggml-model-f16"]  # fmt: skip
NAMES = st.builds(str.__add__, st.sampled_from(STEMS), st.sampled_from(ENDINGS))


def alone(names: Sequence[str], patterns: FilePatterns) -> tuple[bool, bool]:
    """What the patterns say of the files of one row, one by one."""

    def found(pattern: str, name: str) -> bool:
        return re.search(pattern, name, re.IGNORECASE) is not None

    shown = any(found(shows, name) and not (unless and found(unless, name)) for shows, unless in patterns.shows for name in names)
    weights = [name for name in names if found(patterns.weights, name)]
    return shown, bool(weights) and all(found(patterns.quantized, name) for name in weights)


@given(st.lists(st.none() | st.lists(NAMES, max_size=6), max_size=30))
def test_a_batch_is_seen_as_each_row_alone(rows: list[list[str] | None]) -> None:
    shown, quantized = FileNames(PATTERNS).seen(arrow.array(rows, arrow.list_(arrow.string())))
    assert list(zip(shown.to_pylist(), quantized.to_pylist(), strict=True)) == [alone(row or [], PATTERNS) for row in rows]


@pytest.mark.parametrize(
    "patterns",
    [
        FilePatterns(((r"^model", ""),), r"^model", r"q4"),  # not by its ending
        FilePatterns(((r"\.(bin|pt)$", r"^a?b"),), r"\.(bin|pt)$", r"\.(pt)$"),  # an exception without a word of its own
        FilePatterns(((r"\.(bin|pt)$", ""),), r"\.(bin|pt)$", r"\.(pt)$"),
    ],
)
def test_patterns_of_any_form_are_looked_at_in_full(patterns: FilePatterns) -> None:
    chance = random.Random(3)
    names = ["model.bin", "b.bin", "ab.pt", "xb.bin", "model-q4.pt", "readme.md", "a.PT"]
    rows = [chance.sample(names, chance.randrange(4)) for _ in range(60)]
    shown, quantized = FileNames(patterns).seen(arrow.array(rows, arrow.list_(arrow.string())))
    assert list(zip(shown.to_pylist(), quantized.to_pylist(), strict=True)) == [alone(row, patterns) for row in rows]


@given(st.lists(st.none() | st.lists(st.booleans(), max_size=4), max_size=20), st.integers(0, 3))
def test_any_item_of_a_row_is_found_in_slices_too(rows: list[list[bool] | None], start: int) -> None:
    lists = arrow.array(rows, arrow.list_(arrow.bool_())).slice(start)
    assert RowsOfItems(lists).any_of(lists.flatten()).to_pylist() == [any(row or []) for row in rows[start:]]
