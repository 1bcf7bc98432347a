"""A sweep says of every row what ``openness classify`` says of that model's metadata."""

from __future__ import annotations

from pathlib import Path

import pytest

from openness.rules import loader
from openness.sweep.sweeping import Where, sweep
from tests.sweep.tables import classified, random_rows, read, swept, table


@pytest.mark.parametrize("seed", range(6))
def test_every_row_of_a_faulty_table_is_classified_as_alone(tmp_path: Path, seed: int) -> None:
    rows = random_rows(seed, 160)
    source = table(tmp_path / "in.parquet", rows)
    sweep(source, tmp_path / "out.parquet", loader.load(), Where(), lambda *_: None)
    found = swept(read(tmp_path / "out.parquet"))
    assert list(found) == [row["id"] for row in rows]
    assert found == classified(rows, found)
