"""The small public API."""

from __future__ import annotations

from pathlib import Path

import pytest

import openness
from openness.errors import UsageError
from tests.cli.command import tiny_build


def test_audit_gives_the_result_as_a_record(tmp_path: Path) -> None:
    result = openness.audit(tiny_build(tmp_path, {"license": "cc-by-nc-4.0"}), uses=["research", "product"])
    assert [str(use.verdict) for use in result.uses] == ["permitted", "denied"]
    assert result.verdict == "denied"
    assert result.category == "research-only"


def test_an_unknown_use_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="product"):
        openness.audit(tiny_build(tmp_path, {}), uses=["prodct"])
