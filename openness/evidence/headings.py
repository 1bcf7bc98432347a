"""What may stand around the terms without changing them: titles, notices of copyright, a project's name, running headers,
a signature. Each line is judged alone, and none of it may hold a word that can limit a permission."""

from __future__ import annotations

import re

from openness.evidence.comparison import HEAD, LINE_MARKS, Comparison
from openness.evidence.party_names import only_names

_SIGNATURE = 14
_NAME_LIMIT = 12
_PROJECT_NAME = 5
#: A paragraph of notices: of several holders, each with a name over two lines.
_NOTICES = 1_200
_DATED = re.compile(r"\(c\)|\u00a9|\b(?:19|20)\d\d\b", re.IGNORECASE)
_BLANK_LINE = re.compile(rf"\n[{re.escape(LINE_MARKS)}]*\n")
_MARK = re.compile(r"\(c\)\s*\Z|\u00a9\s*\Z", re.IGNORECASE)
_LEAD = 6
_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR_OR_DAY = re.compile(r"(?:19|20)\d\d|[0-3]?\d")


def is_heading(c: Comparison, start: int, end: int) -> bool:
    """Lines before the text that are its title, the name of a project, or notices."""
    if is_title(c, start, end):
        return True
    while end > start and c.code[end - 1] in c.articles:
        end -= 1  # of a line that goes on as the text's own
    if not c.begins_line(start) or not c.begins_line(end):
        return False
    return all(
        is_title(c, a, b)
        or is_notice(c, a, b)
        or continues_notice(c, a, b)
        or in_notices(c, a, b)
        or is_project_name(c, a, b)
        or c.is_page_number(a, b)
        for a, b in c.lines(start, end)
    )


def is_title(c: Comparison, start: int, end: int) -> bool:
    """Only words of the license's own names, of its first line, and of titles in general; a date may stand beside them."""
    own = set(c.entry.title) | (set(c.known[:HEAD]) - c.restricting)
    words = c.words.words[start:end]
    if len(words) > 2 * HEAD or set(words) <= c.standard.joining:
        return False
    months = sum(word in c.standard.months for word in words)
    years = sum(_YEAR.fullmatch(word) is not None for word in words)
    dated = months == 1 and years <= 1
    at = start
    while at < end:
        word = c.words.words[at]
        phrase = next((p for p in c.standard.title_phrases if tuple(c.words.words[at : min(end, at + len(p))]) == p), None)
        if phrase:
            at += len(phrase)
        elif (
            c.code[at] in own
            or word in c.standard.title
            or (dated and (word in c.standard.months or word in c.standard.dated or _YEAR_OR_DAY.fullmatch(word)))
        ):
            at += 1
        else:
            return False
    return True


def is_project_name(c: Comparison, start: int, end: int) -> bool:
    words = c.words.words[start:end]
    shown = c.shown(start, end)
    line = c.words.text[c.words.starts[start] : c.words.ends[end - 1] + 1]
    capitals = all(word[0].isupper() for word in re.findall(r"[^\W\d_]+", shown))
    return (
        len(words) <= _PROJECT_NAME
        and (capitals or len(words) == 1)
        and shown.isascii()
        and not line.endswith((".", ";", ":", ",", "!"))
        and words[0] not in c.index.restrictive.leading
        and c.words.text[max(0, c.words.starts[start] - 1) : c.words.starts[start]] not in tuple("[<{(")
        and not re.search(r"(?<![^\W_])\d", shown)
        and not c.index.restrictive.speaks(shown)
    )


def is_notice(c: Comparison, start: int, end: int) -> bool:
    """Notices of copyright or of authors that were not dropped as lines of their own; a page's number may stand before."""
    words = c.words.words
    while start < end and words[start].isdigit() and len(words[start]) < 4:
        start += 1
    first = start
    while first > c.start and words[start:end] and words[first] not in c.standard.notice and start - first < _NAME_LIMIT:
        first -= 1  # the notice may have begun with words that the text has too
    if start < end and _MARK.search(c.between(start)):
        return c.names_only(start, end)
    if start == end or words[first] not in c.standard.notice:
        return _is_led_notice(c, start, end)
    named = first == start - 1 and words[first].startswith("copyright")
    if first < start and not named and not _DATED.search(c.words.text[c.words.starts[first] : c.words.starts[start]]):
        return False
    return c.names_only(first, end)


