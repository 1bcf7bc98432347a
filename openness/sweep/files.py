"""What the file names of a row show: whether weights are there, and whether all of them are in a number format of re-uploads.

The patterns are those of ``rules/evidence/files.yaml`` and ``lineage_words.yaml``. Most of them look at the ending of a name
only; such endings repeat, so that a table of millions is looked at once an ending and not once a file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from openness.sweep.numbers import begins, mask_of

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
        self._endings: dict[bytes, int] = {}
        words = {word for _, unless in patterns.shows for word in _words_of(unless)}
        #: Matches every name that an exception could fit, if each exception has a word that it must have.
        self._exceptions = "|".join(sorted(words)) if words and "" not in words and self._by_ending else None

    def seen(self, siblings: arrow.Array) -> tuple[arrow.Array, arrow.Array]:
        """Whether each row has weights, and whether its weights are all in a number format of re-uploads."""
        import pyarrow as arrow
        from pyarrow import compute

        names = compute.list_flatten(siblings).cast(arrow.binary())
        # slicing bytes costs a tenth of slicing text, and endings are ASCII
        tails = compute.binary_slice(names, -self._length, None) if self._by_ending else names
        coded = tails.dictionary_encode()
        kinds = arrow.array([self._kind(ending) for ending in coded.dictionary.to_pylist()], arrow.uint8())
        kind = compute.fill_null(kinds.take(coded.indices), 0)
        any_of = RowsOfItems(siblings).any_of
        weights, plain = any_of(_with_bit(kind, WEIGHTS)), any_of(_with_bit(kind, PLAIN))
        shown = self._shown(names, compute.list_parent_indices(siblings), _with_bit(kind, CANDIDATE))
        return mask_of(shown, len(siblings)), compute.and_not(weights, plain)

    def _kind(self, raw: bytes) -> int:
        found = self._endings.get(raw)
        if found is None:
            ending = _text(raw)
            weights = bool(self._weights.search(ending))
            candidate = any(shows.search(ending) for shows, _ in self._shows)
            plain = weights and not self._quantized.search(ending)
            found = CANDIDATE * candidate | WEIGHTS * weights | PLAIN * plain
            if len(self._endings) < 100_000:
                self._endings[raw] = found
        return found

    def _shown(self, names: arrow.Array, rows: arrow.Array, candidates: arrow.Array) -> arrow.Array:
        """The rows one of whose candidates is none of the exceptions; nearly always it is the first."""
        import pyarrow as arrow
        from pyarrow import compute

        places = compute.indices_nonzero(candidates)
        if not len(places):
            return arrow.array([], rows.type)
        owners = rows.take(places)
        first = begins(owners)
        coded = names.take(places.filter(first)).dictionary_encode()
        shown = self._are_shown(coded.dictionary).take(coded.indices)
        firsts = owners.filter(first)
        found = firsts.filter(shown)
        if len(found) == len(firsts):
            return found
        mask = compute.and_(candidates, compute.is_in(rows, value_set=firsts.filter(compute.invert(shown))))
        others = zip(rows.filter(mask).to_pylist(), names.filter(mask).to_pylist(), strict=True)
        more = dict.fromkeys(row for row, name in others if self._shows_weights(_text(name)))
        return arrow.concat_arrays([found, arrow.array(list(more), found.type)])

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


class RowsOfItems:
    """Which items of a column of lists belong to which row."""

    def __init__(self, lists: arrow.Array) -> None:
        from pyarrow import compute

        self._ends = compute.cumulative_sum(compute.fill_null(compute.list_value_length(lists), 0).cast("int32"))

    def any_of(self, items: arrow.Array) -> arrow.Array:
        """Whether any item of each row is true."""
        import pyarrow as arrow
        from pyarrow import compute

        if not len(items):
            return compute.not_equal(self._ends, 0)
        until = arrow.concat_arrays([arrow.array([0], arrow.int32()), compute.cumulative_sum(items.cast("int8").cast("int32"))])
        count = until.take(self._ends)
        before = arrow.concat_arrays([arrow.array([0], arrow.int32()), count.slice(0, max(0, len(count) - 1))])
        return compute.not_equal(count, before.slice(0, len(count)))


def _with_bit(kinds: arrow.Array, bit: int) -> arrow.Array:
    import pyarrow as arrow
    from pyarrow import compute

    return compute.equal(compute.bit_wise_and(kinds, arrow.scalar(bit, kinds.type)), arrow.scalar(bit, kinds.type))


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
