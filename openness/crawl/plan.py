"""What a crawl will cost, before it is begun: requests by quota, and how long the quotas make it. Asks nothing of anyone.

For what is stored, and what it links to, the figures are exact but for what has changed and what an owner's list saves; for the
rest they are those of models as they usually are, and the plan says so.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import yaml

from openness.crawl.again import MOST_LINKS, lasting, present_name
from openness.crawl.links import links_of
from openness.crawl.selection import Selection
from openness.sources.documents import Wanted, selection
from openness.sources.endpoints import Access
from openness.sources.pacing import Bucket
from openness.sources.snapshot import Reference
from openness.store.snapshots import Store, Stored

FILE = "host_quotas.yaml"
PAGE = 1000


class HostQuota(msgspec.Struct, frozen=True):
    """Requests that a host allows in a window of so many seconds, without and with a token."""

    anonymous: int
    token: int
    window: int


class HostQuotas(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``corpus/host_quotas.yaml``: the quotas that hosts document, and the usual size of a repository."""

    verified: str
    sources: dict[str, str]
    quotas: dict[str, HostQuota]
    usual: dict[str, float]


class Need(msgspec.Struct, frozen=True):
    """Requests of one quota: so many, of ``limit`` in ``window`` seconds, so at least ``seconds`` of waiting."""

    requests: int
    limit: int
    window: int
    announced: bool
    seconds: int


class Plan(msgspec.Struct, frozen=True):
    """The requests by quota, the seconds that the slowest of them makes it, and what had to be assumed."""

    repositories: int
    stored: int
    needs: dict[str, Need]
    seconds: int
    assumptions: tuple[str, ...]


def load_quotas(corpus: Path) -> HostQuotas:
    return msgspec.convert(yaml.safe_load((corpus / FILE).read_text("utf-8")), HostQuotas)


def plan(chosen: Selection, store: Store | None, announced: dict[str, Bucket], access: Access, known: HostQuotas) -> Plan:
    """The plan for a selection, with what is stored and what hosts have announced."""
    requests: Counter[str] = Counter()
    assumptions: list[str] = []
    stored = new = 0
    for reference in chosen.references:
        found = store.find(reference, documents=False) if store is not None else None
        bucket = "github" if reference.kind == "github" else "hub-api"
        requests[bucket] += 1
        if found is not None:
            stored += 1
            if not found.complete and bucket == "hub-api":
                files, _ = selection(found.snapshot.files, Wanted())
                requests["hub-files"] += len(files) - len(found.snapshot.documents)
        elif bucket == "github":
            new += 1
            requests["github"] += round(known.usual["github"]) - 1
        else:
            new += 1
            requests["hub-files"] += round(known.usual["documents"])
    for reference in _linked(chosen, store):
        requests["github" if reference.kind == "github" else "hub-api"] += 1
    for listing in chosen.listings:
        models = listing.limit or PAGE
        requests["hub-api"] += math.ceil(models / PAGE)
        requests["hub-files"] += round(models * known.usual["documents"])
        new += models
        if listing.limit is None:
            assumptions.append(
                f"how many models {listing.author or ' '.join(listing.filters)} has is not known; counted as {PAGE}"
            )
    if new:
        per = known.usual
        assumptions.append(
            f"{per['documents']:.0f} documents of a model that is not stored, {per['github']:.0f} requests of a code repository"
        )
        requests["hub-api"] += round(new * per["linked_hub"])
        requests["hub-files"] += round(new * per["linked_hub"] * per["documents"])
        requests["github"] += round(new * per["linked_github"] * per["github"])
        assumptions.append(
            f"links to {per['linked_hub']:g} base models and datasets and {per['linked_github']:g} code repositories a model"
        )
    needs = {bucket: _need(bucket, count, announced, access, known) for bucket, count in sorted(requests.items()) if count}
    slowest = max((need.seconds for need in needs.values()), default=0)
    return Plan(
        len(chosen.references) + sum(listing.limit or PAGE for listing in chosen.listings),
        stored,
        needs,
        slowest,
        tuple(assumptions),
    )


def _linked(chosen: Selection, store: Store | None) -> Iterator[Reference]:
    """What stored repositories lead to, and is asked for once more: all but what led to nothing lately."""
    if store is None:
        return
    front = [present_name(store, reference) for reference in chosen.references]
    met = {_key(reference) for reference, _ in front}
    for _ in range(MOST_LINKS):
        following: list[tuple[Reference, Stored | None]] = []
        for link in (link for _, stored in front if stored is not None for link in links_of(stored.snapshot)):
            reference, stored = present_name(store, link)
            if _key(reference) in met:
                continue
            met.add(_key(reference))
            following.append((reference, stored))
            if stored is None or stored.snapshot.absent is None or not lasting(stored):
                yield reference
        front = following


def _key(reference: Reference) -> tuple[str, str]:
    return reference.kind, reference.name.casefold()


def _need(bucket: str, requests: int, announced: dict[str, Bucket], access: Access, known: HostQuotas) -> Need:
    """Full windows before the last one are waited for; the last is used as soon as it begins."""
    realm = "github" if bucket == "github" else "hub"
    token = access.token(realm) is not None
    said = next((state for name, state in announced.items() if name.startswith(f"{bucket} ") and state.limit), None)
    documented = known.quotas[bucket]
    limit = said.limit if said is not None and said.limit else documented.token if token else documented.anonymous
    window = said.window if said is not None and said.window else documented.window
    return Need(requests, limit, window, said is not None, max(math.ceil(requests / limit) - 1, 0) * window)
