"""A card's text as plain lines: markup read away, tables as rows, code and comments left out, headings with their level.

Every character is looked at a bounded number of times, so a card of any shape takes time linear in its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

import msgspec

#: More of a line, and more of a card's text, is not read; what is left out is said by ``model_card``.
MAX_LINE = 2000
MAX_TEXT = 1 << 20
MAX_LINES = 30_000
#: Lines of one row of an HTML table.
MAX_ROW = 30

HEADING = re.compile(r"\s{0,3}(#{1,6})\s*(\S.{0,200}?)\s*#*\s*$")
UNDERLINE = re.compile(r"\s{0,3}(=+|-{3,})\s*$")
TITLE = re.compile(r"\s{0,3}[^\s|>*+-].{0,100}$")
BOLD_LINE = re.compile(r"\s{0,3}(?:\*\*|__)([^*_]{2,80})(?:\*\*|__)\s*:?\s*$")
FENCE = re.compile(r"\s{0,3}(```|~~~)")
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,15})\b([^<>]{0,800})>")
HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]{1,500})""", re.IGNORECASE)
ALT = re.compile(r"""(?<![\w-])alt\s*=\s*["']([^"']{1,120})["']""", re.IGNORECASE)
SOURCE = re.compile(r"""(?<![\w-])src\s*=\s*["']?([^"'\s>]{1,500})""", re.IGNORECASE)
IMAGE = re.compile(r"!\[([^\[\]]{0,200})\]\(([^()\s]{0,600})[^()]{0,100}\)")
BADGE = re.compile(r"img\.shields\.io/(?:static/v1\?[^\s]*|badge/([^?#/]{1,200}))")
#: Opens a section by its level: a heading, a title underlined, or a bold line, which is below all headings.
BOLD_LEVEL = 7


class Line(msgspec.Struct, frozen=True):
    """One line or table row: ``number`` of the line in the document that holds its last words, text without markup.

    ``level`` is that of a heading, 0 for others; ``raw`` is the line of the document.
    """

    number: int
    text: str
    raw: str
    level: int = 0


def lines_in(lines: Sequence[str], start: int) -> Iterator[Line]:
    """The text of a card below ``start`` lines of front matter."""
    room = MAX_TEXT
    state = _State()
    for number, whole in enumerate(lines[start : start + MAX_LINES], start + 1):
        room -= len(whole) + 1
        if room < 0:
            break
        yield from state.take(number, whole[:MAX_LINE])
    yield from state.rest()


class _State:
    """What carries over from line to line: an open comment, an open block of code, an open row, the line before."""

    def __init__(self) -> None:
        self._comment = False
        self._fence = ""
        self._row: list[tuple[int, str, str]] = []
        self._before: Line | None = None

    def take(self, number: int, raw: str) -> Iterator[Line]:
        if (fence := FENCE.match(raw)) and not self._comment:
            opened = fence[1]
            self._fence = "" if self._fence == opened else self._fence or opened
            return
        if self._fence:
            return
        text = self._uncommented(raw)
        if not text.strip():
            if not self._row:
                yield from self.rest()
            return
        if self._before is not None and TITLE.match(self._before.text) and UNDERLINE.match(text):
            title, self._before = self._before, None
            yield msgspec.structs.replace(title, level=1 if "=" in text else 2)
            return
        yield from self._rows(number, raw, text)

    def _rows(self, number: int, raw: str, text: str) -> Iterator[Line]:
        """Joins the lines of a table row, and of a tag that goes on in the next line."""
        row = [] if re.search(r"<tr\b", text, re.IGNORECASE) else self._row
        row.append((number, raw, text))
        joined = " ".join(part for _, _, part in row)[:MAX_LINE]
        self._row = row if len(row) < MAX_ROW and _goes_on(joined) else []
        if self._row:
            return
        yield from self.rest()
        number, raw, _ = next((part for part in reversed(row) if _without_tags(part[2]).strip(" |*")), row[-1])
        found = line_of(number, raw, joined)
        if found.level:
            yield found
        else:
            self._before = found

    def rest(self) -> Iterator[Line]:
        """The line that waited to be seen underlined."""
        before, self._before = self._before, None
        if before is not None:
            yield before

    def _uncommented(self, text: str) -> str:
        if not self._comment and "<!--" not in text:
            return text
        kept = []
        at = 0
        while at <= len(text):
            mark = "-->" if self._comment else "<!--"
            found = text.find(mark, at)
            if found < 0:
                kept.append("" if self._comment else text[at:])
                break
            if not self._comment:
                kept.append(text[at:found])
            self._comment = not self._comment
            at = found + len(mark)
        return "".join(kept)


def _goes_on(text: str) -> bool:
    """Is a row of a table open, or a tag?"""
    if "<" not in text:
        return False
    rows = re.findall(r"<(/?)tr\b", text, re.IGNORECASE)
    last = text.rfind("<")
    tag = last > text.rfind(">") and re.match(r"</?[A-Za-z]", text[last : last + 3]) is not None
    return bool(rows and not rows[-1]) or tag


def line_of(number: int, raw: str, text: str) -> Line:
    """A line with its markup read away."""
    html = re.search(r"<h([1-6])\b", text, re.IGNORECASE) if "<" in text else None
    plain = _without_tags(text) if "<" in text else text
    plain = plain.replace("\\_", "_").replace("&nbsp", " ") if "\\_" in plain or "&nbsp" in plain else plain
    plain = IMAGE.sub(_pictured, plain) if "![" in plain else plain
    if html:
        return Line(number, plain.strip(), raw, int(html[1]))
    if heading := HEADING.match(plain):
        return Line(number, heading[2], raw, len(heading[1]))
    if bold := BOLD_LINE.match(plain):
        return Line(number, bold[1], raw, BOLD_LEVEL)
    return Line(number, plain, raw)


def _without_tags(text: str) -> str:
    """HTML as Markdown: links, cells of tables; all other tags go. What is no tag stays, such as ``<https://…>``."""
    pieces: list[str] = []
    at = 0
    link: str | None = None
    for tag in TAG.finditer(text):
        pieces.append(text[at : tag.start()])
        at = tag.end()
        closing, name = bool(tag[1]), tag[2].lower()
        if name == "a":
            if not closing and (found := HREF.search(tag[3])):
                link = found[1]
                pieces.append("[")
            elif closing and link is not None:
                pieces.append(f"]({link})")
                link = None
        elif name == "img":
            alt, source = ALT.search(tag[3]), SOURCE.search(tag[3])
            pieces.append(f"![{alt[1] if alt else ''}]({source[1] if source else ''})")
        elif name in ("td", "th") and closing:
            pieces.append(" | ")
        elif name in ("br", "p", "div", "li"):
            pieces.append(" ")
        elif name in ("b", "strong"):
            pieces.append("**")
        elif name in ("https", "http"):
            pieces.append(tag[0])
    return "".join([*pieces, text[at:]])


def _pictured(match: re.Match[str]) -> str:
    """What a picture says: the words of a badge, else those given for readers who do not see it."""
    badge = BADGE.search(match[2])
    if not badge or not badge[1]:
        return match[1]
    words = unquote(badge[1]).removesuffix(".svg").replace("--", "\0").replace("__", "\1").replace("_", " ")
    parts = [part.replace("\0", "-").replace("\1", "_").strip() for part in words.split("-")]
    return f"{parts[0]}: {parts[1]}" if len(parts) > 2 else parts[0]
