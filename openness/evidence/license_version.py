"""Which version of the license index travels with the package; apart, since every command says so and few open the index."""

from __future__ import annotations

import re
from pathlib import Path

FILE = "license_index.bin"
_VERSION = re.compile(rb'.{12}\{"version":"([\w.-]{1,40})"', re.DOTALL)


def version_of(path: Path) -> str:
    """The version of the index at ``path``, from its first bytes; "none" where there is none."""
    try:
        with path.open("rb") as file:
            found = _VERSION.match(file.read(80))
    except OSError:
        return "none"
    return found[1].decode() if found else "none"
