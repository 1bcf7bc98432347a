"""The fingerprints of known license texts: read-only, memory-mapped, hashes of words and never the words.

A file is a magic number, a JSON header, aligned sections and a digest of it all. A word is the first eight bytes of its
BLAKE2b; a text is a string with one code point a word, the more frequent the lower, so that rapidfuzz aligns texts as it
aligns strings. Pairs of neighboring words lead to the texts that hold them. ``index_file`` writes the file.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from math import log
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from openness.errors import IntegrityError, MissingInput
from openness.evidence.license_version import FILE
from openness.evidence.restrictive import RestrictiveWords
from openness.evidence.standard_wording import StandardWording
from openness.evidence.words import Words, words_of
from openness.packaged import packaged

MAGIC = b"OPNLIDX3"
#: Stands for a word that no known text has; it never equals a word of one.
UNKNOWN = "\U0010ffff"
#: In an alternative of a slot: any words.
ANYTHING = "\U0010fffe"
#: As the one alternative of a slot: a postal address.
ADDRESS = "\U0010fffd"
#: Words that a name may have or not ("Version 2.0", "v2.0", "2.0").
UNSAID = frozenset({"version", "v", "the"})
BUCKET_BITS = 16
_REMEMBERED = 100_000
_PAIRS_REMEMBERED = 50_000
_MASK = 0xFFFFFFFF


class Slot(msgspec.Struct, frozen=True, array_like=True):
    """Words ``start:end`` of a text that a copy may replace: by one of ``alternatives`` (encoded), or by a name if none."""

    start: int
    end: int
    alternatives: tuple[str, ...] = ()


class KnownText(msgspec.Struct, frozen=True, array_like=True):
    """What the header says of one text. ``kind``: license, exception or policy; ``optional`` are (start, end) of words;
    ``title`` is the set of the words of its names, encoded; ``markers`` are dropped list markers (words before, encoded) and
    ``notices`` the words before each dropped notice;
    ``pinned`` is the sha256 of a plain text file with these words and ``lines`` the words before each of its lines, so that a
    place in that file can be found in any copy."""

    id: str
    spdx: str
    aliases: tuple[str, ...]
    kind: str
    words: int
    offset: int
    length: int
    slots: tuple[Slot, ...]
    optional: tuple[tuple[int, int], ...]
    weight: float
    title: str = ""
    markers: tuple[tuple[int, str], ...] = ()
    pinned: str = ""
    lines: tuple[int, ...] = ()
    notices: tuple[int, ...] = ()


class Origin(msgspec.Struct, frozen=True, array_like=True):
    """Where a text came from: id, the source's name and version, the file in it, the sha256 of that file."""

    id: str
    source: str
    file: str
    sha256: str


class Header(msgspec.Struct, frozen=True):
    """The JSON part. ``sections`` are name → (offset after the header, bytes)."""

    version: str
    texts: tuple[KnownText, ...]
    restrictive: dict[str, Any]
    equivalent: dict[str, str]
    standard: dict[str, Any]
    sections: dict[str, tuple[int, int]]


DIGEST_SIZE = 16


def file_digest(content: bytes | memoryview) -> bytes:
    """Over everything before it in the file: a damaged word list could weaken an answer in silence."""
    return hashlib.blake2b(content, digest_size=DIGEST_SIZE).digest()


