"""Whether a body is what was asked for, and all of it. Of some bodies only the end of the connection marks the end, and one that
broke off looks the same; a page that says "back soon" comes with a good status. What is known of the file tells them apart.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import msgspec

#: Extension of a request: what its caller knows of the answer.
EXPECTED = "openness.expected"
#: Validators of files are digests: git's id of a file, or its sha256 where it is kept apart.
_DIGEST = re.compile(r'"([0-9a-f]{40}|[0-9a-f]{64})"')


#: What the Hub says with every file.
_SIGNED = ("etag", "x-repo-commit")
#: Headers that say how a body ends.
_FRAMED = ("content-length", "transfer-encoding", "content-encoding")


class Expected(msgspec.Struct, frozen=True):
    """``size`` of the file in bytes, where its listing says it; ``signed`` where its host mostly names the commit or the version
    of what it sends; ``ends`` are the first and last character of a JSON answer."""

    size: int | None = None
    signed: bool = False
    ends: bytes = b""

    def met_by(self, data: bytes, headers: Mapping[str, str]) -> bool | None:
        """Whether the body is whole; None where nothing proves it or only its host contradicts itself."""
        if self.ends:
            text = data.strip()
            return len(text) > 1 and text[:1] + text[-1:] == self.ends
        if self.size == len(data):
            return True
        if self._unsigned(headers):
            # a mirror may leave that out, but not for a page that says "back soon"
            return None if data and not headers.get("content-type", "").startswith("text/html") else False
        if any(name in headers for name in _FRAMED):
            return None if self.size is not None else True
        if self.size is not None:
            return False
        tag = _DIGEST.fullmatch(headers.get("etag", ""))
        return None if tag is None else tag[1] in _digests(data)

    def times(self, headers: Mapping[str, str]) -> int:
        """How often the same bytes must come to be taken where nothing proves them to be whole."""
        return 3 if self._unsigned(headers) else 2

    def _unsigned(self, headers: Mapping[str, str]) -> bool:
        return self.signed and not any(name in headers for name in _SIGNED)


OBJECT, LIST = Expected(ends=b"{}"), Expected(ends=b"[]")


def _digests(data: bytes) -> tuple[str, ...]:
    git = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False)
    return git.hexdigest(), hashlib.sha256(data).hexdigest()
