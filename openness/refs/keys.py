"""What the name of a variable, key, option or environment variable says about its value (``rules/refs/keys.yaml``)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from openness.refs.tables import table, words

MAX_KEY = 80
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=1)
def _rows() -> tuple[tuple[tuple[str, ...], str, str], ...]:
    return tuple((words(row.get("needs", "")), row["pattern"], row["means"]) for row in table("keys")["keys"])


@lru_cache(maxsize=100)
def _pattern(text: str) -> re.Pattern[str]:
    """Compiled when a key first needs it: most keys of a file need few of them."""
    return re.compile(text, re.ASCII)


@lru_cache(maxsize=1)
def _weak() -> frozenset[str]:
    return frozenset(table("keys")["weak"])


@lru_cache(maxsize=1)
def _elsewhere() -> tuple[re.Pattern[str], frozenset[str]]:
    data = table("keys")
    names = "|".join(map(re.escape, data["other_hubs"]))
    return re.compile(rf"(?:.*_)?(?:{names})(?:_.*)?", re.ASCII), frozenset(data["hub_keys"])


@lru_cache(maxsize=4096)
def is_other_hub(name: str) -> bool:
    """Whether a key or a value names a hub of its own, whose ids look like those of Hugging Face."""
    return len(name) <= MAX_KEY and mentions_other_hub(normal(name)) and bool(_elsewhere()[0].fullmatch(normal(name)))


def mentions_other_hub(text: str) -> bool:
    """Whether a text has the name of another hub at all; most have none."""
    lowered = text.casefold()
    return any(name in lowered for name in table("keys")["other_hubs"])


def tells_other_hub(key: str, value: str) -> bool:
    """``hub: modelscope``: whether what stands beside this is named as another hub names it."""
    return normal(key) in _elsewhere()[1] and is_other_hub(value)


@lru_cache(maxsize=8192)
def normal(key: str) -> str:
    """``--modelId``, ``MODEL_ID``, ``_model-id`` → ``model_id``."""
    return re.sub(r"[-.\s]+", "_", _CAMEL.sub("_", key.strip("-_ "))).casefold()


@lru_cache(maxsize=4096)
def meaning(key: str, *, variable: bool = False) -> str | None:
    """What the value under ``key`` means, ``none`` for what is certainly no reference, None where the key says nothing;
    ``variable``: common words tell only of names behind an API."""
    if len(key) > MAX_KEY:
        return None
    name = normal(key)
    if variable and name in _weak():
        return "api"  # a common word: what it holds counts only where the value alone is telling
    if is_other_hub(key):
        return "none"
    for needs, pattern, means in _rows():
        if (not needs or any(word in name for word in needs)) and _pattern(pattern).fullmatch(name):
            return means
    return None


def tells(key: str, *, variable: bool = False) -> str | None:
    """``meaning`` without the difference between knowing that it is nothing and not knowing."""
    means = meaning(key, variable=variable)
    return None if means == "none" else means


@lru_cache(maxsize=1)
def _dataset_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    data = table("keys")
    return re.compile(data["repository_keys"]), re.compile(data["dataset_siblings"])


def among(key: str, siblings: Iterable[str], *, variable: bool = False) -> str | None:
    """What ``tells`` says, but a plain repository beside a subset or a split is one of a data set."""
    means = tells(key, variable=variable)
    repository, sibling = _dataset_patterns()
    if means != "hub" or not repository.fullmatch(normal(key)):
        return means
    return "dataset" if any(sibling.fullmatch(normal(each)) for each in siblings) else means
