"""Words of a shell text with their places: quoting, comments, line continuations, variables with their values so far.

Nothing is run and nothing is expanded but variables that the text itself sets; what has no value stays a NUL, which is part of
no name. Time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

UNKNOWN = "\0"
MAX_WORDS = 4000
MAX_VALUES = 20
_DOUBLE = r"""|(?P<double>"(?:[^"\\]|\\.)*")"""
_PIECE = re.compile(
    r"""(?P<blank>(?:[ \t\f]|\\\r?\n)+)
    |(?P<end>\r\n|[\n\r;|()`]|&&?)
    |(?P<single>'[^']*')
    |(?P<double>"(?:[^"\\]|\\.)*")
    |(?P<variable>\$\{(?P<braced>\w+)(?:\[[@*\d]\])?(?::?[-=](?P<default>[^}\n]{0,300}))?\}|\$\((?P<make>\w+)\)|\$(?P<plain>\w+))
    |(?P<heredoc><<-?\s*["']?(?P<mark>\w+)["']?)
    |(?P<redirect>[<>]+&?)
    |(?P<escape>\\.)
    |(?P<text>[^\s'"\\$;|&()`<>]+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_UNCLOSED = re.compile(_PIECE.pattern.replace(_DOUBLE, ""), re.VERBOSE | re.DOTALL)
_IN_QUOTES = re.compile(r"\$\{(\w+)(?:\[[@*\d]\])?(?::?[-=]([^}\n]{0,300}))?\}|\$\((\w+)\)|\$(\w+)|\\(.)", re.DOTALL)
_ARRAY = re.compile(r"[A-Za-z_]\w*\+?=")
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)\+?=")


class Word(NamedTuple):
    """A word as the program would get it, and where it begins (where a variable got its value, for one that is only that).

    ``more`` are further values of such a variable; ``pieces`` say from which character on the word stands where.
    """

    text: str
    offset: int
    more: tuple[tuple[str, int], ...] = ()
    pieces: tuple[tuple[int, int], ...] = ()

    def at(self, index: int) -> int:
        """Where the character at ``index`` of the word is written."""
        begin, offset = next((piece for piece in reversed(self.pieces) if piece[0] <= index), (0, self.offset))
        return offset + index - begin

    def part(self, start: int, end: int) -> Word:
        """A part of the word as a word."""
        inside = tuple((begin - start, offset) for begin, offset in self.pieces if start < begin < end)
        return Word(self.text[start:end], self.at(start), (), ((0, self.at(start)), *inside) if inside else ())

    @property
    def values(self) -> tuple[tuple[str, int], ...]:
        return ((self.text, self.offset), *self.more)


Variables = dict[str, list[tuple[str, int]]]


class Heredoc(NamedTuple):
    start: int
    end: int


Command = tuple[list[Word], Heredoc | None]


def commands(text: str, variables: Variables) -> Iterator[Command]:
    """Each simple command, in order; assignments are added to ``variables`` on the way."""
    lexer = _Lexer(variables)
    position, length = 0, len(text)
    pending: re.Match[str] | None = None
    closed = True
    while position < length:
        match = (_PIECE if closed else _UNCLOSED).match(text, position)
        if match is None:  # cannot be: the last alternative takes any character
            break
        position, kind = match.end(), match.lastgroup
        if kind in ("braced", "default", "make", "plain", "mark"):
            kind = "heredoc" if match["heredoc"] else "variable"
        if kind == "other" and match[0] == '"':  # no later quotation mark needs to look for its end again
            closed = False
        if kind == "text" and lexer.starts and match[0].startswith("#"):
            end = re.compile(r"[\r\n]").search(text, position)
            position = end.start() if end else length
        elif kind == "heredoc":
            pending = match
        elif kind == "end" and lexer.in_array(match[0]):
            continue
        elif kind == "end":
            body = None
            if pending is not None and match[0] in ("\n", "\r\n"):
                body = _heredoc(text, position, pending["mark"])
                position, pending = body.end, None
            if words := lexer.finish():
                yield words, body
        else:
            lexer.take(kind or "other", match)
    if words := lexer.finish():
        yield words, None


def _heredoc(text: str, start: int, mark: str) -> Heredoc:
    end = re.compile(rf"^[\t ]*{re.escape(mark)}[ \t]*\r?$", re.MULTILINE).search(text, start)
    return Heredoc(start, end.start() if end else len(text))


class _Lexer:
    def __init__(self, variables: Variables) -> None:
        self.variables = variables
        self.words: list[Word] = []
        self.array: str | None = None
        self.first = 0
        self._clear()

    def _clear(self) -> None:
        self.parts: list[str] = []
        self.places: list[int] = []
        self.offset = -1
        self.alone: list[tuple[str, int]] | None = None

    @property
    def starts(self) -> bool:
        return self.offset < 0

    def in_array(self, end: str) -> bool:
        """Whether the text stands between the parentheses of ``name=(…)``, where lines do not end a command."""
        written = "".join(self.parts)
        if end == "(" and self.array is None and _ARRAY.fullmatch(written):
            self._clear()
            self.array = written.rstrip("+=")
            self.first = len(self.words)
            return True
        if self.array is None or end not in ("\n", "\r\n", "\r", ")"):
            return False
        self._end_word()
        if end == ")":
            begin = len(self.array) + 1
            self.words[self.first :] = [Word(f"{self.array}={w.text}", w.offset - begin) for w in self.words[self.first :]]
            self.array = None
        return True

    def take(self, kind: str, match: re.Match[str]) -> None:
        if kind in ("blank", "redirect"):
            self._end_word()
        elif kind == "single":
            self._part(match[0][1:-1], match.start() + 1)
        elif kind == "double":
            self._quoted(match[0][1:-1], match.start() + 1)
        elif kind == "variable":
            self._variable(
                match["braced"] or match["make"] or match["plain"], match["default"], match.start("default"), match.start()
            )
        else:
            self._part(match[0][1:] if kind == "escape" else match[0], match.start() + (kind == "escape"))

    def _part(self, text: str, offset: int) -> None:
        self.alone = None
        if self.offset < 0 or not any(self.parts):
            self.offset = offset
        self.parts.append(text)
        self.places.append(offset)

    def _variable(self, name: str, default: str | None, default_at: int, offset: int) -> None:
        values = self.variables.get(name, [])
        if default:
            values = [*values, (default.strip("\"'"), default_at + (default[:1] in "\"'"))]
        first = self.offset < 0 and not self.parts
        self._part(values[0][0] if values else UNKNOWN, offset)
        if values:
            self.places[-1] = values[0][1]
        self.alone = values if first and values else None

    def _quoted(self, text: str, offset: int) -> None:
        whole = _IN_QUOTES.fullmatch(text)
        if whole and not whole[5] and self.offset < 0:
            self._variable(whole[1] or whole[3] or whole[4], whole[2], offset + whole.start(2), offset)
            return
        last = 0
        if not text:
            self._part("", offset)
        for match in _IN_QUOTES.finditer(text):
            if match.start() > last:
                self._part(text[last : match.start()], offset + last)
            if match[5]:
                self._part(match[5] if match[5] in '"\\$`\n' else match[0], offset + match.start())
            else:
                self._variable(match[1] or match[3] or match[4], match[2], offset + match.start(2), offset + match.start())
            last = match.end()
        if last < len(text):
            self._part(text[last:], offset + last)

    def _end_word(self) -> None:
        if self.offset >= 0 and len(self.words) < MAX_WORDS:
            if self.alone:
                (text, offset), *more = self.alone
                self.words.append(Word(text, offset, tuple(more)))
            else:
                self.words.append(Word("".join(self.parts), self.offset, (), self._pieces()))
        self._clear()

    def _pieces(self) -> tuple[tuple[int, int], ...]:
        if len(self.parts) < 2:
            return ()
        starts, size = [], 0
        for part in self.parts:
            starts.append(size)
            size += len(part)
        return tuple(zip(starts, self.places, strict=True))

    def finish(self) -> list[Word]:
        """The words of the command that ends here; what it assigns is kept."""
        self._end_word()
        words, self.words, self.array = self.words, [], None
        for word in words:
            match = _ASSIGNED.match(word.text)
            if match is None:
                if word.text in ("export", "local", "declare", "readonly", "set", "env", "ENV", "ARG"):
                    continue
                break
            values = self.variables.setdefault(match[1], [])
            if len(values) < MAX_VALUES and UNKNOWN not in word.text:
                values.append((word.text[match.end() :], word.at(match.end())))
        if len(words) > 3 and words[0].text == "for" and words[2].text == "in":
            self.variables.setdefault(words[1].text, []).extend(value for w in words[3 : 3 + MAX_VALUES] for value in w.values)
        return words
