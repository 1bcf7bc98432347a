"""Text of others within Markdown: read as text by every renderer, never as markup, link or table."""

from __future__ import annotations

import re

from openness.printable import printable

#: Everything but these becomes a character reference, which no Markdown renderer takes for structure (CommonMark 0.31, section
#: 2.5). A colon before anything but a blank, an at sign and the period after "www" would make links and mentions of their own
#: (GitHub's extensions); an underscore within a word is no emphasis.
PLAIN = re.compile(r"[^\w .,/()+;=:\"'%?-]|:(?! )|(?<![a-z0-9])_|_(?![a-z0-9])|(?<=\bwww)\.", re.ASCII | re.IGNORECASE)
#: What may stand between backticks as it is: a name of a model, a revision, a path of this machine.
CODE = re.compile(r"[\w./@:+=-]+", re.ASCII)


def text(value: str, limit: int | None = 200) -> str:
    """``value`` as text on one line, with control characters shown as escapes and at most ``limit`` characters long."""
    return PLAIN.sub(lambda match: _reference(match[0]), printable(value, limit))


def code(command: str, value: str, limit: int = 200) -> str:
    """A command with one argument as code, where the argument is such that this can be; else as text."""
    if CODE.fullmatch(value) and len(value) <= limit:
        return f"`{command} {value}`"
    return f"`{command}` {text(value, limit)}"


def _reference(character: str) -> str:
    return character if not character.isascii() else f"&#{ord(character)};"
