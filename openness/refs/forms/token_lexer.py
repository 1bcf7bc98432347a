"""Tokens of the languages that are not parsed: names, strings, marks, with their places. Time is linear in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_COMMON = (
    r"|(?P<name>[A-Za-z_$][\w$]*)|(?P<number>\d[\w.]*)"
    r"|(?P<operator>===|!==|==|!=|=>|<=|>=|\?\?=?|\|\||&&|::|->|\?\.|\+=|:=)|(?P<mark>[^\s\w])"
)
_C_COMMENT = r"(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))"
# A string that is not closed ends with its line, so that no text is scanned twice.
_STRINGS = r"|(?P<string>\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?)"
_TOKENS = {
    "javascript": _C_COMMENT + r"|(?P<template>`(?:[^`\\]|\\.)*`?)" + _STRINGS + _COMMON,
    "source": _C_COMMENT
    + r"|(?P<template>\"\"\".*?(?:\"\"\"|\Z))|(?P<string>\"(?:[^\"\\\n]|\\.)*\"?)|(?P<char>'(?:[^'\\\n]|\\.)')"
    + _COMMON,
    "python": r"(?P<comment>\#[^\n]*)|(?P<template>\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z)|'''(?:[^\\]|\\.)*?(?:'''|\Z))"
    + _STRINGS
    + _COMMON,
}  # fmt: skip


class Token(NamedTuple):
    kind: str
    text: str
    offset: int


@lru_cache(maxsize=3)
def _tokens(language: str) -> re.Pattern[str]:
    return re.compile(_TOKENS[language], re.DOTALL)


def tokenize(text: str, language: str) -> Iterator[Token]:
    for match in _tokens(language).finditer(text):
        kind = match.lastgroup or "mark"
        if kind in ("string", "template"):
            body = match[0]
            width = 3 if body[:3] in ('"""', "'''") else 1
            inner = body[width : len(body) - width]
            if len(body) < 2 * width or body[-width:] != body[:width] or (kind == "template" and "${" in inner):
                kind = "pattern"  # not closed, or with values in it
            yield Token(kind, inner, match.start() + width)
        elif kind != "comment":
            yield Token(kind, match[0], match.start())
