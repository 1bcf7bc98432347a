"""Addresses in a line of a card, the words that they stand behind, and what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from openness.evidence.card_words import CardWords

#: Addresses looked at in one line.
MAX_LINKS = 20
MARKDOWN = re.compile(
    r"\[([^\[\]]{0,200})\]\(\s{0,3}<?https?://(?:www\.)?([^\s()<>\"']{4,500}(?:\([^\s()<>]{1,80}\))?)[^()\[\]]{0,200}\)"
)
ADDRESS = re.compile(r"https?://(?:www\.)?([^\s<>()\[\]\"'|,，。；、）】]{4,500})")
REPOSITORY = re.compile(r"github\.com/([\w.-]{1,100}/[\w.-]{1,100})", re.IGNORECASE)
DATASET = re.compile(r"(?:huggingface\.co|hf\.co)/datasets/([\w.-]{1,96}/[\w.-]{1,96})", re.IGNORECASE)
MODEL = re.compile(r"(?:huggingface\.co|hf\.co)/([\w.-]{1,96}/[\w.-]{1,96})", re.IGNORECASE)
ORGANIZATION = re.compile(r"github\.com/(?:orgs/)?([\w.-]{1,100})/?(?:[?#].*|repositories/?)?$", re.IGNORECASE)
#: First parts of addresses on the Hub that are no owners of models.
NO_OWNERS = frozenset(
    {"datasets", "spaces", "papers", "blog", "docs", "collections", "api", "models", "tasks", "organizations", "settings"}
    | {"join", "pricing", "learn", "chat", "posts", "new"}
)


class Link(msgspec.Struct, frozen=True):
    """An address without its scheme, the words it stands behind (may be empty), its kind, and whether it is the publisher's."""

    address: str
    words: str
    kind: str
    own: bool = False


class Owner(msgspec.Struct, frozen=True):
    """Whose card it is: the model's owner and name, as far as they are known. They say whether an address is the model's own."""

    owner: str = ""
    name: str = ""


def links_in(text: str, words: CardWords, owner: Owner) -> list[Link]:
    """The addresses in a line, each once, in order."""
    return list(_links(text, words, owner)) if "http" in text else []


def _links(text: str, words: CardWords, owner: Owner) -> Iterator[Link]:
    seen: set[str] = set()
    titled = {match.start(2): match for match in MARKDOWN.finditer(text)}
    for match in ADDRESS.finditer(text):
        title = titled.get(match.start(1))
        address = (title[2] if title else match[1]).rstrip(".;:*_`")
        if address in seen:
            continue
        if len(seen) == MAX_LINKS:
            return
        seen.add(address)
        kind = kind_of(address, words, owner)
        yield Link(address, title[1].strip() if title else "", kind, kind == "release" or _owned(address, owner))


def kind_of(address: str, words: CardWords, owner: Owner) -> str:
    """The kind by the rules; a code repository that bears the name of the model or of its publisher is ``release``, an
    organization that is not the publisher's is ``other``."""
    kind = words.kind_of(address)
    if kind == "organization":
        found = ORGANIZATION.match(address)
        return kind if found and _same_owner(found[1], owner.owner) else "other"
    repository = REPOSITORY.match(address) if kind == "code" else None
    if repository and named_for(repository[1].partition("/")[2], owner, words):
        return "release"
    return kind


def _owned(address: str, owner: Owner) -> bool:
    found = REPOSITORY.match(address) or MODEL.match(address) or DATASET.match(address)
    return found is not None and _same_owner(found[1].partition("/")[0], owner.owner)


def _same_owner(one: str, other: str) -> bool:
    """The same publisher on two hosts, where names are often written with or without hyphens."""
    a, b = _letters(one), _letters(other)
    return bool(a) and bool(b) and (a == b or (min(len(a), len(b)) >= 4 and (a.startswith(b) or b.startswith(a))))


def named_for(repository: str, owner: Owner, words: CardWords) -> bool:
    """Does a repository bear the name of the model, or of its family or publisher? Then it is the page of a release, which
    may or may not hold the code of its training; words such as ``inference`` beside the name do not matter."""
    parts = [part for part in re.split(r"[-_.\s]+", repository.removesuffix(".git").casefold()) if part]
    core = _letters("".join(part for part in parts if part not in words.generic_names))
    name = _letters(owner.name)
    if len(core) < 3 or not name:
        return not core and bool(name)
    return name.startswith(core) or core.startswith(name) or _letters(owner.owner).startswith(core)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def repository(address: str) -> str | None:
    """``owner/name`` of an address on GitHub."""
    match = REPOSITORY.match(address)
    return match[1].removesuffix(".git").rstrip(".") if match else None


def dataset(address: str) -> str | None:
    """``owner/name`` of an address of a dataset on the Hub."""
    match = DATASET.match(address)
    return match[1] if match else None


def model(address: str) -> str | None:
    """``owner/name`` of an address of a model on the Hub."""
    match = MODEL.match(address)
    return match[1].rstrip(".") if match and match[1].partition("/")[0].casefold() not in NO_OWNERS else None
