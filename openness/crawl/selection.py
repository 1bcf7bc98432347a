"""What a crawl is to fetch, as the user says it: repositories by name, listings by author or filter."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from openness.errors import UsageError
from openness.sources.hub_names import is_hub_id
from openness.sources.model_reference import parse
from openness.sources.snapshot import Reference

#: An id is at most 96 + 1 + 96 characters; a file with other things on its lines is no list of ids.
LONGEST_LINE = 400
MOST_LINES = 5_000_000


class Listing(msgspec.Struct, frozen=True):
    """One listing of the Hub. ``since``: only what changed after that date. ``check`` asks for models that are stored
    already, by the list of their owner: it adds nothing to the crawl."""

    author: str | None = None
    filters: tuple[str, ...] = ()
    limit: int | None = None
    since: str | None = None
    check: bool = False

    @property
    def key(self) -> str:
        """What is kept of it from one crawl to the next: its watermark stands for all of it, so a limit is part of it."""
        return msgspec.json.encode(msgspec.structs.replace(self, since=None), order="sorted").decode()

    @property
    def sort(self) -> str:
        """The newest first where only those count; the most used first where they are counted; else an order that stays."""
        return "lastModified" if self.since else "downloads" if self.limit else "createdAt"


class Selection(msgspec.Struct, frozen=True):
    """The whole of a crawl. ``since_last``: of listings only what changed since they were last gone through."""

    references: tuple[Reference, ...] = ()
    listings: tuple[Listing, ...] = ()
    since_last: bool = False

    @property
    def key(self) -> str:
        """Equal for equal selections: a crawl that was ended is found again by it."""
        plain = sorted((Reference(r.kind, r.name, r.revision) for r in self.references), key=str)
        return msgspec.json.encode(msgspec.structs.replace(self, references=tuple(plain)), order="sorted").decode()

    def joined(self, keys: Iterable[str]) -> Selection:
        """This selection, or without anything named, all of these earlier ones."""
        if self.references or self.listings:
            return self
        earlier = [msgspec.json.decode(key, type=Selection) for key in keys]
        references = dict.fromkeys(reference for one in earlier for reference in one.references)
        listings = dict.fromkeys(msgspec.structs.replace(listing, since=None) for one in earlier for listing in one.listings)
        return msgspec.structs.replace(self, references=tuple(references), listings=tuple(listings))

    def __bool__(self) -> bool:
        return bool(self.references or self.listings)


def selection(
    models: tuple[str, ...], authors: tuple[str, ...], filters: tuple[str, ...], limit: int | None, *, since_last: bool = False
) -> Selection:
    """The selection that the command line means. Raises UsageError and MissingInput."""
    references = [parse(text) for text in models]
    for reference in references:
        if reference.kind in ("folder", "evidence-file"):
            raise UsageError(f"{reference.given} is on this machine already; name models of the Hub or github:owner/repo.")
    for author in authors:
        if not is_hub_id(author) or "/" in author:
            raise UsageError(f"{author!r} is no author on the Hub; give the part of a model's id before the slash.")
    if any(not word or not word.isprintable() or len(word) > LONGEST_LINE for word in filters):
        raise UsageError("--filter takes a tag of the Hub, such as license:llama3 or text-generation.")
    listings = [Listing(author, filters, limit) for author in dict.fromkeys(authors)]
    if not authors and (filters or (limit and not references)):
        listings = [Listing(None, filters, limit)]
    elif not authors and limit:
        references = references[:limit]
    unique = {(r.kind, r.name, r.revision): r for r in references}
    return Selection(tuple(unique.values()), tuple(listings), since_last)


def read_list(text: str, name: str) -> tuple[str, ...]:
    """The ids of a list file: one a line, ``#`` comments. Raises UsageError for a line that is no id."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        word = line.partition("#")[0].strip()
        if len(word) > LONGEST_LINE or any(character.isspace() for character in word):
            raise UsageError(f"{name}, line {number}, is not one id of a model; give one id a line, # for comments.")
        if number > MOST_LINES:
            raise UsageError(f"{name} has more than {MOST_LINES} lines; split it.")
        if word:
            found.append(word)
    return tuple(found)
