"""The front matter of a card: where it stands, and the values of its keys, out of whatever shape it has.

The Hub reads YAML between two lines of three hyphens at the very start, and nothing else. Cards in the wild are broken in a
dozen ways; what is unambiguous in them is read all the same, key by key, and ``problems`` says how the Hub would see it.
Hostile input: size and nesting are bounded, anchors, aliases and tags are refused, nothing is expanded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

#: Front matter beyond this is not looked at; the largest known (results of a hundred benchmarks) has some 600 kB.
MAX_FRONT_MATTER = 1 << 20
#: Up to here all of it is parsed, beyond it only the keys that matter (the parser takes a second for 250 kB).
MAX_WHOLE = 32 * 1024
#: Of one key; no license, base model or list of datasets is longer.
MAX_VALUE = 16 * 1024
#: A key that stands more often is not read again.
MAX_TIMES = 4
#: Deeper nesting than this is refused before it is parsed.
MAX_DEPTH = 40
#: Lines before the opening fence that are looked at.
MAX_LEAD = 50

FENCE = re.compile(r"-{3,}\s*")
CLOSE = re.compile(r"(?:-{3,}|\.{3})\s*(?:-->)?\s*")
COMMENTED = re.compile(r"<!--\s*-{3,}\s*")
FENCED = re.compile(r"`{3,}\s*(?:ya?ml)?\s*", re.IGNORECASE)
#: A key at the left edge. Quoted keys and blanks before the colon are YAML as well.
KEY = re.compile(r"""(["']?)([A-Za-z][\w .-]{0,60}?)\1\s*:(?=\s|$)(.*)""")
#: What cannot be a line of a mapping at the left edge: prose, a heading, a link.
NO_YAML = re.compile(r"#{1,6}\s|[!\[<>|`]|\*\*")


class Entry(msgspec.Struct, frozen=True):
    """One key with its value. ``line`` counts from 1 within the document."""

    key: str
    value: Any
    line: int


class FrontMatter(msgspec.Struct, frozen=True):
    """What stands at the head of a card. ``end`` is the number of lines up to and with the closing fence.

    ``entries`` keep their order, and keys that stand twice; ``problems`` are phrases that say what the Hub cannot read.
    """

    entries: tuple[Entry, ...] = ()
    end: int = 0
    problems: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    first: int = 1

    def quote(self, entry: Entry) -> str:
        """The line that an entry stands on."""
        at = entry.line - self.first
        return self.lines[at] if 0 <= at < len(self.lines) else ""

    def of(self, key: str) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.key == key)


class _Block(msgspec.Struct, frozen=True):
    """Lines of the front matter with the number of the first, and of the last line that belongs to it."""

    lines: list[str]
    first: int
    end: int
    problems: tuple[str, ...]


def read(lines: list[str], wanted: frozenset[str]) -> FrontMatter:
    """The front matter of a document's lines; empty where it has none. ``wanted`` are the keys to read when the whole fails."""
    block = _locate(lines)
    if block is None:
        return FrontMatter()
    text = "\n".join(block.lines)
    problems = list(block.problems)
    slices = list(_slices(block))
    keys = [key for key, _, _ in slices]
    whole = None
    if len(text) <= MAX_WHOLE:
        whole = load_mapping(text)
        if whole is None:
            problems.append("it is not readable YAML, so it was read key by key")
    if whole is not None and not _doubled(keys):
        entries = tuple(_whole(whole, slices, block.first))
    else:
        entries = tuple(_singly(slices, wanted))
        problems += [f"the key {key} stands there more than once" for key in _doubled(keys) if key in wanted]
    return FrontMatter(entries, block.end, tuple(problems), tuple(block.lines), block.first)


def load_mapping(head: str) -> dict[str, Any] | None:
    """A YAML mapping of plain values, or None for anything else: too large, too deep, anchors, aliases, tags, no YAML."""
    import yaml

    if len(head) > MAX_FRONT_MATTER or _depth(head) > MAX_DEPTH:
        return None
    refused = (yaml.AliasToken, yaml.AnchorToken, yaml.TagToken)
    try:
        if re.search(r"[&*!]", head) and any(isinstance(token, refused) for token in yaml.scan(head)):
            return None
        data = yaml.safe_load(head)
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError):
        return None
    return data if isinstance(data, dict) else None


