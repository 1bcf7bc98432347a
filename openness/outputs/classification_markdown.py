"""A classification as Markdown, for an issue, a pull request or a page; whatever a model says of itself stays text."""

from __future__ import annotations

from collections.abc import Iterator

from openness.outputs.badge import category_look, framework_look
from openness.outputs.classification_text import place_of
from openness.outputs.looks import looks
from openness.outputs.markdown import text
from openness.verdict.classified import Classification

MOST_ROWS = 20
#: Kinds of models whose address is not a path of this machine.
ON_THE_WEB = ("hub-model", "github")
MOST_QUOTE = 300


def classification(found: Classification) -> str:
    """The result of one model, with a line feed at the end."""
    result = found.result
    pins = [
        f"revision {text(found.revision, 80)}" if found.revision else "",
        text(found.url, 300) if found.url and found.source in ON_THE_WEB else "",
    ]
    lines = [
        f"## {text(found.model)}",
        "",
        f"**{category_look(found).sign} {text(category_look(found).word)}**, because {text(result.why, 1000)}.",
        "",
        ", ".join(pin for pin in pins if pin) or "No revision is known.",
        "",
        *_dimensions(found),
        *_licenses(found),
        *_lineage(found),
        *_contradictions(found),
        *_definitions(found),
        *_changes(found),
        "Not legal advice.",
    ]
    return "\n".join(lines) + "\n"


def _dimensions(found: Classification) -> Iterator[str]:
    yield "| dimension | level | of 100 | why |"
    yield "|---|---|---|---|"
    for name, rated in found.dimensions.items():
        look = looks().levels[rated.level]
        yield f"| {name} | {look.sign} {look.word} | {rated.score} | {text(rated.why or 'nothing is stated', 500)} |"
    yield ""


def _licenses(found: Classification) -> Iterator[str]:
    yield "### Licenses of the weights"
    yield ""
    if not found.licenses:
        yield "None that is known."
    facts = {fact.id: fact for fact in found.evidence}
    for row in found.licenses[:MOST_ROWS]:
        inherited = "" if row.source in ("", found.model) else f", inherited from {text(row.source)}"
        changed = ", with changes" if row.changed else ""
        yield f"- {text(row.id)} (on the word of: {text(str(row.basis))}{changed}{inherited})"
        known = [facts.get(id) or facts.get(f"{id}@{row.source}") for id in row.evidence[:2]]
        yield from (f"  - “{text(fact.quote, MOST_QUOTE)}”, {text(place_of(fact), 300)}" for fact in known if fact)
    yield ""


def _lineage(found: Classification) -> Iterator[str]:
    if not found.lineage:
        return
    yield "### Lineage"
    yield ""
    yield "| model | made from | how | license of that | category |"
    yield "|---|---|---|---|---|"
    for entry in found.lineage[:MOST_ROWS]:
        license = text(" AND ".join(entry.license) or "not known", 300)
        parent = text(entry.parent or found.model)
        yield f"| {parent} | {text(entry.model)} | {text(entry.relation, 60)} | {license} | {text(entry.category or '')} |"
    yield ""


def _contradictions(found: Classification) -> Iterator[str]:
    if not found.contradictions:
        return
    yield "### Contradictions"
    yield ""
    facts = {fact.id: fact for fact in found.evidence}
    for row in found.contradictions[:MOST_ROWS]:
        settled = f"settled by {text(row.settled_by)}" if row.settled_by else "not settled"
        yield f"- about the {text(row.about)}, {settled}"
        known = [facts[id] for id in row.evidence if id in facts]
        yield from (f"  - “{text(fact.quote, MOST_QUOTE)}”, {text(place_of(fact), 300)}" for fact in known)
    yield ""


def _definitions(found: Classification) -> Iterator[str]:
    yield "| definition | result | would pass with |"
    yield "|---|---|---|"
    for name, evaluated in found.frameworks.items():
        look = framework_look(evaluated)
        yield f"| {name} | {look.sign} {text(look.word)} | {text('; '.join(evaluated.passes_if), 600)} |"
    yield ""


def _changes(found: Classification) -> Iterator[str]:
    if not found.would_change:
        return
    yield "### What would change this"
    yield ""
    yield from (f"- if {text(change.condition, 500)}: {text(change.then, 500)}" for change in found.would_change[:MOST_ROWS])
    yield ""
