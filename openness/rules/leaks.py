"""``corpus/leaks.yaml``: weights known to be public without leave of their rights holder, by repository, name and hash."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import msgspec

from openness.packaged import packaged
from openness.rules.packaged_files import read_packaged

FILE = "leaks.yaml"


class Leak(msgspec.Struct, frozen=True):
    """One leak, with who holds the rights, and who reported it when."""

    id: str
    holder: str
    what: str
    source: str
    date: str
    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    sha256: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


class Leaks(msgspec.Struct, frozen=True):
    """The list. A name alone only ever lowers, so it is enough here."""

    rows: tuple[Leak, ...] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Leaks:
        """From the parsed file. Raises msgspec.ValidationError for rows of another shape."""
        return cls(msgspec.convert(data["leaks"], tuple[Leak, ...]))

    def of_model(self, model: str, hashes: Iterable[str] = ()) -> Leak | None:
        """The leak that a repository holds by its id, its name or the hash of a file."""
        id, name, known = model.casefold(), model.casefold().rpartition("/")[2], {hash.casefold() for hash in hashes}
        for row in self.rows:
            if id in row.ids or known & set(row.sha256) or any(fnmatchcase(name, pattern) for pattern in row.names):
                return row
        return None


@cache
def load() -> Leaks:
    """The packaged list, read once."""
    return Leaks.of(read_packaged(packaged("corpus") / FILE))


def problems(data: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the file: shape, rows that match nothing, no source or date, names that match too much."""
    try:
        rows = Leaks.of(data).rows
    except (msgspec.ValidationError, KeyError) as error:
        yield f"the rows have another shape: {error}"
        return
    for row in rows:
        if not (row.ids or row.names or row.sha256):
            yield f"{row.id}: matches nothing"
        if not row.source.startswith("https://"):
            yield f"{row.id}: the source is an address"
        try:
            datetime.date.fromisoformat(row.date)
        except ValueError:
            yield f"{row.id}: the date is YYYY-MM-DD"
        for name in (*row.ids, *row.names):
            if name != name.casefold() or len(name.rstrip("*")) < 6 or "*" in name[:-1]:
                yield f"{row.id}: {name} is no name in lower case that is long enough to mean one thing"
