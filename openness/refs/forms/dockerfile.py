"""Dockerfiles: RUN, CMD and ENTRYPOINT as commands, ENV and ARG as assignments; FROM is an image, never a model."""

from __future__ import annotations

import re

from openness.refs import keys
from openness.refs.forms import shell
from openness.refs.forms.json_events import unquoted
from openness.refs.forms.shell_lexer import Variables
from openness.refs.sink import Sink

_COMMENT = re.compile(r"^[ \t]*#.*(?:\r?\n|$)", re.MULTILINE)
_INSTRUCTION = re.compile(r"^[ \t]*(RUN|CMD|ENTRYPOINT|ENV|ARG|ADD|HEALTHCHECK)[ \t]+((?:[^\\\n]|\\\r?\n|\\.)*(?:\n|$))", re.MULTILINE | re.IGNORECASE)
_STRING = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"")
_OPTION = re.compile(r"(?:--[\w-]+(?:=\S+)?[ \t]+)*")


def read(text: str, sink: Sink) -> None:
    text = _COMMENT.sub(lambda match: " " * len(match[0]) if match.start() else match[0], text)
    variables: Variables = {}
    for match in _INSTRUCTION.finditer(text):
        name, body, start = match[1].upper(), match[2], match.start(2)
        options = _OPTION.match(body)
        shift = options.end() if options else 0
        body, start = body[shift:], start + shift
        inner = sink.embedded([(0, start)])
        if name in ("CMD", "ENTRYPOINT", "RUN") and body.lstrip().startswith("["):
            words = [shell.Word(unquoted(m[1]), m.start(1)) for m in _STRING.finditer(body)]
            shell.read_words(words, inner)
        elif name == "RUN" and (heredoc := re.match(r"<<-?[\"']?(\w+)[\"']?[^\n]*\n", body)):
            end = re.compile(rf"^{heredoc[1]}\r?$", re.MULTILINE).search(text, start)
            shell.read(text[start + heredoc.end() : end.start() if end else len(text)], sink.embedded([(0, start + heredoc.end())]), variables)
        elif name == "ENV" and re.match(r"[A-Za-z_]\w*[ \t]", body):
            key, _, value = body.partition(" ")
            if means := keys.tells(key):
                inner.add(value.strip().strip("\"'"), body.index(value.strip().strip("\"'")) if value.strip() else 0, means, "medium")
        else:
            shell.read(body, inner, variables)
