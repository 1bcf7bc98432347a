"""Clauses in a license text that is not known: phrases that stand near one another in one sentence, with the quoted line.

What to look for is data (``rules/clause_patterns.yaml``; its head explains the pattern language). A detected clause is a
reason to ask a person, never a permission. The text is hostile: marks that hide a word (zero-width characters, look-alike
letters, markup, hyphens at a line end) are seen through, and the time is linear in its length.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from openness.errors import RuleError
from openness.evidence.sentences import HIDDEN, LONGEST_WORD, SIGN, WORD, WORD_OR_SIGN, clean, join_hyphens, sentences
from openness.printable import printable

QUOTE_LIMIT = 300
#: Words from the first found word to the last, unless the pattern says otherwise (a sign of Chinese, Japanese or Korean
#: counts as a word).
NEAR, NEAR_SIGNS = 12, 30
#: An exclusion counts when it touches the found words or stands this near to them.
UNLESS_NEAR = 6
#: Found clauses of one type; a text that holds more is spam, and says nothing new.
MOST_OF_A_TYPE = 200
#: Words of a phrase.
LONGEST_PHRASE = 16
#: What is remembered of texts that were read, so that a hostile one cannot fill the memory: words, steps from word to word.
MOST_WORDS, MOST_STEPS = 50_000, 300_000

_ACCENT = re.compile("[\u0300-\u036f]")
_NUMBER, _ANY = -1, -2
_ALIKE = str.maketrans(
    "АВЕКМНОРСТУХІЈЅаеорсухіјѕԁԛԝһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧαοινρυκτϲϳօսոհıɑɡɩøłđħᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ01",
    "ABEKMHOPCTYXIJSaeopcyxijsdqwhlABEZHIKMNOPTYXaoivpuktcjounhiagioldhabcdefghijklmnoprstuvwyzol",
)


class DetectedClause(msgspec.Struct, frozen=True):
    """A clause type that a line of the text speaks of. ``pattern`` names what found it; ``quote`` begins on ``line``."""

    type: str
    line: int
    quote: str
    pattern: str
    language: str


class _Pattern(msgspec.Struct, frozen=True):
    type: str
    name: str
    language: str
    rows: tuple[int, ...]
    needed: frozenset[int]
    near: int
    in_order: bool
    unless: frozenset[int]


Span = tuple[int, int]


class _State:
    """Where reading a phrase has come to. ``next`` is filled as texts are read: the words of a text are few."""

    __slots__ = ("next", "places", "rows")

    def __init__(self, places: frozenset[int], rows: frozenset[int]) -> None:
        self.places = places
        self.rows = rows
        self.next: dict[int, _State | None] = {}


class ClausePatterns:
    """The patterns of ``rules/clause_patterns.yaml``, given as plain data, made ready to search.

    Raises RuleError for a pattern that cannot be read. ``restricting`` holds the names of the patterns that take something
    away, or that make a right depend on something; the others speak of duties and permissions.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.patterns: list[_Pattern] = []
        self._sets: Mapping[str, Sequence[str]] = data.get("words", {})
        self._words: dict[str, int] = {}
        self._beginnings: dict[str, int] = {}
        # Places in phrases: place → word → places after it; the rows whose phrase ends at a place; words up to a place.
        self._after: list[dict[int, list[int]]] = [{}]
        self._ends: dict[int, int] = {}
        self._depth = [0]
        rows: dict[tuple[str, ...], int] = {}
        restricting = []
        for kind in data["types"]:
            for row in kind["patterns"]:
                self.patterns.append(self._pattern(kind["id"], row, rows))
                if row.get("restricts", kind.get("restricts", "no")) == "yes":
                    restricting.append(row["name"])
        self.restricting = frozenset(restricting)
        self._lengths = sorted({len(text) for text in self._beginnings})
        uses = Counter(number for pattern in self.patterns for number in pattern.rows)
        #: The row of a pattern that the fewest patterns share → the patterns to try when it is found.
        self._by_key: dict[int, list[_Pattern]] = {}
        for pattern in self.patterns:
            self._by_key.setdefault(min(pattern.rows, key=lambda number: uses[number]), []).append(pattern)
        #: What words of a text mean here: the numbers of the pattern words that they are or begin with; which are numbered.
        self._meanings: list[tuple[int, ...]] = [()]
        self._numbers: dict[tuple[int, ...], int] = {(): 0}
        self.known: dict[str, int] = {}
        self._forget()

    def _forget(self) -> None:
        self._states: dict[frozenset[int], _State] = {}
        self._steps = 0
        self._start = self._state(frozenset([0]))

    def _pattern(self, type: str, row: Mapping[str, Any], rows: dict[tuple[str, ...], int]) -> _Pattern:
        def number(alternatives: str | Sequence[str]) -> int:
            phrases = (alternatives,) if isinstance(alternatives, str) else tuple(alternatives)
            if phrases not in rows:
                rows[phrases] = len(rows)
                for phrase in phrases:
                    self._add(phrase, rows[phrases], row["name"])
            return rows[phrases]

        language = row.get("language", "en")
        found = tuple(number(part) for part in row["find"])
        return _Pattern(
            type=type,
            name=row["name"],
            language=language,
            rows=found,
            needed=frozenset(found),
            near=row.get("near", NEAR_SIGNS if language in ("zh", "ja", "ko") else NEAR),
            in_order=row.get("order", "any") == "given",
            unless=frozenset([number(row["unless"])] if row.get("unless") else ()),
        )

    def _add(self, phrase: str, row: int, name: str) -> None:
        ends = self._extend(phrase, {0}, name, 0)
        if 0 in ends or _ANY in self._after[0] or max(self._depth[place] for place in ends) > LONGEST_PHRASE:
            raise RuleError(f"clause_patterns.yaml, {name}: '{phrase}' may be empty, is too long, or begins with any word.")
        self._ends |= dict.fromkeys(ends, row)

    def _extend(self, phrase: str, places: set[int], name: str, nested: int) -> set[int]:
        """The places where the phrase ends when it begins at one of ``places``."""
        for piece in re.findall(r"\([^()]*\)|\S+", phrase):
            if piece.startswith("("):
                places = places | self._extend(piece[1:-1], places, name, nested + 1)
            elif piece.startswith("@"):
                if piece[1:] not in self._sets or nested > 4:
                    raise RuleError(f"clause_patterns.yaml, {name}: there is no set of words for {piece} in '{phrase}'.")
                phrases = self._sets[piece[1:]]
                places = {place for text in phrases for place in self._extend(text, places, name, nested + 1)}
            else:
                places = {place for word in piece.split("/") for place in self._read(word, places)}
        return places

    def _read(self, text: str, places: set[int]) -> set[int]:
        for word in _phrase_words(text):
            here = len(self._after)
            self._after.append({})
            self._depth.append(max(self._depth[place] for place in places) + 1)
            for place in places:
                self._after[place].setdefault(self._symbol(word), []).append(here)
            places = {here}
        return places

    def _symbol(self, word: str) -> int:
        if word in ("#", "_"):
            return _NUMBER if word == "#" else _ANY
        table, text = (self._beginnings, word[:-1]) if word.endswith("*") else (self._words, word)
        return table.setdefault(text, len(self._words) + len(self._beginnings))

    def _state(self, places: frozenset[int]) -> _State:
        if places not in self._states:
            rows = frozenset(self._ends[place] for place in places if place in self._ends)
            self._states[places] = _State(places, rows)
        return self._states[places]

    def _step(self, state: _State, meaning: int) -> _State | None:
        tables = [self._after[place] for place in state.places]
        symbols = (*self._meanings[meaning], _ANY)
        places = frozenset(place for table in tables for symbol in symbols for place in table.get(symbol, ()))
        self._steps += 1
        found = state.next[meaning] = self._state(places) if places else None
        return found

    def meaning(self, word: str) -> int:
        """A number for the pattern words that this word of a text is or begins with; 0 when there are none."""
        if word in self.known:
            return self.known[word]
        found = self._look_up(word.lower() if word.isascii() else _folded(word))
        if not found and (not word.isascii() or not word.isalpha()):
            found = self._look_up(_folded(word.translate(_ALIKE)))
        if word[0].isdigit():
            found = (*found, _NUMBER)
        if found not in self._numbers:
            self._numbers[found] = len(self._meanings)
            self._meanings.append(found)
        if len(word) <= LONGEST_WORD:
            if len(self.known) >= MOST_WORDS:
                self.known.clear()
            self.known[word] = self._numbers[found]
        return self._numbers[found]

    def _look_up(self, word: str) -> tuple[int, ...]:
        exact = self._words.get(word)
        found = () if exact is None else (exact,)
        for length in self._lengths:
            if length > len(word):
                break
            beginning = self._beginnings.get(word[:length])
            if beginning is not None:
                found = (*found, beginning)
        return found

    def matches(self, sentence: Sequence[int]) -> Iterator[tuple[_Pattern, Span]]:
        """Every pattern with the words it was found in, from left to right and without overlap within one pattern."""
        stands = self._read_sentence(sentence)
        present: set[int] = set().union(*(rows for rows, _ in stands))
        possible = [p for row in present & self._by_key.keys() for p in self._by_key[row] if p.needed <= present]
        if not possible:
            return
        wanted = frozenset().union(*(p.needed | p.unless for p in possible))
        hits: dict[int, list[Span]] = defaultdict(list)
        for rows, span in stands:
            for row in rows & wanted:
                hits[row].append(span)
        for pattern in possible:
            excluded = [span for row in pattern.unless for span in hits[row]]
            for span in _windows(pattern, hits):
                if not _near_any(span, excluded):
                    yield pattern, span

    def _read_sentence(self, sentence: Sequence[int]) -> list[tuple[frozenset[int], Span]]:
        """The rows of which a phrase stands in some words, with these words, in order."""
        stands: list[tuple[frozenset[int], Span]] = []
        if self._steps > MOST_STEPS:
            self._forget()
        begin, size = self._start, len(sentence)
        for start, word in enumerate(sentence):
            if not word:
                continue
            state = begin.next[word] if word in begin.next else self._step(begin, word)
            at = start + 1
            while state is not None:
                if state.rows:
                    stands.append((state.rows, (start, at)))
                if at == size:
                    break
                following = sentence[at]
                state = state.next[following] if following in state.next else self._step(state, following)
                at += 1
        return stands


