"""Files of ``KEY=value`` lines: ``.env``, ``.ini``, ``.cfg``, ``.properties``."""

from __future__ import annotations

import re

from openness.refs import keys
from openness.refs.sink import Sink

_LINE = re.compile(
    r"^[ \t]*(?:export[ \t]+|set[ \t]+)?([A-Za-z_][\w.-]{0,79})[ \t]*[=:][ \t]*"
    r"([\"']?)([^\s\"'#;]{1,300})\2[ \t]*(?:[#;].*)?\r?$",
    re.MULTILINE,
)
#: `MODELS=`[{"name": "owner/name"}]``: a value that is JSON, quoted in some way, on one line or several.
_JSON = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w{0,79})[ \t]*=[ \t]*([\"'`]?)[ \t\r\n]*([\[{])", re.MULTILINE)


def read(text: str, sink: Sink) -> None:
    for match in _LINE.finditer(text):
        means = keys.tells(match[1].rpartition(".")[2])
        sink.add(match[3], match.start(3), means or "address", "high" if means in (None, "hub") else "medium")
    for match in _JSON.finditer(text):
        _json(text, match, sink)


def _json(text: str, match: re.Match[str], sink: Sink) -> None:
    from openness.refs.forms.json_events import events
    from openness.refs.forms.settings import Event, Settings

    start = match.start(3)
    end = text.find(match[2] or "\n", start)
    raw = text[start : end if end >= 0 else len(text)]
    Settings(raw, sink.embedded([(0, start)])).read((Event("map"), Event("scalar", match[1]), *events(raw)))
