"""A model card's front matter as facts: what the publisher says of license and lineage.

How the front matter is found and read, whatever its shape, is in ``front_matter``; here its keys become claims.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from openness.evidence import front_matter
from openness.evidence.front_matter import Entry, FrontMatter, load_mapping
from openness.evidence.license_text import decode, lines_of
from openness.printable import printable
from openness.records import Fact, Finding, Place, Standing
from openness.sources.folder import Document

__all__ = ["adapter_base", "differences", "facts_of", "load_mapping", "read"]

CLAIMS = {
    "license": "license",
    "license_name": "license-name",
    "license_link": "license-link",
    "base_model": "base-model",
    "base_model_relation": "relation",
}
#: What a classification also looks at; a local build has no use for them.
FURTHER_CLAIMS = {
    "datasets": "dataset",
    "extra_gated_eu_disallowed": "eu-disallowed",
    "extra_gated_prompt": "gated-prompt",
    "new_version": "new-version",
}
WANTED = frozenset({*CLAIMS, *FURTHER_CLAIMS})
#: Keys under which people nest what belongs to a license: names first, then addresses.
NAME_KEYS = ("name", "id", "spdx", "spdx_id", "type", "license", "title")
LINK_KEYS = ("link", "url", "href", "license_link")
MAX_TEXT = 2000
MAX_ITEMS = 200


def read(document: Document) -> FrontMatter:
    """The front matter of a card."""
    return front_matter.read(lines_of(decode(document.data)), WANTED)


def facts_of(document: Document, *, further: bool = False, found: FrontMatter | None = None) -> tuple[list[Fact], list[Finding]]:
    """Facts of the card's front matter, and findings where it is not as the Hub reads it. ``further`` adds FURTHER_CLAIMS;
    ``found`` is the front matter where it was read before."""
    found = found or read(document)
    claims = CLAIMS | FURTHER_CLAIMS if further else CLAIMS
    facts = list(_facts(document, found, claims))
    return facts, list(_findings(document, found, bool(facts)))


def facts_of_data(data: Mapping[str, Any], place: Place) -> list[Fact]:
    """The same facts from the front matter as the Hub parsed it, where the card itself is not at hand."""
    claims = CLAIMS | FURTHER_CLAIMS
    return [
        Fact(f"card:cardData:{key}{number or ''}", claim, value, printable(f"{key}: {value}", 160), Standing.CARD, place)
        for key in claims
        if key in data
        for number, (claim, value) in enumerate(_claimed(claims[key], data[key]))
    ]


def _findings(document: Document, found: FrontMatter, said: bool) -> Iterator[Finding]:
    if not found.problems:
        return
    how = "; ".join(found.problems)
    rest = "what is plain in it counts as the card's word" if said else "the card says nothing of license or lineage here"
    message = f"The front matter of {printable(document.path)} is not as the Hub reads it: {how}; {rest}."
    rule = "card-front-matter"
    yield Finding(f"card-unreadable:{document.name}", rule, "info", printable(message, 600))


def _facts(document: Document, found: FrontMatter, claims: Mapping[str, str]) -> Iterator[Fact]:
    seen: dict[str, int] = {}
    for entry in _ordered(found, claims):
        for claim, value in _claimed(claims[entry.key], entry.value):
            seen[entry.key] = seen.get(entry.key, 0) + 1
            number = "" if seen[entry.key] == 1 else f":{seen[entry.key]}"
            id = f"card:{document.name}:{entry.key}{number}"
            yield Fact(id, claim, value, printable(found.quote(entry).strip(), 160), Standing.CARD, _place(document, entry))


def _ordered(found: FrontMatter, claims: Mapping[str, str]) -> Iterator[Entry]:
    """The entries in the order of the claims; of a key that stands twice every one."""
    for key in claims:
        seen = []
        for entry in found.of(key):
            if entry.value not in seen:
                seen.append(entry.value)
                yield entry


def _place(document: Document, entry: Entry) -> Place:
    return Place(document.path, document.url, document.revision, document.sha256, entry.line)


def _claimed(claim: str, value: Any) -> Iterator[tuple[str, str | bool | list[str]]]:
    """What a value says: plain words, a list of them, or a license with its name and its address nested."""
    if claim == "eu-disallowed":
        if value is True:
            yield claim, True
        return
    if claim == "license":
        parts = value if isinstance(value, list) else [value]
        names = [name for part in parts[:MAX_ITEMS] for name in _named(part, NAME_KEYS)]
        if names:
            yield claim, names if isinstance(value, list) else names[0]
        links = [link for part in parts[:MAX_ITEMS] if isinstance(part, dict) for link in _named(part, LINK_KEYS)]
        if links:
            yield "license-link", links[0]
        return
    plain = _plain(value)
    if plain is not None:
        yield claim, plain


def _named(value: Any, keys: tuple[str, ...]) -> list[str]:
    if isinstance(value, dict):
        return [text for key in keys if (text := _text(value.get(key)))][:1]
    text = _text(value)
    return [text] if text else []


def _plain(value: Any) -> str | list[str] | None:
    if isinstance(value, list):
        names = [name for item in value[:MAX_ITEMS] for name in _named(item, (*NAME_KEYS, "model", "path"))]
        return names or None
    if isinstance(value, dict):
        return next(iter(_named(value, (*NAME_KEYS, "model", "path"))), None)
    return _text(value)


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return printable(str(value)[: 2 * MAX_TEXT].strip(), MAX_TEXT) or None


def differences(document: Document, facts: list[Fact], hub: Mapping[str, Any] | None) -> Iterator[Finding]:
    """Keys that the Hub's own reading of the card has otherwise than ours: one of the two is of another revision, or the
    Hub could not read what we could. Only what both have is compared."""
    own = {fact.claim: fact for fact in facts if fact.id.startswith(f"card:{document.name}:")}
    for key, claim in CLAIMS.items():
        theirs = [value for _, value in _claimed(claim, (hub or {}).get(key))][:1]
        fact = own.get(claim)
        if fact is None or not theirs or claim == "relation" or _words(fact.value) == _words(theirs[0]):
            continue
        message = (
            f"The Hub gives {key} as {printable(str(theirs[0]), 80)}, {printable(document.path)} as "
            f"{printable(str(fact.value), 80)}; the file at this revision counts."
        )
        yield Finding(f"card-hub-differs:{document.name}:{key}", "card-as-on-hub", "info", message, (fact.id,))


def _words(value: Any) -> list[str]:
    return [str(item).casefold() for item in (value if isinstance(value, list) else [value])]


def adapter_base(document: Document) -> Fact | None:
    """The base model that an ``adapter_config.json`` names."""
    try:
        data = json.loads(decode(document.data))
    except (ValueError, RecursionError):
        return None
    base = data.get("base_model_name_or_path") if isinstance(data, dict) else None
    if not isinstance(base, str) or not base:
        return None
    place = Place(document.path, revision=document.revision, sha256=document.sha256)
    quote = printable(f"base_model_name_or_path: {base}", 160)
    return Fact(f"adapter:{document.name}", "base-model", base, quote, Standing.CARD, place)
