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


_LONG = re.compile(r"^([A-Za-z_]\w{0,79})=([`'\"])([\[{](?:(?!\2)[^\x00]){0,100000}[\]}])\2", re.MULTILINE)


def read(text: str, sink: Sink) -> None:
    for match in _LONG.finditer(text):
        _json(match, sink)
    for match in _LINE.finditer(text):
        means = keys.tells(match[1].rpartition(".")[2])
        sink.add(match[3], match.start(3), means or "address", "high" if means in (None, "hub") else "medium")


def _json(match: re.Match[str], sink: Sink) -> None:
    """``MODELS=`[{"id": "owner/name"}]` ``: JSON as the value, which may go over several lines."""
    from openness.refs.forms.json_events import events
    from openness.refs.forms.settings import Event, Settings

    whole = [Event("map"), Event("scalar", match[1]), *events(match[3]), Event("end")]
    Settings(match[3], sink.embedded([(0, match.start(3))])).read(whole)
