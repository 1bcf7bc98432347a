"""Where a document and a known text differ, word by word. Texts are strings with one code point a word.

An alignment is not unique: of a phrase that stands twice on one side, either copy may be the one that is left over. What is left
over is put together, and can slide along words that repeat, so that a difference lies where it can be explained.
"""

from __future__ import annotations

from typing import NamedTuple

from rapidfuzz.distance import Indel

#: So many words between two differences may belong to either side of them.
_GAP = 16
_SLIDE = 60


class Block(NamedTuple):
    """Between two equal stretches: words ``first:last`` of the known text against ``start:end`` of the document."""

    first: int
    last: int
    start: int
    end: int

    def moved(self, by: int) -> Block:
        return Block(self.first + by, self.last + by, self.start + by, self.end + by)


def blocks_of(known: str, code: str, start: int, end: int) -> list[Block]:
    """The differences between a known text and words ``start:end`` of a document."""
    found: list[Block] = []
    for operation in Indel.opcodes(known, code[start:end]):
        if operation.tag != "equal":
            block = Block(operation.src_start, operation.src_end, operation.dest_start + start, operation.dest_end + start)
            _append(found, block, known, code)
    return found


def _append(found: list[Block], block: Block, known: str, code: str) -> None:
    """Add a block, put together with the one before where they touch or where what parts them can change sides."""
    while found:
        last = found[-1]
        if last.last == block.first and last.end == block.start:
            block = Block(last.first, block.last, last.start, block.end)
        elif (joined := _joined(last, block, known, code)) is not None:
            block = joined
        else:
            break
        found.pop()
    found.append(block)


def _joined(one: Block, two: Block, known: str, code: str) -> Block | None:
    """Two blocks with an equal stretch between them as one, with that stretch before or behind it."""
    gap = two.first - one.last
    if gap > _GAP:
        return None
    if _slides(two, -gap, known, code):
        two = two.moved(-gap)
    elif _slides(one, gap, known, code):
        one = one.moved(gap)
    else:
        return None
    return Block(one.first, two.last, one.start, two.end)


def _slides(block: Block, by: int, known: str, code: str) -> bool:
    """Whether a block with words on one side only may stand ``by`` words further on; no other block may be in between."""
    if block.first == block.last:
        side, begin, stop = code, block.start, block.end
    elif block.start == block.end:
        side, begin, stop = known, block.first, block.last
    else:
        return False
    if by < 0:
        return begin + by >= 0 and side[begin + by : begin] == side[stop + by : stop]
    return side[begin : begin + by] == side[stop : stop + by] and stop + by <= len(side)


def slid(block: Block, first: int, last: int, room: tuple[int, int], known: str, code: str) -> Block:
    """The block moved into words ``first:last`` of the known text where it can slide there, else as it is. ``room``: how far it
    may go back and on without meeting another."""
    if first <= block.first and block.last <= last:
        return block
    back, on = min(room[0], _SLIDE), min(room[1], _SLIDE)
    by = first - block.first if block.first < first else last - block.last
    if not -back <= by <= on or not (first <= block.first + by and block.last + by <= last):
        return block
    return block.moved(by) if _slides(block, by, known, code) else block
