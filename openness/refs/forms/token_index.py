"""What a list of tokens says as a whole: calls and the rows of the tables that fit them, functions, constants, other hubs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from openness.refs import keys
from openness.refs.forms.token_lexer import Token
from openness.refs.tables import table

#: Tokens behind an opening brace that are looked through for the hub which an object names.
LOOK_AHEAD = 60


def fits(row: dict[str, Any], call: str) -> bool:
    """Whether a row of the table is about a call by its dotted name."""
    return any(call == name or call.endswith(f".{name}") for name in row["names"])


@lru_cache(maxsize=2)
def rows(name: str) -> dict[str, list[dict[str, Any]]]:
    """Last part of a function's name → the rows of the table."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table(name)["calls"]:
        for each in {name.rpartition(".")[2] for name in row["names"]}:
            found.setdefault(each, []).append(row)
    return found


def functions(tokens: list[Token]) -> dict[str, list[str]]:
    """Functions of the file with the names of their parameters: their callers name what the parameters hold."""
    found: dict[str, list[str]] = {}
    for index, token in enumerate(tokens[:-2]):
        if token.text != "function" or tokens[index + 1].kind != "name" or tokens[index + 2].text != "(":
            continue
        names: list[str] = []
        for before, each in zip(tokens[index + 2 : index + 40], tokens[index + 3 : index + 40], strict=False):
            if each.text == ")":
                break
            if each.kind == "name" and before.text in ("(", ","):
                names.append(each.text)
        found[tokens[index + 1].text] = names
    return found


@lru_cache(maxsize=1)
def mlc_id() -> re.Pattern[str]:
    """An id of WebLLM's prebuilt list."""
    return re.compile(table("javascript")["mlc_id"])


@lru_cache(maxsize=1)
def model_call() -> re.Pattern[str]:
    """The name of a function or class that gets a model."""
    return re.compile(table("javascript")["model_calls"])


def constants(tokens: list[Token]) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """``const X = "…"`` (also with a type): name → values."""
    found: dict[str, list[tuple[str, int]]] = {}
    for index, token in enumerate(tokens[:-2]):
        if token.kind == "name" and tokens[index + 1].text in ("=", ":=") and tokens[index + 2].kind in ("string", "template"):
            name = tokens[index - 2].text if index > 1 and tokens[index - 1].text == ":" else token.text
            value = tokens[index + 2]
            found.setdefault(name, []).append((value.text, value.offset))
    yield from found.items()


def callee(tokens: list[Token], index: int) -> str:
    """The dotted name before an opening parenthesis."""
    parts: list[str] = []
    at = index - 1
    if at >= 0 and tokens[at].text == ">":  # pipeline<…>(
        while at >= 0 and index - at < 12 and tokens[at].text != "<":
            at -= 1
        at -= 1
    while at >= 0 and tokens[at].kind == "name" and len(parts) < 8:
        parts.append(tokens[at].text)
        if at < 2 or tokens[at - 1].text not in (".", "?.", "::"):
            break
        at -= 2
    return ".".join(reversed(parts))


def has_question(tokens: list[Token], start: int, end: int) -> bool:
    """Whether a `?` of a conditional expression stands between two tokens."""
    return any(token.text == "?" for token in tokens[start:end])


def names_other_hub(tokens: list[Token], start: int) -> bool:
    """Whether the object that opens at ``start`` says of itself that it is on another hub (`{hub: "modelscope", …}`)."""
    depth = 0
    for at in range(start + 1, min(start + LOOK_AHEAD, len(tokens) - 2)):
        key, colon, value = tokens[at : at + 3]
        depth += (key.text in ("{", "[", "(")) - (key.text in ("}", "]", ")"))
        if depth < 0:
            return False
        if depth == 0 and colon.text == ":" and value.kind == "string" and keys.tells_other_hub(key.text, value.text):
            return True
    return False


def declared(tokens: list[Token], index: int) -> str:
    """The name before a type with commas in it: `const models: Record<string, string> =`, given where the `=` stands."""
    for at in range(index - 1, max(index - 24, 1), -1):
        if tokens[at].text in (";", "{", "}", "=", "("):
            return ""
        if tokens[at].text == ":" and tokens[at - 1].kind == "name" and tokens[at - 2].text in _DECLARING:
            return tokens[at - 1].text
    return ""


_DECLARING = frozenset({"const", "let", "var", "readonly", "static", "export", "val"})
