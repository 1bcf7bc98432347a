"""A check as workflow commands of GitHub Actions: an annotation on each line that counts, the worst first.

Escaping as actions/toolkit does it (``packages/core/src/command.ts``): percent sign and line ends in a message, colon and comma
as well in a property. GitHub shows ten annotations of each level of a step; the others stand in the log and in the summary.
"""

from __future__ import annotations

from collections.abc import Iterator

from openness.outputs.check_text import total
from openness.policy.checked import CheckedReference, CheckResult, Hit, Notice
from openness.printable import printable

LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def github(result: CheckResult) -> str:
    """One command a line, then the totals as plain text."""
    ranked = sorted(_annotations(result), key=lambda each: list(LEVELS).index(each[0]))
    return "\n".join([*(line for _, line in ranked), total(result)])


def _annotations(result: CheckResult) -> Iterator[tuple[str, str]]:
    for checked in result.references:
        for hit in checked.hits:
            if hit.counts:
                yield hit.severity, _of_hit(checked, hit)
    for notice in result.notices:
        if notice.severity != "note":
            yield notice.severity, _of_notice(notice)


def _of_hit(checked: CheckedReference, hit: Hit) -> str:
    reference = checked.reference
    place: dict[str, str | int] = {
        "file": reference.file,
        "line": reference.line,
        "col": reference.column,
        "endColumn": reference.column + max(len(reference.text), 1),
        "title": f"openness: {hit.rule}",
    }
    policy = f" ({hit.policy_line})" if hit.policy_line else ""
    return _command(hit.severity, place, f"{hit.message}{policy} {hit.fix}".strip())


def _of_notice(notice: Notice) -> str:
    place: dict[str, str | int] = {
        "file": notice.file,
        "line": notice.line,
        "col": notice.column,
        "title": f"openness: {notice.rule}",
    }
    return _command(notice.severity, place, f"{notice.message} {notice.fix}".strip())


def _command(severity: str, properties: dict[str, str | int], message: str) -> str:
    written = ",".join(f"{name}={_property(printable(str(value), None))}" for name, value in properties.items())
    return f"::{LEVELS[severity]} {written}::{_data(printable(message, None))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
