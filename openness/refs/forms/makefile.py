"""Makefiles: variables, and recipes as shell with those variables."""

from __future__ import annotations

import re

from openness.refs import keys
from openness.refs.forms import shell
from openness.refs.forms.shell_lexer import Variables
from openness.refs.sink import Sink

_ASSIGNED = re.compile(r"^[ ]*(?:export[ ]+|override[ ]+)?([A-Za-z_][\w.-]*)[ \t]*[:?+]{0,2}=[ \t]*([\"']?)([^\s\"'#$]+)\2[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_RECIPE = re.compile(r"(?:^(?:\t|[ ]{2,}).*(?:\r?\n|$))+", re.MULTILINE)


def read(text: str, sink: Sink) -> None:
    variables: Variables = {}
    for match in _ASSIGNED.finditer(text):
        variables.setdefault(match[1], []).append((match[3], match.start(3)))
        if means := keys.tells(match[1]):
            sink.add(match[3], match.start(3), means, "high" if means == "hub" else "medium")
    for match in _RECIPE.finditer(text):
        # `@` and `-` before a command are make's, and `{{name}}` is just's: they become blanks, so that places stay
        recipe = re.sub(r"^([ \t]*)[@+-]+", lambda m: m[1] + " " * (len(m[0]) - len(m[1])), match[0], flags=re.MULTILINE)
        shell.read(recipe, sink.embedded([(0, match.start())]), variables)
