"""Where the lock lies: beside the policy, else the nearest there is, else in the current folder."""

from __future__ import annotations

from pathlib import Path

from openness.policy import lock
from openness.policy.stated import Stated


def lock_beside(stated: Stated) -> Path:
    if stated.document is not None:
        return stated.document.path.parent / lock.FILE_NAME
    return lock.find(Path()) or Path(lock.FILE_NAME)
