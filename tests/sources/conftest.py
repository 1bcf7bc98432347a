"""The loopback server with the models of our own making, and a trap for requests to other hosts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.loopback import Loopback, Trap, World


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "GITHUB_API_URL", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback(World.of_cases()) as running:
        yield running


@pytest.fixture
def trap() -> Iterator[Trap]:
    """Fails the test if anything reached it."""
    with Trap() as running:
        yield running
        assert running.lines() == []
