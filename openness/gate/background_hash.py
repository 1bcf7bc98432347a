"""Hash a held build while its header is read and the rules are loaded: hashing needs no interpreter, so both go on at once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from openness.gate.held_build import HeldBuild

#: Seconds after which a thread at work lets another go on. The default (5 ms) would make the hash wait that long twice for each
#: chunk of 1 MiB, which itself takes half a millisecond.
SWITCH_INTERVAL = 0.00002
#: Seconds between two looks for Ctrl-C while the hash is waited for (a plain join cannot be interrupted everywhere).
PATIENCE = 0.2


class _Stopped(Exception):
    """The caller left; raised inside the thread to end it."""


class BackgroundHash:
    """The hashing of one held build in a thread of its own."""

    def __init__(self, held: HeldBuild, progress: Callable[[int], None] | None) -> None:
        self._held = held
        self._progress = progress
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="sha256", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until every file is hashed. Raises what the hashing raised (IntegrityError)."""
        self._join()
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """End the thread before the files are closed, whether it is done or not."""
        self._stop.set()
        self._join()

    def _join(self) -> None:
        while self._thread.is_alive():
            self._thread.join(PATIENCE)

    def _work(self) -> None:
        try:
            self._held.sha256(self._advance)
        except BaseException as error:
            self._error = error

    def _advance(self, done: int) -> None:
        if self._stop.is_set():
            raise _Stopped
        if self._progress is not None:
            self._progress(done)


@contextmanager
def background_hash(held: HeldBuild, progress: Callable[[int], None] | None = None) -> Iterator[BackgroundHash]:
    """Hashes ``held`` inside the block; leaving the block ends the hashing."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL)
    hashing = BackgroundHash(held, progress)
    try:
        yield hashing
    finally:
        hashing.stop()
        sys.setswitchinterval(interval)
