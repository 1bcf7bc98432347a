"""Adds one text to an index without the sources of the others: an index holds all that another index needs of its texts.

Texts are read back as hashes of words. Adding A, then B, gives the same bytes as adding B, then A.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from openness.errors import OpennessError, UsageError
from openness.evidence import index_build, index_file
from openness.evidence.index_file import ANY_ADDRESS, ANY_WORDS, HashedSlot, HashedText
from openness.evidence.license_index import ADDRESS, ANYTHING, LicenseIndex, Origin
from openness.sources.license_folders import LicenseText

#: Marks the origin of a text that was added by itself, before the address it came from.
ADDED = "added: "
_MARKS = {ANYTHING: ANY_WORDS, ADDRESS: ANY_ADDRESS}


class Grown(msgspec.Struct, frozen=True):
    """An index with one more text. ``aliases`` are ids whose texts have the very same words; ``replaced`` tells that the id had
    another text before."""

    content: bytes
    aliases: tuple[str, ...] = ()
    replaced: bool = False


def add(
    index: LicenseIndex | None,
    text: LicenseText,
    words: Mapping[str, Any],
    *,
    replace: bool = False,
    beside: LicenseIndex | None = None,
) -> Grown:
    """``text`` added to ``index``, or to a new one with the word lists ``words`` (``restrictive``, ``equivalent``, ``standard``).

    ``beside`` is an index that is read along with it. Raises UsageError for a text that is too short, or, unless ``replace``,
    for an id that has another text in either index.
    """
    lists = index.word_lists if index else words
    new, named = index_build.hashed_text(text, lists)
    others = [known for known in (index, beside) if known is not None]
    conflict = any(_has_other_text(known, new) for known in others)
    if conflict and not replace:
        raise UsageError(
            f"The id {new.id} has another text already; choose another id, or give --replace to put this text in its place."
        )
    texts, origins, names = _content(index) if index else ([], [], {})
    if conflict:
        texts, origins, names = _without(new.id, texts, origins, names)
    same = sorted({id for known in others for id in _ids_of(known, new.digest)} - {new.id})
    texts = _merged(texts, origins, new)
    origins.append(Origin(new.id, ADDED + text.source, text.file, text.sha256))
    for name, ids in named.items():
        names[name] = sorted({*names.get(name, ()), *ids})
    content = index_file.write(texts, origins, names, lists)
    return Grown(content, tuple(same), conflict)


def _has_other_text(known: LicenseIndex, new: HashedText) -> bool:
    """Does the id stand for other words there, and not for these as well?"""
    own = {bytes(known.digest(number)) for number, text in enumerate(known.texts) if new.id == text.id or new.id in text.aliases}
    return bool(own) and new.digest not in own


def _ids_of(known: LicenseIndex, digest: bytes) -> set[str]:
    number = known.number_of(digest)
    return {known.texts[number].id, *known.texts[number].aliases} if number is not None else set()


def _content(index: LicenseIndex) -> tuple[list[HashedText], list[Origin], dict[str, list[str]]]:
    """Everything in an index, with hashes in the place of code points."""
    hash_of = index.hashes()

    def hashes(codes: str) -> tuple[int, ...]:
        return tuple(_MARKS[code] if code in _MARKS else hash_of[code] for code in codes)

    try:
        texts = [
            HashedText(
                text.id,
                text.spdx,
                text.aliases,
                text.kind,
                index.digest(number),
                hashes(index.text(number)),
                tuple(HashedSlot(slot.start, slot.end, tuple(map(hashes, slot.alternatives))) for slot in text.slots),
                text.optional,
                frozenset(hashes(text.title)),
                tuple((at, hash_of[mark]) for at, mark in text.markers),
                text.pinned,
                text.lines,
                text.notices,
            )
            for number, text in enumerate(index.texts)
        ]
    except KeyError as error:
        raise OpennessError(f"The license index {index.name} lacks the word of a text; build it again.") from error
    return texts, index.origins(), {name: list(ids) for name, ids in index.names.items()}


def _without(
    id: str, texts: Sequence[HashedText], origins: Sequence[Origin], names: Mapping[str, Sequence[str]]
) -> tuple[list[HashedText], list[Origin], dict[str, list[str]]]:
    """Without the texts of one id, and without it among the aliases of others."""
    kept = [heir for text in texts if (heir := _heir(id, text, origins)) is not None]
    left = {name: [other for other in ids if other != id] for name, ids in names.items()}
    return kept, [origin for origin in origins if origin.id != id], {name: ids for name, ids in left.items() if ids}


def _heir(id: str, text: HashedText, origins: Sequence[Origin]) -> HashedText | None:
    """A text without one of its ids: another id that has the same words goes on with it, or there is none."""
    aliases = tuple(alias for alias in text.aliases if alias != id)
    if text.id != id:
        return msgspec.structs.replace(text, aliases=aliases)
    built = {origin.id: not origin.source.startswith(ADDED) for origin in origins}
    heirs = sorted(set(aliases) & built.keys(), key=lambda heir: (not built[heir], len(heir), heir))
    if not heirs:
        return None
    return msgspec.structs.replace(text, id=heirs[0], spdx="", aliases=tuple(a for a in aliases if a != heirs[0]))


def _merged(texts: Sequence[HashedText], origins: Sequence[Origin], new: HashedText) -> list[HashedText]:
    """With the new text, or as one with the text that has the same words. Which id it goes by does not depend on the order: one
    that was built in stays, of added ones the shortest and then the first in the alphabet."""
    built = {origin.id for origin in origins if not origin.source.startswith(ADDED)}
    same = next((text for text in texts if text.digest == new.digest), None)
    if same is None:
        return [*texts, new]
    first, second = sorted((same, new), key=lambda text: (text.id not in built, len(text.id), text.id))
    merged = msgspec.structs.replace(
        first,
        aliases=tuple(sorted({*same.aliases, *new.aliases, same.id, new.id} - {first.id})),
        slots=tuple(sorted({*same.slots, *new.slots}, key=lambda slot: (slot.start, slot.end, slot.alternatives))),
        optional=tuple(sorted({*same.optional, *new.optional})),
        title=same.title | new.title,
        pinned=min(filter(None, (first.pinned, second.pinned)), default=""),
        lines=min((text.pinned, text.lines) for text in (same, new) if text.pinned)[1] if same.pinned or new.pinned else (),
        notices=tuple(sorted({*same.notices, *new.notices})),
    )
    return [merged if text is same else text for text in texts]
