"""What a person reads of a classification: the category, the four dimensions, licenses, lineage, contradictions,
definitions, what would change it, and where everything stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from openness.outputs.wrapping import Style, plain, wrapped
from openness.records import Fact
from openness.verdict.classified import BoundLicense, Classification, LineageEntry

COLORS = {"fully-open": "green", "source-available": "cyan", "research-only": "yellow", "unverified": "red"}
LEVEL_COLORS = {"open": "green", "partial": "cyan", "closed": "yellow", "unknown": "red"}
#: How the terms of a base model are known, in words.
KNOWN_BY = {
    "evidence": "read",
    "table": "known from the table of released models",
    "own-publisher": "same publisher; covered by the license given here",
}
MOST_FINDINGS = 12
MOST_FACTS = 12


def classification(found: Classification, *, width: int = 80, style: Style = plain, verbose: bool = False) -> str:
    """The result of one model as text."""
    facts = {fact.id: fact for fact in found.evidence}
    lines = [
        *_head(found, width, style),
        *_dimensions(found, width, style),
        *_licenses(found, facts, width),
        *_lineage(found.model, found.lineage, width),
        *_contradictions(found, facts, width),
        *_definitions(found, width, style, verbose),
        *_changes(found, width),
        *_notes(found, width, verbose),
        *_evidence(found.evidence, width, verbose),
    ]
    return "\n".join(lines)


def _head(found: Classification, width: int, style: Style) -> Iterator[str]:
    result = found.result
    word = (result.category or result.status).upper()
    label = f" ({result.sub_label})" if result.sub_label else ""
    yield style(f"{word}{label}", COLORS.get(result.category or "", "yellow")) + f"  {found.model}"
    yield from wrapped(f"Because {result.why}.", width, 2, hang=0)
    pins = [f"revision {found.revision}" if found.revision else "", found.url or ""]
    yield from wrapped(", ".join(pin for pin in pins if pin) or "no revision known", width, 2)
    yield from wrapped(f"status: {result.status}; G7 label: {result.g7_label}", width, 2)
    yield ""


def _dimensions(found: Classification, width: int, style: Style) -> Iterator[str]:
    yield "Dimensions"
    for name, rated in found.dimensions.items():
        head = f"{name:<8} {rated.level:<8} {rated.score:>3}  "
        first, *rest = wrapped(rated.why or "nothing is stated", width - 2 - len(head), 0, hang=0)
        yield f"  {style(head, LEVEL_COLORS[rated.level])}{first}"
        yield from (" " * (2 + len(head)) + line for line in rest)
    yield ""


def _licenses(found: Classification, facts: Mapping[str, Fact], width: int) -> Iterator[str]:
    yield "Licenses of the weights"
    if not found.licenses:
        yield "  none that is known"
    for license in found.licenses:
        inherited = "" if license.source == found.model else f", inherited from {license.source}"
        changed = ", with changes" if license.changed else ""
        yield from wrapped(f"{license.id}  (on the word of: {license.basis}{changed}{inherited})", width, 2)
        yield from _places(license, facts, width)
    yield ""


def _places(license: BoundLicense, facts: Mapping[str, Fact], width: int) -> Iterator[str]:
    for id in license.evidence[:2]:
        fact = facts.get(id) or facts.get(f"{id}@{license.source}")
        if fact is not None:
            yield from wrapped(f"“{fact.quote}”  {place_of(fact)}", width, 6)


def place_of(fact: Fact) -> str:
    """Document, line and what pins it, in one phrase."""
    place = fact.place
    line = f", line {place.line}" if place.line else ""
    pins = [f"revision {place.revision[:12]}"] if place.revision else []
    pins += [f"sha256 {place.sha256[:12]}"] if place.sha256 else []
    scope = fact.id.partition("@")[2]
    where = f"{place.document} of {scope}" if scope else place.document
    return f"{where}{line}" + (f" ({', '.join(pins)})" if pins else "")


def _lineage(model: str, entries: Iterable[LineageEntry], width: int) -> Iterator[str]:
    rows = list(entries)
    if not rows:
        return
    yield "Lineage"
    yield f"  {model}"
    yield from _branch(model, rows, width, 1)
    yield ""


def _branch(parent: str, rows: list[LineageEntry], width: int, depth: int) -> Iterator[str]:
    for entry in (row for row in rows if row.parent.casefold() == parent.casefold()):
        license = " AND ".join(entry.license) or "terms not known"
        how = KNOWN_BY.get(entry.resolved or "", "not known")
        text = f"└─ {_relation(entry)} {entry.model}: {license}" + (f", {entry.category}" if entry.category else "") + f" ({how})"
        yield from wrapped(text, width, 2 + 2 * depth, hang=3)
        if depth < len(rows):
            yield from _branch(entry.model, rows, width, depth + 1)


def _relation(entry: LineageEntry) -> str:
    return "made from" if entry.relation == "unstated" else f"{entry.relation} of"


def _contradictions(found: Classification, facts: Mapping[str, Fact], width: int) -> Iterator[str]:
    if not found.contradictions:
        return
    yield "Contradictions"
    for contradiction in found.contradictions:
        settled = f"settled by {contradiction.settled_by}" if contradiction.settled_by else "not settled"
        yield from wrapped(f"! about the {contradiction.about}, {settled}", width, 2)
        for id in contradiction.evidence:
            fact = facts.get(id)
            if fact is not None:
                yield from wrapped(f"“{fact.quote}”  {place_of(fact)}", width, 6)
    yield ""


def _definitions(found: Classification, width: int, style: Style, verbose: bool) -> Iterator[str]:
    yield "Definitions"
    for name, evaluated in found.frameworks.items():
        counts = {word: sum(row.outcome == word for row in evaluated.criteria) for word in ("pass", "fail", "cannot-say")}
        told = f"{counts['pass']} pass, {counts['fail']} fail, {counts['cannot-say']} cannot say"
        class_ = f" {evaluated.class_}" if evaluated.class_ and evaluated.class_ != evaluated.outcome else ""
        yield from wrapped(f"{name:<18} {evaluated.outcome}{class_}  ({told})", width, 2)
        if evaluated.terms_only:
            yield from wrapped(f"would pass with {'; '.join(evaluated.passes_if)}", width, 6)
        for row in evaluated.criteria if verbose else ():
            yield from wrapped(f"{row.outcome:<10} {row.title}: {row.why}", width, 6, hang=11)
    yield ""


def _changes(found: Classification, width: int) -> Iterator[str]:
    if not found.would_change:
        return
    yield "What would change this"
    for change in found.would_change:
        yield from wrapped(f"- if {change.condition}: {change.then}", width, 2)
    yield ""


def _notes(found: Classification, width: int, verbose: bool) -> Iterator[str]:
    shown = found.findings if verbose else found.findings[:MOST_FINDINGS]
    lacking = [f"{absence.what}: {absence.reason}" for absence in found.absences]
    if not shown and not lacking:
        return
    yield "Notes"
    for finding in shown:
        yield from wrapped(f"- {finding.message}", width, 2)
    if len(shown) < len(found.findings):
        yield f"  … and {len(found.findings) - len(shown)} more (--verbose shows all)"
    if lacking:
        more = "" if verbose or len(lacking) <= MOST_FACTS else f" … and {len(lacking) - MOST_FACTS} more"
        listed = "; ".join(lacking if verbose else lacking[:MOST_FACTS])
        yield from wrapped(f"- Could not be read: {listed}{more}", width, 2)
    yield ""


def _evidence(facts: Iterable[Fact], width: int, verbose: bool) -> Iterator[str]:
    rows = list(facts)
    yield f"Evidence: {len(rows)} facts" + ("" if verbose else " (--verbose lists them, --format json has all)")
    for fact in rows if verbose else ():
        yield from wrapped(f"{fact.standing:<8}  {fact.quote}", width, 2, hang=10)
        yield from wrapped(place_of(fact), width, 12)
