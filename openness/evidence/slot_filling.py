"""Slots: words of a known text that a copy may replace, such as the holder's name, and what may stand in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.distance import Indel

from openness.evidence.alignment import Block, slid
from openness.evidence.comparison import Comparison
from openness.evidence.license_index import ADDRESS, ANYTHING, Slot

_LONGEST = 40
#: A text without a slot there is nearer.
_FILLED = 6
_LONGEST_PLACEHOLDER = 24
#: So many words of a placeholder may be others.
_REWORDED = 3
_OPENS = re.compile(r"[<\[{]\W{0,3}\Z")
_CLOSES = re.compile(r"\W{0,3}?[>\]}]")


def filled(c: Comparison, blocks: list[Block]) -> tuple[list[Block], int]:
    """The differences that no slot explains, and what the slots that explain one weigh, in words."""
    count = 0
    for slot in c.entry.slots:
        blocks = _slid(c, blocks, slot.start, slot.end)
        touching = [b for b in blocks if _touches(b, slot)]
        if all(block.start == block.end for block in touching) and "" not in slot.alternatives:
            continue  # nothing stands in the slot: it was left out with what is around it, or not at all
        begin, stop = _place(c, blocks, slot.start, touching, False), _place(c, blocks, slot.end, touching, True)
        if stop < begin or not _fills(c, begin, stop, slot):
            continue
        count += _FILLED
        blocks = [b for b in blocks if b not in touching]
        for block in touching:
            if block.first < slot.start:
                blocks.append(Block(block.first, slot.start, block.start, max(block.start, min(begin, block.end))))
            if block.last > slot.end:
                blocks.append(Block(slot.end, block.last, min(block.end, max(stop, block.start)), block.end))
        blocks = sorted(b for b in blocks if b.first < b.last or b.start < b.end)
    return blocks, count


def slid_to_optional(c: Comparison, blocks: list[Block]) -> list[Block]:
    """Missing words moved into the optional part that they are."""
    for first, last in c.entry.optional:
        blocks = _slid(c, blocks, first, last)
    return blocks


def _slid(c: Comparison, blocks: list[Block], first: int, last: int) -> list[Block]:
    """Differences on one side near a place, moved into it where they can slide there."""
    for at, block in enumerate(blocks):
        pure = (block.first == block.last) != (block.start == block.end)
        if pure and block.last + _LONGEST >= first and block.first <= last + _LONGEST:
            back = block.first - (blocks[at - 1].last if at else 0)
            on = (blocks[at + 1].first if at + 1 < len(blocks) else len(c.known)) - block.last
            moved = slid(block, first, last, (back, on), c.known, c.code)
            if moved != block and c.start <= moved.start and moved.end <= c.end:
                blocks = [*blocks[:at], moved, *blocks[at + 1 :]]
    return blocks


def _touches(block: Block, slot: Slot) -> bool:
    inside = block.first < block.last or slot.start <= block.first <= slot.end
    return block.first <= slot.end and block.last >= slot.start and inside


def _place(c: Comparison, blocks: Sequence[Block], at: int, touching: Sequence[Block], after: bool) -> int:
    """Where place ``at`` of the known text lies in the document; inside a block, at the end that gives the slot more."""
    for block in touching:
        if block.first <= at <= block.last:
            if not after and block.first < block.last == at and block is not touching[0]:
                continue
            return block.end if after else block.start
    shift = c.start
    for block in blocks:
        if block.last <= at:
            shift += (block.end - block.start) - (block.last - block.first)
    return at + shift


def _fills(c: Comparison, begin: int, stop: int, slot: Slot) -> bool:
    if not slot.alternatives:
        return stop - begin <= _LONGEST and (c.names_a_party(begin, stop) or _is_placeholder(c, begin, stop, slot))
    return any(_fits(c, begin, stop, alternative) for alternative in slot.alternatives)


def _fits(c: Comparison, begin: int, stop: int, alternative: str) -> bool:
    given = c.code[begin:stop]
    if alternative == ADDRESS:
        shown = c.shown(begin, stop)
        return c.standard.address.fullmatch(" ".join(shown.split())) is not None and not c.index.restrictive.in_text(shown)
    if ANYTHING not in alternative:
        return given == alternative
    head, _, rest = alternative.partition(ANYTHING)
    tail = rest.rpartition(ANYTHING)[2]
    if not given.startswith(head) or not given[len(head) :].endswith(tail):
        return False
    first, last = begin + len(head), stop - len(tail)
    return last - first <= _LONGEST and c.names_a_party(first, last)


def _is_placeholder(c: Comparison, begin: int, stop: int, slot: Slot) -> bool:
    """The slot is still empty: ``<name of author>``, perhaps in slightly other words than the known text has."""
    if not 0 < stop - begin <= _LONGEST_PLACEHOLDER:
        return False
    first, last = c.words.starts[begin], c.words.ends[stop - 1]
    within = c.words.text[first:last]
    bracketed = _OPENS.search(c.words.text, max(0, first - 4), first) and _CLOSES.match(c.words.text, last)
    if not bracketed or set("<>[]{}").intersection(within) or c.index.restrictive.speaks(within):
        return False
    own = c.known[slot.start : slot.end]
    given = c.code[begin:stop]
    return set(c.words.words[begin:stop]) <= c.standard.placeholder or Indel.distance(own, given) <= _REWORDED
