"""Makefiles: variables, and recipes as shell with those variables."""

from __future__ import annotations

import re

from openness.refs import keys
from openness.refs.forms import shell
from openness.refs.forms.shell_lexer import Variables
from openness.refs.sink import Sink

_ASSIGNED = re.compile(
    r"^[ ]*(?:export[ ]+|override[ ]+)?([A-Za-z_][\w.-]*)[ \t]*[:?+]{0,2}=[ \t]*([\"']?)([^\s\"'#$]+)\2[ \t]*(?:#.*)?\r?$",
    re.MULTILINE,
)
_LINE = re.compile(r"^(\t|[ ]{2,})?([ \t]*[@+-]*)(.*)$", re.MULTILINE)


def read(text: str, sink: Sink) -> None:
    variables: Variables = {}
    for match in _ASSIGNED.finditer(text):
        variables.setdefault(match[1], []).append((match[3], match.start(3)))
        if means := keys.tells(match[1]):
            sink.add(match[3], match.start(3), means, "high" if means == "hub" else "medium")
    shell.read(_LINE.sub(_recipe, text), sink, variables)


def _recipe(match: re.Match[str]) -> str:
    """A line of a recipe without make's own ``@`` and ``-``, blanks for any other, so that every place stays."""
    if match[1] is None:
        return " " * len(match[0])
    return match[1] + " " * len(match[2]) + match[3]
