"""A llama.cpp with known faults in its parser is not given a stranger's file."""

from __future__ import annotations

import pytest

from openness.errors import RunnerError
from openness.gate import minimum_build
from openness.gate.launch import choose


@pytest.mark.parametrize(
    ("version", "number"),
    [("2026.10.11549", 11549), ("14242 (stub)", 14242), ("b8146", 8146), ("8146 (1a2b3c4d)", 8146), ("b8146-1a2b3c", 8146),
     ("unknown", None), ("1.2.3", None), ("", None)],
)  # fmt: skip
def test_the_build_number_is_read_from_a_version(version: str, number: int | None) -> None:
    assert minimum_build.build_number(version) == number


def test_the_newest_fix_is_the_minimum() -> None:
    minimum_build.check("llama-cli", "8146 (x)")
    with pytest.raises(RunnerError, match=r"b8145.*b8146.*CVE-2026-27940") as caught:
        minimum_build.check("llama-cli", "8145 (x)")
    assert caught.value.code == "runner-too-old"
    assert "CVE-2026-33298" not in caught.value.message


def test_every_fault_that_an_old_build_has_is_named() -> None:
    with pytest.raises(RunnerError, match=r"CVE-2026-27940.*CVE-2026-33298.*CVE-2024-21802"):
        minimum_build.check("llama-cli", "1000 (x)")


def test_a_build_that_does_not_say_its_age_is_not_started() -> None:
    with pytest.raises(RunnerError, match="does not say"):
        minimum_build.check("llama-cli", "custom")


def test_the_bundled_runner_is_new_enough() -> None:
    assert choose().name == "xllamacpp"
