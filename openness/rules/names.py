"""From the many ways to name a license (id, SPDX id, Hub tag, license_name, title, URL) to the ids they may mean.

A name that fits one license resolves to it; a name that several licenses share, or that leaves out the version, gives all
candidates, of which the strictest counts. A name that is only spelled otherwise is read as what it spells, and every reader
of the result can say so: ``how`` is ``spelling``, and ``score`` says how alike the two are. Letters may be corrected, numbers
and words that make another license of it never (``spelling``). Anything else is not resolved; the nearest known name is then
only suggested.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from openness.printable import printable
from openness.rules import license_urls, spelling
from openness.rules.name_tables import normalize

if TYPE_CHECKING:
    from openness.rules.loader import Ruleset

__all__ = ["EMPTY_NAMES", "Resolved", "normalize", "resolve"]

#: Tags that say "look elsewhere" and never name a license.
EMPTY_NAMES = frozenset({"", "other", "unknown", "none", "n-a", "na", "null", "custom", "proprietary", "undefined"})
MAX_NAME = 300
#: An address that can be nothing else: no list, no expression.
PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9.-]+/[a-z0-9_./-]*", re.IGNORECASE | re.ASCII)
#: From this score on a name with a letter error is read as the one it resembles; below, that one is only suggested.
SURE = 0.9
NEAR = 0.8


class Resolved(msgspec.Struct, frozen=True):
    """What a name stands for.

    ``how``: exact, family (several licenses share the name), spelling, url, text or none. ``score`` is below 1 for a name with
    a letter error, and for the suggestion ``nearest`` where ``how`` is none.
    """

    name: str
    ids: tuple[str, ...]
    how: str
    nearest: str | None = None
    score: float = 1.0

    @property
    def corrected(self) -> bool:
        """Was a letter error corrected? Then the name was guessed, with care, and not read."""
        return self.how == "spelling" and self.score < 1

    @property
    def shown_score(self) -> str:
        """The score with two digits, cut and never rounded up."""
        return f"{int(self.score * 100 + 1e-9) / 100:.2f}"

    @property
    def reading(self) -> str:
        """How a name that is spelled otherwise was read: the evidence for it."""
        return f"'{printable(self.name, 80)}' read as {' or '.join(self.ids)} (spelling, score {self.shown_score})"

    @property
    def certain(self) -> bool:
        """False where a corrected name may mean several licenses: nothing may then be permitted on the guess."""
        return not self.corrected or len(self.ids) == 1


def resolve(name: str, ruleset: Ruleset) -> Resolved:
    """Resolve one name or URL. Pure look-up: nothing is fetched."""
    if len(name) > MAX_NAME:
        return Resolved(name[:MAX_NAME], (), "none")
    key = normalize(name)
    if license_urls.is_address(name) or key in ruleset.addresses:
        ids = _of_address(name, ruleset)
        return Resolved(name, ids, "url" if ids else "none")
    if key in EMPTY_NAMES:
        return Resolved(name, (), "none")
    return known(name, ruleset) or _corrected(name, ruleset) or _suggested(name, key, ruleset)


def known(name: str, ruleset: Ruleset) -> Resolved | None:
    """A name as it is listed, as one of its certain spellings, or without the version that it leaves out."""
    key = normalize(name)
    family = ruleset.families.get(key)
    if family is not None:
        return Resolved(name, tuple(family["candidates"]), "family")
    # SPDX writes "or any later version" as a plus sign: one may stay with the version that is named
    base = key.removesuffix("+")
    listed = ruleset.names.get(key, []) or (ruleset.names.get(base, []) if base in ruleset.spdx else [])
    if listed:
        return Resolved(name, tuple(listed), "exact" if len(listed) == 1 else "family")
    spelled = spelling.key(name, ruleset.words)
    ids = ruleset.spellings.get(spelled, [])
    if not ids and spelled == spelling.without_numbers(spelled):
        ids = ruleset.versions.get(spelled, [])
        ids = ids if len(ids) > 1 else []  # with one candidate the missing version would be a guess
    return Resolved(name, tuple(ids), "spelling" if len(ids) == 1 else "family") if ids else None


def is_unknown_address(name: str, ruleset: Ruleset) -> bool:
    """Whether a name is a plain web address for which ``resolve`` finds no license; a quick answer for many of them."""
    return PLAIN_ADDRESS.fullmatch(name) is not None and len(name) <= MAX_NAME and not _of_address(name, ruleset)


def _of_address(name: str, ruleset: Ruleset) -> tuple[str, ...]:
    """The ids of a known address; else of the name that a site's address says, which must be certain."""
    key = license_urls.address_key(name, ruleset.sites)
    if key is None:
        return ()
    if key in ruleset.addresses:
        return tuple(ruleset.addresses[key])
    for said in license_urls.names_in(key, ruleset.sites):
        found = known(said, ruleset)
        if found:
            return found.ids
    return ()


def _corrected(name: str, ruleset: Ruleset) -> Resolved | None:
    """A name in which one letter of a word or two is wrong. Several licenses as near: all of them, at their best score."""
    guesses = spelling.guesses(name, ruleset.words, ruleset.name_words)
    found = [guess for guess in guesses if guess.worded in ruleset.worded]
    best = max((guess.score for guess in found), default=0.0)
    keys = [spelling.joined(guess.worded.split(" ")) for guess in found]
    ids = tuple(dict.fromkeys(id for key in keys for id in ruleset.spellings[key]))
    if best >= SURE:
        return Resolved(name, ids, "spelling", score=min(best, 0.99))
    return Resolved(name, (), "none", ids[0], best) if ids else None


def _suggested(name: str, key: str, ruleset: Ruleset) -> Resolved:
    """Not resolved; with the known name most like it, if one is near, for people to look at."""
    if not spelling.key(name, ruleset.words):
        return Resolved(name, (), "none")
    from rapidfuzz import fuzz, process

    match = process.extractOne(key, list(ruleset.names), scorer=fuzz.ratio, score_cutoff=100 * NEAR)
    return Resolved(name, (), "none", str(match[0]), match[1] / 100) if match else Resolved(name, (), "none")
