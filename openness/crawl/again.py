"""What a crawl need not ask because of an earlier one: what was last seen within a week and changes seldom, and models that one
list of their owner accounts for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import msgspec

from openness.crawl.selection import Listing
from openness.sources.snapshot import Reference
from openness.store.known import newly_authorized
from openness.store.snapshots import Store, Stored

#: Links from what was asked for, up the lineage: no chain of models known here is half as long.
MOST_LINKS = 24
#: A name that leads to nothing, or to a repository of another name, does so for long: it is asked for again after a week.
LASTING_SECONDS = 7 * 86_400
#: What questions cost, in tenths of a request: one that can be answered "unchanged", and one that cannot.
CONDITIONAL, PLAIN = 1, 10
#: Reasons for which a model is in no list of its owner's.
UNLISTED = frozenset({"missing", "disabled"})


def lasting(stored: Stored) -> bool:
    """Whether what a name led to was seen within a week (not in the future: the clock was wrong once)."""
    now = time.time()
    return now - LASTING_SECONDS < stored.checked <= now


def still_nothing(stored: Stored | None, *, token: bool) -> bool:
    """Whether a name led to nothing lately: then it still does where the whole list of its owner lacks it."""
    if stored is None or stored.snapshot.absent is None or newly_authorized(stored, token):
        return False
    return stored.snapshot.absent.reason in UNLISTED and lasting(stored)


def present_name(store: Store, reference: Reference) -> tuple[Reference, Stored | None]:
    """Under which name a repository is to be asked for, with what is stored of it: of one that moved, its new name."""
    stored = store.find(reference)
    if stored is None or reference.revision is not None or stored.snapshot.absent is not None:
        return reference, stored
    if not (stored.snapshot.moved and lasting(stored)):
        return reference, stored
    there = msgspec.structs.replace(reference, name=stored.snapshot.name)
    found = store.find(there)
    return (there, found) if found is not None and found.snapshot.absent is None else (reference, stored)


def owners_worth_a_list(
    store: Store, references: Iterable[Reference], known: Callable[[Listing], bool], *, token: bool
) -> list[str]:
    """Owners whose list costs no more than a question for each of their models that it accounts for."""
    saved: dict[str, int] = {}
    for reference in references:
        if reference.kind != "hub-model" or reference.revision is not None or "/" not in reference.name:
            continue
        stored = store.find(reference, documents=False)
        if stored is None or stored.snapshot.moved:
            continue
        if still_nothing(stored, token=token) or (stored.complete and stored.snapshot.absent is None):
            owner = stored.snapshot.name.partition("/")[0]
            saved[owner] = saved.get(owner, 0) + (CONDITIONAL if stored.etag else PLAIN)
    return [owner for owner, tenths in saved.items() if tenths >= (2 * CONDITIONAL if known(Listing(owner)) else PLAIN)]
