"""What a detected clause says in particular: motives, places, topics, thresholds with figure, operator and period, a quoted name.

The tables of phrases are data (``values`` and ``amounts`` of ``rules/clause_patterns.yaml``). What the words do not give is
named as unread, and an unread parameter never passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from openness.evidence.sentences import HIDDEN
from openness.printable import printable

#: Characters between a figure and the words that say what it counts, and those that make it a bound.
_FIGURE_NEAR, _BOUND_NEAR = 90, 40
#: A smaller number without a multiplier counts sections and days.
_LEAST_FIGURE = 10
_QUOTED = re.compile(r"[\"“”„«「『]([^\"“”„«»「」『』\n]{1,60})[\"”“»」』]")
_WORD_END = r"(?![a-zà-ÿа-я])"
_GROUPED = re.compile(r"\d{1,3}(?:[.,' \u00a0]\d{3})+")


class Read(NamedTuple):
    """A value of a table with the characters its phrase stands on."""

    value: str
    start: int
    end: int


class Amount(NamedTuple):
    """A figure in a text; ``currency`` is an ISO code or empty."""

    value: float
    currency: str
    start: int
    end: int


class Amounts:
    """Figures in words and digits, from ``amounts``: ``numbers``, ``multipliers`` and ``currencies`` (each value → spellings)."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._numbers = _by_spelling(data.get("numbers", {}))
        self._multipliers = _by_spelling(data.get("multipliers", {}))
        self._currencies = _by_spelling(data.get("currencies", {}))
        self.money = frozenset(data.get("money", ()))
        currency, times = _any_of(self._currencies), _any_of(self._multipliers)
        number = _any_of(self._numbers, begin=r"\b")
        self._pattern = re.compile(
            rf"(?:(?P<before>{currency})\s?)?(?P<figure>\d[\d.,' \u00a0]{{0,20}}|{number})[\s-]?"
            rf"(?P<times>{times})?[\s-]?(?P<times2>{times})?\s?(?:(?:of|de)\s|d')?(?P<after>{currency})?",
            re.IGNORECASE,
        )

    def find(self, text: str) -> list[Amount]:
        """Every figure in a text, in order."""
        found = []
        for match in self._pattern.finditer(text):
            value = self._figure(match["figure"])
            times = [self._multipliers[word.casefold()] for word in (match["times"], match["times2"]) if word]
            for factor in times:
                value = None if value is None else value * float(factor)
            currency = match["before"] or match["after"] or ""
            if value is not None and (times or currency or value >= _LEAST_FIGURE):
                found.append(Amount(value, self._currencies.get(currency.casefold(), ""), match.start(), match.end()))
        return found

    def _figure(self, text: str) -> float | None:
        text = text.strip(" .,'\u00a0")
        if text.casefold() in self._numbers:
            return float(self._numbers[text.casefold()])
        if text.isdigit():
            return float(text)
        if _GROUPED.fullmatch(text):
            return float(re.sub(r"\D", "", text))
        whole, _, part = text.replace(",", ".").partition(".")
        return float(f"{whole}.{part}") if whole.isdigit() and part.isdigit() else None


def _by_spelling(table: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {spelling.casefold(): value for value, spellings in table.items() for spelling in spellings}


def _any_of(spellings: Iterable[str], begin: str = "") -> str:
    """Longest first; a spelling of letters does not go on as another word (nor begin within one, where ``begin`` says so)."""
    ordered = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
    forms = (f"{begin}{re.escape(s)}{_WORD_END}" if _spaced(s) else re.escape(s) for s in ordered)
    return "|".join(forms) or r"(?!)"


def _spaced(spelling: str) -> bool:
    """Is it a word of letters, in a script that parts words by blanks?"""
    return spelling[-1:].isalpha() and spelling[-1:] < "\u3000"


def parameters(
    fixed: Mapping[str, Any], reads: Mapping[str, str], values: Mapping[str, Sequence[Read]], text: str, amounts: Amounts
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The parameters of one detected clause, and the names of those that the words around it do not give.

    ``fixed`` are those that the pattern itself says; a list among them is extended by what is read, another value replaced.
    ``reads`` is parameter → table of ``values``, or ``threshold`` or ``quoted``; ``text`` holds the found words and some beside.
    """
    params = {name: list(value) if isinstance(value, list) else value for name, value in fixed.items()}
    for name, table in reads.items():
        if table == "threshold":
            found: list[Any] = thresholds(values, text, amounts)
        elif table == "quoted":
            found = [_plain(match[1]) for match in _QUOTED.finditer(text)][:1]
        else:
            found = list(dict.fromkeys(read.value for read in longest(values.get(table, ()))))
        if not found:
            continue
        known = params.get(name)
        if isinstance(known, list):
            params[name] = [*known, *(value for value in found if value not in known)]
        elif known is not None or table == "quoted":
            params[name] = found[0]
        else:
            params[name] = found
    return params, tuple(name for name in reads if name not in params)


def _plain(quoted: str) -> str:
    return printable(quoted.replace(HIDDEN, "").strip(), 60)


def longest(reads: Sequence[Read]) -> list[Read]:
    """Without those whose words lie inside the words of a longer one: "no more than" is not "more than"."""
    return [
        one
        for one in reads
        if not any(
            other.start <= one.start and one.end <= other.end and other.end - other.start > one.end - one.start for other in reads
        )
    ]


def thresholds(values: Mapping[str, Sequence[Read]], text: str, amounts: Amounts) -> list[dict[str, Any]]:
    """Tests for a SCALE_THRESHOLD clause; none when a measure has no figure, or a figure no bound: half a limit is no limit."""
    figures = amounts.find(text)
    tests = []
    for measure, reads in _grouped(longest(values.get("measures", ()))).items():
        fitting = [figure for figure in figures if bool(figure.currency) == (measure in amounts.money)]
        near = _nearest(reads, fitting)
        bound = _nearest([near], longest(values.get("crossing", ())), _BOUND_NEAR) if near else None
        if near is None or bound is None:
            return []
        test = {"measure": measure, "op": bound.value, "value": int(near.value) if near.value.is_integer() else near.value}
        if near.currency:
            test["currency"] = near.currency
        for field, table in (("period", "periods"), ("anchor", "anchors")):
            said = _nearest([near], longest(values.get(table, ())))
            if said is not None and (field != "period" or measure in amounts.money):
                test[field] = said.value
        tests.append(test)
    return tests


def _grouped(reads: Iterable[Read]) -> dict[str, list[Read]]:
    groups: dict[str, list[Read]] = {}
    for read in reads:
        groups.setdefault(read.value, []).append(read)
    return groups


def _nearest(places: Sequence[Any], others: Sequence[Any], limit: int = _FIGURE_NEAR) -> Any:
    """Of ``others`` the one with the fewest characters to one of ``places``; None beyond ``limit``."""
    best, least = None, limit + 1
    for place in places:
        for other in others:
            gap = max(other.start - place.end, place.start - other.end, 0)
            if gap < least:
                best, least = other, gap
    return best
