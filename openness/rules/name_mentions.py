"""License names within running text: the longest runs of words that name a license, with the ids they may mean.

Only names as they are listed, or in one of their certain spellings, count; a letter error is never corrected within a text, and
a name of one short word counts only beside a word such as "license".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from openness.rules.name_tables import normalize
from openness.rules.names import EMPTY_NAMES, known

if TYPE_CHECKING:
    from openness.rules.loader import Ruleset

TOKEN = re.compile(r"[A-Za-zÀ-ÿ0-9][A-Za-zÀ-ÿ0-9_.+-]*(?<![.,])")
#: No license has a longer name.
MOST_WORDS = 10
MAX_TEXT = 600
#: Beside one of these a single word is the name of a license.
BESIDE = re.compile(
    r"(?:\b(?:licen[cs]\w*|lizenz\w*|licencia|licença|under|unter|sous|bajo|sob)\W{0,3}(?:the |la |der |die |a )?$)"
    r"|(?:^\W{0,3}(?:open[- ]?source |style )?(?:licen[cs]\w*|lizenz|许可|協議|协议|授权|ライセンス|라이선스|라이센스|лиценз))"
    r"|(?:(?:许可|协议|采用|遵循|ライセンス|라이선스|лицензи\w*)\W{0,3}$)",
    re.IGNORECASE,
)


#: An item of a list: "MIT or Apache-2.0", "MIT (code), CC-BY-4.0 (weights)".
LISTED_BEFORE = re.compile(r"(?:^|[,;/(]|\b(?:or|and|either|both))\s*$", re.IGNORECASE)
#: The end of a run that goes on behind a name: an open bracket or quotation mark, an article.
CUT = re.compile(r"\([^()]*$|^[^\"]*\"[^\"]*$|\b(?:the|an?)$", re.IGNORECASE)
#: In a longer text a word between commas is no item of a list of licenses.
LISTED_TEXT = 60
LISTED_BEHIND = re.compile(r"\s*(?:$|[,;/()]|(?:or|and)\b)", re.IGNORECASE)


class Mention(msgspec.Struct, frozen=True):
    """A license that a text names: from ``start`` to ``end``."""

    start: int
    end: int
    text: str
    ids: tuple[str, ...]


def mentions(text: str, ruleset: Ruleset) -> tuple[Mention, ...]:
    """The licenses that a text names, in order, of names within names the longest."""
    return tuple(_mentions(text[:MAX_TEXT], ruleset))


def _mentions(text: str, ruleset: Ruleset) -> Iterator[Mention]:
    tokens = list(TOKEN.finditer(text))
    first_words = _first_words(ruleset)
    at = 0
    while at < len(tokens):
        found = _longest(text, tokens, at, ruleset) if _first(tokens[at][0]) in first_words else None
        if found is None:
            at += 1
            continue
        size, mention = found
        yield mention
        at += size


def _longest(text: str, tokens: list[re.Match[str]], at: int, ruleset: Ruleset) -> tuple[int, Mention] | None:
    for size in range(min(MOST_WORDS, len(tokens) - at), 0, -1):
        start, end = tokens[at].start(), tokens[at + size - 1].end()
        name = text[start:end]
        key = normalize(name)
        if CUT.search(name) or key in EMPTY_NAMES or (size == 1 and not _alone(text, start, end)):
            continue
        found = known(name, ruleset)
        if found is not None:
            return size, Mention(start, end, name, found.ids)
    return None


def _alone(text: str, start: int, end: int) -> bool:
    """May one word be a name? As the whole text or an item of a list, with a number in it, or beside a word that says so."""
    name = text[start:end]
    if not text[:start].strip(" .:'\"()") and not text[end:].strip(" .:'\"()"):
        return True
    if re.search(r"\d", name) and "-" in name:
        return True
    if len(text) <= LISTED_TEXT and LISTED_BEFORE.search(text[:start]) and LISTED_BEHIND.match(text[end:]):
        return True
    return bool(BESIDE.search(text[max(0, start - 30) : start]) or BESIDE.match(text[end : end + 30]))


def _first(word: str) -> str:
    return re.split(r"[-_.\d]", word.casefold(), maxsplit=1)[0]


@lru_cache(maxsize=4)
def _of_names(names: frozenset[str]) -> frozenset[str]:
    return frozenset(_first(name) for name in names)


def _first_words(ruleset: Ruleset) -> frozenset[str]:
    spelled = {phrase[0] for pairs in ruleset.words.same.values() for phrase, _ in pairs}
    names = frozenset({*ruleset.names, *ruleset.families, *ruleset.worded, *spelled})
    return _of_names(names)
