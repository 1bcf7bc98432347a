"""Dockerfiles: RUN, CMD and ENTRYPOINT as commands, ENV and ARG as assignments; FROM is an image, never a model."""

from __future__ import annotations

import re

from openness.refs import keys
from openness.refs.forms import shell
from openness.refs.forms.json_events import unquoted
from openness.refs.sink import Sink

_COMMENT = re.compile(r"^[ \t]*#.*(?:\r?\n|$)", re.MULTILINE)
_INSTRUCTION = re.compile(
    r"^([ \t]*(?:ONBUILD[ \t]+)?(RUN|CMD|ENTRYPOINT|ENV|ARG|ADD|HEALTHCHECK)[ \t]+(?:--[\w-]+(?:=\S+)?[ \t]+)*)"
    r"((?:[^\\\n]|\\\r?\n|\\.)*(?:\n|$))",
    re.MULTILINE | re.IGNORECASE,
)
_STRING = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"")
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")
_PLAIN_ENV = re.compile(r"([A-Za-z_]\w*)[ \t]+(\S.*?)[ \t]*\r?$", re.MULTILINE)


def read(text: str, sink: Sink) -> None:
    text = _COMMENT.sub(lambda match: " " * len(match[0]) if match.start() else match[0], text)
    commands: list[str] = []  # the text with blanks for all that is no command, so that every place stays
    last = 0
    for match in _INSTRUCTION.finditer(text):
        if match.start() < last:
            continue  # inside a heredoc
        name, body, start, end = match[2].upper(), match[3], match.start(3), match.end()
        commands.append(_blank(text[last:start]))
        last = start
        if body.startswith("["):
            shell.read_words([shell.Word(unquoted(m[1]), start + m.start(1)) for m in _STRING.finditer(body)], sink)
            continue
        if name == "ENV" and (plain := _PLAIN_ENV.match(body)) and "=" not in plain[1]:
            if means := keys.tells(plain[1]):
                value = plain[2].strip("\"'")
                sink.add(value, start + plain.start(2) + plain[2].index(value), means, "medium")
            continue
        if name == "RUN" and (heredoc := _HEREDOC.search(body)):
            close = re.compile(rf"^{heredoc[1]}\r?$", re.MULTILINE).search(text, end)
            commands.append(_blank(body) if body.startswith("<<") else body)
            last = close.start() if close else len(text)
            commands.append(text[end:last])
            continue
        commands.append(body)
        last = end
    shell.read("".join(commands), sink)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
