"""A badge in words: for shields.io, as Markdown, for a terminal."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from openness.outputs.badge import Badge

#: Serves a badge whose words stand in its address. Only who looks at a page with such an image asks it; we never do.
STATIC = "https://img.shields.io/badge/"


def shields(badge: Badge) -> str:
    """The JSON that shields.io's endpoint badge reads (https://shields.io/badges/endpoint-badge, schema version 1)."""
    document = {
        "schemaVersion": 1,
        "label": badge.label,
        "message": badge.message,
        "color": badge.color.lstrip("#"),
        "labelColor": badge.back.lstrip("#"),
    }
    return json.dumps(document)


def static_address(badge: Badge) -> str:
    """The address of a badge with the same words at shields.io; only words of ours are in it."""

    def part(words: str) -> str:  # a hyphen separates, an underscore is a space: doubled they are themselves
        return quote(words.replace("-", "--").replace("_", "__").replace(" ", "_"), safe="")

    return f"{STATIC}{part(badge.label)}-{part(badge.message)}-{badge.color.lstrip('#')}"


def badge_result(badge: Badge, model: str, category: str | None, variant: str, svg: str) -> dict[str, Any]:
    """One entry of ``results`` for ``--format json``."""
    return {
        "model": model,
        "category": category,
        "variant": variant,
        "label": badge.label,
        "message": badge.message,
        "color": badge.color,
        "title": badge.title,
        "width": badge.width,
        "height": badge.style.height,
        "svg": svg,
    }