def _windows(pattern: _Pattern, hits: Mapping[int, list[Span]]) -> Iterator[Span]:
    """Spans of words that hold one hit of every row, no longer than the pattern allows."""
    if len(pattern.rows) == 1:
        yield from hits[pattern.rows[0]]
        return
    events = sorted((start, end, place) for place, row in enumerate(pattern.rows) for start, end in hits[row])
    count = len(pattern.rows)
    latest: list[Span | None] = [None] * count  # in order: of the chain up to this row; else: of the row itself
    for start, end, place in events:
        if pattern.in_order and place:
            before = latest[place - 1]
            if before is None or before[1] > start:
                continue
            latest[place] = (before[0], end)
        else:
            latest[place] = (start, end)
        whole = latest[-1:] if pattern.in_order else latest
        if pattern.in_order and place < count - 1:
            continue
        spans = [span for span in whole if span is not None]
        if len(spans) == len(whole) and (last := max(e for _, e in spans)) - (first := min(s for s, _ in spans)) <= pattern.near:
            yield first, last
            latest = [None] * count


def _near_any(span: Span, others: list[Span]) -> bool:
    first = bisect_left(others, (span[0] - UNLESS_NEAR - LONGEST_PHRASE, 0))
    beyond = bisect_left(others, (span[1] + UNLESS_NEAR + 1, 0))
    return any(end >= span[0] - UNLESS_NEAR for _, end in others[first:beyond])


