"""When a document was made, and an id that is its own: the same for the same content."""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime

from openness.errors import UsageError

#: The namespace under which ids of documents are derived from their content.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://spdx.org/spdxdocs/openness")


def now() -> datetime:
    """The time in whole seconds, or what ``SOURCE_DATE_EPOCH`` says, for documents that come out the same every time.

    Raises UsageError for a value of it that is no time.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        return datetime.now(UTC).replace(microsecond=0) if not given else datetime.fromtimestamp(int(given), UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError("SOURCE_DATE_EPOCH is no number of seconds since 1970; correct or unset it.") from None


def identity(content: str, when: datetime) -> uuid.UUID:
    """An id for a document with this content, made at this time."""
    return uuid.uuid5(NAMESPACE, f"{content}\n{when.isoformat()}")
