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
from openness.evidence.party_names import only_names
from openness.evidence.words import Words

#: Words that change no meaning wherever they stand.
ARTICLES = frozenset("the a an s".split())
#: Words of a title line beside the license's own name.
_TITLE_WORDS = frozenset(
    """
    - the a of and license licenses agreement terms conditions copyright notice version v public general open source text
    full file software project package library this is under licensed spdx identifier released by https www org com html
    htm txt md copying unlicense legal code legalcode
    """.split()
)
_END_WORDS = frozenset("end of the license agreement document text file terms and conditions".split())
_JOINING = frozenset("and or of the a is under this by for in with".split())
#: Words by which license texts name a party; a name may stand in their place.
PARTY = frozenset(
    """
    the a an this organization copyright holder holders contributors contributor author authors name names of its their
    his her regents university or and by company foundation project software licensor provider creator creators
    developer developers above listed owner
    """.split()
)
PARTY_NOUNS = frozenset(
    """
    organization holder holders contributors contributor author authors regents university company foundation licensor
    provider creator creators developer developers owner
    """.split()
)
_NAME_LIMIT = 12
_SLOT_LIMIT = 40
#: Words at the beginning of a text in which its title stands.
_HEAD = 16
_RESERVED = re.compile(r"\ball[\s*#/;%-]{1,9}rights[\s*#/;%-]{1,9}reserved\b", re.IGNORECASE)
_SIGNATURE_LIMIT = 14
_CONTINUED = 8
#: So many words may be missing at once from the instructions behind the terms.
_PART_OF_INSTRUCTIONS = 20
_EDGE = 3
_DATED = re.compile(r"\(c\)|\u00a9|\b(?:19|20)\d\d\b", re.IGNORECASE)
_MARKS = " \t*#/;>%!|\"'-"
_NOTICE_START = frozenset(
    [
        "copyright",
        "copyrights",
        "c",
        "author",
        "authors",
        "written",
        "contributed",
        "maintained",
        "maintainer",
        "email",
        "contact",
        "portions",
    ]
)


