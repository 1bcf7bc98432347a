"""Phrases of rule data, found in sentences in one pass: an automaton whose steps are made as texts are read.

The language of phrases is explained at the head of ``rules/clause_patterns.yaml``. A list of phrases is a row; what is found
of a sentence are rows with the words they stand on. Words are seen through accents, hidden marks and look-alike letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from openness.errors import RuleError
from openness.evidence.sentences import HIDDEN, LONGEST_WORD, WORD_OR_SIGN

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


Span = tuple[int, int]
#: Rows of which a phrase stands on some words, with these words.
Stands = list[tuple[frozenset[int], Span]]


class _State:
    """Where reading a phrase has come to. ``next`` is filled as texts are read: the words of a text are few."""

    __slots__ = ("next", "places", "rows")

    def __init__(self, places: frozenset[int], rows: frozenset[int]) -> None:
        self.places = places
        self.rows = rows
        self.next: dict[int, _State | None] = {}


class PhraseReader:
    """Rows of phrases, numbered as they are added; ``seal`` once all are there, then read sentences.

    ``sets`` are named sets of phrases that ``@name`` stands for. Raises RuleError for a phrase that cannot be read.
    """

    def __init__(self, sets: Mapping[str, Sequence[str]]) -> None:
        self._sets = sets
        self._words: dict[str, int] = {}
        self._beginnings: dict[str, int] = {}
        # Places in phrases: place → word → places after it; the rows whose phrase ends at a place; words up to a place.
        self._after: list[dict[int, list[int]]] = [{}]
        self._ends: dict[int, int] = {}
        self._depth = [0]
        self._rows: dict[tuple[str, ...], int] = {}

    def row(self, alternatives: str | Sequence[str], name: str) -> int:
        """The number of a row; ``name`` is named in errors."""
        phrases = (alternatives,) if isinstance(alternatives, str) else tuple(alternatives)
        if phrases not in self._rows:
            self._rows[phrases] = len(self._rows)
            for phrase in phrases:
                self._add(phrase, self._rows[phrases], name)
        return self._rows[phrases]

    def seal(self) -> None:
        """No more rows: ready to read."""
        self._lengths = sorted({len(text) for text in self._beginnings})
        #: What words of a text mean here: the numbers of the pattern words that they are or begin with; which are numbered.
        self._meanings: list[tuple[int, ...]] = [()]
        self._numbers: dict[tuple[int, ...], int] = {(): 0}
        self.known: dict[str, int] = {}
        self._forget()

    def _forget(self) -> None:
        self._states: dict[frozenset[int], _State] = {}
        self._steps = 0
        self._start = self._state(frozenset([0]))

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
        found = self._look_up(word.lower() if word.isascii() else folded(word))
        if not found and (not word.isascii() or not word.isalpha()):
            found = self._look_up(folded(word.translate(_ALIKE)))
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

    def read(self, sentence: Sequence[int]) -> Stands:
        """The rows of which a phrase stands in some words, with these words, in order."""
        stands: Stands = []
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


def folded(word: str) -> str:
    """Lower case, without accents, hidden characters and typographic variants."""
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", word.replace(HIDDEN, "")[:LONGEST_WORD]))
    return unicodedata.normalize("NFKC", plain).casefold()


def _phrase_words(text: str) -> Iterator[str]:
    if text in ("#", "_"):
        yield text
        return
    for match in re.finditer(rf"({WORD_OR_SIGN.pattern})(\*?)", text):
        yield folded(match[1]) + match[2]
