"""What the HTTP client logs, without what no log should have."""

from __future__ import annotations

import logging
import re

#: Those that name addresses and headers.
LOGGERS = ("httpx2", "httpcore2.http11", "httpcore2.connection", "httpcore2.proxy", "huggingface_hub.utils._http")


class Redacted(logging.Filter):
    """Query strings (signed addresses) and credentials never reach a log, at any level."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = re.sub(r"\?[^\s'\"]+", "?…", record.getMessage())
        record.msg, record.args = re.sub(r"(?i)(bearer|token) [^\s'\"]+", r"\1 …", text), ()
        return True
