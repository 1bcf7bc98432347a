"""Altered licenses: a restriction hidden somewhere in a known text, or one word or number of it changed.

None of these may be called an unchanged copy. Which clause goes to which place is drawn from seeds, so the set stays the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .clauses import CLASSES, EDITS, ENGLISH, OTHER_LANGUAGES, SPLICES
from .items import Item, seeded
from .places import DISGUISES, END, PLACES
from .texts import COPYRIGHT_LINE, Corpus, Known, words_key

BASES = (
    "mit",
    "apache-2.0",
    "bsd-2-clause",
    "bsd-3-clause",
    "isc",
    "cc-by-4.0",
    "cc0-1.0",
    "mpl-2.0",
    "llama-3.1",
    "gemma-2025-03",
    "bigscience-openrail-m",
    "creativeml-openrail-m",
)


def _placed(base: Known, places_each: int) -> Iterator[tuple[str, str]]:
    """(name, text) of every clause at some places; each place is used about equally often."""
    english = [(f"{kind}-{at}/en", clause) for at, (kind, clause) in enumerate(ENGLISH)]
    others = [
        (f"{kind}/{code}", clause) for code, group in OTHER_LANGUAGES.items() for kind, clause in zip(CLASSES, group, strict=True)
    ]
    deck = list(PLACES)
    seeded(f"places of {base.id}").shuffle(deck)
    turn = 0
    for label, clause in [*english, *others]:
        for _ in range(places_each if label.endswith("/en") else max(1, places_each // 2)):
            place = deck[turn % len(deck)]
            turn += 1
            name = f"altered/{base.id}/{place}/{label}"
            yield name, PLACES[place](base.text, clause, seeded(name))


def _disguised(base: Known) -> Iterator[tuple[str, str]]:
    rng = seeded(f"disguises of {base.id}")
    places = [
        "append",
        "copyright-line",
        "html-comment",
        "html-attribute",
        "link-target",
        "brackets",
        "angles",
        "signature",
        "placeholder",
        "after-end",
    ]
    for label, disguise in DISGUISES.items():
        for place in rng.sample(places, 4):
            number = rng.randrange(len(ENGLISH))
            name = f"altered/{base.id}/{place}/{ENGLISH[number][0]}-{number}/{label}"
            yield name, PLACES[place](base.text, disguise(ENGLISH[number][1], seeded(name)), seeded(name))


def _closed(text: str) -> list[tuple[int, int]]:
    """Where an edit means nothing: copyright lines, and the appendix behind the end of the terms."""
    end = END.search(text)
    return [*(match.span() for match in COPYRIGHT_LINE.finditer(text)), (end.start() if end else len(text), len(text))]


def _edited(base: Known) -> Iterator[tuple[str, str]]:
    """One word changed at up to three places, words spliced in at up to two; copyright lines stay."""
    text, closed = base.text, _closed(base.text)
    changes = [(f"edit-{name}", pattern, new, False) for name, pattern, new in EDITS]
    changes += [(f"splice-{at}", pattern, new, True) for at, (pattern, new) in enumerate(SPLICES)]
    for label, pattern, new, behind in changes:
        spans = [m.span() for m in re.finditer(pattern, text) if not any(a <= m.start() < b for a, b in closed)]
        for a, b in seeded(f"{base.id} {label}").sample(spans, min(len(spans), 2 if behind else 3)):
            kind = "splice" if behind else "edit"
            yield f"altered/{base.id}/{kind}/{label}@{a}", text[: b if behind else a] + new + text[b:]


def altered(corpus: Corpus, chosen: list[tuple[str, Known]], places_each: int = 4) -> Iterator[Item]:
    """The altered set; a change that happens to give another known text is left out."""
    known_words = {words_key(known.text) for known in corpus.all()}
    first = {known.id: known for _, known in reversed(chosen)}
    for id in BASES:
        base = first.get(corpus.ids.id_of(id))
        if base is None:
            continue
        for name, text in [*_placed(base, places_each), *_disguised(base), *_edited(base)]:
            plain = name.split("/")[2] in ("edit", "splice")
            if not (plain and words_key(text) in known_words):
                yield Item(name, "altered", name.split("/")[2], text, (corpus.same_as(base.id),))
