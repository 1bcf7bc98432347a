"""Ollama's Modelfile: FROM and ADAPTER name a model, a repository on the Hub or a weight file."""

from __future__ import annotations

import re

from openness.refs.sink import Sink

_LONG = re.compile(r"\"\"\".*?(?:\"\"\"|\Z)", re.DOTALL)
_LINE = re.compile(r"^[ \t]*(FROM|ADAPTER)[ \t]+([\"']?)(\S+?)\2[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)


def read(text: str, sink: Sink) -> None:
    text = _LONG.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    for match in _LINE.finditer(text):
        value = match[3]
        is_path = value.startswith((".", "/", "~")) or value.lower().endswith((".gguf", ".safetensors", ".bin"))
        sink.add(value, match.start(3), "hub" if is_path else "ollama")
