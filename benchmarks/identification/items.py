"""One text of the bench, with what an identifier should say of it."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Half = Literal["dev", "held-out", "all"]


@dataclass(frozen=True, slots=True)
class Item:
    """``expected``: one set of interchangeable ids for every license that the text holds; empty for a text without license."""

    name: str
    group: str
    kind: str
    text: str
    expected: tuple[frozenset[str], ...] = ()


def seeded(name: str) -> random.Random:
    """Random numbers that depend on the name alone, so that one item never changes another."""
    return random.Random(hashlib.sha1(name.encode()).hexdigest())


def half_of(name: str) -> Half:
    """The half an item belongs to; independent of the order in which a set is built."""
    return "dev" if hashlib.sha1(b"half " + name.encode()).digest()[0] < 128 else "held-out"


def take(items: Iterable[Item], half: Half) -> list[Item]:
    return [item for item in items if half in ("all", half_of(item.name))]


def sample(items: list[Item], limit: int | None) -> list[Item]:
    """A fixed random sample in the order of the set, about as many of every group."""
    if limit is None or len(items) <= limit:
        return items
    groups: dict[str, list[Item]] = {}
    for item in sorted(items, key=lambda item: hashlib.sha1(b"sample " + item.name.encode()).digest()):
        groups.setdefault(item.group, []).append(item)
    rounds = max(map(len, groups.values()))
    turns = [group[at].name for at in range(rounds) for group in groups.values() if at < len(group)]
    chosen = set(turns[:limit])
    return [item for item in items if item.name in chosen]
