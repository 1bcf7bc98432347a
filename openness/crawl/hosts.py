"""Whether a host can be reached at all: after a few failures in a row nothing is sent for a while, then one request to see."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

#: The kinds of repositories that each realm of the network serves.
REALMS: Mapping[str, tuple[str, ...]] = {"hub": ("hub-model", "hub-dataset"), "github": ("github",)}
#: Failures in a row, each after the retries of the transport, from which on a host counts as down.
FAILURES = 4
#: The same for a host that has not answered yet: it is more likely not there than out of breath.
FIRST_FAILURES = 2
#: Pauses before each look whether it is back; after the last it is given up.
PAUSES = (1.0, 3.0, 6.0)


def realm_of(kind: str) -> str:
    return "github" if kind == "github" else "hub"


class Host:
    """One realm: closed after failures in a row, asked again after a pause, given up after some."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._looks = 0
        self._closed_until = 0.0
        self._looking = False
        self._ever = False
        self.given_up = False

    @property
    def open(self) -> bool:
        """Whether something may be asked of it now."""
        if self.given_up:
            return False
        return not self._down or (not self._looking and self._clock() >= self._closed_until)

    @property
    def _down(self) -> bool:
        return self._failures >= (FAILURES if self._ever else FIRST_FAILURES)

    def asked(self) -> None:
        self._looking = self._down

    def answered(self) -> None:
        self._failures, self._looks, self._looking, self._ever = 0, 0, False, True

    def failed(self) -> None:
        self._failures += 1
        self._looking = False
        if not self._down:
            return
        if self._looks == (len(PAUSES) if self._ever else 1):
            self.given_up = True
            return
        self._closed_until = self._clock() + PAUSES[self._looks]
        self._looks += 1