class Block(NamedTuple):
    """Between two equal stretches: words ``first:last`` of the known text against ``start:end`` of the document."""

    first: int
    last: int
    start: int
    end: int


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
        self.articles = index.codes(ARTICLES)
        self.party = index.codes(PARTY)
        self.party_nouns = index.codes(PARTY_NOUNS)
        self.restricting = index.codes(index.restrictive.english - _TITLE_WORDS)
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
            cut_front = self._may_be_missing(0, first, whole=False) and at <= self.start + _EDGE
            cut_back = self._may_be_missing(last, length, whole=False) and at >= self.end - _EDGE
            if (
                (cut_front or cut_back)
                and last - first > 1
                and not any(start <= at <= end and end - start > _EDGE for start, end in added)
            ):
                gone += last - first
            else:
                kept.append((first, last, at))
        return Differences(tuple(added), tuple(kept), gone, self.benign, self.start, self.end)

    # Slots -----------------------------------------------------------------------------------------------------------

    def _without_slots(self, blocks: list[Block]) -> list[Block]:
        for slot in self.entry.slots:
            touching = [
                b
                for b in blocks
                if b.first <= slot.end
                and b.last >= slot.start
                and not (b.first == b.last and not slot.start <= b.first <= slot.end)
            ]
            if all(block.start == block.end for block in touching) and "" not in slot.alternatives:
                continue  # nothing stands in the slot: it was left out with what is around it, or not at all
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
                if not after and block.first < block.last == at and block is not touching[0]:
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

    def _names_only(self, begin: int, stop: int, unknown: int = 2) -> bool:
        if begin >= stop:
            return True
        found = self.words.text[self.words.starts[begin] : self.words.ends[stop - 1]]
        return only_names(_RESERVED.sub(" ", found), self.index.restrictive, unknown)

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
        return len(reference) == 2 and any(
            self.index.encode([joined[:i], joined[i:]]) == reference for i in range(1, len(joined))
        )

    def _is_marker(self, block: Block) -> bool:
        """A number that is a list marker here or there: dropped in one text, part of a line in the other."""
        if block.start == block.end and block.last - block.first == 1:
            here = [mark for at, mark in self.words.markers if at == block.start]
            return any(self.index.encode([mark]) == self.known[block.first] for mark in here)
        if block.end - block.start == 1 and block.first == block.last:
            word = self.words.words[block.start]
            if (
                word.isdigit()
                and len(word) < 4
                and self._begins_line(block.start)
                and (block.end == len(self.words) or self._begins_line(block.end))
            ):
                return True  # a page's number
            if any(place == block.first and mark == self.code[block.start] for place, mark in self.entry.markers):
                return True
            at = self.words.starts[block.start]
            line = self.words.text[self.words.text.rfind("\n", 0, at) + 1 : at]
            follows = self.words.text[self.words.ends[block.start] : self.words.ends[block.start] + 1]
            return (
                re.fullmatch(r"\d{1,2}(?:\.\d{1,2})?|[a-z]|[ivx]{1,5}", word) is not None
                and not line.strip(" \t*#/;>%-([")
                and (follows in {".", ")", "]"} or word == "o")
            )
        return False

    def _names_a_party(self, block: Block) -> bool:
        """``the copyright holder`` replaced by a name, after a word that leads to a name."""
        if not 0 < block.last - block.first <= 8 or not 0 < block.end - block.start <= _NAME_LIMIT:
            return False
        replaced = set(self.known[block.first : block.last])
        if not replaced <= self.party or not replaced & self.party_nouns:
            return False
        around = self.words.words[max(self.start, block.start - 4) : block.start]
        return bool({"by", "of", "shall", "name", "names", "neither"} & set(around)) and self._names_only(block.start, block.end)

    def _added_is_benign(self, block: Block) -> bool:
        words = self.words.words[block.start : block.end]
        begins = block.first <= _HEAD and block.start <= self.start + 3 * _HEAD
        ends = block.end == self.end and block.last >= self._body_end()
        benign = (
            all(word in ARTICLES for word in words)
            or words == ["all", "rights", "reserved"]
            or (ends and "end" in words and set(words) <= _END_WORDS)
            or self._repeats_head(block.start, block.end)
            or (begins and self._is_heading(block.start, block.end))
            or self._is_notice(block.start, block.end)
            or (
                block.end - block.start <= _CONTINUED
                and self._begins_line(block.start)
                and self._continues_notice(block.start, block.end)
            )
            or (ends and len(words) <= _SIGNATURE_LIMIT and self._names_only(block.start, block.end, 0))
        )
        self.benign += len(words) if benign else 0
        return benign

    def _repeats_head(self, start: int, end: int) -> bool:
        """The beginning of the text once more, as a page's title or a running header; a page's number may stand beside it."""
        while end - start > 1 and self.words.words[start].isdigit() and len(self.words.words[start]) < 4:
            start += 1
        while end - start > 1 and self.words.words[end - 1].isdigit() and len(self.words.words[end - 1]) < 4:
            end -= 1
        own_line = self._begins_line(start) and (end == len(self.words) or self._begins_line(end))
        return own_line and self.code[start:end] in self.known[: 2 * _HEAD]

    def _begins_line(self, at: int) -> bool:
        return at == 0 or "\n" in self.words.text[self.words.ends[at - 1] : self.words.starts[at]]

    def _body_end(self) -> int:
        """Where the text ends without its optional end."""
        end = len(self.known)
        for first, last in reversed(self.entry.optional):
            if last >= end - 1:
                end = min(end, first)
        return end

    def _missing_is_benign(self, block: Block) -> bool:
        missing = self.known[block.first : block.last]
        benign = (
            set(missing) <= self.articles
            or self._may_be_missing(block.first, block.last, whole=True)
            or (block.last <= self._title_end() and not set(missing) & self.restricting)
            or self._dropped_here(block)
            or (block.last - block.first >= _PART_OF_INSTRUCTIONS and block.first >= self._body_end())
        )
        self.benign += len(missing) if benign else 0
        return benign

    def _may_be_missing(self, first: int, last: int, *, whole: bool) -> bool:
        """Whether words ``first:last`` of the known text are optional parts, slots for names and articles. ``whole``: a part
        must lie in them whole, but for articles at its beginning."""
        at = first
        while at < last:
            ends = [slot.end for slot in self.entry.slots if not slot.alternatives and slot.start <= at < slot.end]
            for begin, end in self.entry.optional:
                if begin <= at < end and (not whole or (end <= last and set(self.known[begin:at]) <= self.articles)):
                    ends.append(end)
            if ends:
                at = max(ends)
            elif self.known[at] in self.articles:
                at += 1
            else:
                return False
        return True

    def _title_end(self) -> int:
        return max((end for begin, end in self.entry.optional if begin == 0), default=0)

    def _dropped_here(self, block: Block) -> bool:
        """The words stand in the document, in a line that was dropped as a notice since it begins like one."""
        begin = self.words.ends[block.start - 1] if block.start else 0
        end = self.words.starts[block.start] if block.start < len(self.words) else len(self.words.text)
        for start, stop, line in self.words.notices:
            if begin <= start and stop <= end:
                dropped = self.index.encode(self.index.words_of("x " + line.strip(_MARKS)).words[1:])
                missing = self.known[block.first : block.last]
                if Indel.distance(missing, dropped) <= abs(len(missing) - len(dropped)) + 2 and (
                    len(missing) > 2 or missing in dropped
                ):
                    return True  # a line break may have split a word or two
        return False

    def _is_heading(self, start: int, end: int) -> bool:
        """Lines before the text that are its title, the name of a project, or notices."""
        if self._is_title(start, end):
            return True
        while end > start and self.words.words[end - 1] in ARTICLES:
            end -= 1  # of a line that goes on as the text's own
        if not self._begins_line(start) or not (end == len(self.words) or self._begins_line(end)):
            return False
        return all(
            self._is_title(a, b) or self._is_notice(a, b) or self._continues_notice(a, b) or self._is_project_name(a, b)
            for a, b in self._lines(start, end)
        )

    def _continues_notice(self, start: int, end: int) -> bool:
        """A line directly below a notice with nothing but names in it."""
        above = self.words.text.rfind("\n", 0, self.words.starts[start])
        return any(
            stop <= above + 1 and not self.words.text[stop:above].strip(_MARKS) and "\n" not in self.words.text[stop:above]
            for _, stop, _ in self.words.notices
        ) and self._names_only(start, end)

    def _lines(self, start: int, end: int) -> list[tuple[int, int]]:
        found = []
        first = start
        for at in range(start + 1, end):
            if "\n" in self.words.text[self.words.ends[at - 1] : self.words.starts[at]]:
                found.append((first, at))
                first = at
        return [*found, (first, end)]

    def _is_title(self, start: int, end: int) -> bool:
        """Only words of the license's own names, of its first line, and of titles in general."""
        own = set(self.entry.title)
        head = set(self.known[:_HEAD]) - self.restricting
        words = self.words.words[start:end]
        return (
            len(words) <= 2 * _HEAD
            and not set(words) <= _JOINING
            and all(
                code in own or word in _TITLE_WORDS or code in head
                for word, code in zip(words, self.code[start:end], strict=True)
            )
        )

    def _is_project_name(self, start: int, end: int) -> bool:
        words = self.words.words[start:end]
        shown = self.words.text[self.words.starts[start] : self.words.ends[end - 1]]
        line = self.words.text[self.words.starts[start] : self.words.ends[end - 1] + 1]
        capitals = all(word[0].isupper() for word in re.findall(r"[^\W\d_]+", shown))
        return (
            len(words) <= 5
            and (capitals or len(words) == 1)
            and shown.isascii()
            and not line.endswith((".", ";", ":", ",", "!"))
            and not any(word[0].isdigit() for word in words)
            and not self.index.restrictive.speaks(shown)
        )

    def _is_notice(self, start: int, end: int) -> bool:
        """Notices of copyright or of authors that were not dropped as lines of their own; a page's number may stand before."""
        words = self.words.words
        while start < end and words[start].isdigit() and len(words[start]) < 4:
            start += 1
        first = start
        while first > self.start and words[start:end] and words[first] not in _NOTICE_START and start - first < _NAME_LIMIT:
            first -= 1  # the notice may have begun with words that the text has too
        if start == end or words[first] not in _NOTICE_START:
            return False
        named = first == start - 1 and words[first].startswith("copyright")
        if (
            first < start
            and not named
            and not _DATED.search(self.words.text[self.words.starts[first] : self.words.starts[start]])
        ):
            return False
        return self._names_only(first, end)


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
