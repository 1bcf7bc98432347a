"""A check as SARIF 2.1.0 (OASIS Standard, 2020-03), as GitHub code scanning and editors read it.

Every rule of ``rules/check.yaml`` is a reporting descriptor; every hit of a reference, and every notice, is a result. What an
exception, a comment or the baseline settles stays in the document with its suppression. The fingerprint of a result is made of
the rule, the name and the text of the line, so it is the same when lines move, and says which of several equal ones it is.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openness import __version__
from openness.outputs.uris import file_uri, web_uri
from openness.policy.check_rules import CheckRule, check_rules
from openness.policy.checked import CheckedReference, CheckResult, Hit, Notice, Settled, Step
from openness.printable import printable

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#: Where relative paths begin: the folder that the check was started in.
ROOT = "%SRCROOT%"
FINGERPRINT = "primaryLocationLineHash"
#: GitHub takes at most so many results of one run (docs of code scanning, 2026-11).
MOST_RESULTS = 25_000
_PAGE = "docs/check-rules.md"


def sarif(result: CheckResult) -> dict[str, Any]:
    """The whole document as plain data."""
    rules = list(check_rules().values())
    index = {rule.id: number for number, rule in enumerate(rules)}
    seen: Counter[str] = Counter()
    results = [_result(checked, hit, index, seen) for checked in result.references for hit in checked.hits]
    results += [_notice(notice, index, seen) for notice in result.notices]
    driver = {
        "name": "openness",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": _home(),
        "rules": [_rule(rule) for rule in rules],
    }
    notifications = [_notification(f"{each.file} was not read: {each.reason}", each.file) for each in result.skipped]
    invocation: dict[str, Any] = {"executionSuccessful": not result.missing}
    if notifications:
        invocation["toolExecutionNotifications"] = notifications
    run = {
        "tool": {"driver": {key: value for key, value in driver.items() if value}},
        "automationDetails": {"id": "openness/check/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": results[:MOST_RESULTS],
        "properties": {"policy": result.policy, "lock": result.lock, "rules": result.rules, "files": result.files},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _home() -> str | None:
    """The address that the package states for itself; None where it states none."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        stated = metadata("openness").get_all("Project-URL") or ()
    except PackageNotFoundError:
        return None
    return next((address.partition(",")[2].strip() for address in stated if "://" in address), None)


def _rule(rule: CheckRule) -> dict[str, Any]:
    home = _home()
    help = f"{rule.help} {rule.fix}".strip()
    found = {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.id.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.help},
        "help": {"text": help, "markdown": f"{rule.help}\n\n**What to do**: {rule.fix}" if rule.fix else rule.help},
        "helpUri": f"{home.rstrip('/')}/{_PAGE}#{rule.id}" if home else f"urn:openness:check-rule:{rule.id}",
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": ["license", "model", rule.about], "problem.severity": _problem(rule.severity)},
    }
    return found


def _problem(severity: str) -> str:
    """GitHub's word for a severity."""
    return "recommendation" if severity == "note" else severity


def _result(checked: CheckedReference, hit: Hit, index: dict[str, int], seen: Counter[str]) -> dict[str, Any]:
    reference = checked.reference
    name = printable(reference.model, None)
    place = _location(reference.file, reference.line, reference.column, checked.source_line, len(reference.text))
    found: dict[str, Any] = {
        "ruleId": hit.rule,
        "ruleIndex": index[hit.rule],
        "level": hit.severity,
        "message": {"text": _message(hit.message, hit.settled, hit.fix)},
        "locations": [place],
        "partialFingerprints": {FINGERPRINT: _fingerprint(seen, hit.rule, reference.kind, name, checked.source_line)},
        "properties": {
            "model": name,
            "kind": reference.kind,
            "form": reference.form,
            "purl": printable(reference.purl, None) if reference.purl else None,
            "verdict": str(hit.verdict),
            "category": checked.category,
            "licenses": list(checked.licenses),
        },
    }
    if hit.policy_line and (line := _policy_location(hit.policy_line)):
        found["relatedLocations"] = [line]
    if hit.chain:
        found["codeFlows"] = [_flow(place, name, hit.chain)]
    if hit.settled:
        found["suppressions"] = [_suppression(hit.settled)]
    return found


def _message(message: str, settled: Settled | None, fix: str) -> str:
    return printable(message if settled or not fix else f"{message} {fix}", None)


def _notice(notice: Notice, index: dict[str, int], seen: Counter[str]) -> dict[str, Any]:
    return {
        "ruleId": notice.rule,
        "ruleIndex": index[notice.rule],
        "level": notice.severity,
        "message": {"text": _message(notice.message, None, notice.fix)},
        "locations": [_location(notice.file, notice.line, notice.column)],
        "partialFingerprints": {FINGERPRINT: _fingerprint(seen, notice.rule, re.sub(r"\d+", "", notice.message))},
    }


def _fingerprint(seen: Counter[str], *parts: str) -> str:
    """What a result is, without where: the digest of its parts, and its number among equal ones."""
    text = "\0".join(" ".join(part.split()) for part in parts)
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"


def _location(file: str, line: int, column: int = 1, text: str = "", length: int = 0) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": max(line, 1), "startColumn": max(column, 1)}
    if length:
        region["endColumn"] = region["startColumn"] + length
    if text.strip():
        region["snippet"] = {"text": printable(text, None)}
    artifact = {"uri": file_uri(file)} if Path(file).is_absolute() else {"uri": file_uri(file), "uriBaseId": ROOT}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _policy_location(where: str) -> dict[str, Any] | None:
    """The line of the policy that decided, ``openness.toml:12``."""
    file, _, line = where.rpartition(":")
    if not file or not line.isdigit():
        return None
    return {**_location(file, int(line)), "message": {"text": "the line of the policy that decided"}}


def _flow(place: dict[str, Any], name: str, chain: tuple[Step, ...]) -> dict[str, Any]:
    """The chain as one thread: the line that names the model, then card, license and clause."""
    first = {"location": {**place, "message": {"text": f"{name} is named here"}}, "importance": "essential", "nestingLevel": 0}
    steps = [first, *_steps(chain)]
    return {"message": {"text": "from the name to the clause"}, "threadFlows": [{"locations": steps}]}


def _steps(chain: tuple[Step, ...]) -> Iterator[dict[str, Any]]:
    for number, step in enumerate(chain, 1):
        place = step.place
        named = printable(place.document, None)
        location: dict[str, Any] = {
            "message": {"text": f"{step.kind}: {printable(step.text, None)}"},
            "logicalLocations": [{"name": named, "fullyQualifiedName": _pinned(named, place.revision, place.sha256)}],
        }
        if place.url and (uri := web_uri(place.url)):
            location["physicalLocation"] = {"artifactLocation": {"uri": uri}, "region": {"startLine": max(place.line or 1, 1)}}
        yield {"location": location, "kinds": [step.kind], "importance": "essential", "nestingLevel": number}


def _pinned(document: str, revision: str | None, sha256: str | None) -> str:
    pins = [f"@{printable(revision, 80)}" if revision else "", f"#sha256:{printable(sha256, 80)}" if sha256 else ""]
    return document + "".join(pins)


def _suppression(settled: Settled) -> dict[str, Any]:
    until = f" (until {settled.until})" if settled.until else ""
    return {
        "kind": "inSource" if settled.by == "ignore" else "external",
        "status": "accepted",
        "justification": printable(f"{settled.by}, {settled.where}: {settled.reason}{until}", None),
    }


def _notification(text: str, file: str) -> dict[str, Any]:
    return {"level": "note", "message": {"text": printable(text, None)}, "locations": [_location(file, 1)]}
