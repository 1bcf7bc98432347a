"""Released models and what is known of them beforehand (``corpus/models.yaml``): licenses, and how far their data are documented.

A row is known by a Hub id or by a name in prose, so it stands on a name: it resolves a base that cannot be asked, or lowers a
result; it never makes anything more open than evidence does. A closing ``*`` stands for the sizes and variants of one release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any

import msgspec

from openness.packaged import packaged
from openness.rules.packaged_files import read_packaged

FILE = "models.yaml"
#: Letters and numbers (decimals whole) of a name: ``Llama 2 13B``, ``llama2-13b`` and ``LLaMA-2_13b`` are one name.
TOKEN = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+")
MAX_NAME = 200
OPEN_DATA = ("open", "partial")


class Release(msgspec.Struct, frozen=True):
    """Models that went out under the same licenses (all apply).

    ``basis``: read (``source`` says where) or memory. ``data``: what a source documents of the training data: open, partial or
    closed. ``names`` are further names that people use in prose.
    """

    ids: tuple[str, ...]
    licenses: tuple[str, ...]
    basis: str
    seen: str = ""
    source: str = ""
    names: tuple[str, ...] = ()
    data: str = ""
    data_source: str = ""

    @property
    def owners(self) -> frozenset[str]:
        return frozenset(id.partition("/")[0] for id in self.ids if "/" in id)

    @property
    def documented(self) -> bool:
        """Whether a published source documents what the model was trained on, at least in part."""
        return self.data in OPEN_DATA and bool(self.data_source)


class Releases:
    """The table, looked up by id or by name. The fuller pattern decides; rows that fit equally well are all candidates."""

    def __init__(self, rows: Iterable[Release]) -> None:
        self.rows = tuple(rows)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Releases:
        """From the parsed file. Raises msgspec.ValidationError for rows of another shape."""
        return cls(msgspec.convert(data["releases"], tuple[Release, ...]))

    @cached_property
    def _exact(self) -> dict[str, list[Release]]:
        return _index((id, row) for row in self.rows for id in row.ids if not id.endswith("*"))

    @cached_property
    def _globs(self) -> list[tuple[str, Release]]:
        return [(id, row) for row in self.rows for id in row.ids if id.endswith("*")]

    @cached_property
    def _names(self) -> dict[str, list[Release]]:
        return _index((key, row) for row in self.rows for key in _name_keys(row) if not key.endswith("*"))

    @cached_property
    def _name_globs(self) -> list[tuple[str, Release]]:
        return [(key, row) for row in self.rows for key in _name_keys(row) if key.endswith("*")]

    def of_id(self, id: str) -> Release | None:
        """The release that a Hub id belongs to."""
        id = id.casefold()
        found = self._exact.get(id) or _fullest(id, self._globs)
        return found[0] if found else None

    def of_name(self, name: str) -> tuple[Release, ...]:
        """All releases that a name in prose may mean; empty where it is not known."""
        found = key_of(name)
        return tuple(self._names.get(found) or _fullest(found, self._name_globs)) if found else ()


@cache
def load() -> Releases:
    """The packaged table, read once."""
    return Releases.of(read_packaged(packaged("corpus") / FILE))


def key_of(name: str) -> str:
    """The one form of a name: its words and numbers in lower case, a closing ``*`` kept apart."""
    star = " *" if name.endswith("*") else ""
    return " ".join(TOKEN.findall(name[:MAX_NAME].casefold())) + star


def _name_keys(row: Release) -> Iterator[str]:
    """The keys of the row's ids and names; ``gemma-2b*`` stands for ``gemma-2b`` as well as for what begins with it."""
    for name in (*(id.rpartition("/")[2] for id in row.ids), *row.names):
        key = key_of(name)
        if key and key != " *":
            yield key
            if name.endswith("*") and name[-2:-1] not in "-_. ":
                yield key.removesuffix(" *")


def _index(pairs: Iterable[tuple[str, Release]]) -> dict[str, list[Release]]:
    found: dict[str, list[Release]] = {}
    for key, row in pairs:
        rows = found.setdefault(key, [])
        if row not in rows:
            rows.append(row)
    return found


def _fullest(name: str, globs: Iterable[tuple[str, Release]]) -> list[Release]:
    fitting = [(len(glob), row) for glob, row in globs if name.startswith(glob[:-1])]
    most = max((length for length, _ in fitting), default=0)
    return list({id(row): row for length, row in fitting if length == most}.values())


def problems(data: Mapping[str, Any], licenses: Iterable[str]) -> Iterator[str]:
    """What is wrong with the file: shape, ids that two rows claim, licenses without rules, statements without a source."""
    try:
        rows = Releases.of(data).rows
    except (msgspec.ValidationError, KeyError) as error:
        yield f"the rows have another shape: {error}"
        return
    known = set(licenses)
    claimed: dict[str, int] = {}
    for number, row in enumerate(rows):
        where = row.ids[0] if row.ids else f"row {number + 1}"
        yield from (f"{where}: no such license {id}" for id in row.licenses if id not in known)
        yield from (f"{where}: {text}" for text in _row_problems(row))
        for id in row.ids:
            if claimed.setdefault(id, number) != number:
                yield f"{id} stands in two rows"


def _row_problems(row: Release) -> Iterator[str]:
    if not row.ids or not row.licenses:
        yield "a row has ids and licenses"
    for id in row.ids:
        if id != id.casefold() or id.count("/") != 1 or "*" in id[:-1] or id.endswith("/*"):
            yield f"{id} is no id in lower case, with * at most at its end and something before it"
    if row.basis not in ("read", "memory"):
        yield f"basis is read or memory, not {row.basis}"
    if row.basis == "read" and not (row.source and row.seen):
        yield "what was read has a source and a date"
    if row.data not in ("", "closed", *OPEN_DATA):
        yield f"data is open, partial or closed, not {row.data}"
    if row.data in OPEN_DATA and not row.data_source:
        yield "documented data have a data_source"
