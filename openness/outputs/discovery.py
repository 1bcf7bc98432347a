"""What ``openness discover`` prints: each build with the runtimes that keep it, what it is, and the verdict for each use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from openness.outputs.envelope import audit_result
from openness.outputs.text import COLORS, identity_line
from openness.outputs.wrapping import Style, plain, wrapped
from openness.printable import printable
from openness.records import AuditResult

SHORT = {
    "permitted": "permitted",
    "permitted-with-duties": "with duties",
    "needs-answer": "asks",
    "unknown": "cannot say",
    "denied": "denied",
}


class Discovered(msgspec.Struct, frozen=True):
    """A build as audited, where it lies, under which further paths, and how the runtimes call it."""

    result: AuditResult
    runtimes: tuple[str, ...]
    paths: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    error: str = ""


def data(found: Discovered) -> dict[str, Any]:
    """The audit result of the contract, with ``runtimes``, ``paths`` (all of the build's) and ``names``."""
    return {
        **audit_result(found.result),
        "runtimes": list(found.runtimes),
        "paths": [printable(path, None) for path in found.paths],
        "names": list(found.names),
    }


def table(found: Sequence[Discovered], *, width: int = 100, style: Style = plain) -> str:
    """The table, one build a block of two or three lines, so that long names need no wide terminal."""
    lines: list[str] = []
    for one in found:
        result = one.result
        lines += wrapped(f"{', '.join(one.runtimes)}: {one.names[0] if one.names else result.build.path}", width, 0, hang=2)
        if one.names:
            lines += wrapped(result.build.path, width, 2)
        lines += wrapped(one.error or identity_line(result.identity), width, 2)
        uses = ", ".join(f"{use.use}: {style(SHORT[str(use.verdict)], COLORS[use.verdict])}" for use in result.uses)
        licenses = ", ".join(result.licenses) or "no license found"
        lines += wrapped(f"{result.build.format}, {result.category}, {licenses}", width, 2)
        lines.append(f"  {uses}")
        lines.append("")
    count = len(found)
    lines.append(f"{count} build{'s' if count != 1 else ''}, each file counted once")
    return "\n".join(lines)
