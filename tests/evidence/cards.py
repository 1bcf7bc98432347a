"""Reading cards in tests: through the packaged rules, as a model of ``somelab/Falcor-7B``."""

from __future__ import annotations

from functools import cache

from openness.evidence import card, model_card
from openness.evidence.card_links import Owner
from openness.evidence.model_repository import Reader
from openness.knowledge import reader
from openness.records import Fact, Finding
from openness.rules import loader
from openness.sources.snapshot import document

OWNER = Owner("somelab", "Falcor-7B")


@cache
def packaged() -> Reader:
    return reader(loader.load())


def front(text: str | bytes) -> tuple[dict[str, list[object]], list[Finding]]:
    """The claims of a card's front matter with their values, and its findings."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    facts, findings = card.facts_of(document("README.md", "card", data), further=True)
    found: dict[str, list[object]] = {}
    for fact in facts:
        found.setdefault(fact.claim, []).append(fact.value)
    return found, findings


def prose(text: str, owner: Owner = OWNER) -> list[Fact]:
    """The facts of a card's prose."""
    rules = packaged()
    return model_card.facts_of(
        document("README.md", "card", text.encode("utf-8", "surrogatepass")), rules.words, owner, rules.names
    )


def claims(text: str, owner: Owner = OWNER) -> list[tuple[str, object]]:
    """Claims that are no components, in order: ``("license", "MIT")``."""
    return [(fact.claim, fact.value) for fact in prose(text, owner) if not fact.claim.startswith("component:")]


def components(text: str, owner: Owner = OWNER) -> dict[str, str]:
    """Components with the most open availability that was stated."""
    order = ["withheld", "described", "partial", "published"]
    found: dict[str, str] = {}
    for fact in prose(text, owner):
        if fact.claim.startswith("component:"):
            id = fact.claim.removeprefix("component:")
            found[id] = max((found.get(id, "withheld"), fact.value["availability"]), key=order.index)
    return found
