"""Addresses of license texts: the forms of one address brought to one, and sites whose address says the license.

Which sites and which forms is data (``rules/license_urls.yaml``). An address counts only when it is what it seems to be: a
plain web address with a known host, no user, no odd port, no backslash, no letter beyond ASCII and no step upwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

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


def address_key(url: str, sites: Mapping[str, Any]) -> str | None:
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
    return _rewritten(host, stem if ending in sites["endings"] else path, sites)


def _rewritten(host: str, path: str, sites: Mapping[str, Any]) -> str:
    for form in sites["rewrite"]:
        match = re.fullmatch(form["path"], path) if host in form["hosts"] else None
        if match:
            return str(form["to"].format(**match.groupdict()))
    return host + path


def names_in(key: str, sites: Mapping[str, Any]) -> Iterator[str]:
    """The names of a license that an address in its one form may say, for sites that hold a license at each address."""
    host, slash, path = key.partition("/")
    for site in sites["sites"]:
        match = re.fullmatch(site["path"], slash + path) if host in site["hosts"] else None
        if match:
            yield str(site["name"].format(**match.groupdict()))
