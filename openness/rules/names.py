"""From the many ways to name a license (id, SPDX expression, Hub tag, license_name, URL) to the ids they may mean.

A name that fits one license resolves to it; a tag that names a family gives all candidates, of which the strictest counts;
anything else is not resolved, and the nearest known name is only ever suggested, never used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from openness.rules.loader import Ruleset

#: Tags that say "look elsewhere" and never name a license.
EMPTY_NAMES = frozenset({"", "other", "unknown", "none", "n-a", "na", "null", "custom", "proprietary", "undefined"})
MAX_NAME = 300
NEAR = 80.0


class Resolved(msgspec.Struct, frozen=True):
    """What a name stands for. ``how``: exact, family, url or none; ``nearest`` is a suggestion for people."""

    name: str
    ids: tuple[str, ...]
    how: str
    nearest: str | None = None


def normalize(name: str) -> str:
    """Letter case, spaces, underscores and a leading LicenseRef- do not matter; versions and plus signs do."""
    name = re.sub(r"^licenseref-(scancode-)?", "", name.strip().casefold())
    return re.sub(r"[\s_]+", "-", name)


def normalize_url(url: str) -> str:
    """Scheme, www, blob/raw/resolve paths, fragments and a trailing slash do not change which text a URL names."""
    url = re.sub(r"^https?://(www\.)?", "", url.strip().casefold())
    url = re.sub(r"/(blob|raw|resolve)/", "/blob/", url)
    return re.sub(r"[#?].*$", "", url).rstrip("/")


def resolve(name: str, ruleset: Ruleset) -> Resolved:
    """Resolve one name or URL. Pure look-up: nothing is fetched."""
    if len(name) > MAX_NAME:
        return Resolved(name[:MAX_NAME], (), "none")
    if re.match(r"https?://", name.strip(), re.IGNORECASE):
        key = normalize_url(name)
        family = ruleset.families.get(key)
        ids = family["candidates"] if family else ruleset.names.get(key, [])
        return Resolved(name, tuple(ids), "url" if ids else "none")
    key = normalize(name)
    if key in EMPTY_NAMES:
        return Resolved(name, (), "none")
    family = ruleset.families.get(key)
    if family is not None:
        return Resolved(name, tuple(family["candidates"]), "family")
    ids = ruleset.names.get(key, [])
    if ids:
        return Resolved(name, tuple(ids), "exact" if len(ids) == 1 else "family")
    return Resolved(name, (), "none", nearest(key, ruleset))


def nearest(key: str, ruleset: Ruleset) -> str | None:
    """The known name most like ``key``, to suggest; None when nothing is near."""
    from rapidfuzz import fuzz, process

    match = process.extractOne(key, list(ruleset.names), scorer=fuzz.ratio, score_cutoff=NEAR)
    return str(match[0]) if match else None
