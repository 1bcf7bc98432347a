"""Reads a build's chat template as text, never renders it, and says where it does what a template has no business to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

import msgspec

from openness.packaged import quick_data
from openness.printable import printable
from openness.records import Finding
from openness.sources.build_head import BuildHead

KEY = "tokenizer.chat_template"
#: Where Jinja begins to read: a block, or a comment, which hides what stands in it.
_OPEN = re.compile(r"\{\{|\{%|\{#")
#: A text inside of a block (an unclosed one reaches to the end of the template), what may end the block, a bracket. Quantifiers
#: give nothing back, so that a template takes time in proportion to its length whatever it holds.
_INSIDE = re.compile(r"'(?:[^'\\]++|\\.)*+'?+|\"(?:[^\"\\]++|\\.)*+\"?+|\}\}|%\}|[\[\](){}]", re.DOTALL)
_RAW, _END_RAW = re.compile(r"\{%[-+]?\s*raw\s*[-+]?%\}"), re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
MOST = 8


class Pattern(msgspec.Struct, frozen=True):
    pattern: str
    what: str


class Patterns(msgspec.Struct, frozen=True):
    """``rules/identity/templates.yaml``."""

    longest: int
    code: list[Pattern]
    quoted: list[Pattern]


@cache
def patterns() -> Patterns:
    return msgspec.convert(quick_data("rules/identity/templates.yaml"), Patterns)


def findings(head: BuildHead) -> list[Finding]:
    """Findings about the templates in the build's header; none for a build without any."""
    if head.gguf is None:
        return []
    found: list[Finding] = []
    left = patterns().longest
    for key, value in head.gguf.metadata.items():
        if not key.startswith(KEY) or not isinstance(value, bytes) or len(found) >= MOST:
            continue
        left -= len(value)
        messages = _messages(value) if left >= 0 else [_too_long(len(value))]
        found += [
            Finding(f"template:{printable(key, 60)}:{number}", "chat-template-code", "info", message)
            for number, message in enumerate(islice(messages, MOST), 1)
        ]
    return found[:MOST]


def _too_long(length: int) -> str:
    return f"The chat template has {length:,} bytes, more than any known one, and was not looked into."


def _messages(template: bytes) -> Iterator[str]:
    said = set()
    for what, line, quote in suspicious(template.decode("utf-8", "replace")):
        message = (
            f"The chat template uses {what} (line {line}: {printable(quote, 80)}); an engine without a sandbox may run code by "
            "it. The bundled runner has an engine of its own."
        )
        if message not in said:
            said.add(message)
            yield message


def suspicious(template: str) -> Iterator[tuple[str, int, str]]:
    """What is suspicious in a template: in words, the line, the passage."""
    line, counted = 1, 0
    for start, bare, strings in _blocks(template):
        line += template.count("\n", counted, start)
        counted = start
        for kinds, where in ((patterns().code, bare), (patterns().quoted, strings)):
            for kind in kinds:
                match = _compiled(kind.pattern).search(where)
                if match:
                    yield kind.what, line, where[max(0, match.start() - 20) : match.end() + 20]


def _blocks(template: str) -> Iterator[tuple[int, str, str]]:
    """Where each block begins, its code with empty texts, and the texts. A block ends where Jinja ends it: not inside of a text
    or of brackets (jinja2.lexer, ``balancing_stack``)."""
    at = 0
    while opened := _OPEN.search(template, at):
        start = opened.start()
        if opened[0] == "{#":
            end = template.find("#}", opened.end())
            at = end + 2 if end >= 0 else len(template)
            continue
        if raw := _RAW.match(template, start):
            closed = _END_RAW.search(template, raw.end())
            at = closed.end() if closed else len(template)
            continue
        at, bare, strings = _block(template, start, "}}" if opened[0] == "{{" else "%}")
        yield start, bare, strings


def _block(template: str, start: int, end: str) -> tuple[int, str, str]:
    """Where the block ends, its code, its texts."""
    at, done, depth = start + 2, start, 0
    bare: list[str] = []
    strings: list[str] = []
    while found := _INSIDE.search(template, at):
        at, text = found.end(), found[0]
        if text[0] in "'\"":
            bare += [template[done : found.start()], "''"]
            strings.append(text)
            done = at
        elif text == end and not depth:
            return at, "".join([*bare, template[done:at]]), " ".join(strings)
        elif len(text) == 2:
            at -= 1  # of }} or %} inside of brackets only the first character was read
            depth = max(0, depth - (text[0] == "}"))
        else:
            depth = max(0, depth + (1 if text in "[({" else -1))
    return len(template), "".join([*bare, template[done:]]), " ".join(strings)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