def _is_led_notice(c: Comparison, start: int, end: int) -> bool:
    """``This program is copyright 2002 by ...``."""
    words = c.words.words
    at = start
    while at < min(end, start + _LEAD) and words[at] in c.standard.notice_leads:
        at += 1
    return (
        start < at < end
        and words[at] in {"copyright", "c"}
        and _DATED.search(c.shown(at, end)) is not None
        and c.names_only(at, end)
    )


def continues_notice(c: Comparison, start: int, end: int) -> bool:
    """A line directly below a notice with nothing but names in it."""
    above = c.words.text.rfind("\n", 0, c.words.starts[start])
    return any(
        stop <= above + 1 and not c.words.text[stop:above].strip(LINE_MARKS) and "\n" not in c.words.text[stop:above]
        for _, stop, _ in c.words.notices
    ) and _goes_on_with_names(c, start, end)


def _goes_on_with_names(c: Comparison, start: int, end: int) -> bool:
    """Names, of which the first does not say for whom or for what, unless an institution's name began above."""
    purpose = c.words.words[start] in c.index.restrictive.purpose
    before = re.findall(r"[^\W\d_]+", c.words.restored[max(0, c.words.starts[start] - 60) : c.words.starts[start]].casefold())
    return (not purpose or not c.index.restrictive.institutions.isdisjoint(before[-3:])) and c.names_only(start, end)


def in_notices(c: Comparison, start: int, end: int) -> bool:
    """A line of a paragraph that begins with a notice of copyright and goes on with nothing but names and notices: of several
    holders, or of one whose name takes several lines."""
    text = c.words.restored
    above = [match.end() for match in _BLANK_LINE.finditer(text, max(0, c.words.starts[start] - _NOTICES), c.words.starts[start])]
    below = _BLANK_LINE.search(text, c.words.ends[end - 1], c.words.ends[end - 1] + _NOTICES)
    begin, stop = above[-1] if above else 0, below.start() if below else len(text)
    if stop - begin > _NOTICES:
        return False
    paragraph = text[begin:stop]
    dated = len(_DATED.findall(paragraph))
    opening = re.match(
        rf"[{re.escape(LINE_MARKS)}]*(?:portions\s+|this\s+\w+\s+is\s+)?(?:copyright|\(c\)|\u00a9)", paragraph, re.IGNORECASE
    )
    return (
        bool(opening and dated)
        and _goes_on_with_names(c, start, end)
        and all(
            only_names(piece, c.index.restrictive)
            for piece in re.split(r"\n(?=\W{0,9}(?:copyright|\(c\)|\u00a9))", _plain(paragraph), flags=re.IGNORECASE)
        )
    )


def _plain(paragraph: str) -> str:
    return re.sub(r"all\s+rights\s+(?:are\s+)?reserved", " ", paragraph, flags=re.IGNORECASE)


def repeats_head(c: Comparison, start: int, end: int) -> bool:
    """The beginning of the text once more, as a page's title or a running header; a page's number may stand beside it."""
    while end - start > 1 and c.words.words[start].isdigit() and len(c.words.words[start]) < 4:
        start += 1
    while end - start > 1 and c.words.words[end - 1].isdigit() and len(c.words.words[end - 1]) < 4:
        end -= 1
    return c.begins_line(start) and c.begins_line(end) and c.code[start:end] in c.known[: 2 * HEAD]


def is_running_header(c: Comparison, start: int, end: int) -> bool:
    """What a page has above or below its text: the text's beginning, its title, a notice, a number."""
    lines = c.lines(start, end)
    return (
        c.begins_line(start)
        and c.begins_line(end)
        and all(c.is_page_number(a, b) or repeats_head(c, a, b) or is_title(c, a, b) or is_notice(c, a, b) for a, b in lines)
    )


def is_signature(c: Comparison, start: int, end: int) -> bool:
    """Names, dates and addresses at the end."""
    if end - start > _SIGNATURE:
        return False
    shown = c.shown(start, end)
    rest = c.standard.address.sub(" ", shown)
    return c.names_only(start, end, 0) or (
        rest != shown and only_names(rest, c.index.restrictive, 0) and not c.index.restrictive.in_text(shown)
    )


def is_end(c: Comparison, start: int, end: int) -> bool:
    words = c.words.words[start:end]
    return "end" in words and set(words) <= c.standard.end
