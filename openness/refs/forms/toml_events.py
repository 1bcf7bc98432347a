"""TOML as a stream of events with places. tomllib gives no places; its grammar is needed here only as far as strings go."""

from __future__ import annotations

import re
from collections.abc import Iterator

from openness.refs.forms.json_events import unquoted
from openness.refs.forms.settings import Event

_TOKEN = re.compile(
    r"(?P<comment>\#[^\n]*)|(?P<long>\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z))"
    r"|(?P<string>\"(?:[^\"\\\n]|\\.)*\"?|'[^'\n]*'?)|(?P<table>^[ \t]{0,80}\[\[?[^\[\]\n]{1,400}\]\]?[ \t]{0,80}(?=\#|\r?$))"
    r"|(?P<punctuation>[=,{}\[\]])|(?P<line>\n)|(?P<bare>[^\s\"'=,{}\[\]\#]+)",
    re.DOTALL | re.MULTILINE,
)


def events(text: str) -> Iterator[Event]:
    """One map for each table; dotted keys count by their last part, a table by the last part of its name."""
    yield Event("map")
    open_table = False
    depth = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "table" and depth == 0:
            if open_table:
                yield Event("end")
            name = match[0].strip().strip("[]").rpartition(".")[2].strip().strip("\"'")
            yield Event("scalar", name, match.start(), match.end())
            yield Event("map")
            open_table = True
        elif kind == "punctuation" and match[0] in "[{":
            depth += 1
            yield Event("list" if match[0] == "[" else "map")
        elif kind == "punctuation" and match[0] in "]}" and depth:
            depth -= 1
            yield Event("end")
        elif kind == "string":
            raw = match[0][1:-1]
            yield Event("scalar", unquoted(raw) if match[0][0] == '"' else raw, match.start() + 1, match.end() - 1)
        elif kind == "long":
            yield Event("scalar", match[0][3:-3], match.start() + 3, match.end() - 3)
        elif kind == "line" and depth == 0:
            yield Event("line")
        elif kind == "bare":
            yield Event("scalar", match[0].rpartition(".")[2] or match[0], match.start(), match.end())
