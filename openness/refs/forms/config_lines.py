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


def read(text: str, sink: Sink) -> None:
    for match in _LINE.finditer(text):
        means = keys.tells(match[1].rpartition(".")[2])
        sink.add(match[3], match.start(3), means or "address", "high" if means in (None, "hub") else "medium")
