"""How license names are written: words and numbers of a name, what is the same in other words, and letter errors.

What does not matter in a name and what must never be guessed is data (``rules/spellings.yaml``). A letter error is one letter
missing, added, changed or swapped in a longer word; numbers, short words and words that make another license of it (research,
modified, …) are never corrected, so no correction bridges two versions or a free and a restricted license.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import islice, product
from typing import Any

import msgspec

#: A word or a number with its dots; then signs that may mean something (``+``, ``/``, ``?``, …), each by itself.
TOKEN = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+|[^\s\-_.,:;'\"()\[\]{}‐‑–—‘’“”«»]")
MARKS = str.maketrans(dict.fromkeys("®™©℠"))
#: Shorter words are never corrected: too much is one letter away from them.
SHORTEST = 5
MOST_ERRORS = 2
MOST_GUESSES = 12


class Words(msgspec.Struct, frozen=True):
    """``rules/spellings.yaml`` made ready: phrases by their first word, the longest first."""

    dropped: Mapping[str, tuple[tuple[str, ...], ...]]
    before_numbers: frozenset[str]
    same: Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]
    exact: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Every word that stands in a phrase here: known, so no misspelling of another one."""
        phrases = [*(p for ps in self.dropped.values() for p in ps), *(p for ps in self.same.values() for p, _ in ps)]
        return frozenset(word for phrase in phrases for word in phrase)


class Guess(msgspec.Struct, frozen=True):
    """The words of a name (``worded``) with its letter errors corrected; ``score`` (0 to 1): how much stays as it was."""

    worded: str
    score: float


def words_of(data: Mapping[str, Any]) -> Words:
    dropped: dict[str, list[tuple[str, ...]]] = {}
    for phrase in (tuple(str(p).split()) for p in data["drop"]):
        dropped.setdefault(phrase[0], []).append(phrase)
    same: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for phrase, other in ((tuple(str(k).split()), tuple(str(v).split())) for k, v in data["same"].items()):
        same.setdefault(phrase[0], []).append((phrase, other))
    return Words(
        {first: tuple(sorted(phrases, key=len, reverse=True)) for first, phrases in dropped.items()},
        frozenset(map(str, data["before_numbers"])),
        {first: tuple(sorted(pairs, key=lambda p: len(p[0]), reverse=True)) for first, pairs in same.items()},
        frozenset(map(str, data["exact"])),
    )


def cut(name: str) -> tuple[str, ...]:
    """The words, numbers and signs of a name. Numbers lose closing zeros (2.0 is 2); what is not known stays, so it matters."""
    text = unicodedata.normalize("NFKC", name.translate(MARKS)).casefold()
    return tuple(re.sub(r"(?:\.0+)+$", "", token) for token in TOKEN.findall(text))


def telling(tokens: tuple[str, ...], words: Words) -> list[int]:
    """The places of the tokens that say something: not license, the, or v before a number."""
    places: list[int] = []
    at = 0
    while at < len(tokens):
        phrase = next((p for p in words.dropped.get(tokens[at], ()) if tokens[at : at + len(p)] == p), None)
        if phrase:
            at += len(phrase)
            continue
        if not (tokens[at] in words.before_numbers and tokens[at + 1 : at + 2] and is_number(tokens[at + 1])):
            places.append(at)
        at += 1
    return places


def is_number(token: str) -> bool:
    return token[:1].isdigit()


def same(tokens: tuple[str, ...], words: Words) -> tuple[str, ...]:
    """What ``tokens`` say, in one form: ``creative commons attribution`` is ``cc by``; once if they say everything twice."""
    left = tuple(tokens[place] for place in telling(tokens, words))
    kept: list[str] = []
    at = 0
    while at < len(left):
        pair = next((p for p in words.same.get(left[at], ()) if left[at : at + len(p[0])] == p[0]), None)
        kept.extend(pair[1] if pair else (left[at],))
        at += len(pair[0]) if pair else 1
    half = len(kept) // 2
    return tuple(kept[:half] if half and kept[:half] == kept[half:] else kept)


def joined(tokens: Iterable[str]) -> str:
    """One string per name: spaces between words do not matter (open rail is openrail), those around numbers do."""
    parts = (f" {token} " if is_number(token) else token for token in tokens)
    return " ".join("".join(parts).split())


def worded(name: str, words: Words) -> str:
    """The words and numbers of a name in one form, a space between any two; empty for a name that says nothing."""
    return " ".join(same(cut(name), words))


def key(name: str, words: Words) -> str:
    """The form in which all certain spellings of one name are the same."""
    return joined(same(cut(name), words))


def without_numbers(key: str) -> str:
    """The part of a key that a name without version shares with it."""
    return "".join(part for part in key.split(" ") if not is_number(part))


def guesses(name: str, words: Words, vocabulary: Iterable[str]) -> list[Guess]:
    """The name with one letter error corrected in up to two of its words, in every way there is; see the module's head.

    ``vocabulary`` are the words of all known names. Nothing is guessed for a name of a single word, nor for one with a letter
    beyond ASCII: that is no slip of the keyboard.
    """
    tokens = cut(name)
    known = {*vocabulary, *words.all}
    wrong = [n for n, t in enumerate(tokens) if t.isalpha() and t not in known and t not in words.exact]
    places = telling(tokens, words)
    if not 1 <= len(wrong) <= MOST_ERRORS or len(places) < 2 or not set(places) - set(wrong):
        return []
    choices = [_corrections(token, words, known) if n in wrong else (token,) for n, token in enumerate(tokens)]
    found = []
    for corrected in islice(product(*choices), MOST_GUESSES):
        shown = sorted({*telling(corrected, words), *wrong})
        score = similarity([tokens[n] for n in shown], [corrected[n] for n in shown])
        found.append(Guess(" ".join(same(corrected, words)), score))
    return found


def similarity(one: Iterable[str], other: Iterable[str]) -> float:
    """How alike two names are, 0 to 1."""
    from rapidfuzz import fuzz

    return fuzz.ratio("-".join(one), "-".join(other)) / 100


def _corrections(token: str, words: Words, known: set[str]) -> tuple[str, ...]:
    """The words that a misspelled one may be, one letter error away; none where a word that must be exact is as near."""
    if len(token) < SHORTEST or not token.isascii() or _near(token, words.exact):
        return ()
    return tuple(word for word in _near(token, known) if len(word) >= SHORTEST)


def _near(token: str, known: Iterable[str]) -> list[str]:
    from rapidfuzz.distance import OSA

    return sorted(word for word in known if abs(len(word) - len(token)) <= 1 and OSA.distance(token, word, score_cutoff=1) <= 1)
