"""Which form a file has, by its name, and whether it can hold a reference at all, by a few words (``rules/refs/forms.yaml``).

The words keep the cost of a file without references near that of reading it: no parser is imported for one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from openness.refs.tables import table, words


@lru_cache(maxsize=1)
def _rows() -> tuple[dict[str, str], dict[str, str], list[tuple[re.Pattern[str], str]], dict[str, dict[str, Any]]]:
    """Ending → form, whole name → form, (pattern, form) of names with a ``*``, form → row."""
    endings: dict[str, str] = {}
    names: dict[str, str] = {}
    patterns: list[tuple[re.Pattern[str], str]] = []
    rows = table("forms")["forms"]
    for row in rows:
        for ending in row["endings"]:
            endings.setdefault(ending, row["form"])
        for name in row["names"]:
            if "*" in name:
                patterns.append((re.compile(".+".join(map(re.escape, name.split("*")))), row["form"]))
            else:
                names.setdefault(name, row["form"])
    return endings, names, patterns, {row["form"]: row for row in rows}


def form_of(name: str) -> str | None:
    """The form of a file by its name, None for one that is not read."""
    endings, names, patterns, _ = _rows()
    base = name.replace("\\", "/").rpartition("/")[2].casefold()
    if base in names:
        return names[base]
    for pattern, form in patterns:
        if pattern.fullmatch(base):
            return form
    return endings.get(base[base.rfind(".") :]) if "." in base else None


@lru_cache(maxsize=32)
def _words(form: str) -> tuple[tuple[bytes, ...], bool]:
    row = _rows()[3][form]
    return tuple(word.encode() for word in words(row["words"])), bool(row.get("quoted"))


#: Behind a quotation mark ``owner/``, or a name of Ollama's library with one of its telling tags (``llama3.2:1b``).
_QUOTED = re.compile(rb"[\"'](?:([A-Za-z0-9][\w.-]{1,95})/|[a-z][\w.-]{1,60}:(?:latest|\d+(?:\.\d+)?[bBmM])\b)")


@lru_cache(maxsize=1)
def _openers() -> tuple[re.Pattern[bytes], tuple[bytes, ...]]:
    """A quotation mark and behind it the first four characters of a name without an owner; all that such names begin with."""
    from openness.refs.names import openers

    starts = tuple(start.encode() for start in openers())
    stems = b"|".join(re.escape(stem) for stem in sorted({start[:4] for start in starts}))
    return re.compile(rb"[\"'](?=" + stems + rb")"), starts


def _may_name(data: bytes) -> bool:
    """Whether a quoted word of ``data`` could begin a name."""
    from openness.refs.names import is_folder

    for match in _QUOTED.finditer(data):
        if match[1] is None or not is_folder(match[1].decode("ascii", "replace")):
            return True
    pattern, starts = _openers()
    return any(data.startswith(starts, match.end()) for match in pattern.finditer(data))


def may_hold(form: str, data: bytes) -> bool:
    """Whether a file of this form needs to be read."""
    found, quoted = _words(form)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or not found:
        return True
    return any(word in data for word in found) or (quoted and _may_name(data))
