"""Jupyter notebooks: the sources of code cells, with lines and columns of the file itself; outputs are not read.

All cells are one program, so a constant of one cell is known in the next; magics and shell lines are read as what they are.
"""

from __future__ import annotations

import ast
import re
import warnings

from openness.refs.forms import json_events, python, shell
from openness.refs.sink import Pieces, Sink

_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?|.)")
_MAGIC = re.compile(r"^([ \t]*)([!%])(.*)$", re.MULTILINE)
_CELL_MAGIC = re.compile(r"\s*%%(\w+)([^\n]*)\n?")
_SHELLS = frozenset({"bash", "sh", "script", "shell", "cmd"})


class _Cell:
    """The text of a cell as the program sees it, with the places of its characters in the file."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.pieces: list[tuple[int, int]] = []
        self.size = 0

    def add(self, raw: str, offset: int) -> None:
        """Append one JSON string, given what stands between its quotation marks."""
        last = 0
        for match in _ESCAPE.finditer(raw):
            self._append(raw[last : match.start()], offset + last)
            self._append(json_events.unquoted(match[0]), offset + match.start())
            last = match.end()
        self._append(raw[last:], offset + last)

    def take(self, text: str, pieces: Pieces) -> None:
        """Append text of another cell."""
        self.pieces += [(self.size + inner, outer) for inner, outer in pieces if inner < len(text)]
        self.parts.append(text)
        self.size += len(text)

    def _append(self, text: str, offset: int) -> None:
        if text:
            self.pieces.append((self.size, offset))
            self.parts.append(text)
            self.size += len(text)

    @property
    def text(self) -> str:
        return "".join(self.parts)


def read(text: str, sink: Sink) -> None:
    lines = _Cell()
    programs: list[tuple[str, Pieces]] = []
    for cell in _code_cells(text):
        source = cell.text
        magic = _CELL_MAGIC.match(source)
        if magic and magic[1] in _SHELLS:
            lines.take(source[magic.end() :] + "\n", _after(cell.pieces, magic.end()))
            continue
        if magic and magic[1] == "writefile":
            _written(source, magic, cell.pieces, sink)
            continue
        if magic and magic[1] in ("html", "javascript", "js", "markdown", "latex", "svg"):
            continue
        for match in _MAGIC.finditer(source):
            lines.take(match[3] + "\n", _after(cell.pieces, match.start(3)))
        programs.append((_MAGIC.sub(lambda m: f"{m[1]}0" + " " * len(m[3]), source) + "\n", cell.pieces))
    if lines.size:
        shell.read(lines.text, sink.embedded(lines.pieces))
    _python(programs, sink)


def _python(programs: list[tuple[str, Pieces]], sink: Sink) -> None:
    """All cells together where they parse, else each for itself."""
    parses = [_parses(text) for text, _ in programs]
    kept = [program for program, parsed in zip(programs, parses, strict=True) if parsed]
    joined: list[tuple[int, int]] = [(0, 0)]
    size = 0
    for text, pieces in kept:
        joined += [(size + inner, outer) for inner, outer in pieces]
        size += len(text)
    python.read("".join(text for text, _ in kept), sink.embedded(joined))
    for (text, pieces), parsed in zip(programs, parses, strict=True):
        if not parsed:
            python.read(text, sink.embedded(pieces or [(0, 0)]))


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _after(pieces: Pieces, start: int) -> list[tuple[int, int]]:
    """The pieces of the rest of a text."""
    before = [(0, outer + start - inner) for inner, outer in pieces if inner <= start][-1:]
    return before + [(inner - start, outer) for inner, outer in pieces if inner > start]


def _written(source: str, magic: re.Match[str], pieces: Pieces, sink: Sink) -> None:
    from openness.refs.files import form_of
    from openness.refs.forms import read_language

    name = magic[2].replace("-a", "").strip().strip("\"'")
    language = form_of(name)
    if language:
        read_language(language, source[magic.end() :], sink.embedded(_after(pieces, magic.end())))


def _code_cells(text: str) -> list[_Cell]:
    """The cells of code, in order; deeper structures than a notebook has are passed over."""
    found: list[_Cell] = []
    stack: list[dict[str, str | _Cell | None]] = []
    key: str | None = None
    for event in json_events.events(text):
        top = stack[-1] if stack else {}
        if event.kind == "map":
            stack.append({"key": key})
            key = None
        elif event.kind == "list":
            stack.append({"key": key, "list": key, "owner": _Cell() if key in ("source", "input") else None})
            if key in ("source", "input") and isinstance(stack[-1]["owner"], _Cell):
                top["source"] = stack[-1]["owner"]
            key = None
        elif event.kind == "end":
            closed = stack.pop() if stack else {}
            cell = closed.get("source")
            if closed.get("cell_type") == "code" and isinstance(cell, _Cell):
                found.append(cell)
            key = None
        elif "list" in top:
            owner = top["owner"]
            if isinstance(owner, _Cell):
                owner.add(text[event.offset : event.end], event.offset)
        elif key is None:
            key = event.text
        else:
            if key == "cell_type":
                top["cell_type"] = event.text
            elif key in ("source", "input"):
                cell = _Cell()
                cell.add(text[event.offset : event.end], event.offset)
                top["source"] = cell
            key = None
    return found