def _folded(word: str) -> str:
    """Lower case, without accents, hidden characters and typographic variants."""
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", word.replace(HIDDEN, "")[:LONGEST_WORD]))
    return unicodedata.normalize("NFKC", plain).casefold()


def _phrase_words(text: str) -> Iterator[str]:
    if text in ("#", "_"):
        yield text
        return
    for match in re.finditer(rf"({WORD_OR_SIGN.pattern})(\*?)", text):
        yield _folded(match[1]) + match[2]


def detect(text: str, patterns: ClausePatterns, lines: Sequence[tuple[int, int]] | None = None) -> tuple[DetectedClause, ...]:
    """The clauses that ``text`` speaks of, by line; at most one of a type on a line.

    With ``lines`` (first and last, counted from 1 as ``license_text.lines_of`` does) only those of which a word stands in
    them: the words around them are read too, since added words change the sentence that they stand in.
    """
    seen = join_hyphens(clean(text), patterns)
    word = WORD_OR_SIGN if SIGN.search(seen) else WORD
    line_ends = [match.start() for match in re.finditer("\n", text)]
    found: dict[tuple[str, int], DetectedClause] = {}
    many: dict[str, int] = {}
    for begin, stop, lead, sentence in sentences(seen, patterns, word):
        offsets: list[int] = []
        for pattern, (first, last) in patterns.matches(sentence):
            if not offsets:
                offsets = [match.start() for match in word.finditer(seen, begin, stop)]
                offsets = [*offsets[:1] * lead, *offsets]
            start, end = offsets[first], offsets[last - 1]
            line, last_line = bisect_left(line_ends, start) + 1, bisect_left(line_ends, end) + 1
            key = (pattern.type, line)
            if key in found or many.get(pattern.type, 0) >= MOST_OF_A_TYPE:
                continue
            if lines is not None and not any(a <= last_line and line <= b for a, b in lines):
                continue
            line_begin = line_ends[line - 2] + 1 if line > 1 else 0
            quote = _quote(text, max(begin, line_begin), start, end, stop)
            found[key] = DetectedClause(pattern.type, line, quote, pattern.name, pattern.language)
            many[pattern.type] = many.get(pattern.type, 0) + 1
    return tuple(sorted(found.values(), key=lambda clause: (clause.line, clause.type)))


def _quote(text: str, begin: int, start: int, end: int, stop: int) -> str:
    """From the begin of the sentence on this line if the found words then still fit, else from the found words."""
    if end - begin > QUOTE_LIMIT - 40:
        begin = start
    quote = " ".join(text[begin : min(stop, begin + 2 * QUOTE_LIMIT)].split())
    return printable(quote if len(quote) <= QUOTE_LIMIT else quote[: QUOTE_LIMIT - 1] + "…", QUOTE_LIMIT)
