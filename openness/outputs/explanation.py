"""The chain of a classification or an audit, to be followed by hand: fact → rule → finding → verdict, at any width."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from openness.outputs.explanation_lines import fact_lines, lines_of, rule_line, use_lines
from openness.outputs.text import identity_line
from openness.outputs.wrapping import Style, plain
from openness.printable import printable
from openness.records import AuditResult, Fact, Finding, UseVerdict
from openness.verdict.classified import Classification

HOLDS = {True: "yes", False: "no", None: "open"}


def explanation(found: Classification, uses: Sequence[UseVerdict] = (), *, width: int = 80, style: Style = plain) -> str:
    """How the category of one model came about, and the verdict of each use, step by step."""
    facts = _facts(found)
    result = found.result
    label = f" ({result.sub_label})" if result.sub_label else ""
    return "\n".join([
        *_titled(style(f"{(result.category or result.status).upper()}{label}", "cyan"), found.model, width),
        *lines_of(f"revision {found.revision or 'unknown'}, {found.url or 'no address'}", width, 2),
        "",
        *_licenses(found, facts, width),
        *_components(found, facts, width),
        *_dimensions(found, width),
        *_findings("4. What else rules found", found.findings, facts, width),
        *_category(found, facts, width),
        *_uses("6", uses, facts, width, style),
    ])  # fmt: skip


def build_explanation(found: AuditResult, *, width: int = 80, style: Style = plain) -> str:
    """How the verdict on one build came about, step by step."""
    facts = {fact.id: fact for fact in found.evidence}
    build = found.build
    about = ", ".join(part for part in (build.format, build.architecture or "", f"{build.size:,} bytes") if part)
    return "\n".join([
        *_titled(style(str(found.verdict).upper(), "cyan"), build.path, width),
        *lines_of(f"{about}; {identity_line(found.identity)}", width, 2),
        "",
        "1. What is said of it",
        *fact_lines_of_all(found.evidence, width),
        "",
        "2. What binds",
        *_bound(found, width),
        "",
        *_findings("3. What rules found", found.findings, facts, width),
        *_uses("4", found.uses, facts, width, style),
        *lines_of(f"= {found.verdict} for all of them; category {found.category}", width, 2),
    ])  # fmt: skip


def fact_lines_of_all(facts: Sequence[Fact], width: int) -> Iterator[str]:
    """Every fact; a build has few."""
    for fact in facts:
        yield from fact_lines([fact.id], {fact.id: fact}, width)
    if not facts:
        yield "  nothing"


def _titled(word: str, name: str, width: int) -> Iterator[str]:
    """The verdict, and the name on its own lines where it does not fit behind it."""
    shown = printable(name, None)
    if len(word) + 2 + len(shown) <= width:
        yield f"{word}  {shown}"
        return
    yield word
    yield from lines_of(name, width, 2, hang=0)


def _bound(found: AuditResult, width: int) -> Iterator[str]:
    for id in found.licenses:
        yield from rule_line(f"licenses/{id}", f"binds; strength of the evidence: {found.strength or 'none'}", width)
    if not found.licenses:
        yield "  no license that is known here"
    for contradiction in found.contradictions:
        settled = f"settled by {contradiction.settled_by}" if contradiction.settled_by else "not settled"
        yield from lines_of(f"!  contradiction about the {contradiction.about}, {settled}", width, 2)


def _uses(number: str, uses: Sequence[UseVerdict], facts: Mapping[str, Fact], width: int, style: Style) -> Iterator[str]:
    if not uses:
        return
    yield ""
    yield f"{number}. What that means for each use (rules/clauses.yaml)"
    for use in uses:
        yield from use_lines(use, facts, width, style)


def _facts(found: Classification) -> dict[str, Fact]:
    """Facts by id; those of another repository also under the plain id by which its licenses cite them."""
    facts = {fact.id: fact for fact in found.evidence}
    for license in found.licenses:
        for id in license.evidence:
            other = facts.get(f"{id}@{license.source}")
            if id not in facts and other is not None:
                facts[id] = other
    return facts


def _licenses(found: Classification, facts: Mapping[str, Fact], width: int) -> Iterator[str]:
    yield "1. What binds the weights"
    if not found.licenses:
        yield "  nothing that is known here"
    for license in found.licenses:
        by = "" if license.source == found.model else f", through {license.source}"
        yield from rule_line(f"licenses/{license.id}", f"binds on the word of: {license.basis}{by}", width)
        yield from fact_lines(license.evidence, facts, width)
    about = found.case.facts
    for name in ("terms", "limits"):
        if name in about:
            values = ", ".join(sorted(about[name].values)) or "none"
            yield from lines_of(f"gives {name}: {values}" + ("" if about[name].complete else " (more is possible)"), width, 2)
    yield ""


def _components(found: Classification, facts: Mapping[str, Fact], width: int) -> Iterator[str]:
    yield "2. What of the release can be had"
    for state in found.case.states.values():
        licenses = ", ".join(state.licenses) or f"license {state.license_class}"
        yield from lines_of(f"{state.component}: {state.availability} ({licenses})", width, 2)
        yield from fact_lines(state.evidence, facts, width)
    if found.case.searched:
        yield from lines_of(f"looked for and not found: {', '.join(sorted(found.case.searched))}", width, 2)
    yield ""


def _dimensions(found: Classification, width: int) -> Iterator[str]:
    yield "3. The four dimensions (rules/dimensions.yaml)"
    for name, rated in found.dimensions.items():
        yield from rule_line(f"dimensions/{name}", f"{rated.level}, {rated.score} of 100: {rated.why}", width)
    yield ""


def _findings(title: str, findings: Sequence[Finding], facts: Mapping[str, Fact], width: int) -> Iterator[str]:
    if not findings:
        return
    yield title
    for finding in findings:
        yield from rule_line(f"{finding.rule} ({finding.effect})", finding.message, width)
        yield from fact_lines(finding.evidence, facts, width)
    yield ""


def _category(found: Classification, facts: Mapping[str, Fact], width: int) -> Iterator[str]:
    yield "5. The category: the first row of rules/categories.yaml that holds"
    for row in found.result.considered:
        decides = row.id == found.result.decided_by
        why = f": {row.why}" if row.why else ""
        mark = "→" if decides else " "
        yield from lines_of(f"{mark} categories/{row.id}  {'decides' if decides else HOLDS[row.holds]}{why}", width, 2, hang=4)
        if decides:
            yield from fact_lines(row.evidence, facts, width)
    yield from lines_of(f"= {found.result.category or found.result.status}, because {found.result.why}", width, 2)
