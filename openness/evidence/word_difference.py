"""The difference of two texts word by word, for a person to read."""

from __future__ import annotations

import msgspec
from rapidfuzz.distance import Indel

from openness.evidence.words import Words

_CONTEXT = 6


class Change(msgspec.Struct, frozen=True):
    """One place where two texts differ: the words before, those only in the first, those only in the second, the words behind;
    ``line`` and ``other_line`` are where it stands in each."""

    line: int
    other_line: int
    before: str
    removed: str
    added: str
    after: str


def changes(first: Words, second: Words) -> list[Change]:
    """Every difference in order; texts that differ in layout, markup and notices only have none."""
    codes: dict[str, str] = {}
    encoded = [
        "".join(codes.setdefault(word, chr(0x100 + len(codes) + (0x800 if len(codes) > 0xD600 else 0))) for word in t.words)
        for t in (first, second)
    ]
    blocks: list[tuple[int, int, int, int]] = []
    for operation in Indel.opcodes(*encoded):
        if operation.tag == "equal":
            continue
        block = (operation.src_start, operation.src_end, operation.dest_start, operation.dest_end)
        if blocks and blocks[-1][1] == block[0] and blocks[-1][3] == block[2]:
            block = (blocks[-1][0], block[1], blocks[-1][2], block[3])
            blocks.pop()
        blocks.append(block)
    return [
        Change(
            first.line(min(a, len(first) - 1)),
            second.line(min(c, len(second) - 1)),
            second.quote(max(0, c - _CONTEXT), c),
            first.quote(a, b, 2000),
            second.quote(c, d, 2000),
            second.quote(d, min(len(second), d + _CONTEXT)),
        )
        for a, b, c, d in blocks
    ]
