"""Settings, whatever the syntax: keys that hold a model or a data set, command lines under keys, named environment values.

The readers of YAML, JSON and TOML give one stream of events; what the keys mean is data (``rules/refs/keys.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from openness.refs import keys
from openness.refs.records import Confidence
from openness.refs.sink import Sink
from openness.refs.tables import table

_DOWNLOAD = re.compile(r"https://(?:huggingface\.co|hf\.co)/[\w.-]+/[\w.-]+/(?:resolve|raw)/[\w./%-]+|hf://[\w./@-]+")
MAX_DEPTH = 200
MAX_SCALARS = 400_000


class Event(NamedTuple):
    """``kind``: map, list, end, scalar, line (where a value cannot go on). From ``offset`` to ``end`` the value is written."""

    kind: str
    text: str = ""
    offset: int = 0
    end: int = 0


class Scalar(NamedTuple):
    key: str
    text: str
    offset: int
    end: int


class _Frame:
    __slots__ = ("closed", "items", "key", "list", "only_addresses", "parent", "pending")

    def __init__(self, key: str, parent: str, is_list: bool, only_addresses: bool) -> None:
        self.key, self.parent, self.list, self.only_addresses = key, parent, is_list, only_addresses
        self.items: list[Scalar] = []
        self.pending: str | None = None


def holds_json(text: str) -> bool:
    """Whether a value is a list or a table of its own."""
    return len(text) > 10 and text.lstrip()[:1] in ("[", "{") and '"' in text and text.rstrip()[-1:] in ("]", "}")


class Settings:
    """Reads one stream of events into a sink. ``context`` changes what ``model`` means (``docker`` in a compose file)."""

    def __init__(self, text: str, sink: Sink, *, context: str | None = None, only: frozenset[str] | None = None) -> None:
        self.text, self.sink, self.context, self.only = text, sink, context, only
        data = table("keys")
        self.inner, self.commands = frozenset(data["inner"]), frozenset(data["commands"])
        self.providers, self.provider_values = frozenset(data["provider_keys"]), data["provider_values"]
        self.naming, self.naming_values = frozenset(data["naming_siblings"]), frozenset(data["naming_values"])
        self.routed = frozenset(data["routed"])

    def read(self, events: Iterable[Event]) -> None:
        stack: list[_Frame] = []
        for count, event in enumerate(events):
            if count > MAX_SCALARS or len(stack) > MAX_DEPTH:
                self.sink.skip(
                    "the settings are nested too deeply or too many" if len(stack) > MAX_DEPTH else "too many settings"
                )
                break
            if event.kind == "scalar":
                self._scalar(event, stack)
            elif event.kind == "end":
                if stack:
                    self._close(stack.pop())
            elif event.kind == "line":  # a value that was not understood ends with its line
                if stack:
                    stack[-1].pending = None
            else:
                self._open(event.kind == "list", stack)
        while stack:
            self._close(stack.pop())

    def _open(self, is_list: bool, stack: list[_Frame]) -> None:
        if not stack:
            stack.append(_Frame("", "", is_list, False))
            return
        above = stack[-1]
        if above.list:
            frame = _Frame(above.key, above.parent, is_list, above.only_addresses)
        else:
            key = above.pending or ""
            frame = _Frame(key, above.key, is_list, above.only_addresses or key in self.routed or keys.is_other_hub(key))
            above.pending = None
        stack.append(frame)

    def _scalar(self, event: Event, stack: list[_Frame]) -> None:
        if not stack:
            return
        frame = stack[-1]
        if frame.list:
            frame.items.append(Scalar(frame.key, event.text, event.offset, event.end))
        elif frame.pending is None:
            frame.pending = event.text if len(event.text) <= keys.MAX_KEY else ""
            if "/" in event.text:  # `mixture: {owner/name: 0.5}`
                self._named_key(event, frame)
        else:
            frame.items.append(Scalar(frame.pending, event.text, event.offset, event.end))
            frame.pending = None

    def _named_key(self, event: Event, frame: _Frame) -> None:
        means = keys.tells(frame.key) if self.only is None or frame.key in self.only else None
        if means and not frame.only_addresses:
            self.sink.add(event.text, event.offset, means, "low" if means != "dataset" else "medium")

    def _close(self, frame: _Frame) -> None:
        if frame.list:
            self._list(frame)
            return
        named = {item.key: item for item in frame.items}
        backend = next(
            (
                self.provider_values[v]
                for k in self.providers
                if k in named and (v := named[k].text.casefold()) in self.provider_values
            ),
            None,
        )
        environment = self._named(frame.items)
        frame.only_addresses |= any(keys.tells_other_hub(item.key, item.text) for item in frame.items)
        revision = next((named[k].text for k in ("revision", "model_revision") if k in named), None)
        for item in frame.items:
            if environment and item.key in self.naming_values:
                item = item._replace(key=environment)  # noqa: PLW2901 - the same value under the name it is known by
            self._item(item, frame, backend, revision)

    def _named(self, items: list[Scalar]) -> str | None:
        """`name: MODEL_ID` beside `value: owner/name`, in whatever words: what the value is known by."""
        if not any(item.key in self.naming_values for item in items):
            return None
        return next((item.text for item in items if item.key in self.naming and keys.tells(item.text)), None)

    def _item(self, item: Scalar, frame: _Frame, backend: str | None, revision: str | None) -> None:
        if self.only is not None and item.key not in self.only:
            return
        if self.only is None and (item.key.endswith(".json") or keys.tells(item.key)) and holds_json(item.text):
            self._json(item)
            return
        if item.key in self.commands and " " in item.text:
            self._command(item)
            return
        means = self._meaning(item.key, frame)
        if means == "hub":
            means = keys.among(item.key, [each.key for each in frame.items])
        if backend and means in ("open", "hub"):
            means = backend
        if means is None or frame.only_addresses:
            self._address(item)
            return
        self._add(item, means, revision if means != "dataset" else None)

    def _json(self, item: Scalar) -> None:
        """`MODELS: '[{"name": "owner/name"}]'`: settings in a value, under its key."""
        from openness.refs.forms.json_events import events

        raw = self.text[item.offset : item.end].replace('\\"', ' "')  # as long as before
        inner = (e._replace(offset=e.offset + item.offset, end=e.end + item.offset) for e in events(raw))
        Settings(self.text, self.sink).read((Event("map"), Event("scalar", item.key), *inner))

    def _meaning(self, key: str, frame: _Frame) -> str | None:
        if self.context and key == "model" and (frame.parent == "models" or (frame.key, frame.parent) == ("options", "provider")):
            return self.context
        means = keys.meaning(key)
        if key in self.inner and frame.key and means in (None, "open"):
            means = keys.tells(frame.key) or means
        return None if means == "none" else means

    def _list(self, frame: _Frame) -> None:
        words = [item.text for item in frame.items]
        if frame.key in self.commands or any(word.startswith("-") for word in words):
            self._words(frame)
            return
        if self.only is not None and frame.key not in self.only:
            return
        means = keys.tells(frame.key)
        for item in frame.items:
            if means is None or frame.only_addresses:
                self._environment(item)
            else:
                self._add(item, means, None)

    def _words(self, frame: _Frame) -> None:
        from openness.refs.forms import shell

        if any(" " in item.text.strip() for item in frame.items):
            for item in frame.items:
                self._command(item)
        else:
            shell.read_words([shell.Word(item.text, item.offset) for item in frame.items], self.sink)

    def _environment(self, item: Scalar) -> None:
        """``environment: [MODEL_ID=owner/name]``; else only what carries its own address."""
        key, equals, value = item.text.partition("=")
        if equals and key.isidentifier() and (means := keys.tells(key)):
            self.sink.add(value, item.offset + len(key) + 1, means, "medium")
        else:
            self._address(item)

    def _address(self, item: Scalar) -> None:
        if "/" not in item.text:
            return
        if " " not in item.text:
            self.sink.add(item.text, item.offset, "address")
            return
        for match in _DOWNLOAD.finditer(self.text, item.offset, item.end):  # a command under a key of its own name
            self.sink.add(match[0], match.start(), "address")

    def _add(self, item: Scalar, means: str, revision: str | None) -> None:
        confidence: Confidence = "high" if means == "hub" else "medium"
        text = item.text.strip()
        offset = item.offset
        if self.text[item.offset : item.offset + 1] in ("|", ">"):  # a block scalar: its text stands on the lines below
            offset = max(self.text.find(text, item.offset, item.end + 1), item.offset)
        if "," in text:  # `dataset: owner/a,owner/b`
            for part in text.split(","):
                self.sink.add(part.strip(), offset + (len(part) - len(part.lstrip())), means, confidence)
                offset += len(part) + 1
            return
        self.sink.add(text, offset, means, confidence, revision=revision)

    def _command(self, item: Scalar) -> None:
        """A command line, read from its source so that each place is right: its lines lose their indentation, nothing else."""
        from openness.refs.forms import shell

        raw = self.text[item.offset : item.end]
        pieces: list[tuple[int, int]] = []
        parts: list[str] = []
        at, size = item.offset, 0
        block = raw[:1] in ("|", ">")
        folded = raw[:1] != "|"
        for number, line in enumerate(raw.splitlines(keepends=True)):
            if not (block and number == 0):
                kept = line.lstrip(" \t") if number else line
                if folded:
                    kept = kept.replace("\n", " ").replace("\r", " ")
                pieces.append((size, at + len(line) - len(line.lstrip(" \t") if number else line)))
                parts.append(kept)
                size += len(kept)
            at += len(line)
        if parts:
            shell.read("".join(parts), self.sink.embedded(pieces))
