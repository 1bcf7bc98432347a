"""On which line each key and each element of a TOML text stands, which ``tomllib`` does not tell.

The text must already be valid TOML (``tomllib.loads`` has read it): the scanner follows its structure and judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Keys and indices from the top: ``("allow", "licenses", 2)``.
Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
#: The four kinds of string, the long ones first; a basic string may hold escaped quotation marks, and a long one ends with up
#: to two marks of its own.
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}|' r"'''(?:[^']|'{1,2}(?!'))*'{3,5}|" r'"(?:[^"\\\n]|\\.)*"|' r"'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]*")


def lines_of(text: str) -> dict[Path, int]:
    """Line (from 1) of every key, table and element of the TOML document ``text``."""
    return dict(_Scanner(text.replace("\r\n", "\n")).document())


class _Scanner:
    """One pass over the text. ``at`` is the next character; the line is counted as it moves."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1
        self._counts: dict[Path, int] = {}

    def document(self) -> Iterator[tuple[Path, int]]:
        table: Path = ()
        while True:
            self._take(_BLANK)
            if self._at >= len(self._text):
                return
            if self._peek() == "[":
                table = self._header()
                yield table, self._line
                self._take(_SPACE)
            else:
                yield from self._pair(table)

    def _header(self) -> Path:
        double = self._text.startswith("[[", self._at)
        self._at += 2 if double else 1
        path = self._within(self._key())
        self._take(_SPACE)
        self._at += 2 if double else 1
        if double:
            self._counts[path] = self._counts.get(path, -1) + 1
            path = (*path, self._counts[path])
            stale = [known for known in self._counts if known[: len(path) - 1] == path[:-1] and len(known) >= len(path)]
            for known in stale:
                del self._counts[known]  # arrays within the element before begin anew
        return path

    def _within(self, key: Path) -> Path:
        """A key from the top, led into the latest element of each array of tables on its way."""
        path: Path = ()
        for index, part in enumerate(key):
            path = (*path, part)
            if index < len(key) - 1 and path in self._counts:
                path = (*path, self._counts[path])
        return path

    def _key(self) -> Path:
        parts: list[str | int] = []
        while True:
            self._take(_SPACE)
            if self._peek() in "\"'":
                parts.append(_unquoted(self._take(_STRING)))
            else:
                parts.append(self._take(_BARE))
            self._take(_SPACE)
            if self._peek() != ".":
                return tuple(parts)
            self._at += 1

    def _pair(self, table: Path) -> Iterator[tuple[Path, int]]:
        line, key = self._line, self._key()
        self._at += 1  # the equals sign
        self._take(_SPACE)
        path = table
        for part in key:
            path = (*path, part)
            yield path, line
        yield from self._value(path)

    def _value(self, path: Path) -> Iterator[tuple[Path, int]]:
        mark = self._peek()
        if mark == "[":
            yield from self._array(path)
        elif mark == "{":
            yield from self._inline_table(path)
        else:
            self._take(_STRING if mark in "\"'" else _SCALAR)

    def _array(self, path: Path) -> Iterator[tuple[Path, int]]:
        self._at += 1
        index = 0
        while True:
            self._take(_BLANK)
            if self._peek() == "]":
                self._at += 1
                return
            yield (*path, index), self._line
            yield from self._value((*path, index))
            index += 1
            self._take(_BLANK)
            if self._peek() == ",":
                self._at += 1

    def _inline_table(self, path: Path) -> Iterator[tuple[Path, int]]:
        self._at += 1
        while True:
            self._take(_BLANK)
            if self._peek() == "}":
                self._at += 1
                return
            yield from self._pair(path)
            self._take(_BLANK)
            if self._peek() == ",":
                self._at += 1

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, pattern: re.Pattern[str]) -> str:
        """The text that ``pattern`` fits here; a position at which it does not fit moves on by one, so that this ends."""
        match = pattern.match(self._text, self._at)
        taken = match[0] if match else self._text[self._at : self._at + 1]
        if not taken and pattern not in (_BLANK, _SPACE):
            taken = self._text[self._at : self._at + 1]
        self._at += len(taken)
        self._line += taken.count("\n")
        if self._at >= len(self._text) and not taken and pattern not in (_BLANK, _SPACE):
            raise ValueError("the text ends within a value")
        return taken


def _unquoted(key: str) -> str:
    """A quoted key as it reads."""
    if key.startswith("'"):
        return key[1:-1]
    import tomllib

    found: str = next(iter(tomllib.loads(f"{key} = 0")))
    return found
