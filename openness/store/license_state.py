"""What a repository says of its license at one revision, in a form that two revisions can be compared by. No judgment."""

from __future__ import annotations

from typing import Any

import msgspec

from openness.sources.documents import LISTING, kind_of
from openness.sources.snapshot import PASSING, RepositorySnapshot

#: Fields of a card's front matter that state a license; the first is also the Hub's tag.
FIELDS = ("license", "license_name", "license_link")
#: Kinds of documents that are its text.
TEXTS = frozenset({"license", "notice", "policy"})
#: A declaration longer than this is compared by its beginning.
LONGEST = 500


class LicenseState(msgspec.Struct, frozen=True):
    """``declared``: what the card or the host names, ``texts``: sha256 by path; ``whole`` is False while a text is lacking."""

    declared: dict[str, str] = {}
    texts: dict[str, str] = {}
    whole: bool = True


class LicenseChange(msgspec.Struct, frozen=True):
    """The license of a repository at two revisions that follow each other. ``what`` names the fields and files that differ."""

    kind: str
    name: str
    before: str
    after: str
    what: tuple[str, ...]


def license_state(snapshot: RepositorySnapshot) -> LicenseState:
    """The state of a snapshot; a text that could not be had now makes it incomplete."""
    declared: dict[str, str] = {}
    if snapshot.hub is not None:
        card = snapshot.hub.card_data or {}
        declared = {field: _text(card[field]) for field in FIELDS if card.get(field) is not None}
    elif snapshot.github is not None and snapshot.github.license is not None:
        declared = {"license": snapshot.github.license}
    texts = {found.path: found.sha256 for found in snapshot.documents if found.kind in TEXTS}
    return LicenseState(declared, texts, whole=not lacking(snapshot, TEXTS))


def lacking(snapshot: RepositorySnapshot, kinds: frozenset[str] | None = None) -> bool:
    """Whether something (of these kinds) is absent for a reason that passes: asking again can give it."""
    passing = [absent.what for absent in snapshot.absences if absent.reason in PASSING]
    return any(kinds is None or kind_of(what) in kinds or what == LISTING for what in passing)


def differences(before: LicenseState, after: LicenseState) -> tuple[str, ...]:
    """The fields and files that differ; texts count only where both states have all of theirs."""
    found = [field for field in FIELDS if before.declared.get(field) != after.declared.get(field)]
    if before.whole and after.whole:
        found += sorted(path for path in {**before.texts, **after.texts} if before.texts.get(path) != after.texts.get(path))
    return tuple(found)


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=repr).decode("utf-8", "replace")
    return text[:LONGEST]
