"""``discover --format html``: one page that stands alone, with the looks of the reports: runtime, build, identity, verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openness.outputs.discovery import Discovered
from openness.outputs.report import words
from openness.outputs.report.render import plain_page
from openness.outputs.text import identity_line
from openness.records import UseVerdict

_CSS = """
.builds { overflow-x: auto; }
.builds table { border-collapse: collapse; width: 100%; }
.builds caption { text-align: left; color: var(--soft); padding: .5rem 0; }
.builds th, .builds td { text-align: left; vertical-align: top; padding: .5rem .75rem; border-bottom: 1px solid var(--line); }
.builds th, .builds td { overflow-wrap: break-word; min-width: 8.5rem; }
.builds th[scope=row] { font-weight: 600; min-width: 16rem; max-width: 26rem; }
.builds .mark { white-space: nowrap; }
.builds td > .small, .builds th > .small { display: block; font-weight: 400; }
@media print { .builds { overflow: visible; } .builds tr { break-inside: avoid; } }
"""


def page(found: Sequence[Discovered], *, rules: str, warnings: Sequence[str] = ()) -> str:
    """The whole page. ``warnings`` say what could not be looked at."""
    uses = [use.use for use in found[0].result.uses] if found else []
    rows = [_row(one) for one in found]
    values = {
        "title": "Builds on this machine",
        "sentence": _sentence(found, uses),
        "uses": uses,
        "rows": rows,
        "warnings": list(warnings),
    }
    return plain_page("discovery.html", rules, values, css=_CSS)


def _sentence(found: Sequence[Discovered], uses: Sequence[str]) -> str:
    passing = sum(one.result.verdict.passes for one in found)
    builds = f"{len(found)} build{'' if len(found) == 1 else 's'}"
    return f"{builds} found; {passing} may be used for {words.listed(uses)}." if found else "No build was found."


def _row(one: Discovered) -> dict[str, Any]:
    result = one.result
    return {
        "runtimes": ", ".join(one.runtimes),
        "name": one.names[0] if one.names else result.build.path.replace("\\", "/").rpartition("/")[2],
        "path": result.build.path,
        "others": [path for path in one.paths if path != result.build.path][:8],
        "format": result.build.format,
        "size": f"{result.build.size:,} bytes",
        "identity": one.error or identity_line(result.identity),
        "licenses": ", ".join(result.licenses) or "no license found",
        "category": words.category_mark(result.category),
        "cells": [{"mark": words.VERDICTS[use.verdict], "why": _why(use)} for use in result.uses],
    }


def _why(use: UseVerdict) -> str:
    """What stands in the way, in one line; nothing where nothing does."""
    if use.questions:
        return use.questions[0].text
    if use.verdict.passes:
        return f"{len(use.duties)} {'duty' if len(use.duties) == 1 else 'duties'}" if use.duties else ""
    blocking = [reason for reason in use.reasons if reason.effect == str(use.verdict)]
    reason = next(iter(blocking or use.reasons), None)
    if reason is None:
        return ""
    source = " ".join(word for word in (reason.license, reason.section) if word)
    return ": ".join(part for part in (source, reason.summary) if part)
