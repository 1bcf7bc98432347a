"""A badge as data: what it says, and where each part stands. Laid out from a table of glyph widths; nothing is measured.

What can be read on a badge are words of ours alone; the model's name stands in its title, made harmless.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from openness.outputs.looks import Look, looks, widths
from openness.printable import printable
from openness.rules import definitions
from openness.rules.frameworks import FrameworkResult
from openness.verdict.classified import Classification

#: Of a model's name, in the title.
MOST_NAME = 120
#: Pixels between two segments, so that two of the same color are seen as two.
SEAM = 1
#: The component whose licenses decide.
WEIGHTS = "weights"
#: How good the word of each source is, weakest first (``rules/outputs/badges.yaml``, bases).
BASES = ("none", "changed", "name", "metadata", "lineage", "card", "user", "text")


class Style(msgspec.Struct, frozen=True):
    """Measures in pixels: height of the badge, size of its letters, its corners, space at the ends, glyph, gap behind it."""

    height: int
    font: int
    radius: int
    pad: int
    glyph: int
    gap: int
    labeled: bool = True


STYLES: Mapping[str, Style] = {
    "flat": Style(height=20, font=11, radius=3, pad=7, glyph=9, gap=5),
    "compact": Style(height=16, font=10, radius=2, pad=4, glyph=8, gap=3, labeled=False),
}


class Segment(msgspec.Struct, frozen=True):
    """One colored part. ``x`` and ``width`` are whole pixels; the text begins at ``text_x`` and is ``text_width`` long."""

    text: str
    color: str
    glyph: str | None
    x: int
    width: int
    glyph_x: float
    text_x: float
    text_width: float


class Badge(msgspec.Struct, frozen=True):
    """What is drawn. ``title`` says all of it in one sentence, ``label`` and ``message`` are its two halves in words; ``back``
    shows between the segments."""

    title: str
    label: str
    message: str
    color: str
    ink: str
    back: str
    style: Style
    segments: tuple[Segment, ...]

    @property
    def width(self) -> int:
        last = self.segments[-1]
        return last.x + last.width


Part = tuple[str, str, str | None]


def badge(found: Classification, variant: str = "category", style: str = "flat", date: str | None = None) -> Badge:
    """The badge of one model. ``date`` is that of the revision, for the variant that shows on whose word the license is known.

    ``variant`` and ``style`` are keys of ``looks().variants`` and ``STYLES``; KeyError for others.
    """
    table = looks()
    kind, chosen = table.variants[variant], STYLES[style]
    named = list(_shown(found, variant, date))
    parts: list[Part] = [(kind.label, table.label, None)] if chosen.labeled or kind.bare != "yes" else []
    parts += [(_worded(name, look.word), look.color, look.glyph) for name, look in named]
    message = ", ".join(_worded(name, look.word).replace(":", "") for name, look in named)
    title = f"{kind.label} of {printable(found.model, MOST_NAME)}: {message}"
    return Badge(title, kind.label, message, named[0][1].color, table.ink, table.label, chosen, tuple(_placed(parts, chosen)))


def _worded(name: str, word: str) -> str:
    return f"{name}: {word}" if name else word


def _shown(found: Classification, variant: str, date: str | None) -> Iterator[tuple[str, Look]]:
    """What the badge says beside its label, each with the name of its part, which is empty where there is only one."""
    kind, table = looks().variants[variant], looks()
    match kind.show:
        case "category":
            yield "", category_look(found)
        case "dimensions":
            yield from ((name, table.levels[rated.level]) for name, rated in found.dimensions.items())
        case "basis":
            look = table.bases[weakest_basis(found)]
            dated = f"{look.word} {date[:10]}" if date and look is table.bases["text"] else look.word
            yield "", msgspec.structs.replace(look, word=dated)
        case _:
            yield "", framework_look(found.frameworks[kind.framework])


def category_look(found: Classification) -> Look:
    """The category with its sub-label, or a status that is not the usual one, in words; the status where there is no category."""
    table, result = looks(), found.result
    if result.category is None:
        return table.statuses.get(result.status, table.categories["unverified"])
    look = table.categories[result.category]
    more = table.sub_labels.get(result.sub_label, result.sub_label) if result.sub_label else None
    if more is None and result.status in table.statuses:
        more = table.statuses[result.status].word
    return msgspec.structs.replace(look, word=f"{look.word} ({more})") if more else look


def framework_look(evaluated: FrameworkResult) -> Look:
    """Outcome, class or label of a definition in words. A class that is awarded passes; a label that is no pass, and a sum,
    are shown as what they are."""
    framework = definitions.load().frameworks[evaluated.name]
    outcomes = looks().outcomes
    titles = {rank.id: rank.title for rank in (*framework.classes, *framework.labels)}
    if evaluated.outcome in titles:
        return msgspec.structs.replace(outcomes["pass"], word=titles[evaluated.outcome])
    if evaluated.outcome not in outcomes:
        return msgspec.structs.replace(outcomes["fail"], word=evaluated.outcome)
    look, class_ = outcomes[evaluated.outcome], evaluated.class_
    if not class_ or class_ == framework.none:
        return look
    if evaluated.outcome == "fail":
        look = outcomes["rated"]
    unsettled = ", not settled" if evaluated.outcome == "cannot-say" else ""
    return msgspec.structs.replace(look, word=titles.get(class_, class_) + unsettled)


def weakest_basis(found: Classification) -> str:
    """On whose word the licenses of the weights are known: that of the license known least well; ``none`` where there is none.

    A license that several sources bring in, the model and its base say, is known as well as the best of them knows it.
    """
    best: dict[str, str] = {}
    for row in found.licenses:
        if row.component == WEIGHTS:
            basis = "changed" if row.changed else str(row.basis) if row.basis in BASES else "name"
            best[row.id] = max(best.get(row.id, basis), basis, key=BASES.index)
    return min(best.values(), key=BASES.index, default="none")


def _placed(parts: Sequence[Part], style: Style) -> Iterator[Segment]:
    x = 0
    for text, color, glyph in parts:
        head = style.pad + (style.glyph + style.gap if glyph else 0)
        long = text_width(text, style.font)
        width = round(head + long + style.pad)
        yield Segment(text, color, glyph, x, width, x + style.pad, x + head, long)
        x += width + SEAM


def text_width(text: str, size: int) -> float:
    """How long a text is, in pixels, from the table of glyph widths."""
    table, other = widths()
    return round(sum(table.get(character, other) for character in text) * size / 1000, 1)
