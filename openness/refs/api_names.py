"""Names of models that are had only behind an API: their weights are not released (``rules/refs/api_models.yaml``)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from openness.refs.tables import table


@lru_cache(maxsize=1)
def api_names() -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Whole names, how names begin, and how names begin that look like those but are released."""
    rows: list[dict[str, Any]] = table("api_models")["providers"]
    return (
        frozenset(name for row in rows for each in row["exact"] for name in _numbered(each)),
        tuple(start for row in rows for each in row["starts"] for start in _numbered(each)),
        tuple(name for row in rows for name in row["except"]),
    )


def _numbered(name: str) -> list[str]:
    """``gpt-#`` stands for ``gpt-0`` to ``gpt-9``."""
    return [name.replace("#", digit) for digit in "0123456789"] if "#" in name else [name]


def is_api_model(text: str) -> bool:
    """Whether a whole name is one of a provider's that has no released weights; letter case counts, as it does for them."""
    exact, starts, excepted = api_names()
    if text in exact:
        return True
    return (
        text.startswith(starts)
        and not text.startswith(excepted)
        and bool(re.fullmatch(r"[\w./@:-]{3,80}", text, re.ASCII))
        and not ("/" in text and not text.startswith("models/"))
    )
