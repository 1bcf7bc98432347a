"""The models that an ``openness.lock`` names, for reports; commands that judge by a lock check its digest and verdicts."""

from __future__ import annotations

import json
from pathlib import Path

from openness.errors import MissingInput, UsageError
from openness.printable import printable

#: A lock of thousands of models stays far below this.
MOST_BYTES = 64 << 20


def locked_models(path: Path) -> list[str]:
    """``owner/name@revision`` of each entry, in its order. Raises MissingInput for no such file, UsageError for one that is no
    lock."""
    shown = printable(str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MissingInput(f"{shown} cannot be read ({error.strerror}); `openness lock` writes it.") from None
    try:
        if len(data) > MOST_BYTES:
            raise ValueError("it is too large")
        document = json.loads(data)
        rows = document["entries"] if "entries" in document else document["models"]
        return [_name(row) for row in rows]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(f"{shown} is no lock that can be read; write it anew with `openness lock`.") from None


def _name(row: dict[str, object]) -> str:
    model, revision = row["model"], row.get("revision")
    if not isinstance(model, str):
        raise TypeError("a model is a name")
    return f"{model}@{revision}" if isinstance(revision, str) and "/" in model else model
