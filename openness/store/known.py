"""What a source may build on when a repository that is stored is asked for again."""

from __future__ import annotations

import msgspec

from openness.sources.documents import listing_stands
from openness.sources.snapshot import Fetched
from openness.store.snapshots import Stored


def known_of(stored: Stored | None, *, again: bool = False) -> Fetched | None:
    """What is kept, as a source takes it; with ``again``, what was withheld or not understood is asked for again."""
    if stored is None:
        return None
    snapshot = stored.snapshot
    stands = snapshot.files_complete or (listing_stands(snapshot) and not again)
    if again:
        snapshot = msgspec.structs.replace(snapshot, absences=tuple(a for a in snapshot.absences if a.reason != "gated"))
    # a condition would be met by a repository of which too little is known to build on
    etag = stored.etag if snapshot.absent is None and stands else None
    return Fetched(snapshot, etag, stored.url)


def newly_authorized(stored: Stored | None, token: bool) -> bool:
    """Whether something was withheld that a token, set since, may open."""
    if stored is None or not token or stored.authorized:
        return False
    withheld = (stored.snapshot.absent, *stored.snapshot.absences)
    return any(absent is not None and absent.reason in ("gated", "missing") for absent in withheld)
