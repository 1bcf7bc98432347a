"""Words that can limit a permission: what a normalizer drops is searched for them first.

The lists are data (``corpus/restrictive_words.yaml``); this module only says how they count.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

_LATIN = re.compile(r"[a-zà-öø-ÿ]")
_LOOK_ALIKE = re.compile(r"[\u0370-\u03ff\u0400-\u052f\u13a0-\u13ff\u2d00-\u2d2f]")
#: With the vowel signs of Indic and Southeast Asian scripts, which are marks and no letters.
_WORD = re.compile(r"[^\W_][^\W_\u0300-\u036f\u0900-\u0dff\u0e00-\u0fff]*(?:[\u0300-\u036f\u0900-\u0dff\u0e00-\u0fff][^\W_]*)*")
#: Drawn by no line of a text: they hide in words.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_LONG = 6
#: From here on a word may be several without blanks between them.
_JOINED = 12
_NO_WORD = 30
_LEAST_JOINED = 9
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SPACED = re.compile(r"(?:(?<![^\W_])[^\W\d_][ \t]+){5}")
_DIGIT_IN_WORD = re.compile(r"[^\W\d_]\d|\d[^\W\d_]")
_DIGITS_AS_LETTERS = (str.maketrans("013457", "oieast"), str.maketrans("013457", "oleast"))
_ACRONYM = re.compile(r"\b(?:[A-Za-z]\.){2,8}")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_INNER_MARK = re.compile(r"(?<=\w)[*_~-]+(?=\w)")


class RestrictiveWords:
    """The lists, ready for look-up.

    ``data`` is the parsed YAML: ``restrictive`` and ``sensitive`` by language, ``phrases`` by script, ``institutions``,
    ``purpose_words``, ``leading_words``.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.english = frozenset(data["restrictive"]["en"])
        self._foreign = frozenset(w for language, words in data["restrictive"].items() if language != "en" for w in words)
        self.sensitive = frozenset(w for words in data["sensitive"].values() for w in words)
        self.leading = frozenset(data["leading_words"])
        self.institutions = frozenset(data["institutions"])
        self.purpose = frozenset(data["purpose_words"])
        self._long = tuple(w for w in self.english if len(w) > _LONG)
        self._phrases = tuple(unicodedata.normalize("NFKC", w) for words in data["phrases"].values() for w in words)

    def in_text(self, text: str) -> bool:
        """Whether a part of a text that would be dropped can limit a permission, also when its words are run together, spaced
        out, or written with digits for letters."""
        text = INVISIBLE.sub("", unicodedata.normalize("NFKC", html.unescape(text)))
        if _SPACED.search(text):
            return True
        text += " ".join(match.replace(".", "") for match in ["", *_ACRONYM.findall(text)])
        if _DIGIT_IN_WORD.search(text):
            text += " " + " ".join(word.strip("0123456789") for word in _WORD.findall(text) if not word.isdigit())
            for letters in _DIGITS_AS_LETTERS:
                text += " " + " ".join(word.translate(letters) for word in _WORD.findall(text) if not word.isdigit())
        text = _CAMEL.sub(" ", text).casefold()
        return self.in_words([*_WORD.findall(text), *_WORD.findall(_INNER_MARK.sub("", text))])

    def speaks(self, text: str) -> bool:
        """The same for parts that hold no names, such as comments: there a word on purpose (``research``) is enough."""
        if self.in_text(text):
            return True
        words = _WORD.findall(unicodedata.normalize("NFKC", html.unescape(text)).casefold())
        return not self.sensitive.isdisjoint(words)

    def in_words(self, words: Iterable[str]) -> bool:
        """The same for words that are already lower-cased."""
        words = [*(words := list(words)), *(_plain(word) for word in words if not word.isascii())]
        if not self.english.isdisjoint(words):
            return True
        foreign = self._foreign.intersection(words)
        if len(foreign) > 1 or any(len(word) >= _LONG or not _LATIN.search(word) for word in foreign):
            return True
        if any(
            len(word) >= _JOINED and (len(word) > _NO_WORD or any(long in word for long in self._long))
            for word in words
            if not _CJK.match(word)
        ):
            return True
        if any(self._run_together(word) for word in words if len(word) >= _LEAST_JOINED):
            return True
        return any(map(_mixes_scripts, words)) or self._has_phrase(words) or self._has_purpose(words)

    def strongly(self, text: str) -> bool:
        """A narrower search, for code and styles, whose own words (``not``, ``only``, ``use``) mean nothing."""
        if not text.isascii() and self.in_words([word for word in _WORD.findall(text.casefold()) if not word.isascii()]):
            return True
        words = set(_WORD.findall(text.casefold()))
        return len(self.english & words) > 1 and any(len(word) >= 8 for word in self.english & words)

    def _run_together(self, word: str) -> bool:
        """Two words without a blank, one of which limits: ``researchonly``."""
        known = self.english | self.sensitive
        parts = ((word[:at], word[at:]) for at in range(2, len(word) - 1))
        return any(a in known and b in known and (a in self.english or b in self.english) for a, b in parts)

    def _has_phrase(self, words: list[str]) -> bool:
        joined = "".join(word for word in words if not word.isascii())
        return bool(joined) and sum(min(len(phrase), 2) for phrase in self._phrases if phrase in joined) > 1

    def _has_purpose(self, words: list[str]) -> bool:
        """``for research``, unless an institution's name explains the ``for``."""
        if self.sensitive.isdisjoint(words):
            return False
        for index, word in enumerate(words):
            if word in self.purpose and self.institutions.isdisjoint(words[max(0, index - 3) : index]):
                return True
        return False


def _mixes_scripts(word: str) -> bool:
    """A Latin word with a Cyrillic or Greek letter in it is written to be read and not to be found."""
    return not word.isascii() and bool(_LATIN.search(word)) and bool(_LOOK_ALIKE.search(word))


def _plain(word: str) -> str:
    """Without accents, which also hide words."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
