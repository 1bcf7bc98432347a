"""The calls of Python that take a model, and those that pass a value through: lookups in ``rules/refs/python.yaml``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from openness.refs.tables import table


@lru_cache(maxsize=1)
def _rows() -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Last part of a function's name → the rows of the table, with the whole name they ask for."""
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for row in table("python")["calls"]:
        for name in row["names"]:
            found.setdefault(name.rpartition(".")[2], []).append((name if "." in name else "", row))
    return found


@lru_cache(maxsize=1)
def keyed() -> dict[str, dict[str, Any]]:
    rows = (row for row in table("python")["passing"] if "key" in row)
    return {name.rpartition(".")[2]: row for row in rows for name in row["names"]}


@lru_cache(maxsize=1)
def settings_name() -> re.Pattern[str]:
    return re.compile(table("python")["settings_names"])


@lru_cache(maxsize=1)
def _wrapper() -> re.Pattern[str]:
    return re.compile(table("python")["wrappers"])


@lru_cache(maxsize=1)
def _model_class() -> re.Pattern[str]:
    return re.compile(table("python")["model_classes"])


@lru_cache(maxsize=8192)
def makes_model(name: str) -> bool:
    """Whether the name of a class or function says that it takes a model; the same few names are called again and again."""
    return bool(_model_class().fullmatch(name))


@lru_cache(maxsize=1)
def model_keyword() -> re.Pattern[str]:
    return re.compile(table("python")["model_keywords"])


@lru_cache(maxsize=1)
def data_call() -> re.Pattern[str]:
    return re.compile(table("python")["data_calls"])


def rows_for(name: str) -> list[dict[str, Any]]:
    """The rows of the table for a function by its dotted name; the most telling name wins."""
    last = name.rpartition(".")[2]
    candidates = _rows().get(last, ())
    if not candidates and (match := _wrapper().fullmatch(last)) and match[1] != last:
        return rows_for(match[1])
    dotted = [row for whole, row in candidates if whole and (name == whole or name.endswith(f".{whole}"))]
    return dotted or [row for whole, row in candidates if not whole]
