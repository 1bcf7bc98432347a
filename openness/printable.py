"""Hostile text made safe to show: on a terminal, in a badge, in Markdown, in XML.

File names, metadata of a build, cards and license texts are written by strangers. An escape sequence can recolor or
rewrite a terminal, a bidi override can make a name read as another, a line break can forge a line of a report. All of
it passes through :func:`printable` before any output.
"""

from __future__ import annotations

ELLIPSIS = "…"

#: Unicode's space separators (category Zs): ``str.isprintable`` calls them unprintable, but they only move the pen.
_SPACES = frozenset("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000")
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(value: bytes | str, limit: int | None = 200, *, multiline: bool = False) -> str:
    r"""``value`` as text without any control character, at most ``limit`` characters long (None: no limit).

    Bytes are read as UTF-8, a byte that is not becomes ``\xNN``. Escaped as ``\n``, ``\xNN``, ``\uNNNN`` or
    ``\UNNNNNNNN`` is every character of the Unicode categories Cc (C0, DEL, C1), Cf (bidi overrides, zero-width
    characters, tags), Cs, Co, Cn (XML refuses some of these) and Zl, Zp; ``multiline`` keeps line feeds, nothing else.
    Longer text ends with an ellipsis, never in the middle of an escape. The result is made for reading, not for
    reading back: a backslash stays as it is, so that ``printable(printable(x)) == printable(x)``.
    """
    text = _decode(value, limit)
    if text.isprintable() and (limit is None or len(text) <= limit):
        return text
    pieces: list[str] = []
    length = 0
    for character in text:
        piece = character if multiline and character == "\n" else _escape(character)
        pieces.append(piece)
        length += len(piece)
        if limit is not None and length > limit:
            return _shorten(pieces, length, limit)
    return "".join(pieces)


def _decode(value: bytes | str, limit: int | None) -> str:
    """The text, cut to what can matter: a character is at most four bytes, so this is never too little."""
    if isinstance(value, str):
        return value if limit is None else value[: limit + 1]
    if limit is not None:
        value = value[: 4 * (limit + 1)]
    return value.decode("utf-8", "surrogateescape")


def _escape(character: str) -> str:
    if character.isprintable() or character in _SPACES:
        return character
    point = ord(character)
    if 0xDC80 <= point <= 0xDCFF:  # a byte that was not UTF-8, here or in a file name given by the system
        return f"\\x{point - 0xDC00:02x}"
    if point > 0xFFFF:
        return f"\\U{point:08x}"
    return _NAMED.get(character) or (f"\\x{point:02x}" if point <= 0xFF else f"\\u{point:04x}")


def _shorten(pieces: list[str], length: int, limit: int) -> str:
    """Drops whole pieces from the end until the ellipsis fits."""
    room = max(limit - len(ELLIPSIS), 0)
    while pieces and length > room:
        length -= len(pieces.pop())
    return "".join(pieces) + ELLIPSIS[:limit]
