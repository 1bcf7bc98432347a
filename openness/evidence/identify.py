"""Which known license texts a document holds, and what was changed in them. Never a score alone: words decide.

``exact`` and ``same`` differ from a known text in nothing that ``differences`` does not excuse; ``partial`` lacks words and adds
none; ``altered`` is anything else that is near a known text; ``multiple`` is several texts, each whole; ``none`` the rest.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import msgspec

from openness.errors import MissingInput
from openness.evidence.alignment import Block
from openness.evidence.comparison import Comparison
from openness.evidence.differences import Differences, compare, is_benign_addition
from openness.evidence.identification import AddedWords, FoundLicense, Identification, MissingWords
from openness.evidence.license_index import LicenseIndex
from openness.evidence.mentions import mentions_in
from openness.evidence.regions import Region, Search
from openness.evidence.words import Words

__all__ = ["AddedWords", "FoundLicense", "Identification", "MissingWords", "identify", "identify_as"]
MIN_WORDS = 12
_NEAR = 0.07
_COMPARED = 6
#: Of short texts, which have many kin, more are compared.
_MOST_COMPARED, _COMPARED_WORDS = 24, 5_000
#: What a common word weighs against one that is not explained.
_MATCHED = 0.02
#: Scores this near count as the same, and the text that explains more words goes first.
_COARSE = 10
_ACCEPT = 0.62
_MAX_REGIONS = 40
#: Words that are searched for further texts, in all: a bound on time. What is left counts as added.
_MOST_SEARCHED = 250_000
#: A further text in the same document must be nearly whole: anything less would report fragments of other licenses.
_WHOLE = 0.9
#: Less of a text than this is a notice or a quotation of it.
_LEAST_COVERAGE = 0.3
_LEAST_MATCHED = 200
_LEAST_REST = 25
_SHORT_CUT = 4
_LEAST_EDGE = 12
_SCATTERED = 0.6


class _Part(NamedTuple):
    region: Region
    differences: Differences


def identify(text: str, index: LicenseIndex) -> Identification:
    """Compare a document with every known license text. Time is bounded for any text (``words.MAX_TEXT``).

    Licenses that are only named (``mentions``) are looked for where the document is not one or several whole texts.
    """
    words = index.words_of(text)
    if len(words) >= MIN_WORDS:
        number = index.exact(words.words)
        if number is not None and not words.unread:
            return _exact(index, words, number)
        search = Search(index, words.words)
        parts = _parts(search, words, 0, len(words))
        if parts:
            found = _verdict(index, words, parts, search.code)
            return found if found.whole else msgspec.structs.replace(found, mentions=mentions_in(words, index))
    return Identification("none", mentions=mentions_in(words, index), unread=words.unread)


def _exact(index: LicenseIndex, words: Words, number: int) -> Identification:
    entry = index.texts[number]
    lines = (words.line(0), words.line(len(words) - 1))
    return Identification("exact", (FoundLicense(entry.id, entry.spdx, 1.0, 1.0, lines, entry.kind, entry.aliases),))


def identify_as(text: str, id: str, index: LicenseIndex) -> Identification:
    """The difference between a document and one known license. Raises MissingInput when no text of it is in the index."""
    numbers = [number for number, entry in enumerate(index.texts) if id == entry.id or id in entry.aliases]
    if not numbers:
        raise MissingInput(f"The index has no text of {id}; see 'openness license index list'.", code="no-license-text")
    words = index.words_of(text)
    search = Search(index, words.words)
    regions = [r for n in numbers if (r := search.region(n, 0, len(words)))]
    parts = [part for region in regions if (part := _trimmed(search, words, region))]
    if not parts:
        return Identification("none", unread=words.unread)
    best = min(
        parts,
        key=lambda part: (
            part.differences.cost + len(words) - (part.differences.end - part.differences.start),
            part.region.number,
        ),
    )
    return _verdict(index, words, [best], search.code)


def _parts(search: Search, words: Words, start: int, end: int) -> list[_Part]:
    """The best text of a range, then whole further texts in what it leaves on either side and inside."""
    best = _best(search, words, start, end)
    if best is None:
        return []
    parts = [best]
    waiting = _rests(best, start, end)
    work = _MOST_SEARCHED
    while waiting and len(parts) < _MAX_REGIONS and work > 0:
        first, last = waiting.pop()
        work -= last - first
        further = _best(search, words, first, last, whole=True)
        if further is not None:
            parts.append(further)
            waiting += _rests(further, first, last)
    return sorted(parts, key=lambda part: part.region.start)


def _rests(part: _Part, start: int, end: int) -> list[tuple[int, int]]:
    inner = [(a, b) for a, b in part.differences.added if b - a >= _LEAST_REST]
    outer = [(start, part.differences.start), (part.differences.end, end)]
    return [(a, b) for a, b in (*outer, *inner) if b - a >= _LEAST_REST]


def _best(search: Search, words: Words, start: int, end: int, whole: bool = False) -> _Part | None:
    """Of the texts nearest to a range the one that leaves the fewest words unexplained."""
    regions: list[Region] = []
    top = _ACCEPT
    for number in search.candidates(start, end):
        region = search.region(number, start, end, top - _NEAR)
        if region and (region.coverage >= _WHOLE or (not whole and _is_much(region))):
            regions.append(region)
            top = max(top, region.score)
    if not any(region.score >= _ACCEPT for region in regions):
        return None
    best: tuple[float, int] | None = None
    chosen = None
    near = sorted((r for r in regions if r.score >= top - _NEAR), key=lambda r: (-round(r.score * _COARSE), -r.matched, r.number))
    for region in near[: max(_COMPARED, min(_MOST_COMPARED, _COMPARED_WORDS // max(1, end - start)))]:
        matched = _MATCHED * region.matched
        if best and best[0] < -matched:
            continue  # not even without a difference would it be nearer
        outside = (end - start) - (region.end - region.start)
        part = _trimmed(search, words, region, best[0] + matched - outside if best else inf)
        if part is None:
            continue
        outside = (end - start) - (part.differences.end - part.differences.start)
        cost = (part.differences.cost + outside - matched, region.number)
        if best is None or cost < best:
            best, chosen = cost, part
    return chosen


def _trimmed(search: Search, words: Words, region: Region, limit: float = inf) -> _Part | None:
    """The comparison, with a document's own words at either end of the window given back to the rest of the document; None where
    it costs more than ``limit``."""
    found = compare(search.index, region.number, words, search.code, region.start, region.end, limit)
    if found is None:
        return None
    first, last = region.start, region.end
    edges = list(found.added)
    while edges and _is_edge(edges[0][1] - edges[0][0], edges[0][0] - first):
        first = edges.pop(0)[1]
    while edges and _is_edge(edges[-1][1] - edges[-1][0], last - edges[-1][1]):
        last = edges.pop()[0]
    if (first, last) != (region.start, region.end):
        found = compare(search.index, region.number, words, search.code, first, last)
    return _Part(region._replace(start=first, end=last), found) if found else None


def _is_much(region: Region) -> bool:
    """More than a notice or a quotation."""
    return (region.coverage >= _LEAST_COVERAGE and region.matched >= MIN_WORDS) or (
        region.matched >= _LEAST_MATCHED and region.part >= _WHOLE
    )


def _is_edge(added: int, matched: int) -> bool:
    """Many added words near an end, with a few beyond them that happen to occur in the text too."""
    return added >= _LEAST_EDGE and matched <= _SCATTERED * added


def _verdict(index: LicenseIndex, words: Words, parts: list[_Part], code: str) -> Identification:
    added = _merged([*(span for part in parts for span in part.differences.added), *_between(index, words, parts, code)], parts)
    missing = [(first, last, at) for part in parts for first, last, at in part.differences.missing]
    gone = sum(part.differences.gone for part in parts)
    found: dict[str, FoundLicense] = {}
    for part in parts:
        entry = index.texts[part.region.number]
        lines = (words.line(part.region.start), words.line(max(part.region.start, part.region.end - 1)))
        found.setdefault(
            entry.id,
            FoundLicense(
                entry.id,
                entry.spdx,
                round(part.region.score, 4),
                round(part.region.coverage, 4),
                lines,
                entry.kind,
                entry.aliases,
            ),
        )
    if added or words.unread or any(last - first < _SHORT_CUT for first, last, _ in missing):
        verdict = "altered"
    elif missing or gone:
        verdict = "partial"
    elif len(found) > 1:
        verdict = "multiple"
    else:
        verdict = "same"
    quoted = [AddedWords(words.line(a), words.quote(a, b), words.line(b - 1)) for a, b in added]
    if words.unread:
        quoted.append(
            AddedWords(words.line(len(words)), "(the document goes on; it is too long to be read whole)", words.line(len(words)))
        )
    lacking = [MissingWords(words.line(at - 1) if at else 0, last - first) for first, last, at in missing]
    lacking += [
        MissingWords(words.line(max(0, part.region.end - 1)), part.differences.gone) for part in parts if part.differences.gone
    ]
    return Identification(
        verdict, tuple(found.values()), tuple(quoted), tuple(sorted(lacking, key=lambda m: m.after_line)), (), words.unread
    )


def _between(index: LicenseIndex, words: Words, parts: list[_Part], code: str) -> list[tuple[int, int]]:
    """What stands before, between and behind the texts, unless it is a heading or a signature."""
    spans = []
    at = 0
    before: _Part | None = None
    for part in parts:
        if at < part.region.start and not _surrounds(index, words, code, (at, part.region.start), before, part):
            spans.append((at, part.region.start))
        at, before = max(at, part.region.end), part
    if at < len(words) and not _surrounds(index, words, code, (at, len(words)), before, None):
        spans.append((at, len(words)))
    return spans


def _surrounds(
    index: LicenseIndex, words: Words, code: str, span: tuple[int, int], before: _Part | None, behind: _Part | None
) -> bool:
    """Whether a range is nothing but the end of the text before it or the heading of the one behind it."""
    for part, ends in ((before, True), (behind, False)):
        if part is not None:
            at = len(index.text(part.region.number)) if ends else 0
            around = Comparison(
                index, part.region.number, words, code, *((part.region.start, span[1]) if ends else (span[0], part.region.end))
            )
            if is_benign_addition(around, Block(at, at, *span)):
                return True
    return False


def _merged(spans: list[tuple[int, int]], parts: list[_Part]) -> list[tuple[int, int]]:
    """Added ranges in order, without those that a further text explains."""
    explained = [(part.region.start, part.region.end) for part in parts]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        rest = [(start, end)]
        for first, last in explained:
            if start <= first and last <= end and (first, last) != (start, end):
                rest = [
                    piece
                    for a, b in rest
                    for piece in ((a, max(a, min(b, first))), (min(b, max(a, last)), b))
                    if piece[0] < piece[1]
                ]
            elif start == first and end == last:
                rest = []
        kept += rest
    return sorted(set(kept))