def word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def words_digest(words: Iterable[str]) -> bytes:
    """16 bytes over a whole text."""
    return hashlib.blake2b(" ".join(words).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def code_point(rank: int) -> str:
    """Rank 0 is code point 1; surrogates are left out."""
    return chr(rank + 1 if rank + 1 < 0xD800 else rank + 1 + 0x800)


def pair_hash(first: int, second: int) -> int:
    """Spreads two code points over 32 bits."""
    mixed = (first * 0x9E3779B1 + second * 0x85EBCA6B) & _MASK
    return ((mixed ^ (mixed >> 15)) * 0x2C1B3C6D) & _MASK


class Holders(NamedTuple):
    """The texts that hold a pair of words. ``frequency``: how many, within a factor of four; ``weight``: the rarer the more."""

    texts: memoryview
    frequency: int
    weight: float


class LicenseIndex:
    """One open index. Safe for many readers; holds the file mapped as long as it lives."""

    def __init__(self, data: bytes | mmap.mmap, name: str) -> None:
        try:
            if data[: len(MAGIC)] != MAGIC:
                raise ValueError("it does not begin as one")
            if file_digest(memoryview(data)[:-DIGEST_SIZE]) != data[-DIGEST_SIZE:]:
                raise ValueError("its content is damaged")
            (length,) = struct.unpack_from("<I", data, len(MAGIC))
            start = len(MAGIC) + 4
            self.header = msgspec.json.decode(data[start : start + length], type=Header)
            base = start + length
            view = memoryview(data)
            sections = {key: view[base + offset : base + offset + size] for key, (offset, size) in self.header.sections.items()}
            self._codes = sections["texts"]
            self._words = sections["words"].cast("Q")
            self._word_ranks = sections["word_ranks"].cast("I")
            self._pairs = sections["pairs"].cast("I")
            self._pair_buckets = sections["pair_buckets"].cast("I")
            self._posting_starts = sections["posting_starts"].cast("I")
            self._postings = sections["postings"].cast("H")
            self._digests = sections["digests"]
            self._names = sections["names"]
            self._origins = sections["origins"]
        except (ValueError, KeyError, TypeError, IndexError, struct.error, msgspec.MsgspecError) as error:
            raise IntegrityError(
                f"The license index {name} cannot be read ({error}); build it again with 'openness license index build'."
            ) from error
        self.name = name
        self.texts: Sequence[KnownText] = self.header.texts
        #: How much all pairs of words of each text weigh.
        self.weights: Sequence[float] = [text.weight for text in self.texts]
        self.restrictive = RestrictiveWords(self.header.restrictive)
        self.standard = StandardWording(self.header.standard)
        self.equivalent: Mapping[str, str] = self.header.equivalent
        self._by_digest = {
            bytes(self._digests[i * 20 : i * 20 + 16]): int.from_bytes(self._digests[i * 20 + 16 : i * 20 + 20], "little")
            for i in range(len(self._digests) // 20)
        }
        self._known_words: dict[str, str] = {}
        self._holders: dict[str, Holders | None] = {}
        self._decoded: dict[int, str] = {}
        self._codes_of: dict[frozenset[str], frozenset[str]] = {}

    @classmethod
    def open(cls, path: Path | None = None) -> LicenseIndex:
        """The index at ``path``, or the one that travels with the package. Raises MissingInput or IntegrityError."""
        path = path or packaged("corpus") / FILE
        try:
            with path.open("rb") as file:
                return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), str(path))
        except (OSError, ValueError) as error:
            raise MissingInput(
                f"The license index {path} cannot be opened ({error}); build one with 'openness license index build'."
            ) from error

    @property
    def word_lists(self) -> dict[str, Any]:
        """The word lists that the texts were read with: ``restrictive``, ``equivalent``, ``standard``."""
        return {name: getattr(self.header, name) for name in ("restrictive", "equivalent", "standard")}

    @property
    def version(self) -> str:
        return self.header.version

    def words_of(self, text: str) -> Words:
        return words_of(text, self.restrictive, self.equivalent)

    def exact(self, words: Iterable[str]) -> int | None:
        """The number of the text that has just these words."""
        return self._by_digest.get(words_digest(words))

    def number_of(self, digest: bytes) -> int | None:
        """The number of the text whose words have this digest (``words_digest``)."""
        return self._by_digest.get(digest)

    def digest(self, number: int) -> bytes:
        """``words_digest`` of a text."""
        return self._digest_of[number]

    @cached_property
    def _digest_of(self) -> dict[int, bytes]:
        return {number: digest for digest, number in self._by_digest.items()}

    def hashes(self) -> dict[str, int]:
        """Code point → hash of the word it stands for, of every word."""
        return {code_point(rank): word for word, rank in zip(self._words, self._word_ranks, strict=True)}

    def encode(self, words: Iterable[str]) -> str:
        """One code point a word; a word that no text has becomes UNKNOWN."""
        known = self._known_words
        if len(known) > _REMEMBERED:
            known.clear()
        found = []
        for word in words:
            code = known.get(word)
            if code is None:
                code = known[word] = self._code(word)
            found.append(code)
        return "".join(found)

    def codes(self, words: frozenset[str]) -> frozenset[str]:
        """The code points of a set of words that texts have; kept, since the same few sets are asked for again and again."""
        found = self._codes_of.get(words)
        if found is None:
            found = self._codes_of[words] = frozenset(self.encode(words)) - {UNKNOWN}
        return found

    def text(self, number: int) -> str:
        """A known text as a string of code points."""
        found = self._decoded.get(number)
        if found is None:
            entry = self.texts[number]
            found = self._decoded[number] = bytes(self._codes[entry.offset : entry.offset + entry.length]).decode("utf-8")
        return found

    def postings(self, pair: int) -> memoryview:
        """The numbers of the texts that hold a pair of words (by ``pair_hash``)."""
        bucket = pair >> (32 - BUCKET_BITS)
        pairs = self._pairs
        for at in range(self._pair_buckets[bucket], self._pair_buckets[bucket + 1]):
            if pairs[at] == pair:
                return self._postings[self._posting_starts[at] : self._posting_starts[at + 1]]
        return self._postings[:0]

    def holders(self, pair: str) -> Holders | None:
        """The same of two code points, kept since license texts have the same few pairs; None where no text holds them."""
        if pair in self._holders:
            return self._holders[pair]
        texts = self._postings[:0] if UNKNOWN in pair else self.postings(pair_hash(ord(pair[0]), ord(pair[1])))
        size = len(texts)
        found = Holders(texts, (size.bit_length() + 1) // 2 * 2, log(1 + len(self.texts) / size)) if size else None
        if len(self._holders) < _PAIRS_REMEMBERED:
            self._holders[pair] = found
        return found

    @cached_property
    def pinned(self) -> dict[str, int]:
        """sha256 of a plain text file → the number of the text with its words."""
        return {text.pinned: number for number, text in enumerate(self.texts) if text.pinned}

    @cached_property
    def names(self) -> dict[str, list[str]]:
        """Names by which texts mention a license, lower-cased words joined by blanks → ids."""
        return msgspec.json.decode(self._names, type=dict[str, list[str]])

    @cached_property
    def name_starts(self) -> dict[str, list[int]]:
        """First words of the names → the numbers of words of the names that begin so, longest first."""
        found: dict[str, set[int]] = {}
        for name in self.names:
            found.setdefault(name.partition(" ")[0], set()).add(name.count(" ") + 1)
        return {word: sorted(lengths, reverse=True) for word, lengths in found.items()}

    def origins(self) -> list[Origin]:
        return msgspec.json.decode(self._origins, type=list[Origin])

    def _code(self, word: str) -> str:
        hashed = word_hash(word)
        low, high = 0, len(self._words)
        while low < high:
            middle = (low + high) // 2
            if self._words[middle] < hashed:
                low = middle + 1
            else:
                high = middle
        if low < len(self._words) and self._words[low] == hashed:
            return code_point(self._word_ranks[low])
        return UNKNOWN
