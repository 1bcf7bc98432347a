"""Where in a document which known text stands: candidates by shared pairs of words, then an alignment word by word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from heapq import nlargest
from itertools import accumulate, chain
from math import ceil, log
from operator import add, sub
from typing import NamedTuple

from rapidfuzz.distance import Indel

from openness.evidence.license_index import LicenseIndex

#: Text numbers that are counted for one search, the rarest pairs first: a bound on time, not on what is found. A long range may
#: hold several texts, so more are counted.
_BUDGET, _LONG_BUDGET, _LONG_SEARCH = 4_000, 12_000, 2_500
#: Of longer ranges only so many pairs are looked up, spread evenly over the range.
_LOOKED_UP = 320
_PER_RANKING = 6
#: Short texts have many near kin (MIT, BSD) and are aligned in no time, so more of them are looked at.
_MOST_PER_RANKING, _ALIGNED_WORDS = 20, 5_000
_LONG_RANGE, _LONG_PER_RANKING = 20_000, 3
#: A pair of words that a window lacks weighs this much against one that it shares.
_MISS = 0.5
_FAR = 1.3
#: What a text counts that is contained whole, and one that makes up most of the range, against one that is both.
_CONTAINED, _CONTRIBUTED = 0.97, 0.93
#: Weight below which a text is too short to be ranked by how much of it is contained.
_SHORT = 60


class Region(NamedTuple):
    """Words ``start:end`` of the document that were compared with text ``number``; ``matched`` words are common, in order."""

    number: int
    start: int
    end: int
    matched: int
    coverage: float
    part: float
    score: float


class Search:
    """One document, encoded once."""

    def __init__(self, index: LicenseIndex, words: Sequence[str]) -> None:
        self.index = index
        self.code = index.encode(words)
        self.pairs = list(map(add, self.code, self.code[1:]))

    def candidates(self, start: int, end: int) -> list[int]:
        """Numbers of the texts that may stand in a range of words: most alike, most contained, most contributing."""
        by_size: dict[int, list[memoryview]] = {}
        own = 0.0
        pairs = list(dict.fromkeys(self.pairs[start : max(start, end - 1)]))
        every = len(pairs) // _LOOKED_UP + 1
        for pair in pairs[::every]:
            found = self.index.holders(pair)
            if found:
                by_size.setdefault(found.frequency, []).append(found.texts)
                own += found.weight
        score = self._scores(by_size, _LONG_BUDGET if end - start > _LONG_SEARCH else _BUDGET)
        least = 0.1 * max(score.values(), default=0.0)
        likely = [number for number, found in score.items() if found > least]
        weights = self.index.weights
        rankings = (
            [2 * score[n] / (own + weights[n] / every) for n in likely],
            [score[n] / weights[n] if weights[n] > _SHORT else 0.0 for n in likely],
            [score[n] for n in likely],
        )
        most = max(_PER_RANKING, min(_MOST_PER_RANKING, _ALIGNED_WORDS // max(1, end - start)))
        if end - start > _LONG_RANGE:
            most = _LONG_PER_RANKING
        chosen: dict[int, None] = {}
        for ranking in rankings:
            chosen.update(dict.fromkeys(number for _, number in nlargest(most, zip(ranking, likely, strict=True))))
        return list(chosen)

    def _scores(self, by_size: dict[int, list[memoryview]], left: int) -> dict[int, float]:
        """Text number → weight of the pairs that it shares, rare pairs first until ``left`` is spent. Pairs of about the
        same frequency are counted together, which is several times faster than adding each."""
        total = len(self.index.texts)
        score: dict[int, float] = {}
        for bits in sorted(by_size):
            if left <= 0:
                break
            postings = by_size[bits][: max(1, left >> (bits - 1))]
            weight = log(1 + total / (0.75 * (1 << bits)))
            for number, count in Counter(chain.from_iterable(postings)).items():
                score[number] = score.get(number, 0.0) + weight * count
            left -= sum(map(len, postings))
        return score

    def region(self, number: int, start: int, end: int, least: float = 0.0) -> Region | None:
        """The part of a range in which a text stands, aligned; None where the two share nothing or score below ``least``."""
        known = self.index.text(number)
        if end - start > _FAR * len(known) + 20:
            window = self._window(number, start, end)
            if window is None:
                return None
            start, end = window
        code = self.code[start:end]
        total = len(known) + len(code)
        needed = max(1, ceil(least * min(total / 2, len(known) / _CONTAINED, len(code) / _CONTRIBUTED) - 1e-6))
        farthest = total - 2 * needed
        if farthest < 0 or (distance := Indel.distance(known, code, score_cutoff=farthest)) > farthest:
            return None
        matched = (total - distance) // 2
        coverage, part = matched / len(known), matched / max(1, len(code))
        score = max(
            2 * matched / total,
            _CONTAINED * coverage if len(known) >= 40 and coverage > 0.7 else 0.0,
            _CONTRIBUTED * part if matched > 40 and part > 0.8 else 0.0,
        )
        return Region(number, start, end, matched, coverage, part, score) if score >= least else None

    def _window(self, number: int, start: int, end: int) -> tuple[int, int] | None:
        """The stretch with the most pairs of the text in it: first the best of a fixed length, so that two copies are not
        taken for one, then its maximal sum, pairs that the text lacks counting against it."""
        known = self.index.text(number)
        own = set(map(add, known, known[1:]))
        hits = list(map(own.__contains__, self.pairs[start : end - 1]))
        size = int(_FAR * len(known)) + 20
        if len(hits) > size:
            sums = [0, *accumulate(hits)]
            found = list(map(sub, sums[size:], sums))
            first = found.index(max(found))
            start, hits = start + first, hits[first : first + size]
        best = total = 0.0
        begin = 0
        window = None
        for at, hit in enumerate(hits):
            total += 1.0 if hit else -_MISS
            if total <= 0.0:
                total, begin = 0.0, at + 1
            elif total > best:
                best, window = total, (start + begin, start + at + 2)
        return window
