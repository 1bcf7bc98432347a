"""Text for a terminal: lines wrapped to a width, never broken within a word, and color only where asked for."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

#: Colors a text (text, color name); the plain one leaves it as it is.
Style = Callable[[str, str], str]
#: Narrower is not read.
LEAST_WIDTH = 40


def plain(text: str, _color: str) -> str:
    return text


def wrapped(text: str, width: int, indent: int, hang: int = 2) -> list[str]:
    """The lines of a paragraph; those after the first hang by ``hang`` columns more."""
    margin = " " * indent
    return textwrap.wrap(
        text,
        max(width, LEAST_WIDTH),
        initial_indent=margin,
        subsequent_indent=margin + " " * hang,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [margin]
