"""The user's own copies of license texts, kept while models are classified, for documents that quote them whole."""

from __future__ import annotations

from openness.sources.snapshot import Reference, RepositorySnapshot, Source
from openness.verdict.classified import BoundLicense, Classification


class Kept:
    """A :class:`openness.sources.snapshot.Source` that remembers the license texts of what it gave, by their sha256."""

    def __init__(self, inner: Source) -> None:
        self._inner = inner
        self.texts: dict[str, bytes] = {}

    def fetch(self, reference: Reference) -> RepositorySnapshot:
        snapshot = self._inner.fetch(reference)
        self.texts |= {found.sha256: found.data for found in snapshot.documents if found.kind in ("license", "policy")}
        return snapshot

    def copies(self, found: Classification) -> dict[str, str]:
        """License id → its text, for the licenses that were identified by a text which stands in full in one of the documents.

        A text with changes counts under the id of what it was changed from: it is what binds.
        """
        return {row.id: text for row in found.licenses if (text := self._of(row, found)) is not None}

    def _of(self, row: BoundLicense, found: Classification) -> str | None:
        facts = {fact.id: fact for fact in found.evidence}
        for id in row.evidence:
            fact = facts.get(id) or facts.get(f"{id}@{row.source}")
            data = self.texts.get(fact.place.sha256 or "") if fact is not None and fact.claim == "license-text" else None
            if data is not None:
                return data.decode("utf-8", "replace")
        return None
