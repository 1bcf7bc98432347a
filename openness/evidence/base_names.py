"""What people write where a base model belongs: a Hub id, a link, a path, a name in prose, several of them, or nothing at all.

Words that matter are data (``rules/evidence/lineage_words.yaml``). Nothing is looked up here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import msgspec

from openness.evidence import lineage
from openness.sources.hub_names import RESERVED, is_hub_id

MAX_TEXT = 2000
MAX_NAMES = 500
#: A link in markdown: its words and its address.
MARKDOWN_LINK = re.compile(r"\[([^\[\]]{1,200})\]\(([^()\s]{1,500})\)")
ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"'|,;]{4,500}")
HUB_PAGE = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/([^\s?#]+)", re.IGNORECASE)
SEPARATOR = re.compile(r"\s*(?:[,;|+&]|\s/\s|\band\b)\s*", re.IGNORECASE)
ASIDE = re.compile(r"\s*\([^()]*\)")
#: Name parts that are versions or sizes, not the name of a family.
FAMILY = re.compile(r"[^\W\d_]{2,}")


class Statement(msgspec.Struct, frozen=True):
    """Words in a card that make a claim: ``pattern`` and ``with`` in one sentence, without ``not``, and without
    ``not_before`` right before the pattern."""

    claim: str
    pattern: str
    not_before: str = ""
    beside: str = msgspec.field(name="with", default="")
    unless: str = msgspec.field(name="not", default="")


class Derivation(msgspec.Struct, frozen=True):
    """How running text says what weights were made from: ``pattern`` or ``based`` with a group ``what``, without what ``skip``
    says at its beginning and ``ends`` at its end."""

    pattern: str
    based: str
    not_before: str
    ends: str
    skip: str
    beside: str = msgspec.field(name="with", default="")


class LineageWords(msgspec.Struct, frozen=True, dict=True):
    """``rules/evidence/lineage_words.yaml``."""

    placeholders: str
    quantized_name: str
    quantized_files: str
    attribution: str
    distilled_tags: str
    derivation: Derivation
    triggers: tuple[str, ...]
    statements: tuple[Statement, ...]

    @cached_property
    def _placeholder(self) -> re.Pattern[str]:
        return re.compile(self.placeholders, re.IGNORECASE)

    @cached_property
    def _quantized(self) -> re.Pattern[str]:
        return re.compile(self.quantized_name, re.IGNORECASE)

    def says_nothing(self, text: str) -> bool:
        """Whether the words merely say that no base is named."""
        return not text or bool(self._placeholder.fullmatch(text.strip(" .!?\t"))) or not re.search(r"\w", text)

    def marks_quantization(self, name: str) -> bool:
        return bool(self._quantized.search(name))

    def without_marks(self, name: str) -> str:
        """The name without the endings that mark a number format."""
        return self._quantized.sub("", name)


class BaseName(msgspec.Struct, frozen=True):
    """A base as written. ``id`` is set for what names a Hub repository; ``foreign`` for an address that is no model."""

    text: str
    id: str | None = None
    foreign: bool = False


def listed(value: Any, words: LineageWords) -> list[BaseName]:
    """The bases of a front matter value or of a configuration: one name each, with single-part ids as the Hub had them once."""
    names = list(dict.fromkeys(lineage.names(value)))[:MAX_NAMES]
    return [_one(text.strip()[:MAX_TEXT], legacy=True) for text in names if not words.says_nothing(text)]


def stated(text: str, words: LineageWords) -> list[BaseName]:
    """The bases that a line of prose names: links and ids first, then what is left, taken apart at commas and the like."""
    text = text[:MAX_TEXT]
    if words.says_nothing(text.strip()):
        return []
    found: list[BaseName] = []
    for link in MARKDOWN_LINK.finditer(text):
        found.append(_one(link[2] if HUB_PAGE.match(link[2]) else link[1]))
    text = MARKDOWN_LINK.sub(" , ", text)
    found += [_one(match[0].rstrip(".;")) for match in ADDRESS.finditer(text)]
    text = ASIDE.sub("", ADDRESS.sub(" , ", text))
    parts = [part.strip(" .!?*_`\"'<>[]\t") for part in SEPARATOR.split(text)]
    found += [_one(part) for part in parts if part and not words.says_nothing(part)]
    return list(dict.fromkeys(found))[:MAX_NAMES]


def first_names(text: str) -> Iterator[str]:
    """What the first words of a text may name, the longest reading first: one to four words, up to a mark that ends a name."""
    words = re.split(r"[,;:()\[\]\"'`*]|\.\s|\.$", text.strip(" `*_[\"'"), maxsplit=1)[0].split()
    yield from (" ".join(words[:most]) for most in range(min(4, len(words)), 0, -1))


def _one(text: str, *, legacy: bool = False) -> BaseName:
    page = HUB_PAGE.match(text)
    if page:
        parts = page[1].strip("/").split("/")
        id = "/".join(parts[:2])
        if parts[0].casefold() in RESERVED or not is_hub_id(id):
            return BaseName(text, foreign=True)
        return BaseName(id, id)
    if "://" in text or text.casefold().startswith(("github.com/", "www.")):
        return BaseName(text, foreign=True)
    plain = lineage.hub_name(text)
    if plain and is_hub_id(plain) and plain.partition("/")[0].casefold() not in RESERVED:
        return BaseName(plain, plain)
    if legacy and "/" not in text and is_hub_id(text):
        return BaseName(text, text)
    return BaseName(text.replace("\\", "/").rstrip("/").rpartition("/")[2] or text)


def own_stage(name: str, model: str, owner: str) -> bool:
    """Whether a bare name can only be an earlier stage of the model itself: the model's own name, one that it begins with or
    shares its family word with, or the publisher's."""
    base, own = _words(name), _words(model)
    if not base or not own:
        return False
    first, leading = base[0], own[0]
    if first == leading or own[: len(base)] == base or base[: len(own)] == own:
        return True
    family, stem = FAMILY.match(first), FAMILY.match(leading)
    publisher = "".join(_words(owner))
    if family and publisher and (publisher.startswith(family[0]) or family[0].startswith(publisher)):
        return True
    return family is not None and stem is not None and _same_family(family[0], stem[0])


def _same_family(one: str, other: str) -> bool:
    """Whether one word continues the other; shorter ones begin too many names."""
    return min(len(one), len(other)) >= 4 and (one.startswith(other) or other.startswith(one))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+[a-z0-9]*|\d[\d.]*[a-z]*", text.casefold())


def owner_of(id: str) -> str:
    return id.partition("/")[0].casefold() if "/" in id else ""


def family_words(names: Iterable[str]) -> Iterator[str]:
    """The words of names that are long enough to name a family."""
    for name in names:
        yield from (word for word in re.findall(r"[a-z]{4,}", name.casefold()))
