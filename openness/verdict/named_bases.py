"""Bases that a card names without linking them, and what a model's own name hints at.

A bare name is looked up in the table of released models; the model's own earlier stage brings no foreign terms; anything else
leaves open whether, and from what, the model is derived. A name never makes anything more open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from openness.evidence.base_names import BaseName, LineageWords, family_words, listed, own_stage, owner_of, stated
from openness.evidence.lineage import hub_id, names
from openness.evidence.merge_config import UNREAD
from openness.evidence.repository_evidence import RepositoryEvidence
from openness.printable import printable
from openness.records import Fact, Finding
from openness.rules.releases import Release, Releases, key_of

BASE_PLACED, NAME_HINT, BASE_IS_MODEL = "base-name-known", "name-hints-at-no-other-release", "base-is-a-model"
#: Rules whose findings leave open whether the model is derived.
OPEN_ENDED = frozenset({BASE_PLACED, NAME_HINT, BASE_IS_MODEL, UNREAD})


class NamedBase(msgspec.Struct, frozen=True):
    """A base known by its name alone: ``licenses`` of every release that the name may mean, or an own earlier ``stage``."""

    text: str
    fact: str
    licenses: tuple[str, ...] = ()
    release: Release | None = None
    stage: bool = False
    relation: str = ""


def of(
    parent: RepositoryEvidence, linked: Sequence[str], releases: Releases, words: LineageWords
) -> Iterator[NamedBase | Finding]:
    """The named bases of a repository beside those it links to (``linked``), and findings for names that cannot be placed."""
    found = [*_all_named(parent, words)]
    for fact, base in found:
        if base.id:
            if base.id.casefold() == parent.name.casefold():
                yield _itself(fact, base)
        elif base.foreign:
            yield _no_model(fact, base)
        elif not _covered(base, linked, releases):
            yield _placed(parent, fact, base, releases, words)
    if not linked and not found and parent.kind == "hub-model":
        yield from _hints(parent, releases, words)


def ids_in(fact: Fact) -> Iterator[str]:
    """The Hub ids that a fact names, in lower case."""
    return (id for name in names(fact.value) if (id := hub_id(name)))


def _all_named(parent: RepositoryEvidence, words: LineageWords) -> Iterator[tuple[Fact, BaseName]]:
    for fact in parent.facts:
        if fact.claim == "base-model":
            yield from ((fact, base) for base in listed(fact.value, words))
        elif fact.claim == "base-stated":
            yield from ((fact, base) for base in stated(str(fact.value), words))


def _covered(base: BaseName, linked: Iterable[str], releases: Releases) -> bool:
    """Whether a name says again what a link says: the same words, or a release that the linked model belongs to."""
    key = key_of(base.text).split()
    rows = releases.of_name(base.text)
    for id in linked:
        other = key_of(id.rpartition("/")[2]).split()
        row = releases.of_id(id)
        if key[: len(other)] == other or other[: len(key)] == key or (row is not None and row in rows):
            return True
    return False


def _placed(
    parent: RepositoryEvidence, fact: Fact, base: BaseName, releases: Releases, words: LineageWords
) -> NamedBase | Finding:
    owner, name = owner_of(parent.name), parent.name.rpartition("/")[2]
    rows = releases.of_name(base.text) or releases.of_name(words.without_marks(base.text))
    foreign = [row for row in rows if owner not in row.owners]
    text = printable(base.text, 120)
    copied = any(parent.claims("quantized-hint"))
    if foreign and len(foreign) == len(rows):
        licenses = tuple(dict.fromkeys(id for row in rows for id in row.licenses))
        documented = next((row for row in rows if not row.documented), rows[0])
        return NamedBase(text, fact.id, licenses, documented, relation="quantized" if copied else "")
    if rows or (not copied and own_stage(base.text, name, owner)):
        return NamedBase(text, fact.id, stage=True)
    message = f"The base '{text}' is named without a link and is not known here, so nothing says which terms it brings."
    return Finding(f"base-name:{text}", BASE_PLACED, "asks", message, (fact.id,))


def _itself(fact: Fact, base: BaseName) -> Finding:
    message = f"The model names itself ({base.text}) as its base; that says nothing of where it comes from."
    return Finding(f"base-itself:{base.text}", "base-is-another-model", "info", message, (fact.id,))


def _no_model(fact: Fact, base: BaseName) -> Finding:
    text = printable(base.text, 160)
    message = f"What is named as the base, {text}, is no model repository, so nothing says which terms it brings."
    return Finding(f"base-no-model:{text}", BASE_IS_MODEL, "asks", message, (fact.id,))


def _hints(parent: RepositoryEvidence, releases: Releases, words: LineageWords) -> Iterator[NamedBase | Finding]:
    """A model named like a release of another publisher that states no base: a copy under the whole name, or only a hint."""
    owner, name = owner_of(parent.name), parent.name.rpartition("/")[2]
    if releases.of_id(parent.name) is not None or any(parent.claims("scratch-stated")):
        return
    if any(parent.claims("quantized-hint")):
        rows = releases.of_name(words.without_marks(name))
        if rows and not any(owner in row.owners for row in rows):
            licenses = tuple(dict.fromkeys(id for row in rows for id in row.licenses))
            fact = next(parent.claims("quantized-hint"))
            yield NamedBase(printable(words.without_marks(name), 120), fact.id, licenses, rows[0], relation="quantized")
            return
    for word in dict.fromkeys(family_words([name])):
        rows = releases.of_name(word)
        if rows and not any(owner in row.owners for row in rows):
            message = f"The name has the word {word}, which names releases of another publisher; the card states no base model."
            yield Finding(f"name-hint:{word}", NAME_HINT, "asks", message)
            return
