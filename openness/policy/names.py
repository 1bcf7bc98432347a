"""Whether the names in a policy exist: uses, facts, licenses, categories, sub-labels and rules. Each error names the nearest.

``openness lock`` keeps the result in the lock, so that a check of an unchanged policy need not load the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from openness.errors import UsageError
from openness.packaged import packaged
from openness.policy.check_rules import check_rules
from openness.policy.document import nearest
from openness.policy.stated import Excepted, Stated, Word
from openness.printable import printable

if TYPE_CHECKING:
    from openness.rules.loader import Ruleset

#: What may not be allowed for all models: it says that nothing is known.
UNVERIFIED = "unverified"


class Names(msgspec.Struct, frozen=True):
    """The licenses that a policy names, as written → ids."""

    licenses: Mapping[str, tuple[str, ...]]

    def ids(self, words: Iterable[Word]) -> frozenset[str]:
        return frozenset(id for word in words for id in self.licenses.get(word.text, ()))

    def allowed(self, exceptions: Iterable[Excepted]) -> dict[int, frozenset[str]]:
        """What each exception allows, by its number: the words, and the ids of the licenses among them."""
        return {one.number: frozenset(word.text for word in one.allow) | self.ids(one.allow) for one in exceptions}


def check_names(stated: Stated, ruleset: Ruleset) -> Names:
    """Raises UsageError for the first name that does not exist, with file and line."""
    categories, sub_labels = _labels()
    uses = list(ruleset.vocabulary.uses)
    for word in stated.uses:
        _one_of(word, "use", uses)
    for use, word in stated.evidence.items():
        _one_of(Word(word.place, use), "evidence: use", uses)
    for word in stated.categories or ():
        if word.text == UNVERIFIED:
            raise UsageError(f"{word.where}: allow.categories: {UNVERIFIED} cannot be allowed as such; except models one by one.")
        _one_of(word, "allow.categories: category", categories)
    for word in stated.sub_labels or ():
        _one_of(word, "allow.sub_labels: sub-label", sub_labels)
    licenses = {
        word.text: _license(word, what, ruleset)
        for what, words in (("allow.licenses", stated.licenses), ("datasets.licenses", stated.dataset_licenses))
        for word in words or ()
    }
    others = {*uses, *categories, *sub_labels, *check_rules()}
    for excepted in stated.exceptions:
        for word in excepted.allow:
            if word.text not in others:
                licenses[word.text] = _license(word, f"[[exceptions]] {excepted.number}: allow", ruleset, others)
    check_baseline(stated)
    _declared(stated, ruleset)
    return Names(licenses)


def check_baseline(stated: Stated) -> None:
    """Raises UsageError for a baseline entry of a rule that does not exist; needs no rules of licenses."""
    for known in stated.baseline:
        _one_of(Word(known.place, known.rule), "[[baseline]]: rule", list(check_rules()))


def _labels() -> tuple[list[str], list[str]]:
    """Categories and sub-labels, as ``rules/categories.yaml`` has them."""
    from openness.rules.loader import read_yaml

    data: Any = read_yaml(packaged("rules") / "categories.yaml")
    categories = dict.fromkeys(row["category"] for row in data["order"] if row["category"] != "none")
    return list(categories), [row["id"] for row in data["sub_labels"]]


def _one_of(word: Word, what: str, known: list[str]) -> None:
    if word.text not in known:
        raise UsageError(f"{word.where}: {what} {printable(word.text, 60)} does not exist; {nearest(word.text, known)}")


def _license(word: Word, what: str, ruleset: Ruleset, others: Iterable[str] = ()) -> tuple[str, ...]:
    """The ids of a license name; a family name stands for all its members."""
    from openness.rules.names import resolve

    found = resolve(word.text.removeprefix("LicenseRef-"), ruleset)
    if found.ids and not found.corrected:
        return tuple(found.ids)
    if others and word.text.startswith("LicenseRef-"):
        return (word.text,)  # a license of one's own name, such as that of an agreement
    near = " or ".join(found.ids) or found.nearest
    if others:
        raise UsageError(
            f"{word.where}: {what}: {printable(word.text, 60)} is no use, license, category, sub-label or rule; "
            + (f"did you mean {near}?" if near else nearest(word.text, others))
        )
    hint = f"did you mean {near}?" if near else "see `openness license list`."
    raise UsageError(f"{word.where}: {what}: no license is known as {printable(word.text, 60)}; {hint}")


def _declared(stated: Stated, ruleset: Ruleset) -> None:
    """Each declared fact by itself, so that the error has its line."""
    from openness.rules.declared import parse

    for pair in stated.declare:
        try:
            parse([pair.text], ruleset)
        except UsageError as error:
            raise UsageError(f"{pair.where}: {error.message.replace('--declare ', 'declare.', 1)}") from None
