"""Which differences between a document and a known text mean nothing.

The rule is that every difference counts. Exceptions are narrow: what the text's source marks as a slot or as optional
(``slot_filling``), titles, notices and signatures (``headings``), a word that was split or joined, list markers, names where a
text names a party (``replacements``), and articles. None applies to words that can limit a permission.
Source: SPDX License List matching guidelines (annex B of the SPDX specification 2.3), except that nothing is ignored unseen.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from openness.evidence import headings, replacements, slot_filling
from openness.evidence.alignment import Block, blocks_of
from openness.evidence.comparison import ARTICLES, HEAD, Comparison
from openness.evidence.license_index import LicenseIndex
from openness.evidence.words import Words

_RESERVED = ["all", "rights", "reserved"]
_CONTINUED = 8
#: So many words may be missing at once from the instructions behind the terms.
_PART_OF_INSTRUCTIONS = 20
_EDGE = 3
#: A part that was left out weighs no more than so many words.
_LEFT_OUT = 10
#: Fewer words are no notice of a license.
_LEAST_NOTICE = 15


class Differences(NamedTuple):
    """What no exception explains: added ranges of the document; missing ranges of the known text with the place in the
    document; ``gone``, words missing at either end; ``benign``, words excused; ``start:end``, the document's part."""

    added: tuple[tuple[int, int], ...]
    missing: tuple[tuple[int, int, int], ...]
    gone: int
    benign: int
    start: int
    end: int

    @property
    def cost(self) -> float:
        """Unexplained words; of a text that is cut at an end the missing words weigh less."""
        added = sum(end - start for start, end in self.added)
        missing = sum(last - first for first, last, _ in self.missing)
        return added + missing + 0.005 * self.gone + (2 if self.gone else 0) + 0.05 * self.benign


def compare(
    index: LicenseIndex, number: int, words: Words, code: str, start: int, end: int, limit: float = inf
) -> Differences | None:
    """Align words ``start:end`` of a document with a known text and sort the differences; None where they cost more than
    ``limit``."""
    c = Comparison(index, number, words, code, start, end)
    added: list[tuple[int, int]] = []
    missing: list[tuple[int, int, int]] = []
    blocks, benign = slot_filling.filled(c, blocks_of(c.known, code, start, end))
    for block in slot_filling.slid_to_optional(c, blocks):
        if limit < 0:
            return None
        if replacements.means_the_same(c, block):
            benign += (block.last - block.first) + (block.end - block.start)
            continue
        if block.end > block.start:
            if is_benign_addition(c, block):
                benign += block.end - block.start
            else:
                added.append((block.start, block.end))
                limit -= block.end - block.start
        if block.last > block.first:
            if _is_benign_gap(c, block):
                benign += min(block.last - block.first, _LEFT_OUT)
            else:
                missing.append((block.first, block.last, block.start))
                if start + _EDGE < block.start < end - _EDGE:
                    limit -= block.last - block.first
    return _with_ends(c, added, missing, benign)


def _with_ends(c: Comparison, added: list[tuple[int, int]], missing: list[tuple[int, int, int]], benign: int) -> Differences:
    """Whole ends that are missing make a text partial, not altered."""
    gone = 0
    kept = []
    for first, last, at in missing:
        cut_front = _may_be_missing(c, 0, first, whole=False) and at <= c.start + _EDGE
        cut_back = _may_be_missing(c, last, len(c.known), whole=False) and at >= c.end - _EDGE
        if (
            (cut_front or cut_back)
            and last - first > 1
            and not any(start <= at <= end and end - start > _EDGE for start, end in added)
        ):
            gone += last - first
        else:
            kept.append((first, last, at))
    return Differences(tuple(added), tuple(kept), gone, benign, c.start, c.end)


def is_benign_addition(c: Comparison, block: Block) -> bool:
    """Whether the words that a document has beside the known text's say nothing, as a whole or each line of them."""
    if _says_nothing(c, block, block.start, block.end):
        return True
    lines = c.lines(block.start, block.end)
    return len(lines) > 1 and c.begins_line(block.start) and all(_says_nothing(c, block, a, b) for a, b in lines)


def _says_nothing(c: Comparison, block: Block, start: int, end: int) -> bool:
    words = c.words.words[start:end]
    begins = block.first <= HEAD and start <= c.start + 3 * HEAD
    ends = block.end == c.end and block.last >= c.body_end
    return (
        all(word in ARTICLES for word in words)
        or (words == ["c"] and c.words.words[start - 1 : start] == ["copyright"])
        or words == _RESERVED
        or (ends and headings.is_end(c, start, end))
        or (len(words) == 1 and replacements.is_added_marker(c, start, block.first))
        or headings.repeats_head(c, start, end)
        or (begins and (headings.is_heading(c, start, end) or _is_own_notice(c, start, end)))
        or headings.is_notice(c, start, end)
        or (block.first in c.entry.notices and c.names_only(start, end))
        or (end - start <= _CONTINUED and c.begins_line(start) and headings.continues_notice(c, start, end))
        or replacements.repeats_address(c, start, end)
        or (ends and (headings.is_signature(c, start, end) or replacements.is_pointer(c, start, end)))
    )


def _is_own_notice(c: Comparison, start: int, end: int) -> bool:
    """The notice that the text itself tells to put above works, as its appendix gives it: that part of it word for word."""
    if end - start < _LEAST_NOTICE or c.body_end == len(c.known):
        return False
    blocks = [
        Block(block.first + c.body_end, block.last + c.body_end, block.start, block.end)
        for block in blocks_of(c.known[c.body_end :], c.code, start, end)
    ]
    inner = [block for block in blocks if block.start < block.end or block.start not in {start, end}]
    if sum(block.end - block.start for block in inner) * 2 > end - start:
        return False
    return all(
        (block.start == block.end or headings.is_heading(c, block.start, block.end) or c.names_a_party(block.start, block.end))
        and all(_is_idle(c, at) for at in range(block.first, block.last) if block.start not in {start, end})
        for block in inner
    )


def _is_idle(c: Comparison, at: int) -> bool:
    return c.known[at] in c.articles or any(slot.start <= at < slot.end for slot in c.entry.slots)


def _is_benign_gap(c: Comparison, block: Block) -> bool:
    """Whether the words of the known text that a document lacks say nothing."""
    missing = c.known[block.first : block.last]
    return (
        set(missing) <= c.articles
        or (missing == c.index.encode(["c"]) and c.words.words[block.start - 1 : block.start] == ["copyright"])
        or _may_be_missing(c, block.first, block.last, whole=True)
        or (block.last <= c.title_end and not set(missing) & c.restricting)
        or (block.first > 0 and 2 < len(missing) <= 2 * HEAD and c.known.startswith(missing) and not set(missing) & c.restricting)
        or replacements.was_dropped_as_notice(c, block.start, missing)
        or (block.last - block.first >= _PART_OF_INSTRUCTIONS and block.first >= c.body_end)
    )


def _may_be_missing(c: Comparison, first: int, last: int, *, whole: bool) -> bool:
    """Whether words ``first:last`` of the known text are optional parts, slots for names and articles. ``whole``: a part must
    lie in them whole, but for articles at its beginning."""
    at = first
    while at < last:
        ends = [slot.end for slot in c.entry.slots if not slot.alternatives and slot.start <= at < slot.end]
        for begin, end in c.entry.optional:
            if begin <= at < end and (not whole or (end <= last and set(c.known[begin:at]) <= c.articles)):
                ends.append(end)
        if ends:
            at = max(ends)
        elif c.known[at] in c.articles:
            at += 1
        else:
            return False
    return True
