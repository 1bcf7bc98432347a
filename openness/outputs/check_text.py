"""What a person reads of a check: each finding at its place, with the line of the source, the line of the policy, what to do."""

from __future__ import annotations

from collections.abc import Iterator

from openness.outputs.wrapping import Style, plain, wrapped
from openness.policy.checked import CheckedReference, CheckResult, Hit, Notice, Step
from openness.printable import printable
from openness.records import Permission

NOT_LOCKED = "not-locked"
#: So many are shown one by one.
MOST_NOT_LOCKED = 3
COLORS = {"error": "red", "warning": "yellow", "note": "cyan"}
#: Of a long line (characters): from where on its beginning is cut, what stays before the name, what is shown in all.
MOST_BEFORE, BEFORE, MOST_SHOWN = 70, 40, 110


def check(result: CheckResult, *, width: int = 80, style: Style = plain, verbose: bool = False, quiet: bool = False) -> str:
    """The findings in the order of the files, the notices behind them, and a line of totals."""
    blocks = []
    unlocked = [] if verbose else [each for each in result.references if _only(each, NOT_LOCKED)]
    together: set[int] = set()
    if len(unlocked) > MOST_NOT_LOCKED:
        together = {id(each) for each in unlocked}
        blocks.append("\n".join(_not_locked(unlocked, result.lock, width, style)))
    for checked in result.references:
        hits = [hit for hit in checked.hits if (hit.counts or verbose) and id(checked) not in together]
        blocks += ["\n".join(_finding(checked, hit, width, style, first=not index)) for index, hit in enumerate(hits)]
    blocks += ["\n".join(_notice(notice, width, style)) for notice in _notices(result, verbose, quiet)]
    blocks.append("\n".join(wrapped(total(result), width, 0, hang=0)))
    return "\n\n".join(blocks)


def _only(checked: CheckedReference, rule: str) -> bool:
    return [hit.rule for hit in checked.hits if hit.counts] == [rule]


def _not_locked(found: list[CheckedReference], lock: str | None, width: int, style: Style) -> Iterator[str]:
    """Many models that are not locked are one matter: that the lock has to be written."""
    hit = next(hit for hit in found[0].hits if hit.counts)
    models = len({each.reference.model.casefold() for each in found})
    where = lock or "the lock, which does not exist yet"
    message = f"{_counted(len(found), 'reference')} to {_counted(models, 'model')} not in {where}; nothing is known of them."
    yield from _head(hit.severity, hit.rule, message, width, style)
    for each in found:
        place = f"{printable(each.reference.file, None)}:{each.reference.line}:{each.reference.column}"
        yield f" --> {style(place, 'blue')}  {printable(each.reference.model, 120)}"
    if hit.policy_line:
        yield f"  = {style('policy', 'cyan')}: {hit.policy_line}"
    yield f"  = {style('help', 'cyan')}: {hit.fix}"


def _notices(result: CheckResult, verbose: bool, quiet: bool) -> list[Notice]:
    said = [notice for notice in result.notices if notice.severity != "note"]
    if quiet:
        return [notice for notice in said if notice.severity == "error"]
    return [*said, *(notice for notice in result.notices if notice.severity == "note" and verbose)]


def _finding(checked: CheckedReference, hit: Hit, width: int, style: Style, *, first: bool) -> Iterator[str]:
    """One hit. The line of the source and the evidence stand in the first one of a reference."""
    reference = checked.reference
    gutter = " " * len(str(reference.line))
    yield from _head(hit.severity, hit.rule, hit.message, width, style)
    yield f"{gutter}--> {style(f'{printable(reference.file, None)}:{reference.line}:{reference.column}', 'blue')}"
    if first:
        yield from _source(checked, gutter, style)
    for name, text in _rows(hit, first):
        head, *rest = wrapped(f"{name}: {text}", width - len(gutter) - 3, 0)
        yield f"{gutter} = {style(name, 'cyan')}{head[len(name) :]}"
        yield from (f"{gutter}   {line}" for line in rest)


def _rows(hit: Hit, first: bool) -> Iterator[tuple[str, str]]:
    if hit.policy_line:
        yield "policy", hit.policy_line
    for step in hit.chain if first else ():
        if step.kind != "clause":  # the message has it
            yield ("evidence" if step.kind == "card" else step.kind), _step(step)
    if hit.settled:
        until = f", until {hit.settled.until}" if hit.settled.until else ""
        yield hit.settled.by, f"{hit.settled.where}{until}: {hit.settled.reason}"
    elif hit.fix:
        yield "help", hit.fix


def _head(severity: str, rule: str, message: str, width: int, style: Style) -> Iterator[str]:
    label = f"{severity}[{rule}]"
    first, *rest = wrapped(f"{label}: {message}", width, 0)
    yield style(label, COLORS[severity]) + first[len(label) :]
    yield from rest


def _source(checked: CheckedReference, gutter: str, style: Style) -> Iterator[str]:
    """The line with the name marked; of a long line the part around it."""
    text, at = checked.source_line, checked.reference.column - 1
    if not text.strip():
        return
    start = at - BEFORE if at > MOST_BEFORE else 0
    cut = ("…" if start else "") + text[start : start + MOST_SHOWN]
    at += 1 - start if start else 0
    marks = " " * at + "^" * max(1, min(len(checked.reference.text), len(cut) - at))
    yield f"{gutter} |"
    yield f"{checked.reference.line} | {cut}"
    yield f"{gutter} | {style(marks, 'red')}"


def _step(step: Step) -> str:
    place = step.place
    line = f":{place.line}" if place.line else ""
    pins = [f"at {place.revision[:12]}" if place.revision else "", f"sha256 {place.sha256[:12]}…" if place.sha256 else ""]
    where = f"{place.document}{line}"
    shown = ", ".join(part for part in (where, *pins) if part)
    return step.text if where in step.text else f"{step.text} ({shown})"


def _notice(notice: Notice, width: int, style: Style) -> Iterator[str]:
    yield from _head(notice.severity, notice.rule, notice.message, width, style)
    yield f" --> {style(f'{printable(notice.file, None)}:{notice.line}', 'blue')}"
    if notice.fix:
        first, *rest = wrapped(f"help: {notice.fix}", width - 3, 0)
        yield f"  = {style('help', 'cyan')}{first[4:]}"
        yield from (f"    {line}" for line in rest)


def total(result: CheckResult) -> str:
    """One sentence that says what was looked at and what came of it."""
    checked = result.references
    files = len({each.reference.file for each in checked})
    denied = sum(any(hit.counts and hit.exit_code == 1 for hit in each.hits) for each in checked)
    open_ = sum(any(hit.counts for hit in each.hits) for each in checked) - denied
    settled = sum(each.settled is not None and not any(hit.counts for hit in each.hits) for each in checked)
    reported = sum(each.verdict is Permission.UNKNOWN and not each.hits for each in checked)
    counts = [
        _some(denied, "denied"),
        _some(open_, "undecided"),
        _some(settled, "settled by exception, comment or baseline"),
        _some(len(checked) - denied - open_ - settled - reported, "permitted"),
        _some(reported, "reported only"),
    ]
    if not checked:
        return f"No model is named in {_counted(result.files, 'file')} read."
    what = "; ".join(part for part in counts if part)
    return f"{_counted(len(checked), 'reference')} in {_counted(files, 'file')} of {result.files} read: {what}."


def _some(number: int, word: str) -> str:
    return f"{number} {word}" if number else ""


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
