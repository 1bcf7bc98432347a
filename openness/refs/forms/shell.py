"""Shell: command lines that take a model (``rules/refs/commands.yaml``), options, ``key=value`` words, assignments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from openness.refs import keys
from openness.refs.forms.shell_lexer import UNKNOWN, Heredoc, Variables, Word, commands
from openness.refs.records import Confidence
from openness.refs.sink import Sink
from openness.refs.tables import table

__all__ = ["Word", "read", "read_words"]
_NAME = re.compile(r"[^\s,\[\]\"']+")
_PYTHON = re.compile(r"python[\d.]*$")
_PAIR = re.compile(r"\+{0,2}([A-Za-z_][\w.-]{0,100})=(.+)", re.DOTALL)


@lru_cache(maxsize=1)
def _rows() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table("commands")["commands"]:
        found.setdefault(row["words"][0], []).append(row)
    return {first: sorted(rows, key=lambda row: -len(row["words"])) for first, rows in found.items()}


@lru_cache(maxsize=1)
def _options() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table("commands")["options"]:
        for name in row["names"]:
            found.setdefault(name, []).append(row)
    return found


def read(text: str, sink: Sink, variables: Variables | None = None) -> None:
    """Every reference of a shell text; ``variables`` are values set outside it."""
    for words, body in commands(text, {} if variables is None else variables):
        read_words(words, sink)
        if body is not None:
            _heredoc(text, words, body, sink)


def _heredoc(text: str, words: Sequence[Word], body: Heredoc, sink: Sink) -> None:
    if any(_PYTHON.match(word.text.rpartition("/")[2]) for word in words[:4]):
        from openness.refs.forms import python

        python.read(text[body.start : body.end], sink.embedded([(0, body.start)]))
    elif text[body.start : body.end].lstrip().startswith("{"):
        _json(Word(text[body.start : body.end], body.start), sink)


def read_words(words: Sequence[Word], sink: Sink) -> None:
    """The references of one command, given as its words."""
    skipped = frozenset(table("commands")["prefixes"])
    index = 0
    while index < len(words) and (words[index].text in skipped or _PAIR.fullmatch(words[index].text)):
        _pair(words[index], sink)
        index += 1
    rest = words[index:]
    if not rest:
        return
    used = _options_of(rest, sink)
    name = rest[0].text.rpartition("/")[2]
    if _PYTHON.match(name) and len(rest) > 2 and rest[1].text == "-c":
        from openness.refs.forms import python

        python.read(rest[2].text, sink.embedded(rest[2].pieces or ((0, rest[2].offset),)))
    if name not in table("commands")["texts"]:
        _schemes(rest, used, sink)
    for row in _rows().get(name, ()):
        size = len(row["words"])
        if [name, *(word.text for word in rest[1:size])] == row["words"]:
            _arguments(rest, size, used, row, sink)
            break


def _schemes(words: Sequence[Word], used: set[int], sink: Sink) -> None:
    """Words that say themselves where a model is: `hf:owner/name:Q8_0`, the address of a download."""
    schemes = tuple(table("commands")["schemes"])
    for index, word in enumerate(words[1:], 1):
        if index not in used and (word.text.startswith(schemes) or "/resolve/" in word.text):
            _add(word, "address", "high", sink)


def _options_of(words: Sequence[Word], sink: Sink) -> set[int]:
    """Options with a value, and ``key=value`` words; the places of the words that are thereby taken."""
    used: set[int] = set()
    program = _program(words)
    for index, word in enumerate(words):
        text = word.text
        if text.startswith("{") and '"' in text:
            _json(word, sink)
            continue
        if not text.startswith("-") or len(text) > 4000:
            if index and "=" in text and index not in used:
                for part in _listed(word):
                    _pair(part, sink)
            continue
        option, equals, _ = text.partition("=")
        given = [word.part(len(option) + 1, len(text))] if equals else list(words[index + 1 : index + 2])
        if given and _option(option, given[0], words, program, sink, index + (not equals)) and not equals:
            used.add(index + 1)
            used |= _more_values(option, words, index + 2, program, sink)
    return used


def _json(word: Word, sink: Sink) -> None:
    """``curl -d '{"model": "owner/name"}'``."""
    from openness.refs.forms.json_events import events
    from openness.refs.forms.settings import Settings

    pieces = word.pieces or ((0, word.offset),)
    Settings(word.text, sink.embedded(pieces)).read(events(word.text))


def _more_values(option: str, words: Sequence[Word], start: int, program: str, sink: Sink) -> set[int]:
    """Options that take several values: ``--models owner/a owner/b``."""
    used: set[int] = set()
    while option.endswith("s") and start < len(words) and not words[start].text.startswith("-"):
        if not _option(option, words[start], words, program, sink, start):
            break
        used.add(start)
        start += 1
    return used


def _program(words: Sequence[Word]) -> str:
    if len(words) > 2 and _PYTHON.match(words[0].text.rpartition("/")[2]) and words[1].text == "-m":
        return words[2].text
    return words[0].text.rpartition("/")[2]


def _option(option: str, value: Word, words: Sequence[Word], program: str, sink: Sink, at: int) -> bool:
    """Whether ``option`` takes a model or a data set and ``value`` names one."""
    if option in table("commands")["lists"]:
        parts = _listed(value)
        revision = next((part.text.partition("=")[2] for part in parts if part.text.startswith("revision=")), None)
        for part in parts:
            _pair(part, sink, revision)
        return True
    for row in _options().get(option, ()):
        if "programs" in row and not program.startswith(tuple(row["programs"])):
            continue
        file = next((w.text for flag, w in pairwise(words) if flag.text in row.get("file", ())), None)
        return _add(value, row["means"], "high", sink, weight_file=file)
    if not option.startswith("--"):
        return False
    means = _dotted(option.lstrip("-"))
    if means is None or (means == "dataset" and "/" not in value.text and not _names_bare_data(option, program)):
        return False
    revision = _value_of("--revision", words) if means != "dataset" else None
    return _add(value, means, "high", sink, revision=revision)


def _names_bare_data(option: str, program: str) -> bool:
    """Whether a data set may be named without an owner there."""
    bare = table("commands")["bare_datasets"]
    return option in bare["options"] or program.startswith(tuple(bare["programs"]))


def _dotted(key: str) -> str | None:
    """What a key says; of a dotted one the last part, or the part before it where the last is just ``path`` or ``name``."""
    head, _, last = key.rpartition(".")
    if last in table("keys")["inner"] and head:
        return keys.tells(head.rpartition(".")[2]) or keys.tells(last)
    return keys.tells(last)


def _value_of(option: str, words: Sequence[Word]) -> str | None:
    value = next((w.text for flag, w in pairwise(words) if flag.text == option), None)
    return None if value is None or UNKNOWN in value else value


def _listed(word: Word) -> list[Word]:
    """``a=b,c=d`` as its parts, with their places."""
    if "," not in word.text:
        return [word]
    parts, start = [], 0
    for part in word.text.split(","):
        parts.append(word.part(start, start + len(part)))
        start += len(part) + 1
    return parts


def _pair(word: Word, sink: Sink, revision: str | None = None) -> None:
    match = _PAIR.fullmatch(word.text)
    if match is None:
        return
    means = "hub" if match[1] in ("pretrained", "peft") else _dotted(match[1])
    if means:
        confidence: Confidence = "high" if means == "hub" else "medium"
        for part in list(_NAME.finditer(word.text, match.start(2)))[:50]:  # `[owner/a,owner/b]`, `owner/a owner/b`
            _add(word.part(part.start(), part.end()), means, confidence, sink, revision=revision if means != "dataset" else None)


def _arguments(words: Sequence[Word], size: int, used: set[int], row: dict[str, Any], sink: Sink) -> None:
    means = row["means"]
    revision = _value_of(row["revision"], words) if "revision" in row else None
    repository = _value_of("--repo-type", words)
    if repository is not None or any(word.text == "--repo-type=dataset" for word in words):
        means = "dataset" if repository in ("dataset", None) else "address"
    plain = [index for index in range(size, len(words)) if index not in used and not words[index].text.startswith("-")]
    for place, index in enumerate(plain):
        following = words[plain[place + 1]].text if row.get("second") and place + 1 < len(plain) else None
        if _add(words[index], means, "high", sink, revision=revision, weight_file=following) and row["argument"] == "first":
            return
        if means in ("ollama", "docker") and not words[index - 1].text.startswith("-"):
            return


def _add(word: Word, means: str, confidence: Confidence, sink: Sink, **more: str | None) -> bool:
    found = [sink.add(text, offset, means, confidence, **more) for text, offset in word.values if UNKNOWN not in text]
    return any(found)
