"""Which differences between a document and a known text mean nothing.

The rule is that every difference counts. Exceptions are listed here, each narrow: what the text's source marks as a slot or as
optional, titles, notices of copyright, names where a text names a party, a word that was split or joined, articles, list
markers, signatures. None applies to words that can limit a permission.
Source: SPDX License List matching guidelines (annex B of the SPDX specification 2.3), except that nothing is ignored unseen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel

from openness.evidence.license_index import ANYTHING, KnownText, LicenseIndex
from openness.evidence.words import Words

#: Words that change no meaning wherever they stand.
ARTICLES = frozenset("the a an s".split())
#: Words of a title line beside the license's own name.
_TITLE_WORDS = frozenset(
    "the a of and license licenses agreement terms conditions copyright notice version v public general open source text full file software project package library this is under licensed spdx identifier released by https www org com html htm txt md copying unlicense legal code legalcode".split()
)
#: Words by which license texts name a party; a name may stand in their place.
PARTY = frozenset(
    "the a an this organization copyright holder holders contributors contributor author authors name names of its their his her regents university or and by company foundation project software licensor provider creator creators developer developers above listed owner".split()
)
_NAME_LIMIT = 12
_SLOT_LIMIT = 60
_TITLE_LIMIT = 14
_SIGNATURE_LIMIT = 14
_EDGE = 3
_MONTHS = frozenset("january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec".split())
_NOTICE_START = frozenset(["copyright", "copyrights", "c", "author", "authors", "written", "contributed", "maintained", "maintainer", "email", "contact", "portions"])


class Block(NamedTuple):
    """Between two equal stretches: words ``first:last`` of the known text against ``start:end`` of the document."""

    first: int
    last: int
    start: int
    end: int


class Differences(NamedTuple):
    """What no exception explains: added ranges of the document; missing ranges of the known text with the place in the
    document; ``gone``, words missing at either end; ``matched`` bounds of the document's part; ``benign``, words excused."""

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
        return added + missing + 0.15 * self.gone + 0.05 * self.benign


def compare(index: LicenseIndex, number: int, words: Words, code: str, start: int, end: int) -> Differences:
    """Align words ``start:end`` of a document with a known text and sort the differences."""
    return _Judge(index, number, words, code, start, end).judge()


