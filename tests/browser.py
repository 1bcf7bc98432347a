"""A real browser for tests: Chromium of this machine, driven by Playwright. Tests skip with one line where there is none."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")


@functools.cache
def chromium_path() -> str | None:
    """The browser's executable (``OPENNESS_CHROMIUM`` names another one), or None."""
    named = os.environ.get("OPENNESS_CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """A started browser without a window, which is closed at the end; skips where there is no Chromium or no Playwright."""
    executable = chromium_path()
    if executable is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed (pip install '.[dev]')")
    with sync_api.sync_playwright() as play:
        # a container seldom lets a browser make its own sandbox; the pages are files that a test wrote
        started = play.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            yield started
        finally:
            started.close()
