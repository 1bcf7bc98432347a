"""What each base brings to the models that are made from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from openness.evidence.base_names import owner_of
from openness.sweep.graph import NOWHERE
from openness.sweep.inheritance import Atom
from openness.sweep.judging import Judge
from openness.sweep.numbers import paired
from openness.sweep.reading import leak_heads, owner_heads
from openness.verdict.named_bases import NamedBase
from openness.verdict.own_terms import OwnTerms

if TYPE_CHECKING:
    import pyarrow as arrow

#: What an atom is to models of the base's own publisher, and what to those of others (None: the same).
Brought = tuple[int, int | None]
NEVER = "$^"


class Bases(msgspec.Struct, frozen=True):
    """The different bases of a table: their ``names`` in lower case, their ``rows`` (or NOWHERE), and whether each is ``passing``
    on the terms of its own bases; ``terms`` has the number of the terms of every row of the table."""

    names: Any
    rows: Any
    passing: Any
    terms: Any


class Atoms:
    """The different things that bases bring, numbered."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._numbers: dict[Atom, int] = {}

    @property
    def listed(self) -> list[Atom]:
        """All of them, in the order of their numbers."""
        return list(self._numbers)

    def of_named(self, base: NamedBase) -> int:
        """What a base without a row brings, which the card or its name says in words."""
        forbids = not base.stage and self._judge.may_forbid(base.licenses)
        owner = owner_of(base.text) if forbids else None
        return self._number(Atom(base.licenses, leaked=self._judge.leaked(base.text), owner=owner))

    def of_bases(self, bases: Bases, own: Sequence[OwnTerms]) -> tuple[arrow.Array, arrow.Array]:
        """Of each base what it brings to models of its own publisher, and what to those of others, null where that is the same.
        ``own`` are the different terms. Most bases are looked at in groups; those whose name matters, by themselves."""
        import pyarrow as arrow
        from pyarrow import compute

        there = compute.not_equal(bases.rows, NOWHERE)
        terms = compute.if_else(there, bases.terms.take(compute.if_else(there, bases.rows, 0)), len(own)).cast(arrow.int32())
        slash = compute.match_substring(bases.names, "/")
        singly = self._singly(bases.names, terms, slash, own)
        groups = paired(paired(terms, bases.passing.cast("int32"), 2), slash.cast("int32"), 2)
        coded = groups.filter(compute.invert(singly)).dictionary_encode()
        of_group = [self._of_group(group, own) for group in coded.dictionary.to_pylist()]
        of_one = self._of_each(bases.names.filter(singly), groups.filter(singly), own)

        def column(at: int) -> arrow.Array:
            grouped = arrow.array([brought[at] for brought in of_group], arrow.int32()).take(coded.indices)
            found = compute.replace_with_mask(arrow.nulls(len(singly), arrow.int32()), compute.invert(singly), grouped)
            return compute.replace_with_mask(found, singly, arrow.array([brought[at] for brought in of_one], arrow.int32()))

        return column(0), column(1)

    def _singly(self, names: arrow.Array, terms: arrow.Array, slash: arrow.Array, own: Sequence[OwnTerms]) -> arrow.Array:
        """Bases whose name matters: it may be that of a known release or of a leak, or it matters who uploaded it."""
        import pyarrow as arrow
        from pyarrow import compute

        judge = self._judge
        says = arrow.array([*(one.stated for one in own), False], arrow.bool_()).take(terms)
        forbids = arrow.array([*(one.stated and judge.may_forbid(one.ids) for one in own), False], arrow.bool_()).take(terms)
        leaks = compute.match_substring_regex(names, leak_heads(judge.known.leaks) or NEVER)
        released = compute.match_substring_regex(names, owner_heads(judge.known.models.releases) or NEVER)
        asked = compute.and_not(compute.or_(released, compute.invert(slash)), says)
        return compute.or_(compute.or_(asked, forbids), leaks)

    def _of_group(self, group: int, own: Sequence[OwnTerms]) -> Brought:
        """What bases bring whose name does not matter."""
        terms, passes, slash = group >> 2, bool(group & 2), bool(group & 1)
        mine = own[terms] if terms < len(own) else None
        settled = (mine is not None and mine.stated) or not slash
        return self._brought(mine, passes=passes, settled=settled)

    def _of_each(self, names: arrow.Array, groups: arrow.Array, own: Sequence[OwnTerms]) -> list[Brought]:
        judge = self._judge
        known: dict[tuple[Any, ...], Brought] = {}
        found = []
        for name, group in zip(names.to_pylist(), groups.to_pylist(), strict=True):
            terms, passes, slash = group >> 2, bool(group & 2), group & 1
            mine = own[terms] if terms < len(own) else None
            stated = mine is not None and mine.stated
            release = None if stated else judge.release(name)
            leaked = judge.leaked(name)
            ids = mine.ids if mine is not None and stated else release.licenses if release else ()
            owner = owner_of(name) if judge.may_forbid(ids) else None
            key = (group, release and release.ids, leaked, owner)
            if key not in known:
                settled = stated or release is not None or not slash
                known[key] = self._brought(mine, release=release, passes=passes, leaked=leaked, owner=owner, settled=settled)
            found.append(known[key])
        return found

    def _brought(
        self,
        own: OwnTerms | None,
        *,
        passes: bool,
        settled: bool,
        release: Any = None,
        leaked: bool = False,
        owner: str | None = None,
    ) -> Brought:
        def number(own_publisher: bool) -> int:
            return self._number(
                self._judge.atom(own, release, own_publisher=own_publisher, passes_through=passes, leaked=leaked, owner=owner)
            )

        return (number(False), None) if settled else (number(True), number(False))

    def _number(self, atom: Atom) -> int:
        return self._numbers.setdefault(atom, len(self._numbers))
