"""Declared facts: ``K=V`` as a user writes them, checked against the vocabulary of ``rules/uses.yaml``.

An unknown key or value is a usage error that names the nearest valid one; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from openness.errors import UsageError
from openness.rules.model import FactSet, FactType, FactValue, Money, Vocabulary

if TYPE_CHECKING:
    from openness.rules.loader import Ruleset

SCALE = {"": 1.0, "k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9}
NUMBER = r"(?P<number>\d[\d,_]*(?:\.\d+)?(?:e\+?\d{1,2})?)\s*(?P<scale>k|mn?|bn?)?"
PERIODS = {"year": "year", "y": "year", "yr": "year", "annual": "year", "month": "month", "mo": "month", "m": "month"}
LARGEST = 1e18


def parse(pairs: Iterable[str], ruleset: Ruleset) -> dict[str, FactValue]:
    """Facts from ``K=V`` strings, commas between several values of one key.

    Raises UsageError for an unknown key, an unknown value, or a key that is declared twice with different values.
    """
    facts: dict[str, FactValue] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        key = key.strip().casefold().replace("-", "_")
        if not equals or not value.strip():
            raise UsageError(f"--declare {_shown(pair)} is not of the form KEY=VALUE; for example --declare mau=50000.")
        kind = ruleset.vocabulary.facts.get(key)
        if kind is None:
            raise UsageError(f"--declare {_shown(key)}: no such fact{_near(key, ruleset.vocabulary.facts)}.")
        for name, found in _read(kind, value.strip(), ruleset).items():
            facts[name] = _merge(name, facts.get(name), found, kind)
    return facts


def _merge(name: str, old: FactValue | None, new: FactValue, kind: FactType) -> FactValue:
    if old is None or old == new:
        return new
    if isinstance(old, frozenset) and isinstance(new, frozenset) and (kind.many or kind.type == "places"):
        return old | new
    raise UsageError(f"--declare {kind.id} is given twice with different values for {name}; keep one of them.")


def _read(kind: FactType, value: str, ruleset: Ruleset) -> FactSet:
    if kind.type == "count":
        return {kind.id: _count(kind, value)}
    if kind.type == "money":
        return {kind.id: _money(kind, value, ruleset.vocabulary)}
    if kind.type == "places":
        return {kind.id: frozenset(_place(kind, part, ruleset.vocabulary) for part in value.split(","))}
    if kind.type == "target":
        return _target(kind, value, ruleset)
    if kind.type == "license":
        return _license(kind, value, ruleset)
    if kind.type == "words":
        return {kind.id: frozenset([value])}
    return _choice(kind, value)


def _choice(kind: FactType, value: str) -> FactSet:
    found: dict[str, frozenset[str]] = {}
    valid = dict.fromkeys(kind.values, kind.id) | {w: name for name, words in kind.sets.items() for w in words}
    words = [re.sub(r"[\s_]+", "-", part.strip().casefold()) for part in value.split(",")]
    if len(words) > 1 and not kind.many:
        raise UsageError(f"--declare {kind.id} takes one value.")
    synonyms = {"true": "yes", "false": "no", **kind.synonyms}
    for word in (synonyms.get(word, word) for word in words):
        if word not in valid:
            raise UsageError(f"--declare {kind.id}={_shown(word)}: no such value{_near(word, valid)}.")
        found[valid[word]] = found.get(valid[word], frozenset()) | {word}
    return found


def _count(kind: FactType, value: str) -> float:
    match = re.fullmatch(NUMBER, value, re.IGNORECASE)
    if not match:
        raise UsageError(f"--declare {kind.id}={_shown(value)} is not a number; write for example {kind.id}=50000 or 2e6.")
    return _number(kind, match)


def _number(kind: FactType, match: re.Match[str]) -> float:
    number = float(match["number"].replace(",", "").replace("_", "")) * SCALE[(match["scale"] or "").casefold()]
    if number > LARGEST:
        raise UsageError(f"--declare {kind.id} is larger than any figure that makes sense here ({LARGEST:.0e}).")
    return number


def _money(kind: FactType, value: str, vocabulary: Vocabulary) -> Money:
    pattern = rf"(?P<before>[A-Z]{{3}})?\s*{NUMBER}\s*(?P<after>[A-Z]{{3}})?(?:\s*(?:/|per)\s*(?P<period>[a-z]+))?"
    match = re.fullmatch(pattern, value, re.IGNORECASE)
    if not match:
        raise UsageError(f"--declare {kind.id}={_shown(value)} is not an amount; write for example 2e6USD or 3e7USD/month.")
    currency = (match["before"] or match["after"] or "USD").upper()
    if currency not in vocabulary.currencies:
        raise UsageError(
            f"--declare {kind.id}: currency {_shown(currency)} is not known{_near(currency, vocabulary.currencies)}."
        )
    period = PERIODS.get((match["period"] or "year").casefold())
    if period is None:
        raise UsageError(f"--declare {kind.id}: period {_shown(match['period'])} is not known; write /year or /month.")
    return Money(_number(kind, match), currency, period)


def _place(kind: FactType, part: str, vocabulary: Vocabulary) -> str:
    code = part.strip().upper()
    code = vocabulary.place_aliases.get(code, code)
    if code not in vocabulary.countries and code not in vocabulary.regions:
        raise UsageError(
            f"--declare {kind.id}={_shown(part)} is not an ISO 3166 code of a country, nor EU; write for example DE."
        )
    return code


def _license(kind: FactType, value: str, ruleset: Ruleset) -> FactSet:
    from openness.rules.names import normalize, resolve

    key = normalize(value)
    if key in ("proprietary", "other", "custom", "commercial"):
        return {"license": frozenset(["proprietary"]), "license_category": frozenset(["proprietary"])}
    found = resolve(value, ruleset)
    if not found.ids or found.corrected:
        near = found.nearest or " or ".join(found.ids)
        hint = f"; did you mean {near}?" if near else "; see `openness license list`"
        raise UsageError(f"--declare {kind.id}={_shown(value)}: no such license{hint}")
    unread = [id for id in found.ids if id not in ruleset.license_ids]
    if unread:
        raise UsageError(f"--declare {kind.id}={_shown(value)}: there are no rules for {', '.join(unread)} here.")
    categories = frozenset(ruleset.license(id).category for id in found.ids)
    return {"license": frozenset(found.ids), "license_category": categories}


def _target(kind: FactType, value: str, ruleset: Ruleset) -> FactSet:
    word = re.sub(r"[\s_]+", "-", value.casefold())
    word = re.sub(r"-?(?<!similar)(?<!small)(?<!foundation)-model$", "", word) or word
    family = re.fullmatch(r"(.+?)-(?:fine-?tune|derivative|adapter)d?", word)
    if family:
        kinds = frozenset(["similar-model", *kind.kinds["similar-model"]])
        return {"target": kinds, "target_family": frozenset([family[1]])}
    bare = re.sub(r"^(small|narrow|tiny)-(?!model)", "", word)
    if bare not in kind.kinds:
        raise UsageError(f"--declare {kind.id}={_shown(value)}: no such kind of model{_near(bare, kind.kinds)}.")
    found: dict[str, frozenset[str]] = {"target": frozenset([bare, *kind.kinds[bare]])}
    if bare in kind.similar:
        found["similar"] = frozenset([kind.similar[bare]])
    return found


def _near(word: str, valid: Iterable[str]) -> str:
    from rapidfuzz import fuzz, process

    choices = list(valid)
    match = process.extractOne(word, choices, scorer=fuzz.WRatio, score_cutoff=60)
    if match:
        return f"; did you mean {match[0]}?"
    listed = ", ".join(choices[:12]) + (", …" if len(choices) > 12 else "")
    return f"; known are {listed}"


def _shown(text: str) -> str:
    from openness.printable import printable

    return printable(text, 60)
