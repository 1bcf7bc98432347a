"""The block about openness in a model card: written between two markers, found again by them, everything else untouched."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from openness import __version__
from openness.evidence import front_matter
from openness.outputs import markdown
from openness.outputs.badge import Badge, category_look, framework_look, weakest_basis
from openness.outputs.looks import Look, looks
from openness.rules.own_block import BEGIN, END, ID, UNKNOWN_LICENSE
from openness.verdict.classified import Classification

#: A marker in any spelling, so that a damaged one is noticed rather than a second block written.
MARKER = re.compile(r"<!--\s*openness\s*:\s*(begin|end)\b", re.IGNORECASE)
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
MOST_LICENSES = 6


class OddCard(Exception):
    """The card's markers are not one pair; the message says what is wrong, without a final period."""


class Reproduce(msgspec.Struct, frozen=True):
    """How the answer can be had again: the command with what it is asked about, and the date of the rules."""

    model: str
    rules: str


def block(found: Classification, badge: Badge, image: str, again: Reproduce) -> str:
    """The lines between and with the markers, joined by line feeds, without one at the end."""
    return "\n".join([BEGIN, markdown_badge(badge, image), "", *_table(found), "", _how(found, again), END])


def markdown_badge(badge: Badge, image: str) -> str:
    """An image with words for those who do not see it. ``image`` is an address of our own making."""
    return f"![{markdown.text(badge.label)}: {markdown.text(badge.message)}]({image})"


def _table(found: Classification) -> Iterator[str]:
    table = looks()
    yield "| openness | |"
    yield "|---|---|"
    yield f"| category | {_look(category_look(found))} |"
    for name, rated in found.dimensions.items():
        yield f"| {name} | {_look(table.levels[rated.level])}, {rated.score} of 100 |"
    names = list(dict.fromkeys(row.id for row in found.licenses if row.component == "weights"))
    shown = ", ".join(name if ID.fullmatch(name) else UNKNOWN_LICENSE for name in names[:MOST_LICENSES]) or "none known"
    more = f" and {len(names) - MOST_LICENSES} more" if len(names) > MOST_LICENSES else ""
    yield f"| license of the weights | {shown}{more}: {table.bases[weakest_basis(found)].word} |"
    for variant in table.variants.values():
        if variant.framework and variant.framework in found.frameworks:
            yield f"| {variant.label} | {_look(framework_look(found.frameworks[variant.framework]))} |"


def _look(look: Look) -> str:
    return f"{look.sign} {markdown.text(look.word)}"


def _how(found: Classification, again: Reproduce) -> str:
    commit = re.fullmatch(r"[0-9a-f]{7,40}", found.revision or "")
    revision = f" at revision {commit[0]}" if commit else ""
    command = markdown.code("openness classify", again.model)
    return (
        f"Worked out{revision} by openness {__version__} with the rules of {again.rules}, from what is published with the model. "
        f"To check: {command}. Not legal advice."
    )


def written(card: str, new: str) -> str:
    """The card with the block in its place: where one is already, else behind the front matter, else at the end.

    ``card`` and the result keep their line ends as they are (the block takes that of the card's first line). Everything
    outside the markers stays, character by character. Raises OddCard where the markers are not one pair.
    """
    first = re.search(r"\r\n|\n|\r", card)
    ending = first[0] if first else "\n"
    new = new.replace("\n", ending)
    lines = card.splitlines(keepends=True)
    lines = _joined(lines)
    head = front_matter.read([line.rstrip("\r\n") for line in lines], frozenset()).end
    span = _span(lines, head)
    if span is not None:
        begin, end = span
        tail = lines[end][len(lines[end].rstrip("\r\n")) :]
        return "".join([*lines[:begin], new + tail, *lines[end + 1 :]])
    if head:
        front, rest = "".join(lines[:head]), "".join(lines[head:])
        front += "" if front.endswith(("\n", "\r")) else ending
        gap = ending if rest and not rest.startswith(("\n", "\r")) else ""
        return f"{front}{ending}{new}{ending}{gap}{rest}"
    gap = "" if not card else ending if card.endswith(("\n", "\r")) else 2 * ending
    return f"{card}{gap}{new}{ending}"


def _joined(lines: list[str]) -> list[str]:
    """Lines as Markdown has them: ``splitlines`` also cuts at form feeds and at other separators of Unicode."""
    found: list[str] = []
    for line in lines:
        if found and not found[-1].endswith(("\n", "\r")):
            found[-1] += line
        else:
            found.append(line)
    return found


def _span(lines: list[str], head: int) -> tuple[int, int] | None:
    """First and last line of the block below the front matter. Markers within blocks of code are text."""
    marks = []
    fence, opened = "", 0
    for number, line in enumerate(lines[head:], head):
        if found := FENCE.match(line):
            if not fence:
                fence, opened = found[1], number
            elif found[1].startswith(fence) and not found[2].strip():
                fence = ""
        elif not fence and (mark := MARKER.search(line)):
            if line.strip() not in (BEGIN, END):
                raise OddCard(f"line {number + 1}: a marker must stand alone on its line, as {BEGIN} or {END}")
            marks.append((number, mark[1].lower()))
    if not marks and fence and not head:
        raise OddCard(f"the code that begins in line {opened + 1} is not closed, so that a block at the end would be part of it")
    if not marks:
        return None
    if [word for _, word in marks] == ["begin", "end"]:
        return marks[0][0], marks[1][0]
    where = ", ".join(f"{word} in line {number + 1}" for number, word in marks[:6])
    raise OddCard(f"the markers are not one pair ({where})")
