"""Cases that no condition of the definitions can tell apart have one category."""

from __future__ import annotations

import random
from typing import Any

from openness.rules import categories, definitions
from openness.rules.case import Availability, Case, ComponentState, FactState, LicenseClass
from openness.sweep.distinctions import Distinctions
from openness.verdict.classification import WEIGHTS

KNOWN = definitions.load()
SEEN = Distinctions(KNOWN)
#: The facts that a table can give, with the values that they may have.
VALUES: dict[str, tuple[str, ...]] = {
    name: tuple(KNOWN.limits) if name == "limits" else tuple(KNOWN.facts[name].values)
    for name in ("status", "terms", "limits", "derived", "base-terms", "terms-contradiction", "right-holder-doubt")
}
IDS = [(), ("mit",), ("apache-2.0", "mit"), ("cc-by-nc-4.0",), ("no-such-license",)]


def facts(chance: random.Random) -> dict[str, FactState]:
    found = {}
    for name, values in VALUES.items():
        if chance.random() < 0.25:
            some = chance.sample(values, chance.choice([0, 1, 1, 1, 2]))
            found[name] = FactState(frozenset(some), (), chance.random() < 0.8)
    return found


def outcome(found: dict[str, FactState], ids: tuple[str, ...], license: LicenseClass) -> tuple[object, ...]:
    case = Case({WEIGHTS: ComponentState(WEIGHTS, Availability.PUBLISHED, ids, license)}, found)
    result = categories.categorize(case, KNOWN)
    return result.category, result.sub_label, result.status


def test_what_looks_alike_is_judged_alike() -> None:
    chance = random.Random(11)
    groups: dict[Any, set[tuple[object, ...]]] = {}
    for _ in range(6000):
        found, ids, license = facts(chance), chance.choice(IDS), chance.choice(list(LicenseClass))
        key = (SEEN.of_facts(found), SEEN.of_licenses(ids, license), license)
        groups.setdefault(key, set()).add(outcome(found, ids, license))
    assert len(groups) < 4000  # many cases do look alike
    assert [outcomes for outcomes in groups.values() if len(outcomes) > 1] == []


def test_limits_that_nothing_asks_for_look_alike() -> None:
    asked = FactState(frozenset({"noncommercial"}))
    assert SEEN.of_facts({"limits": asked}) != SEEN.of_facts({"limits": FactState(frozenset())})
    assert len({SEEN.of_facts({"limits": FactState(frozenset({name}))}) for name in KNOWN.limits}) < len(KNOWN.limits)


def test_a_further_limit_that_changes_the_result_is_seen() -> None:
    changed = []
    for first in KNOWN.limits:
        before = {"limits": FactState(frozenset({first})), "terms": FactState(frozenset({"source-available"}))}
        for more in KNOWN.limits:
            after = {**before, "limits": FactState(frozenset({first, more}))}
            if outcome(before, ("mit",), LicenseClass.RESTRICTED) != outcome(after, ("mit",), LicenseClass.RESTRICTED):
                changed.append(SEEN.of_facts(before) != SEEN.of_facts(after))
    assert len(changed) > 10
    assert all(changed)
