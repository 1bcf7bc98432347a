"""The part of ours in a model file of the Model Openness Tool, and the digest that ties it to the rest of the file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

#: The key beside ``release``; within it ``schema`` and ``results`` as in our own files, and ``release_sha256``.
PART = "openness"


def digest(release: Mapping[str, Any]) -> str:
    """sha256 over what a release says, whatever the layout of the file; dates are texts, as the reader has them."""
    content = json.dumps(release, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(content.encode("ascii")).hexdigest()


def unchanged_part(content: Mapping[str, Any]) -> dict[str, Any] | None:
    """Our part of a model file as an evidence file of our own form; None where there is none, or ``release`` was changed."""
    part = content.get(PART)
    release = content.get("release")
    if not isinstance(part, dict) or not isinstance(release, dict) or not isinstance(part.get("results"), list):
        return None
    if not all(isinstance(entry, dict) for entry in part["results"]) or part.get("release_sha256") != digest(release):
        return None
    return {"schema": part.get("schema"), "results": part["results"]}
