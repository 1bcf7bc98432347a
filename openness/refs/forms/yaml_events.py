"""YAML as a stream of events with places: aliases are not followed, so no text grows; templates are read line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from openness.refs.forms.settings import Event

MAX_NESTING = 400
_LINE = re.compile(
    r"^[ \t]{0,200}(?:- [ \t]{0,20})?[\"']?([A-Za-z_][\w.-]{0,79})[\"']?[ \t]*:[ \t]+"
    r"([\"']?)([^\s\"'#{}]{1,300})\2[ \t]*(?:#.*)?\r?$",
    re.MULTILINE,
)


def events(text: str) -> Iterator[Event]:
    """Events of all documents of a text; of one that is not YAML, those of its plain ``key: value`` lines."""
    import yaml

    if _too_deep(text):
        yield from _lines(text)
        return
    found: list[Event] = []
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            kind = type(event).__name__
            if kind in ("ScalarEvent", "AliasEvent"):
                found.append(_scalar(event))
            elif kind == "MappingStartEvent":
                found.append(Event("map"))
            elif kind == "SequenceStartEvent":
                found.append(Event("list"))
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                found.append(Event("end"))
    except (yaml.YAMLError, ValueError, RecursionError):
        yield from _lines(text)
        return
    yield from found


def _scalar(event: Any) -> Event:
    """The value with the place of its first character, behind a quotation mark; an alias has no value of its own."""
    shift = 1 if getattr(event, "style", None) in ("'", '"') else 0
    return Event("scalar", getattr(event, "value", ""), event.start_mark.index + shift, event.end_mark.index - shift)


def _too_deep(text: str) -> bool:
    """Deep flow nesting takes libyaml quadratic time."""
    depth = deepest = 0
    for match in re.finditer(r"[\[{\]}]", text):
        depth += 1 if match[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest > MAX_NESTING or bool(re.search(r"(?:[-?:] ){200}", text))


def _lines(text: str) -> Iterator[Event]:
    for match in _LINE.finditer(text):
        yield Event("map")
        yield Event("scalar", match[1], match.start(1), match.end(1))
        yield Event("scalar", match[3], match.start(3), match.end(3))
        yield Event("end")
