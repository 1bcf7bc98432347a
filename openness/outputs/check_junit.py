"""A check as JUnit XML: one test case for each reference, which CI systems list and compare between runs.

A violation is a failure, a doubt an error, what an exception, a comment or the baseline settles is skipped. The document keeps to
the stricter of the two schemas in use (Windy Road's JUnit.xsd; the one of Jenkins allows more), so a place stands in the texts.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from openness.errors import ExitCode
from openness.policy.checked import CheckedReference, CheckResult, Hit
from openness.printable import printable

SUITE = "openness check"


def junit(result: CheckResult, when: datetime.datetime) -> str:
    """The document. ``when`` is the time of the run, in UTC."""
    cases = [(checked, _outcome(checked)) for checked in result.references]
    counts = {kind: sum(outcome == kind for _, outcome in cases) for kind in ("failure", "error", "skipped")}
    suites = ET.Element("testsuites")
    suite = ET.SubElement(
        suites,
        "testsuite",
        {
            "name": SUITE,
            "package": "openness",
            "id": "0",
            "timestamp": when.strftime("%Y-%m-%dT%H:%M:%S"),
            "hostname": "localhost",
            "tests": str(len(cases)),
            "failures": str(counts["failure"]),
            "errors": str(counts["error"]),
            "skipped": str(counts["skipped"]),
            "time": "0",
        },
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (("policy", result.policy), ("lock", result.lock), ("rules", result.rules), ("files", str(result.files))):
        ET.SubElement(properties, "property", {"name": name, "value": printable(value or "", None)})
    for checked, outcome in cases:
        _case(suite, checked, outcome)
    ET.SubElement(suite, "system-out").text = "\n".join(printable(line, None) for line in _notices(result))
    ET.SubElement(suite, "system-err").text = "\n".join(
        f"There is no file or folder {printable(path, None)}." for path in result.missing
    )
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode")


def _outcome(checked: CheckedReference) -> str | None:
    counting = [hit for hit in checked.hits if hit.counts]
    if any(hit.exit_code is ExitCode.DENIED for hit in counting):
        return "failure"
    if counting:
        return "error"
    return "skipped" if checked.settled else None


def _case(suite: ET.Element, checked: CheckedReference, outcome: str | None) -> None:
    reference = checked.reference
    file = printable(reference.file, None)
    name = f"{printable(reference.model, None)} ({reference.kind}) at {reference.line}:{reference.column}"
    case = ET.SubElement(suite, "testcase", {"name": name, "classname": file, "time": "0"})
    if outcome is None:
        return
    child = ET.SubElement(case, outcome)
    if outcome == "skipped":
        return
    child.set("message", printable(checked.message, None))
    child.set("type", checked.rule or "openness")
    where = f"{file}:{reference.line}:{reference.column}"
    child.text = "\n".join(
        printable(line, None) for line in [where, *(line for hit in checked.hits if hit.counts for line in _lines(hit))]
    )


def _lines(hit: Hit) -> Iterator[str]:
    yield f"{hit.severity}[{hit.rule}]: {hit.message}"
    if hit.policy_line:
        yield f"policy: {hit.policy_line}"
    yield from (f"{step.kind}: {step.text}" for step in hit.chain)
    if hit.fix:
        yield f"help: {hit.fix}"


def _notices(result: CheckResult) -> Iterator[str]:
    """Notices, and what was settled by whom: a test case has no place for a reason of its own when it is skipped."""
    for notice in result.notices:
        yield f"{notice.severity}[{notice.rule}]: {notice.file}:{notice.line}: {notice.message}"
    for checked in result.references:
        if (settled := checked.settled) is not None:
            where = f"{checked.reference.file}:{checked.reference.line}"
            yield f"settled[{checked.rule}]: {where}: by {settled.by}, {settled.where}: {settled.reason}"
