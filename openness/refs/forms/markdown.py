"""Markdown: the front matter of a card, and fenced code read as its language. Prose, its links and inline code say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from openness.refs.sink import Pieces, Sink

#: What a card's front matter says about models and data sets (the Hub's card specification, hub-docs/modelcard.md).
CARD_KEYS = frozenset({"base_model", "datasets", "new_version"})
_FRONT = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"<!--(?:(?!-->)[^\x00]){0,20000}-->")
_FENCE = re.compile(
    r"^([ \t>]{0,60}(?:(?:[-*+]|\d{1,9}\.) [ \t]{0,20})?)(`{3,}|~{3,})[ \t]*\{?[.]?([\w+-]*)[^\n`]*\r?$", re.MULTILINE
)
_PROMPT = re.compile(r"(?:>>>|\.\.\.|In \[\d+\]:)(?: |$)|[$%>] ")
_LANGUAGES = {
    "python": "python py python3 pycon ipython py3",
    "shell": "bash sh shell zsh console shell-session terminal sh-session shellsession cmd powershell bat ps1",
    "yaml": "yaml yml", "json": "json jsonc json5", "toml": "toml", "javascript": "js javascript ts typescript jsx tsx mjs node",
    "dockerfile": "dockerfile docker", "makefile": "makefile make", "modelfile": "modelfile ollama", "dotenv": "dotenv env ini",
    "source": "rust rs go swift java kotlin csharp cs cpp c",
}  # fmt: skip
_NAMES = {name: language for language, names in _LANGUAGES.items() for name in names.split()}


def read(text: str, sink: Sink) -> None:
    from openness.refs.forms import read_language

    text = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    if front := _FRONT.match(text):
        _front_matter(text, front, sink)
    for name, start, end, indent in _blocks(text, front.end() if front else 0):
        inner, pieces = _content(
            text,
            start,
            end,
            indent,
            prompts=name in ("pycon", "python", "py", "console", "bash", "sh", "shell", "terminal", "shell-session", ""),
        )
        language = _NAMES.get(name.lower()) or (_guessed(inner) if not name or name in ("text", "txt", "plaintext") else None)
        if language == "python" and _SHELL_LINE.search(inner):
            inner = _shell_lines(inner, pieces, sink)
        if language and inner.strip():
            read_language(language, inner, sink.embedded(pieces, "medium"))


def _shell_lines(code: str, pieces: Pieces, sink: Sink) -> str:
    """Read the lines of a Python block that are commands, as notebooks have them; the block without them, as long as before."""
    from openness.refs.forms import shell

    commands = _SHELL_LINE.sub(lambda match: " " * len(match[1]) + match[2], code)
    kept = {number for number, line in enumerate(code.split("\n")) if _SHELL_LINE.match(line)}
    lines = [line if number in kept else " " * len(line) for number, line in enumerate(commands.split("\n"))]
    shell.read("\n".join(lines), sink.embedded(pieces, "medium"))
    return _SHELL_LINE.sub(lambda match: f"{match[1][:-1]}0" + " " * len(match[2]), code)


def _front_matter(text: str, front: re.Match[str], sink: Sink) -> None:
    from openness.refs.forms.settings import Settings
    from openness.refs.forms.yaml_events import events

    body = front[1]
    Settings(body, sink.embedded([(0, front.start(1))]), only=CARD_KEYS).read(events(body))


def _blocks(text: str, start: int) -> Iterator[tuple[str, int, int, int]]:
    """(language, start, end, indentation) of each fenced block."""
    opened: re.Match[str] | None = None
    for match in _FENCE.finditer(text, start):
        if opened is None:
            opened = match
        elif match[2][0] == opened[2][0] and len(match[2]) >= len(opened[2]) and not match[3]:
            yield opened[3], min(opened.end() + 1, len(text)), match.start(), len(opened[1])
            opened = None
    if opened is not None:
        yield opened[3], min(opened.end() + 1, len(text)), len(text), len(opened[1])


def _content(text: str, start: int, end: int, indent: int, *, prompts: bool) -> tuple[str, Pieces]:
    """The code without indentation and prompts. In a block with prompts the lines without one are output and left out."""
    lines = text[start:end].splitlines(keepends=True)
    bodies: list[tuple[str, int]] = []
    at = start
    for line in lines:
        kept = line[indent:] if not line[:indent].strip(" \t>*-+") else line.lstrip(" \t>")
        bodies.append((kept, at + len(line) - len(kept)))
        at += len(line)
    marked = [bool(prompts and _PROMPT.match(body)) for body, _ in bodies]
    strict = any(marked) and sum(marked) * 2 >= sum(bool(body.strip()) for body, _ in bodies[:1]) and marked[0]
    parts: list[str] = []
    pieces: list[tuple[int, int]] = [(0, start)]
    size, follows = 0, False
    for (body, offset), has in zip(bodies, marked, strict=True):
        match = _PROMPT.match(body) if has and strict else None
        if strict and match is None and not follows:
            continue
        shift = match.end() if match else 0
        pieces.append((size, offset + shift))
        parts.append(body[shift:])
        size += len(body) - shift
        follows = body.rstrip().endswith("\\")
    return "".join(parts), pieces


_SHELL_LINE = re.compile(r"^([ \t]*[!%])(.*)$", re.MULTILINE)
_PROGRAMS = "ollama|vllm|docker|hf|huggingface-cli|(?:\\./)?llama-|python|pip|git|curl|wget|lm_eval|mlx_lm|export|MODEL\\w*="


def _guessed(code: str) -> str | None:
    """The language of a block that names none."""
    if re.search(r"^(?:from [\w.]+ import |import \w+)", code, re.MULTILINE):
        return "python"
    if re.search(rf"^(?:\$ )?(?:{_PROGRAMS})", code, re.MULTILINE):
        return "shell"
    return None
