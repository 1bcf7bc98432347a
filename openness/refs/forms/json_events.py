"""JSON (with comments and trailing commas) as a stream of events with places: tokens only, so broken files are read too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from openness.refs.forms.settings import Event

_TOKEN = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"?|([{\[])|([}\]])|//[^\n]*|/\*.*?(?:\*/|\Z)|[^\s\"{}\[\],:/]+", re.DOTALL)


def unquoted(raw: str) -> str:
    """The text of a JSON string, given what stands between its quotation marks."""
    if "\\" not in raw:
        return raw
    try:
        return str(json.loads(f'"{raw}"'))
    except ValueError:
        return raw


def events(text: str) -> Iterator[Event]:
    for match in _TOKEN.finditer(text):
        if match[1] is not None:
            yield Event("scalar", unquoted(match[1]), match.start(1), match.end(1))
        elif match[2]:
            yield Event("map" if match[2] == "{" else "list")
        elif match[3]:
            yield Event("end")
        elif not match[0].startswith("/"):
            yield Event("scalar", match[0][:40], match.start(), match.end())
