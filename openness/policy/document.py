"""The policy as a file: where it is, what TOML it holds, and on which line each key stands.

It is ``openness.toml``, or the table ``[tool.openness]`` of ``pyproject.toml``, in the current folder or the nearest one above.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from openness.errors import UsageError
from openness.printable import printable

if TYPE_CHECKING:
    from openness.policy import toml_lines

FILE_NAME = "openness.toml"
PROJECT_FILE = "pyproject.toml"
PROJECT_TABLE = ("tool", "openness")
MAX_POLICY = 1 << 20


class PolicyDocument(msgspec.Struct, frozen=True):
    """A policy as read. ``data`` are the keys of the policy itself, ``prefix`` the table they stand in, ``shown`` the path as
    messages name it, ``text`` the whole file."""

    path: Path
    shown: str
    text: str
    data: Mapping[str, Any]
    prefix: toml_lines.Path = ()

    def line(self, path: toml_lines.Path) -> int:
        """The line (from 1) of a key or element, or of the nearest thing around it that has one."""
        lines = _lines(self.text)
        whole = (*self.prefix, *path)
        while whole and whole not in lines:
            whole = whole[:-1]
        return lines.get(whole, 1)

    def where(self, path: toml_lines.Path) -> str:
        """``openness.toml:12``."""
        return f"{self.shown}:{self.line(path)}"

    def own_lines(self) -> frozenset[int]:
        """The lines on which the policy's keys and elements stand."""
        length = len(self.prefix)
        return frozenset(line for path, line in _lines(self.text).items() if path[:length] == self.prefix)

    @property
    def top(self) -> Cursor:
        return Cursor(self, (), self.data)


_read: dict[str, dict[toml_lines.Path, int]] = {}


def _lines(text: str) -> dict[toml_lines.Path, int]:
    """The lines of a text, scanned once."""
    if text not in _read:
        from openness.policy import toml_lines  # only messages need lines

        _read.clear()
        _read[text] = toml_lines.lines_of(text)
    return _read[text]


def find(start: Path) -> Path | None:
    """The nearest policy file at or above ``start``; a ``pyproject.toml`` counts only where it has the table."""
    for folder in (start, *start.absolute().parents):
        own, project = folder / FILE_NAME, folder / PROJECT_FILE
        if own.is_file():
            return own
        if project.is_file() and _mentions(project):
            return project
    return None


def _mentions(project: Path) -> bool:
    """Whether a ``pyproject.toml`` has the table; one that is not TOML is a matter of other tools."""
    try:
        data = project.read_bytes()[:MAX_POLICY]
        return b"openness" in data and bool(_within(_parsed(data.decode("utf-8")), PROJECT_TABLE))
    except (OSError, ValueError, RecursionError):
        return False


def _parsed(text: str) -> dict[str, Any]:
    import tomllib  # most audits have no policy file

    return tomllib.loads(text)


def _within(data: Any, path: Sequence[str]) -> Any:
    for part in path:
        data = data.get(part) if isinstance(data, dict) else None
    return data


