"""What bases bring to the models that are made from them: each base's part, and all of a closure together."""

from __future__ import annotations

import msgspec


class Atom(msgspec.Struct, frozen=True):
    """What one base brings to whatever is made from it. ``read``: a linked base whose own terms are used; ``owner`` is kept only
    where it matters who passes the weights on; ``leaked``: its name is on the list of leaks."""

    ids: tuple[str, ...] = ()
    limits: frozenset[str] = frozenset()
    unresolved: bool = False
    unknown: bool = False
    contradicted: bool = False
    read: bool = False
    leaked: bool = False
    owner: str | None = None


class Inheritance(msgspec.Struct, frozen=True):
    """A closure: each base with the act by which the model was made from it, and what they come to together."""

    atoms: tuple[tuple[Atom, str], ...]
    ids: tuple[str, ...]
    limits: frozenset[str]
    unresolved: bool
    unknown: bool
    contradicted: bool
    read: bool
    leaked: bool
    owned: bool

    @classmethod
    def of(cls, atoms: tuple[tuple[Atom, str], ...]) -> Inheritance:
        bases = {atom for atom, _ in atoms}
        return cls(
            atoms,
            tuple(sorted({id for atom in bases for id in atom.ids})),
            frozenset(limit for atom in bases for limit in atom.limits),
            unresolved=any(atom.unresolved for atom in bases),
            unknown=any(atom.unknown for atom in bases),
            contradicted=any(atom.contradicted for atom in bases),
            read=all(atom.read for atom in bases),
            leaked=any(atom.leaked for atom in bases),
            owned=any(atom.owner is not None for atom in bases),
        )
