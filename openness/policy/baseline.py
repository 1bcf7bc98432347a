"""Writing the baseline: what breaks the policy today, as ``[[baseline]]`` tables at the end of the policy. The rest of the file
stays as it is, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

from openness.errors import UsageError
from openness.policy.checked import CheckResult
from openness.policy.document import PROJECT_FILE, shortened
from openness.policy.lock import write_whole
from openness.policy.stated import Stated

#: Rules that are no matter of a baseline: a lock that is not there, or not made for this policy, has to be written first.
NOT_FOR_BASELINE = frozenset({"not-locked", "revision-not-locked", "other-question", "stale"})


def write_baseline(result: CheckResult, stated: Stated, prefix: str) -> tuple[int, str]:
    """Add an entry for every violation of a result that nothing settles; their number, and the file that has them.

    ``prefix`` leads from the folder of the policy to that which the result's files are relative to. Raises UsageError where
    there is no policy, or where models are not locked: those would be accepted unseen.
    """
    if stated.document is None:
        raise UsageError("There is no policy to write a baseline to; `openness init` makes one.")
    found = {
        (prefix + checked.reference.file, checked.reference.model, hit.rule)
        for checked in result.references
        for hit in checked.hits
        if hit.counts
    }
    unseen = sorted(model for _, model, rule in found if rule in NOT_FOR_BASELINE)
    if unseen:
        raise UsageError(f"{len(unseen)} references are not judged yet, such as {unseen[0]}; run `openness lock` first.")
    path = stated.document.path
    if found:
        _append(path, sorted(found))
    return len(found), shortened(path)


def _append(path: Path, found: list[tuple[str, str, str]]) -> None:
    table = "tool.openness.baseline" if path.name == PROJECT_FILE else "baseline"
    text = path.read_bytes().decode("utf-8")
    end = "\r\n" if "\r\n" in text else "\n"
    parts = [] if not text or text.endswith("\n") else [""]
    for file, model, rule in found:
        parts += ["", f"[[{table}]]", f"file = {_quoted(file)}", f"model = {_quoted(model)}", f"rule = {_quoted(rule)}"]
    write_whole(path, (text + end.join(parts) + end).encode("utf-8"), "policy")


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are among TOML's, but for the delete character, which TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
