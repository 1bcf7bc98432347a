"""What the file names of a row show: whether weights are there, and whether all of them are in a number format of re-uploads.

The patterns are those of ``rules/evidence/files.yaml`` and ``lineage_words.yaml``. Most of them look at the ending of a name
only; such endings repeat, so that a table of millions is looked at once an ending and not once a file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import pyarrow as arrow

#: A pattern that looks at the ending alone.
ENDINGS = re.compile(r"\\\.\((?:\?:)?[\w|?]+\)\$")
CANDIDATE, WEIGHTS, PLAIN = 1, 2, 4


class FilePatterns(msgspec.Struct, frozen=True):
    """``shows`` and ``unless``: what shows weights, and what does not in spite of its ending; ``weights``: any file of weights;
    ``quantized``: those in a number format of re-uploads."""

    shows: tuple[tuple[str, str], ...]
    weights: str
    quantized: str


class FileNames:
    """The patterns, compiled; one for all batches of a process."""

    def __init__(self, patterns: FilePatterns) -> None:
        flags = re.IGNORECASE
        self._shows = [
            (re.compile(shows, flags), re.compile(unless, flags) if unless else None) for shows, unless in patterns.shows
        ]
        self._weights = re.compile(patterns.weights, flags)
        self._quantized = re.compile(patterns.quantized, flags)
        every = [patterns.weights, patterns.quantized, *(shows for shows, _ in patterns.shows)]
        self._by_ending = all(ENDINGS.fullmatch(text) for text in every)
        self._length = _longest(every)
        self._endings: dict[str, int] = {}
        words = {word for _, unless in patterns.shows for word in _words_of(unless)}
        #: Matches every name that an exception could fit, if each exception has a word that it must have.
        self._exceptions = "|".join(sorted(words)) if words and "" not in words and self._by_ending else None

    def seen(self, siblings: arrow.Array) -> tuple[list[int], list[int]]:
        """Row numbers with weights, and row numbers whose weights are all in a number format of re-uploads."""
        import pyarrow as arrow
        from pyarrow import compute

        names, rows = compute.list_flatten(siblings), compute.list_parent_indices(siblings)
        if not len(names):
            return [], []
        names = names.cast(arrow.binary())  # slicing bytes costs a tenth of slicing text, and endings are ASCII
        tails = compute.binary_slice(names, -self._length, None) if self._by_ending else names
        coded = tails.dictionary_encode()
        kinds = [self._kind(_text(ending)) for ending in coded.dictionary.to_pylist()]

        def of_kind(wanted: int) -> arrow.Array:
            return arrow.array([bool(kind & wanted) for kind in kinds], arrow.bool_()).take(coded.indices)

        weights, plain = _different(rows.filter(of_kind(WEIGHTS))), _different(rows.filter(of_kind(PLAIN)))
        quantized = weights.filter(compute.invert(compute.is_in(weights, value_set=plain)))
        return self._shown(names, rows, of_kind(CANDIDATE)), list(quantized.to_pylist())

    def _kind(self, ending: str) -> int:
        found = self._endings.get(ending)
        if found is None:
            weights = bool(self._weights.search(ending))
            candidate = any(shows.search(ending) for shows, _ in self._shows)
            plain = weights and not self._quantized.search(ending)
            found = CANDIDATE * candidate | WEIGHTS * weights | PLAIN * plain
            if len(self._endings) < 100_000:
                self._endings[ending] = found
        return found

    def _shown(self, names: arrow.Array, rows: arrow.Array, candidates: arrow.Array) -> list[int]:
        """The rows one of whose candidates is none of the exceptions; nearly always it is the first."""
        from pyarrow import compute

        places = compute.indices_nonzero(candidates)
        if not len(places):
            return []
        places = places.filter(_starts(rows.take(places)))
        first = rows.take(places)
        coded = names.take(places).dictionary_encode()
        shown = self._are_shown(coded.dictionary).take(coded.indices)
        found = list(first.filter(shown).to_pylist())
        if len(found) < len(first):
            mask = compute.and_(candidates, compute.is_in(rows, value_set=first.filter(compute.invert(shown))))
            others = zip(rows.filter(mask).to_pylist(), names.filter(mask).to_pylist(), strict=True)
            found += dict.fromkeys(row for row, name in others if self._shows_weights(_text(name)))
        return found

    def _are_shown(self, names: arrow.Array) -> arrow.Array:
        """Which names of candidates show weights: all that no exception could fit, and of the others those that none does."""
        import pyarrow as arrow
        from pyarrow import compute

        if self._exceptions is None:
            return arrow.array([self._shows_weights(_text(name)) for name in names.to_pylist()], arrow.bool_())
        doubtful = compute.indices_nonzero(compute.match_substring_regex(names, self._exceptions, ignore_case=True))
        found = [True] * len(names)
        for place in doubtful.to_pylist():
            found[place] = self._shows_weights(_text(names[place].as_py()))
        return arrow.array(found, arrow.bool_())

    def _shows_weights(self, name: str) -> bool:
        return any(shows.search(name) and not (unless and unless.search(name)) for shows, unless in self._shows)


def _starts(rows: arrow.Array) -> arrow.Array:
    """Where numbers that are in order change."""
    import pyarrow as arrow
    from pyarrow import compute

    return arrow.concat_arrays([arrow.array([True]), compute.not_equal(rows.slice(1), rows.slice(0, len(rows) - 1))])


def _different(rows: arrow.Array) -> arrow.Array:
    """Each of numbers in order once."""
    return rows.filter(_starts(rows)) if len(rows) else rows


def _words_of(pattern: str) -> set[str]:
    """Words one of which is in each text that a pattern fits: the first letters of each branch, empty where it has none."""
    found: set[str] = set()
    for branch in _branches(pattern):
        body = branch.removeprefix("(^|/)")
        parts = _branches(body[1 : body.index(")")]) if body.startswith("(") and ")" in body else [body]
        for part in parts:
            letters = re.match(r"[a-z]*", part)
            word = letters[0] if letters else ""
            # a letter before a quantifier may be lacking
            found.add(word[:-1] if part[len(word) : len(word) + 1] in ("?", "*", "{") else word)
    return found


def _branches(pattern: str) -> list[str]:
    """The alternatives of a pattern at its outermost level."""
    found, depth, start = [], 0, 0
    for at, character in enumerate(pattern):
        if pattern[at - 1 : at] == "\\":
            continue
        depth += (character == "(") - (character == ")")
        if character == "|" and not depth:
            found.append(pattern[start:at])
            start = at + 1
    return [*found, pattern[start:]]


def _text(name: bytes | None) -> str:
    return (name or b"").decode("utf-8", "replace")


def _longest(patterns: list[str]) -> int:
    """The longest ending that a pattern names, with its dot and a line break, which ``$`` admits behind it."""
    words = [word for text in patterns for word in re.findall(r"\w+", text)]
    return 2 + max(map(len, words))
