"""What a card amounts to as a whole: a summary of the model, a guide to its use, an account of its training and evaluation.

A heading with nothing under it, or with the words of a template, counts for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from openness.evidence.card_lines import Line
from openness.evidence.card_links import ADDRESS
from openness.evidence.card_statements import compiled, says_something
from openness.evidence.card_words import CardWords

#: Figures in a section on evaluation that make it results.
LEAST_FIGURES = 6
#: A card is looked at so far for its topics.
MOST_LINES = 5000


class Amount(msgspec.Struct, frozen=True):
    """A component that the card as a whole makes up, with the line where it begins, and what was found in it."""

    component: str
    availability: str
    line: Line
    found: tuple[str, ...]


class Summary:
    """Counts, line by line, what is said of each topic."""

    def __init__(self, words: CardWords) -> None:
        self._words = words
        self._rules = words.summary
        self._length: dict[str, int] = {}
        self._figures: dict[str, int] = {}
        self._first: dict[str, Line] = {}
        self._settings: dict[str, Line] = {}
        self._topic: str | None = None
        self._level = 0
        self._lines = 0

    def heading(self, line: Line) -> None:
        """A heading opens its topic; one below it, in other words, stays within."""
        topic = self._words.topic(line.text)
        if topic is not None:
            self._topic, self._level = topic, line.level
            self._first.setdefault(topic, line)
        elif line.level <= self._level or self._topic is None:
            self._topic, self._level = None, line.level

    def line(self, line: Line) -> None:
        """Text counts for the open topic, and for a topic whose words it holds."""
        self._lines += 1
        if self._lines > MOST_LINES or not says_something(line.text, self._words):
            return
        topics = {self._topic} if self._topic else set()
        letters = len(ADDRESS.sub("", line.text).strip())  # a link alone tells nothing of a subject
        for row in self._rules.topics:
            if row.pattern and letters > 30 and compiled(row.pattern).search(line.text[:400]):
                topics.add(row.id)
        for topic in topics:
            self._first.setdefault(topic, line)
            self._length[topic] = self._length.get(topic, 0) + letters
            self._figures[topic] = self._figures.get(topic, 0) + len(re.findall(r"\d+(?:\.\d+)?", line.text)[:20])
        for setting in self._rules.settings if "training" in topics else ():
            if setting not in self._settings and compiled(setting).search(line.text[:400]):
                self._settings[setting] = line

    def amounts(self) -> Iterator[Amount]:
        """The components that what was counted makes up."""
        topics = [row.id for row in self._rules.topics if self._length.get(row.id, 0) >= self._rules.least]
        yield from self._by_count("model-card", topics, self._rules.model_card, [self._first[t] for t in topics])
        usage = [topic for topic in self._rules.usage if topic in topics]
        if usage:
            whole = len(usage) == len(self._rules.usage)
            yield Amount("usage-information", "published" if whole else "partial", self._first[usage[0]], tuple(usage))
        if self._figures.get("evaluation", 0) >= LEAST_FIGURES and "evaluation" in topics:
            yield Amount("evaluation-results", "published", self._first["evaluation"], ("evaluation",))
        if "training" in topics or len(self._settings) >= self._rules.recipe["published"]:
            yield from self._by_count("training-recipe", list(self._settings), self._rules.recipe, list(self._settings.values()))

    def _by_count(self, component: str, found: list[str], least: Mapping[str, int], lines: list[Line]) -> Iterator[Amount]:
        for availability in ("published", "partial"):
            if found and len(found) >= least.get(availability, 1 << 30):
                yield Amount(component, availability, min(lines, key=lambda line: line.number), tuple(found))
                return
