"""Addresses of license texts: the forms of one address brought to one, and sites whose address says the license.

Which sites and which forms is data (``rules/license_urls.yaml``). An address counts only when it is what it seems to be: a
plain web address with a known host, no user, no odd port, no backslash, no letter beyond ASCII and no step upwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

ADDRESS = re.compile(r"(?:https?:)?//|(?=[a-z0-9.-]+\.[a-z]{2,}/)", re.IGNORECASE)
#: What people put around an address.
PADDING = " \t\r\n<>"
#: Scheme, host and path; a user (``name@``), a backslash or a port other than the scheme's own matches nothing.
FORM = re.compile(
    r"(?:(?:http:)?//(?P<a>[a-z0-9.-]+)(?::80)?|https://(?P<b>[a-z0-9.-]+)(?::443)?)(?P<path>/[^\\?#]*)?(?:[?#].*)?"
)


def is_address(name: str) -> bool:
    """Does a name look like a web address, with or without its scheme?"""
    return ADDRESS.match(name.strip(PADDING)) is not None


class Sites(msgspec.Struct, frozen=True):
    """``rules/license_urls.yaml``: endings that do not matter, and by host the forms to rewrite and those that say a license."""

    endings: frozenset[str]
    rewrite: Mapping[str, tuple[Mapping[str, str], ...]]
    names: Mapping[str, tuple[Mapping[str, str], ...]]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Sites:
        """From the parsed file."""
        return cls(frozenset(data["endings"]), _by_host(data["rewrite"]), _by_host(data["sites"]))


def _by_host(forms: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Mapping[str, str], ...]]:
    hosts = dict.fromkeys(host for form in forms for host in form["hosts"])
    return {host: tuple(form for form in forms if host in form["hosts"]) for host in hosts}


def address_key(url: str, sites: Sites) -> str | None:
    """``host/path`` in the one form that all spellings of an address share; None for what is no plain web address."""
    text = url.strip(PADDING)
    if not text.isascii() or not text.isprintable():
        return None
    text = text.casefold()
    match = FORM.fullmatch(text if "//" in text[:8] else f"//{text}")
    if not match:
        return None
    host = (match["a"] or match["b"]).removeprefix("www.")
    path = (match["path"] or "").replace("%20", " ").rstrip("/ ")
    if "." not in host.strip(".") or "//" in path or {".", ".."} & set(path.split("/")):
        return None
    stem, _, ending = path.rpartition(".")
    return _rewritten(host, stem if ending in sites.endings else path, sites)


def _rewritten(host: str, path: str, sites: Sites) -> str:
    for form in sites.rewrite.get(host, ()):
        match = re.fullmatch(form["path"], path)
        if match:
            return form["to"].format(**match.groupdict())
    return host + path


def names_in(key: str, sites: Sites) -> Iterator[str]:
    """The names of a license that an address in its one form may say, for sites that hold a license at each address."""
    host, slash, path = key.partition("/")
    for site in sites.names.get(host, ()):
        match = re.fullmatch(site["path"], slash + path)
        if match:
            yield site["name"].format(**match.groupdict())
