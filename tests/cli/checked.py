"""What the tests of ``openness check`` share: a locked repository, the one result, the notices."""

from __future__ import annotations

from typing import Any

from tests.cli.command import Done
from tests.cli.project import POLICY, Project


def locked(repo: Project, *lines: str, policy: str = POLICY) -> None:
    """A repository with these lines, locked."""
    repo.write("openness.toml", policy)
    repo.python(*lines)
    repo.lock()


def one(done: Done) -> Any:
    (result,) = done.json["results"]
    return result


def rules(done: Done) -> list[str]:
    return [notice["rule"] for notice in done.json["notices"]]
