"""Reads a build's chat template as text, never renders it, and says where it does what a template has no business to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import msgspec

from openness.packaged import quick_data
from openness.printable import printable
from openness.records import Finding
from openness.sources.build_head import BuildHead

KEY = "tokenizer.chat_template"
#: What Jinja executes, and quoted strings in it. Neither pattern can backtrack more than a line of text is long.
_BLOCKS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_STRINGS = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
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
    found = []
    for key, value in head.gguf.metadata.items():
        if key.startswith(KEY) and isinstance(value, bytes):
            found += [
                Finding(f"template:{printable(key, 60)}:{number}", "chat-template-code", "info", message)
                for number, message in enumerate(dict.fromkeys(_messages(value)), 1)
            ]
    return found[:MOST]


def _messages(template: bytes) -> Iterator[str]:
    if len(template) > patterns().longest:
        yield f"The chat template has {len(template):,} bytes, more than any known one, and was not looked into."
        return
    text = template.decode("utf-8", "replace")
    for what, line, quote in suspicious(text):
        yield (
            f"The chat template uses {what} (line {line}: {printable(quote, 80)}); an engine without a sandbox may run code by "
            "it. The bundled runner has an engine of its own."
        )


def suspicious(template: str) -> Iterator[tuple[str, int, str]]:
    """What is suspicious in a template: in words, the line, the passage."""
    for block in _BLOCKS.finditer(template):
        text = block[0]
        line = template.count("\n", 0, block.start()) + 1
        bare = _STRINGS.sub("''", text)
        strings = " ".join(match[0] for match in _STRINGS.finditer(text))
        for kinds, where in ((patterns().code, bare), (patterns().quoted, strings)):
            for kind in kinds:
                match = _compiled(kind.pattern).search(where)
                if match:
                    yield kind.what, line, where[max(0, match.start() - 20) : match.end() + 20]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