def _depth(text: str) -> int:
    """An upper bound of the nesting: brackets that are open at once, and dashes in a row."""
    depth = deepest = 0
    for match in re.finditer(r"[\[{]|[\]}]|(?:[-?]\s+){3,}", text):
        found = match[0]
        if found in "[{":
            depth += 1
        elif found in "]}":
            depth = max(depth - 1, 0)
        deepest = max(deepest, depth + (len(found) // 2 if found[0] in "-?" else 0))
    return deepest


def _locate(lines: list[str]) -> _Block | None:
    """The block, by its opening line: a fence, a commented or code fence, or none at all before keys that a fence closes."""
    at = next((n for n, line in enumerate(lines[:MAX_LEAD]) if line.strip("\ufeff \t\r")), None)
    if at is None:
        return None
    first = lines[at].strip("\ufeff\r")
    lead = ("blank lines stand before it",) if at else ()
    if FENCE.fullmatch(first):
        return _closed(lines, at + 1, lead)
    if COMMENTED.fullmatch(first):
        return _closed(lines, at + 1, (*lead, "it stands in an HTML comment"))
    if FENCED.fullmatch(first) and at + 1 < len(lines) and FENCE.fullmatch(lines[at + 1].strip("\r")):
        return _closed(lines, at + 2, (*lead, "it stands in a block of code"))
    if first.strip() == "metadata":
        return _closed(lines, at + 1, (*lead, "its first line is the word metadata in place of three hyphens"))
    if KEY.fullmatch(first):
        found = _closed(lines, at, (*lead, "its first line of three hyphens is missing"))
        return found if found.lines and not any("closing" in problem for problem in found.problems) else None
    return None


def _closed(lines: list[str], start: int, problems: tuple[str, ...]) -> _Block:
    """Up to the closing fence; without one, as far as the lines look like YAML."""
    room = MAX_FRONT_MATTER
    for number in range(start, len(lines)):
        line = lines[number].rstrip("\r")
        room -= len(line) + 1
        if room < 0:
            return _Block(lines[start:number], start + 1, number, (*problems, "it is larger than 1 MB; the rest was not read"))
        if CLOSE.fullmatch(line):
            return _Block([x.rstrip("\r") for x in lines[start:number]], start + 1, number + 1, problems)
    end = start
    for number in range(start, min(len(lines), start + 2000)):
        line = lines[number].rstrip("\r")
        if NO_YAML.match(line) or (line[:1].strip() and not KEY.fullmatch(line) and not line.startswith(("-", "#"))):
            break
        end = number + 1
    found = [line.rstrip("\r") for line in lines[start:end]]
    problem = "its closing line of three hyphens is missing"
    return _Block(found, start + 1, end, (*problems, problem))


def _slices(block: _Block) -> Iterator[tuple[str, list[str], int]]:
    """Each key at the left edge with its own lines and the number of its line."""
    key, first = "", 0
    own: list[str] = []
    for number, line in enumerate(block.lines, block.first):
        match = KEY.fullmatch(line[:2000]) if line[:1].strip() else None
        if match:
            if key:
                yield key, own, first
            key, own, first = _spelled(match[2]), [line], number
        elif key:
            own.append(line)
    if key:
        yield key, own, first


def _spelled(key: str) -> str:
    """A key as the Hub spells it: other letter case or hyphens are the same key for people."""
    return key.strip().casefold().replace("-", "_").replace(" ", "_")


def _doubled(keys: list[str]) -> list[str]:
    return [key for key, times in Counter(keys).items() if times > 1]


def _whole(data: dict[str, Any], slices: list[tuple[str, list[str], int]], first: int) -> Iterator[Entry]:
    numbers = {key: number for key, _, number in slices}
    for key, value in data.items():
        if isinstance(key, str):
            yield Entry(_spelled(key), value, numbers.get(_spelled(key), first))


def _singly(slices: list[tuple[str, list[str], int]], wanted: frozenset[str]) -> Iterator[Entry]:
    """Each wanted key parsed by itself; what is no YAML even so is taken as the words that stand there."""
    times: Counter[str] = Counter()
    for key, own, number in slices:
        times[key] += 1
        if key not in wanted or times[key] > MAX_TIMES:
            continue
        text = "\n".join(own)
        data = load_mapping(text) if len(text) <= MAX_VALUE else None
        if data is not None and len(data) == 1:
            yield Entry(key, next(iter(data.values())), number)
        elif (value := _words(own)) is not None:
            yield Entry(key, value, number)


def _words(own: list[str]) -> str | list[str] | None:
    """The plain words of a key: what follows the colon, or the items of a list below it."""
    match = KEY.fullmatch(own[0][:2000])
    said = _unquoted(match[3]) if match else ""
    if said:
        return said if not re.match(r"[&*!|>{\[]", said) else None
    items = [_unquoted(line.strip()[1:]) for line in own[1:200] if line.strip().startswith("-")]
    plain = [item for item in items if item and not re.match(r"[&*!|>{\[]", item)]
    return plain or None


def _unquoted(text: str) -> str:
    text = re.sub(r"\s#.*$", "", text.replace("\t", " ")).strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    return text[:500].strip()
