"""Comments that settle a violation where it stands: ``openness: ignore`` with rules in brackets, then the reason.

The comment stands at the end of the line that it is about, or alone on the line before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import msgspec

from openness.policy.check_rules import check_rules
from openness.policy.checked import Notice
from openness.policy.document import nearest
from openness.printable import printable

WORD = b"openness: ignore"
_COMMENT = (
    r"(?P<mark>#|//|--|;|%|/\*|<!--)[ \t]*openness:[ \t]*ignore[ \t]*(?:\[(?P<rules>[^\]\n]{0,200})\])?[ \t:]*(?P<reason>[^\n]*)"
)
_END = r"\s*(?:-->.*|\*/.*|(?:\\n)?[\"'],?)?\s*$"


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compiled when the first file has such a comment; most have none."""
    return re.compile(_COMMENT), re.compile(_END)


class Ignore(msgspec.Struct, frozen=True):
    """One comment. ``line`` is where it stands, ``about`` the line that it is about; ``problem`` is why it is not valid."""

    rules: tuple[str, ...]
    reason: str
    line: int
    column: int
    about: int
    problem: str = ""
    mark: str = "#"


def ignores_in(text: str) -> list[Ignore]:
    """The comments of a file, in order."""
    found = []
    from openness.refs.source_text import LINE_END

    comment, end = _patterns()
    lines = LINE_END.split(text)
    for number, line in enumerate(lines, 1):
        match = comment.search(line) if "openness:" in line else None
        if match is not None:
            alone = not line[: match.start()].strip("/*#<!-;% \t")
            about = _next(lines, number) if alone else number
            rules = tuple(word.strip() for word in (match["rules"] or "").split(",") if word.strip())
            reason = printable(end.sub("", match["reason"]), 300)
            found.append(Ignore(rules, reason, number, match.start() + 1, about, _problem(rules, reason), match["mark"]))
    return found


def _next(lines: list[str], number: int) -> int:
    """The first line behind that is not such a comment itself."""
    while number < len(lines) and _patterns()[0].search(lines[number]):
        number += 1
    return number + 1


def _problem(rules: tuple[str, ...], reason: str) -> str:
    if not rules:
        return "it names no rule; write openness: ignore[rule] and the reason"
    for rule in rules:
        known = check_rules()
        if rule not in known:
            return f"there is no rule {printable(rule, 40)}; {nearest(rule, known)}".rstrip(".")
    return "" if reason else "it gives no reason; say behind the bracket why the rule does not apply"


def notices(ignores: Mapping[str, Iterable[Ignore]], used: frozenset[tuple[str, int, str]]) -> Iterator[Notice]:
    """What is wrong with the comments of each file; ``used`` are (file, line of the comment, rule) that settled something."""
    from openness.errors import ExitCode

    for file, found in ignores.items():
        for one in found:
            if one.problem:
                message = f"The comment ignores nothing: {one.problem}."
                fix = check_rules()["bad-ignore"].fix
                yield Notice("bad-ignore", "error", message, file, one.line, one.column, fix, ExitCode.DENIED)
            for rule in one.rules if not one.problem else ():
                if (file, one.line, rule) not in used:
                    message = f"Nothing on line {one.about} breaks the rule {rule}, which the comment ignores."
                    yield Notice(
                        "unused-ignore", "warning", message, file, one.line, one.column, check_rules()["unused-ignore"].fix
                    )