def read(path: Path) -> PolicyDocument:
    """Raises UsageError for a file that cannot be read, is too large, or is not TOML."""
    shown = shortened(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_POLICY + 1)
        if len(data) > MAX_POLICY:
            raise UsageError(f"The policy {shown} is larger than {MAX_POLICY:,} bytes.")
        text = data.decode("utf-8")
        parsed = _parsed(text)
    except OSError as error:
        raise UsageError(f"The policy {shown} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, or nested too deep
        raise UsageError(f"The policy {shown} is not valid TOML: {printable(str(error))}.") from None
    if path.name != PROJECT_FILE:
        return PolicyDocument(path, shown, text, parsed)
    own = _within(parsed, PROJECT_TABLE)
    if not isinstance(own, dict):
        raise UsageError(f"{shown} has no table [tool.openness]; add it, or write an openness.toml (`openness init`).")
    return PolicyDocument(path, shown, text, own, PROJECT_TABLE)


def shortened(path: Path) -> str:
    """A path for messages: relative to the current folder where it lies below it."""
    try:
        return printable(str(path.absolute().relative_to(Path.cwd())), None)
    except (ValueError, OSError):
        return printable(str(path), None)


class Cursor(msgspec.Struct, frozen=True):
    """A value in the policy with its place. Every method that reads raises UsageError naming file, line and what was expected."""

    document: PolicyDocument
    path: toml_lines.Path
    value: Any

    @property
    def where(self) -> str:
        return self.document.where(self.path)

    @property
    def name(self) -> str:
        """``allow.licenses[2]`` or ``[[exceptions]] 1: reason``."""
        shown = ""
        for index, part in enumerate(self.path):
            if isinstance(part, int):
                arrays = index == 1 and not shown.startswith("[")
                shown = f"[[{shown}]] {part + 1}" if arrays and isinstance(self._at(index + 1), dict) else f"{shown}[{part + 1}]"
            else:
                joint = ": " if shown.startswith("[") and ":" not in shown else "." if shown else ""
                shown = f"{shown}{joint}{printable(part, 40)}"
        return shown or "the policy"

    def _at(self, length: int) -> Any:
        value: Any = self.document.data
        for part in self.path[:length]:
            value = value[part]
        return value

    def wrong(self, message: str) -> UsageError:
        """The error for a value that is not as it must be."""
        return UsageError(f"{self.where}: {self.name} {message}")

    def part(self, key: str | int) -> Cursor:
        return Cursor(self.document, (*self.path, key), self.value[key])

    def get(self, key: str) -> Cursor | None:
        return self.part(key) if key in self.value else None

    def table(self, keys: Sequence[str] | None = None) -> Cursor:
        """This, if it is a table that has no other keys than these."""
        if not isinstance(self.value, dict):
            raise self.wrong(f"is a table{_such_as(keys)}, not {_kind(self.value)}.")
        for key in self.value if keys is not None else ():
            if key not in (keys or ()):
                raise UsageError(f"{self.document.where((*self.path, key))}: {_inside(self)}unknown key {_near(key, keys or ())}")
        return self

    def tables(self) -> list[Cursor]:
        """The elements of a list of tables."""
        name = self.path[-1]
        if not isinstance(self.value, list) or not all(isinstance(each, dict) for each in self.value):
            raise self.wrong(f"is a list of tables, each headed [[{name}]], not {_kind(self.value)}.")
        return [self.part(index) for index in range(len(self.value))]

    def texts(self) -> list[Cursor]:
        """The elements of a list of texts; one text counts as a list of it."""
        if isinstance(self.value, str):
            return [self]
        if not isinstance(self.value, list):
            raise self.wrong(f"is a list of texts, not {_kind(self.value)}.")
        parts = [self.part(index) for index in range(len(self.value))]
        for part in parts:
            part.text()
        return parts

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.wrong(f"is a text in quotation marks, not {_kind(self.value)}.")
        if not self.value.strip():
            raise self.wrong("is empty.")
        return self.value.strip()

    def required(self, key: str, hint: str) -> str:
        """The text under ``key``."""
        found = self.get(key)
        if found is None or found.value == "":
            raise UsageError(f"{self.where}: {self.name}: {key} is missing; {hint}.")
        return found.text()

    def choice(self, words: Sequence[str]) -> str:
        """The text, which is one of ``words``."""
        text = self.text()
        if text not in words:
            raise self.wrong(f"= {_near(text, words, quoted=True)}")
        return text

    def number(self, least: int) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < least:
            raise self.wrong(f"is a whole number of at least {least}, not {printable(str(self.value), 40)}.")
        return self.value

    def date(self) -> datetime.date:
        """A day, as a TOML date or as a text of the same form."""
        value = self.value
        if isinstance(value, str):
            try:
                return datetime.date.fromisoformat(value.strip())
            except ValueError:
                pass
        if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date):
            raise self.wrong(f"is a day such as 2027-03-01, not {printable(str(value), 40)}.")
        return value


def _inside(cursor: Cursor) -> str:
    return f"{cursor.name}: " if cursor.path else ""


def _kind(value: Any) -> str:
    words = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list", dict: "a table"}
    return words.get(type(value), "a date or time")


def _such_as(keys: Sequence[str] | None) -> str:
    return f" with the keys {', '.join(keys)}" if keys else ""


def _near(word: str, known: Iterable[str], *, quoted: bool = False) -> str:
    """The word with what may have been meant, as the end of a sentence."""
    shown = printable(word, 40)
    return (f'"{shown}" is not known; ' if quoted else f"{shown}; ") + nearest(word, known)


def nearest(word: str, known: Iterable[str]) -> str:
    """``did you mean X?``, or all that is known."""
    from rapidfuzz import process

    words = list(known)
    found = process.extractOne(word.casefold(), words, score_cutoff=60)
    return f"did you mean {found[0]}?" if found else f"known are {', '.join(words)}."
