"""What the evidence of one repository comes to: its facts, and the further repositories that it points to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from openness.records import Absent, Fact, Finding
from openness.sources.snapshot import Reference

#: Why another repository matters: its weights were the start (base), its answers taught this one (teacher), it was trained on
#: (dataset), it holds code, or it holds the license text that a card links to.
LinkKind = Literal["base", "teacher", "dataset", "code", "license-file"]


class Link(msgspec.Struct, frozen=True):
    """Another repository that a fact names. ``relation`` (for bases): finetune, adapter, merge, quantized or unstated;
    ``path`` is the file that is meant, where one is."""

    kind: LinkKind
    target: Reference
    fact: str
    relation: str = ""
    path: str = ""


class RepositoryEvidence(msgspec.Struct, frozen=True):
    """One repository as read. ``complete``: its listing and its main document were seen, so that silence means something.

    ``absent`` says why nothing could be read; then there are no facts.
    """

    kind: str
    name: str
    requested: str
    revision: str | None = None
    url: str | None = None
    date: str | None = None
    facts: tuple[Fact, ...] = ()
    findings: tuple[Finding, ...] = ()
    links: tuple[Link, ...] = ()
    complete: bool = False
    absent: Absent | None = None
    absences: tuple[Absent, ...] = ()

    def claims(self, claim: str) -> Iterator[Fact]:
        """The facts with this claim, in order."""
        return (fact for fact in self.facts if fact.claim == claim)

    def linked(self, kind: LinkKind) -> Iterator[Link]:
        return (link for link in self.links if link.kind == kind)