class _Judge:
    def __init__(self, index: LicenseIndex, number: int, words: Words, code: str, start: int, end: int) -> None:
        self.index = index
        self.entry: KnownText = index.texts[number]
        self.known = index.text(number)
        self.words = words
        self.code = code
        self.start, self.end = start, end
        self.articles = set(index.encode(ARTICLES))
        self.party = set(index.encode(PARTY))
        self.benign = 0

    def judge(self) -> Differences:
        blocks = _blocks(self.known, self.code[self.start : self.end], self.start)
        added: list[tuple[int, int]] = []
        missing: list[tuple[int, int, int]] = []
        blocks = self._without_slots(blocks)
        for block in blocks:
            if self._excused(block):
                self.benign += (block.last - block.first) + (block.end - block.start)
                continue
            if block.end > block.start and not self._added_is_benign(block):
                added.append((block.start, block.end))
            if block.last > block.first and not self._missing_is_benign(block):
                missing.append((block.first, block.last, block.start))
        return self._with_ends(added, missing)

    def _with_ends(self, added: list[tuple[int, int]], missing: list[tuple[int, int, int]]) -> Differences:
        """Whole ends that are missing make a text partial, not altered."""
        length = len(self.known)
        gone = 0
        kept = []
        for first, last, at in missing:
            cut_front = self._optional_between(0, first) and at <= self.start + _EDGE
            cut_back = self._optional_between(last, length) and at >= self.end - _EDGE
            if (cut_front or cut_back) and last - first > 1 and not any(start <= at <= end and end - start > _EDGE for start, end in added):
                gone += last - first
            else:
                kept.append((first, last, at))
        return Differences(tuple(added), tuple(kept), gone, self.benign, self.start, self.end)

    # Slots -----------------------------------------------------------------------------------------------------------

    def _without_slots(self, blocks: list[Block]) -> list[Block]:
        for slot in self.entry.slots:
            touching = [b for b in blocks if b.first <= slot.end and b.last >= slot.start and not (b.first == b.last and not slot.start <= b.first <= slot.end)]
            if not touching:
                continue
            begin, stop = self._place(blocks, slot.start, touching, False), self._place(blocks, slot.end, touching, True)
            if stop < begin or not self._fills(begin, stop, slot.alternatives):
                continue
            self.benign += 1
            blocks = [b for b in blocks if b not in touching]
            for block in touching:
                if block.first < slot.start:
                    blocks.append(Block(block.first, slot.start, block.start, max(block.start, min(begin, block.end))))
                if block.last > slot.end:
                    blocks.append(Block(slot.end, block.last, min(block.end, max(stop, block.start)), block.end))
            blocks = sorted(b for b in blocks if b.first < b.last or b.start < b.end)
        return blocks

    def _place(self, blocks: Sequence[Block], at: int, touching: Sequence[Block], after: bool) -> int:
        """Where place ``at`` of the known text lies in the document; inside a block, at the end that gives the slot more."""
        for block in touching:
            if block.first <= at <= block.last:
                if not after and block.first < block.last and at == block.last and block.last > block.first and block is not touching[0]:
                    continue
                return block.end if after else block.start
        shift = self.start
        for block in blocks:
            if block.last <= at:
                shift += (block.end - block.start) - (block.last - block.first)
        return at + shift

    def _fills(self, begin: int, stop: int, alternatives: Sequence[str]) -> bool:
        given = self.code[begin:stop]
        if not alternatives:
            return stop - begin <= _SLOT_LIMIT and self._names_only(begin, stop)
        return any(self._fits(given, begin, alternative) for alternative in alternatives)

    def _fits(self, given: str, begin: int, alternative: str) -> bool:
        if ANYTHING not in alternative:
            return given == alternative
        head, _, rest = alternative.partition(ANYTHING)
        tail = rest.rpartition(ANYTHING)[2]
        if not given.startswith(head) or not given[len(head) :].endswith(tail):
            return False
        free = (begin + len(head), begin + len(given) - len(tail))
        return free[1] - free[0] <= _SLOT_LIMIT and self._names_only(*free)

    def _names_only(self, begin: int, stop: int) -> bool:
        return not self.index.restrictive.in_words(self._surface(begin, stop))

    def _surface(self, begin: int, stop: int) -> list[str]:
        return [word for word in self.words.words[begin:stop] if word not in PARTY or word not in self.index.restrictive.english]

    # Other exceptions ------------------------------------------------------------------------------------------------

    def _excused(self, block: Block) -> bool:
        """A replacement that means the same: the same letters split otherwise, a list marker, a party's name."""
        return self._same_letters(block) or self._is_marker(block) or self._names_a_party(block)

    def _same_letters(self, block: Block) -> bool:
        if not 0 < block.last - block.first <= 3 or not 0 < block.end - block.start <= 3:
            return False
        ours = self.words.words[block.start : block.end]
        joined = "".join(ours)
        reference = self.known[block.first : block.last]
        if len(reference) == 1:
            return self.index.encode([joined]) == reference
        return len(reference) == 2 and any(self.index.encode([joined[:i], joined[i:]]) == reference for i in range(1, len(joined)))

    def _is_marker(self, block: Block) -> bool:
        """A number that is a list marker here or there: dropped in one text, part of a line in the other."""
        if block.start == block.end and block.last - block.first == 1:
            here = [mark for at, mark in self.words.markers if at == block.start]
            return any(self.index.encode([mark]) == self.known[block.first] for mark in here)
        if block.end - block.start == 1 and block.first == block.last:
            word = self.words.words[block.start]
            at = self.words.starts[block.start]
            line = self.words.text[self.words.text.rfind("\n", 0, at) + 1 : at]
            follows = self.words.text[self.words.ends[block.start] : self.words.ends[block.start] + 1]
            return re.fullmatch(r"\d{1,2}(?:\.\d{1,2})?|[a-z]|[ivx]{1,5}", word) is not None and not line.strip(" \t*#/;>%-([") and follows in {".", ")", "]"}
        return False

    def _names_a_party(self, block: Block) -> bool:
        """``the copyright holder`` replaced by a name, after a word that leads to a name."""
        if not 0 < block.last - block.first <= 8 or not 0 < block.end - block.start <= _NAME_LIMIT:
            return False
        if not set(self.known[block.first : block.last]) <= self.party:
            return False
        around = self.words.words[max(self.start, block.start - 4) : block.start]
        return bool({"by", "of", "shall", "name", "names", "neither"} & set(around)) and self._names_only(block.start, block.end)

    def _added_is_benign(self, block: Block) -> bool:
        words = self.words.words[block.start : block.end]
        benign = (
            all(word in ARTICLES for word in words)
            or (block.first <= _TITLE_LIMIT and block.start <= self.start + _EDGE and self._is_heading(block.start, block.end))
            or self._is_notice(block.start, block.end)
            or (block.first >= self._body_end() and self._is_signature(words))
        )
        self.benign += len(words) if benign else 0
        return benign

    def _body_end(self) -> int:
        """Where the text ends without its optional end."""
        end = len(self.known)
        for first, last in reversed(self.entry.optional):
            if last >= end - 1:
                end = min(end, first)
        return end

    def _missing_is_benign(self, block: Block) -> bool:
        missing = self.known[block.first : block.last]
        benign = set(missing) <= self.articles or self._optional_between(block.first, block.last)
        self.benign += len(missing) if benign else 0
        return benign

    def _optional_between(self, first: int, last: int) -> bool:
        """Whether words ``first:last`` of the known text may be left out, articles apart."""
        at = first
        while at < last:
            ends = [end for begin, end in self.entry.optional if begin <= at < end]
            ends += [slot.end for slot in self.entry.slots if not slot.alternatives and slot.start <= at < slot.end]
            if ends:
                at = max(ends)
            elif self.known[at] in self.articles:
                at += 1
            else:
                return False
        return True

    def _is_heading(self, start: int, end: int) -> bool:
        """Lines before the text that are its title, the name of a project, or notices."""
        return all(self._is_title(a, b) or self._is_notice(a, b) or self._is_project_name(a, b) for a, b in self._lines(start, end))

    def _lines(self, start: int, end: int) -> list[tuple[int, int]]:
        found = []
        first = start
        for at in range(start + 1, end):
            if "\n" in self.words.text[self.words.ends[at - 1] : self.words.starts[at]]:
                found.append((first, at))
                first = at
        return [*found, (first, end)]

    def _is_title(self, start: int, end: int) -> bool:
        own = set(re.findall(r"\d+(?:\.\d+)*|[a-z]+", " ".join([self.entry.id, *self.entry.aliases]).lower()))
        head = set(self.known[:_TITLE_LIMIT])
        words = self.words.words[start:end]
        return len(words) <= _TITLE_LIMIT and all(
            word in own or word in _TITLE_WORDS or (code in head and not self.index.restrictive.in_words([word]))
            for word, code in zip(words, self.code[start:end], strict=True)
        )

    def _is_project_name(self, start: int, end: int) -> bool:
        words = self.words.words[start:end]
        line = self.words.text[self.words.starts[start] : self.words.ends[end - 1] + 1]
        return (
            len(words) <= 5
            and not line.endswith((".", ";", ":", ",", "!"))
            and not any(word[0].isdigit() for word in words)
            and all(word.isascii() for word in words)
            and not any(self.index.restrictive.in_words(["for", word]) for word in words)
        )

    def _is_notice(self, start: int, end: int) -> bool:
        """A notice of copyright or of authors that was not dropped as a line of its own."""
        words = self.words.words[start:end]
        if not words or words[0] not in _NOTICE_START or len(words) > 30:
            return False
        rest = words[3:] if words[:3] == ["all", "rights", "reserved"] else words
        return self._names_only_words([word for word in rest if word not in {"reserved"}])

    def _names_only_words(self, words: Sequence[str]) -> bool:
        return not self.index.restrictive.in_words(words)

    def _is_signature(self, words: Sequence[str]) -> bool:
        """A name, a place, a date at the end."""
        return len(words) <= _SIGNATURE_LIMIT and not self.index.restrictive.in_words([word for word in words if word not in _MONTHS]) and not any(
            len(word) > 4 and word.isdigit() for word in words
        )


def _blocks(known: str, code: str, shift: int) -> list[Block]:
    found: list[Block] = []
    for operation in Indel.opcodes(known, code):
        if operation.tag == "equal":
            continue
        block = Block(operation.src_start, operation.src_end, operation.dest_start + shift, operation.dest_end + shift)
        if found and found[-1].last == block.first and found[-1].end == block.start:
            block = Block(found[-1].first, block.last, found[-1].start, block.end)
            found.pop()
        found.append(block)
    return found
