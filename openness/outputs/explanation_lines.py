"""The lines of an explanation: a rule with what it says, the facts under it, and the uses; never wider than asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from openness.outputs.classification_text import place_of
from openness.outputs.text import COLORS, EFFECT_WORDS, WORDS
from openness.outputs.wrapping import LEAST_WIDTH, Style, wrapped
from openness.printable import printable
from openness.records import Fact, Reason, UseVerdict

MOST_FACTS = 6
#: Reasons that no license gives come from these rules.
OWN_RULES: Mapping[str, str] = {
    "CATEGORY": "categories.yaml",
    "NAME": "license-known",
    "STRENGTH": "evidence-strength",
    "EVIDENCE": "license-stated",
    "TERRITORY": "territory",
    "CONTRADICTION": "license-claims-agree",
    "IDENTITY": "identity-agrees",
    "BUILD": "build-read",
}


def lines_of(text: str, width: int, indent: int, hang: int = 2) -> Iterator[str]:
    """The lines of a paragraph without control characters; a word that fits no line, such as an address, is cut into several."""
    width = max(width, LEAST_WIDTH)
    for line in wrapped(printable(text, None), width, indent, hang):
        yield line[:width]
        rest, margin = line[width:], " " * (indent + hang)
        while rest:
            yield margin + rest[: width - len(margin)]
            rest = rest[width - len(margin) :]


def rule_line(rule: str, says: str, width: int) -> Iterator[str]:
    return lines_of(f"rule  {rule}: {says}", width, 2, hang=6)


def fact_lines(ids: Iterable[str], facts: Mapping[str, Fact], width: int) -> Iterator[str]:
    """Each fact with its id, who says so, its quote, and where it stands."""
    known = [facts[id] for id in dict.fromkeys(ids) if id in facts]
    for fact in known[:MOST_FACTS]:
        yield from lines_of(f"fact  {fact.id}  ({fact.standing})", width, 6, hang=6)
        yield from lines_of(f"“{fact.quote}”", width, 12, hang=1)
        yield from lines_of(place_of(fact), width, 12)
    if len(known) > MOST_FACTS:
        yield f"      … and {len(known) - MOST_FACTS} more facts"


def rule_of(reason: Reason) -> str:
    """Where the rule of a reason is written down."""
    if not reason.license:
        return OWN_RULES.get(reason.clause, reason.clause.lower())
    where = f" {reason.section}" if reason.section else ""
    return f"licenses/{reason.license}{where} ({reason.clause})"


def use_lines(use: UseVerdict, facts: Mapping[str, Fact], width: int, style: Style) -> Iterator[str]:
    """Every reason of a use with its rule and facts, then the verdict that they come to."""
    for reason in use.reasons:
        effect = EFFECT_WORDS.get(reason.effect, reason.effect)
        yield from rule_line(rule_of(reason), f"{effect}: {reason.summary}", width)
        if reason.quote:
            yield from lines_of(f"“{reason.quote}”", width, 12, hang=1)
        yield from fact_lines(reason.evidence, facts, width)
    for question in use.questions:
        yield from lines_of(f"asks  {question.text} {question.declare}", width, 2, hang=6)
    once = f"; answered in your favor: {use.once_answered}" if use.once_answered else ""
    for line in lines_of(f"= {use.use}: {WORDS[use.verdict].lower()}{once}", width, 2, hang=4):
        yield style(line, COLORS[use.verdict])
