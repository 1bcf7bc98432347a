"""Paths and addresses as URI references (RFC 3986): every character that has no business there is percent-encoded."""

from __future__ import annotations

from pathlib import PurePath
from urllib.parse import quote, urlsplit

#: What may stand in an address beside letters and digits (RFC 3986, section 2.2), and the sign of what is encoded already.
_RESERVED = "%:/?#[]@!$&'()*+,;=~"


def file_uri(path: str) -> str:
    """A path of this machine: relative where it is relative, else ``file:///…``; bytes that are not UTF-8 stay what they are."""
    encoded = quote(PurePath(path).as_posix(), safe="/", errors="surrogateescape")
    return f"file://{encoded}" if path.startswith("/") else encoded


def web_uri(address: str) -> str | None:
    """An address of the web with every odd character encoded; None for what is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return quote(address, safe=_RESERVED, errors="surrogateescape")
