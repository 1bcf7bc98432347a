"""The options behind ``--``: an allow-list with typed values. What is passed on is written anew, never copied.

A deny-list would leak: llama.cpp has some hundred options with aliases and negations, and gains more monthly.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from openness.errors import UsageError
from openness.printable import printable

#: A grammar or schema beyond this is no option any more.
_TEXT_LIMIT = 1 << 20
_INT32 = 2**31 - 1
_WHOLE = re.compile(r"[+-]?[0-9]{1,10}", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]{1,10}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE][+-]?[0-9]{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A further file with weights in it, to be held and audited like the build. ``kind`` is the option's bare name."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class RunnerOptions:
    """What was asked for; None is the runner's own default."""

    predict: int | None = None
    ctx_size: int | None = None
    threads: int | None = None
    batch_size: int | None = None
    gpu_layers: int | None = None
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    seed: int | None = None
    repeat_penalty: float | None = None
    grammar: str | None = None
    json_schema: str | None = None
    system_prompt: str | None = None
    model_files: tuple[ModelFile, ...] = ()

    def settings(self) -> dict[str, Any]:
        """The options that were given, by field name, without the model files."""
        given = ((field.name, getattr(self, field.name)) for field in fields(self) if field.name != "model_files")
        return {name: value for name, value in given if value is not None}

    def to_argv(self, *, without: frozenset[str] = frozenset()) -> list[str]:
        """The options that were given as llama.cpp's own programs take them, without the model files."""
        settings = {name: value for name, value in self.settings().items() if name not in without}
        pairs = ((option.names[0], settings[option.field]) for option in _OPTIONS if option.field in settings)
        return [word for name, value in pairs for word in (name, str(value))]


class _RefusedError(Exception):
    """Why a value will not do; the caller knows of which option."""


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        # int() alone would also take "1_000" and the digits of other scripts
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            raise _RefusedError(f"a whole number from {low} to {high}")
        return int(text)

    return parse


def _number(low: float, high: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        if not _NUMBER.fullmatch(text) or not low <= float(text) <= high:
            raise _RefusedError(f"a number from {low:g} to {high:g}")
        return float(text)

    return parse


def _text(value: str) -> str:
    if not value or "\0" in value or len(value) > _TEXT_LIMIT:
        raise _RefusedError("a text that is not empty")
    return value


def _json_object(value: str) -> str:
    try:
        parsed = json.loads(_text(value))
    except (ValueError, RecursionError) as error:
        raise _RefusedError("a JSON schema") from error
    if not isinstance(parsed, dict):
        raise _RefusedError("a JSON schema")
    return value


@dataclass(frozen=True, slots=True)
class _Option:
    """The first name is the one that is written to a runner."""

    field: str
    names: tuple[str, ...]
    parse: Callable[[str], Any]


_OPTIONS = (
    _Option("predict", ("--predict", "-n", "--n-predict"), _whole(-1, _INT32)),
    _Option("ctx_size", ("--ctx-size", "-c"), _whole(0, 1 << 24)),
    _Option("threads", ("--threads", "-t"), _whole(-1, 4096)),
    _Option("batch_size", ("--batch-size", "-b"), _whole(1, 1 << 20)),
    _Option("gpu_layers", ("--gpu-layers", "-ngl", "--n-gpu-layers"), _whole(-1, 1 << 16)),
    _Option("temperature", ("--temp", "--temperature"), _number(0, 100)),
    _Option("top_k", ("--top-k",), _whole(0, _INT32)),
    _Option("top_p", ("--top-p",), _number(0, 1)),
    _Option("min_p", ("--min-p",), _number(0, 1)),
    _Option("seed", ("--seed", "-s"), _whole(-1, 2**32 - 1)),
    _Option("repeat_penalty", ("--repeat-penalty",), _number(0, 100)),
    _Option("grammar", ("--grammar",), _text),
    _Option("json_schema", ("--json-schema", "-j"), _json_object),
    _Option("system_prompt", ("--system-prompt", "-sys"), _text),
)
_FILES = (
    _Option("lora", ("--lora",), _text),
    _Option("mmproj", ("--mmproj", "-mm"), _text),
    _Option("model-draft", ("--model-draft", "-md", "--spec-draft-model"), _text),
    _Option("control-vector", ("--control-vector",), _text),
)
_ONLY_ONE = frozenset({"mmproj", "model-draft"})
_BY_NAME = {name: option for option in (*_OPTIONS, *_FILES) for name in option.names}


def parse_options(arguments: Sequence[str]) -> RunnerOptions:
    """Reads the words behind ``--``; the last of a repeated setting counts, as it does in llama.cpp."""
    settings: dict[str, Any] = {}
    files: list[ModelFile] = []
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        option = _BY_NAME.get(name)
        if option is None:
            raise UsageError(_refusal(name))
        parsed = _value(option, name, value if equals else _next_value(words, name, option))
        if option not in _FILES:
            settings[option.field] = parsed
        elif option.field in _ONLY_ONE and any(file.kind == option.field for file in files):
            raise UsageError(f"{name} can be given only once")
        else:
            files.append(ModelFile(option.field, parsed))
    if "grammar" in settings and "json_schema" in settings:
        raise UsageError("--grammar and --json-schema exclude each other: give one of them")
    return RunnerOptions(**settings, model_files=tuple(files))


def _next_value(words: Iterator[str], name: str, option: _Option) -> str:
    value = next(words, None)
    if value is None:
        raise UsageError(f"{name} needs a value")
    # A text that starts with a dash is far more often a forgotten value than a text; "-1" is a number and passes.
    if value.startswith("-") and option.parse in (_text, _json_object):
        raise UsageError(f"{name} needs a value and {printable(value)} looks like an option: write {name}=VALUE if it is none")
    return value


def _value(option: _Option, name: str, value: str) -> Any:
    try:
        return option.parse(value)
    except _RefusedError as wanted:
        raise UsageError(f"{name} needs {wanted}, not {printable(value, 60)!r}") from None


def _refusal(name: str) -> str:
    shown = printable(name, 60)
    near = difflib.get_close_matches(name, _BY_NAME, n=1, cutoff=0.5)
    allowed = " ".join(option.names[0] for option in (*_OPTIONS, *_FILES))
    hint = f"the nearest that is: {near[0]}" if near else f"allowed are: {allowed}"
    return f"{shown!r} is not an option that openness passes on to the runner; {hint}"
