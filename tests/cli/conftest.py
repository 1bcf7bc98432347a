"""The repository that the tests of the commands run in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.project import Project, project


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Project]:
    with project(tmp_path) as made:
        yield made
