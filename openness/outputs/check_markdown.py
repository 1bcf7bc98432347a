"""A check as Markdown: totals, a table of what counts, of what is settled, and notices; for pull requests and step summaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from openness.errors import ExitCode
from openness.outputs.check_text import total
from openness.outputs.markdown import text
from openness.policy.checked import CheckedReference, CheckResult, Hit, Notice, Settled

#: A step summary of GitHub is at most a mebibyte; what does not fit is counted.
MOST_ROWS = 500
MOST_TEXT = 600
MARKS = {ExitCode.DENIED: "❌ denied", ExitCode.CANNOT_SAY: "⚠️ undecided"}


def markdown(result: CheckResult) -> str:
    """The whole document; every word of others is text, never markup."""
    counting = [(checked, hit) for checked in result.references for hit in checked.hits if hit.counts]
    settled = [_settled(checked, hit, by) for checked in result.references for hit in checked.hits if (by := hit.settled)]
    counting.sort(key=lambda each: each[1].exit_code is not ExitCode.DENIED)
    lines = ["## openness check", "", text(total(result), None)]
    if counting:
        rows = [_row(checked, hit) for checked, hit in counting]
        lines += ["", *_table(("place", "model", "rule", "why", "what to do"), rows)]
    if settled:
        lines += ["", "### Settled", "", *_table(("place", "model", "rule", "by", "reason"), settled)]
    if shown := [notice for notice in result.notices if notice.severity != "note"]:
        lines += ["", "### Policy, lock and comments", "", *_table(("place", "rule", "what"), map(_notice, shown))]
    if result.missing:
        lines += ["", *(f"- There is no file or folder {text(path)}." for path in result.missing)]
    return "\n".join([*lines, "", "This is not legal advice."])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    every = list(rows)
    yield from (f"| {' | '.join(row)} |" for row in every[:MOST_ROWS])
    if len(every) > MOST_ROWS:
        yield f"| and {len(every) - MOST_ROWS} more |{' |' * (len(head) - 1)}"


def _place(checked: CheckedReference) -> str:
    reference = checked.reference
    return text(f"{reference.file}:{reference.line}:{reference.column}", MOST_TEXT)


def _row(checked: CheckedReference, hit: Hit) -> Sequence[str]:
    policy = f" ({text(hit.policy_line)})" if hit.policy_line else ""
    mark = f"{MARKS.get(hit.exit_code, hit.severity)}: {text(hit.rule)}"
    return _place(checked), text(checked.reference.model), mark, text(hit.message, MOST_TEXT) + policy, text(hit.fix, MOST_TEXT)


def _settled(checked: CheckedReference, hit: Hit, settled: Settled) -> Sequence[str]:
    until = f", until {text(settled.until)}" if settled.until else ""
    by = f"{settled.by}, {text(settled.where)}{until}"
    return _place(checked), text(checked.reference.model), text(hit.rule), by, text(settled.reason, MOST_TEXT)


def _notice(notice: Notice) -> Sequence[str]:
    return text(f"{notice.file}:{notice.line}", MOST_TEXT), text(notice.rule), text(notice.message, MOST_TEXT)
