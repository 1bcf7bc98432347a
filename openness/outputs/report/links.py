"""Addresses and file names made of hostile words: a link goes to the Hub or GitHub or is none, a file name is always plain."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from urllib.parse import quote, urlsplit

from openness.records import Place

#: Hosts that a page may link to besides those of the environment.
HOSTS = frozenset({"huggingface.co", "hf.co", "github.com", "api.github.com", "raw.githubusercontent.com"})
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
_LONGEST = 96
#: Windows refuses files of these names, whatever their ending.
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|\Z)")
_GITHUB_FILE = re.compile(r"/repos/([^/]+)/([^/]+)/contents/(.+)\Z")


def safe_link(url: str | None, hosts: Collection[str] = HOSTS) -> str | None:
    """The address if it is http(s) on one of the hosts (``host`` or ``host:port``), without credentials; else None."""
    if url is None or len(url) > 2000 or not url.isascii() or not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
    except ValueError:
        return None
    fits = parts.scheme in ("http", "https") and parts.username is None and parts.password is None and host in hosts
    return url if fits and "\\" not in url else None


def place_link(place: Place, hosts: Collection[str] = HOSTS) -> str | None:
    """Where a person reads a place: the page of the file at its revision, at its line where one is known."""
    link = safe_link(place.url, hosts)
    if link is None:
        return None
    parts = urlsplit(link)
    path, line = parts.path, f"#L{place.line}" if place.line else ""
    if parts.netloc == "api.github.com":
        found = _GITHUB_FILE.match(path)
        revision = quote(place.revision or "HEAD", safe="")
        return f"https://github.com/{found[1]}/{found[2]}/blob/{revision}/{found[3]}{line}" if found else None
    if "/resolve/" in path:
        return f"{parts.scheme}://{parts.netloc}{path.replace('/resolve/', '/blob/', 1)}{line}"
    return link


def stems(names: Iterable[str]) -> list[str]:
    """One file name (without ending) for each name, in order: plain, short, and different in any letter case."""
    taken: set[str] = set()
    found = []
    for name in names:
        stem = _stem(name)
        number = 1
        while stem.casefold() in taken:
            number += 1
            stem = f"{_stem(name)}-{number}"
        taken.add(stem.casefold())
        found.append(stem)
    return found


def _stem(name: str) -> str:
    """``owner--name`` where that is plain; otherwise its plain characters and a piece of its sha256, which tells names apart."""
    joined = name.replace("/", "--")
    if len(joined) <= _LONGEST and _PLAIN.match(joined) and not _RESERVED.match(joined) and ".." not in joined:
        return joined
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    kept = re.sub(r"[^A-Za-z0-9]+", "-", name[:_LONGEST]).strip("-")[:48]
    return f"{kept}-{digest}" if kept else f"model-{digest}"
