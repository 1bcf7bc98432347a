"""The chain of a classification, to be followed by hand: fact → rule → finding → category, at any width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from openness.outputs.classification_text import place_of
from openness.outputs.wrapping import Style, plain, wrapped
from openness.records import Fact
from openness.verdict.classified import Classification

HOLDS = {True: "yes", False: "no", None: "open"}
MOST_FACTS = 6


def explanation(found: Classification, *, width: int = 80, style: Style = plain) -> str:
    """How the category of one model came about, step by step."""
    facts = {fact.id: fact for fact in found.evidence}
    result = found.result
    label = f" ({result.sub_label})" if result.sub_label else ""
    return "\n".join([
        style(f"{(result.category or result.status).upper()}{label}", "cyan") + f"  {found.model}",
        *wrapped(f"revision {found.revision or 'unknown'}, {found.url or 'no address'}", width, 2),
        "",
        *_licenses(found, facts, width),
        *_components(found, facts, width),
        *_dimensions(found, width),
        *_findings(found, facts, width),
        *_category(found, facts, width),
    ])  # fmt: skip


def _facts(ids: Iterable[str], facts: Mapping[str, Fact], width: int) -> Iterator[str]:
    known = [facts[id] for id in ids if id in facts]
    for fact in known[:MOST_FACTS]:
        yield from wrapped(f"fact  {fact.id}  ({fact.standing})", width, 6, hang=6)
        yield from wrapped(f"“{fact.quote}”", width, 12, hang=1)
        yield from wrapped(place_of(fact), width, 12)
    if len(known) > MOST_FACTS:
        yield f"      … and {len(known) - MOST_FACTS} more facts"


def _licenses(found: Classification, facts: Mapping[str, Fact], width: int) -> Iterator[str]:
    yield "1. What binds the weights"
    if not found.licenses:
        yield "  nothing that is known here"
    for license in found.licenses:
        by = "" if license.source == found.model else f", through {license.source}"
        yield from wrapped(f"rule  licenses/{license.id}: binds on the word of: {license.basis}{by}", width, 2, hang=6)
        ids = [id if id in facts else f"{id}@{license.source}" for id in license.evidence]
        yield from _facts(ids, facts, width)
    about = found.case.facts
    for name in ("terms", "limits"):
        if name in about:
            values = ", ".join(sorted(about[name].values)) or "none"
            yield from wrapped(f"gives {name}: {values}" + ("" if about[name].complete else " (more is possible)"), width, 2)
    yield ""


def _components(found: Classification, facts: Mapping[str, Fact], width: int) -> Iterator[str]:
    yield "2. What of the release can be had"
    for state in found.case.states.values():
        licenses = ", ".join(state.licenses) or f"license {state.license_class}"
        yield from wrapped(f"{state.component}: {state.availability} ({licenses})", width, 2)
        yield from _facts(state.evidence, facts, width)
    if found.case.searched:
        yield from wrapped(f"looked for and not found: {', '.join(sorted(found.case.searched))}", width, 2)
    yield ""


def _dimensions(found: Classification, width: int) -> Iterator[str]:
    yield "3. The four dimensions (rules/dimensions.yaml)"
    for name, rated in found.dimensions.items():
        yield from wrapped(f"rule  dimensions/{name}: {rated.level}, {rated.score} of 100: {rated.why}", width, 2, hang=6)
    yield ""


def _findings(found: Classification, facts: Mapping[str, Fact], width: int) -> Iterator[str]:
    if not found.findings:
        return
    yield "4. What else rules found"
    for finding in found.findings:
        yield from wrapped(f"rule  {finding.rule} ({finding.effect}): {finding.message}", width, 2, hang=6)
        yield from _facts(finding.evidence, facts, width)
    yield ""


def _category(found: Classification, facts: Mapping[str, Fact], width: int) -> Iterator[str]:
    yield "5. The category: the first row of rules/categories.yaml that holds"
    for row in found.result.considered:
        decides = row.id == found.result.decided_by
        why = f": {row.why}" if row.why else ""
        mark = "→" if decides else " "
        yield from wrapped(f"{mark} categories/{row.id}  {'decides' if decides else HOLDS[row.holds]}{why}", width, 2, hang=4)
        if decides:
            yield from _facts(row.evidence, facts, width)
    yield from wrapped(f"= {found.result.category or found.result.status}, because {found.result.why}", width, 2)
