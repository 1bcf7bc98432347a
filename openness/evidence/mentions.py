"""Licenses that a document names, by the names and ids of the index. A mention is no text of a license."""

from __future__ import annotations

from openness.evidence.license_index import LicenseIndex
from openness.evidence.words import Words


def mentions_in(words: Words, index: LicenseIndex) -> tuple[str, ...]:
    """Ids of the licenses named, in order of appearance; of names within names only the longest."""
    return ()
