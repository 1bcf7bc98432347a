"""docs/how-decided.md and docs/license-table.md, from the rules: how each category, level and criterion comes about, and what each
license means for each use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from openness.records import Permission, UseVerdict
from openness.rules import definitions, loader
from openness.rules.definitions import Criterion, Definitions, Dimension, Framework
from openness.verdict.stack import judge_license

SHORT: Mapping[Permission, str] = {
    Permission.PERMITTED: "✓",
    Permission.WITH_DUTIES: "☑",
    Permission.NEEDS_ANSWER: "?",
    Permission.UNKNOWN: "–",
    Permission.DENIED: "✕",
}


def decided_page() -> str:
    """How each category, sub-label, dimension and criterion is decided."""
    known = definitions.load()
    lines = [
        "# How everything is decided",
        "",
        "Made from `rules/` by `python docs/generate.py`. A condition is true, false or open; open never passes. The conditions are",
        "said in words here and written down in the files named.",
        "",
        "## Categories (`rules/categories.yaml`)",
        "The first row that holds decides. A row that nothing decides is passed over, unless it says otherwise.",
        "",
        "| row | category | because | holds when |",
        "|---|---|---|---|",
        *(
            f"| `{row.id}` | {'no category' if row.category == 'none' else row.category} | {row.why} | "
            f"{said(row.when, known) if row.when else 'always'}{'; also while open' if row.undecided == 'applies' else ''} |"
            for row in known.categories.order
        ),
        "",
        "### Sub-labels of source-available",
        "| sub-label | because | holds when |",
        "|---|---|---|",
        *(f"| `{row.id}` | {row.why} | {said(row.when, known) if row.when else 'else'} |" for row in known.categories.sub_labels),
        "",
        f"The G7 label beside a category is that of `{known.categories.g7.framework}`, below; an unverified model has none.",
        "",
        *_dimensions(known),
        *(line for framework in known.frameworks.values() for line in _framework(framework, known)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _dimensions(known: Definitions) -> Iterator[str]:
    rules = known.dimensions
    yield "## Dimensions (`rules/dimensions.yaml`)"
    yield "A level is *open* where its condition holds, else *partial* where that one holds, *closed* where it is known not to, and"
    yield "*unknown* while nothing decides. The score lies in the band of the level: 100 times the weighted mean of what each part is"
    yield "worth."
    yield ""
    worth = ", ".join(f"{name} {value:g}" for name, value in rules.values.items())
    factors = ", ".join(f"{name} {value:g}" for name, value in rules.license_factors.items())
    bands = ", ".join(f"{name} {low} to {high}" for name, (low, high) in rules.bands.items())
    yield f"Worth: {worth}. Times, for code, data and weights, the factor of their license: {factors}. Bands: {bands}."
    yield ""
    yield "| dimension | open when | else partial when | parts, with their weight |"
    yield "|---|---|---|---|"
    yield from (_dimension(row, known) for row in rules.dimensions)
    yield ""


def _dimension(row: Dimension, known: Definitions) -> str:
    parts = ", ".join(f"{_title(id, known)} {weight:g}" for id, weight in row.parts.items())
    return f"| {row.id} | {said(row.open, known)} | {said(row.partial, known)} | {parts} |"


def _framework(framework: Framework, known: Definitions) -> Iterator[str]:
    yield f"## {framework.id} (`rules/frameworks/{framework.id}.yaml`)"
    yield f"{framework.title}, {framework.publisher}, {framework.source.date}: <{framework.source.url}>."
    yield f"What we read into it, and where its own tool differs: [definitions.md](definitions.md#{framework.id.replace('.', '')})."
    yield ""
    yield "| criterion | role | passes when | fails when | else |"
    yield "|---|---|---|---|---|"
    yield from (_criterion(row, known) for row in framework.criteria)
    yield ""


def _criterion(row: Criterion, known: Definitions) -> str:
    passes = _levels(row, known) or said(row.passes, known)
    fails = said(row.fails, known) if row.fails is not None else "known not to pass"
    return f"| `{row.id}` {row.title} | {row.class_ or row.role} | {passes} | {fails} | {row.judge or 'cannot say'} |"


def _levels(row: Criterion, known: Definitions) -> str:
    """For the criteria that have levels: when each is reached."""
    found = [(name, said(condition, known)) for name, condition in (("open", row.open), ("partial", row.partial))]
    return "; ".join(f"*{name}* when {text}" for name, text in found if text != "never")


def said(condition: Mapping[str, Any], known: Definitions) -> str:
    """A condition in words; parts that have parts themselves stand in parentheses."""
    for form, word in (("all", " and "), ("any", " or ")):
        if form in condition:
            parts = [said(part, known) for part in condition[form]]
            nested = [f"({text})" if _joins(part) else text for part, text in zip(condition[form], parts, strict=True)]
            return word.join(nested) if nested else ("always" if form == "all" else "never")
    if "not" in condition:
        return f"not ({said(condition['not'], known)})"
    if "component" in condition:
        return _component(condition, known)
    if "dimension" in condition:
        return f"{condition['dimension']} is {_either(condition['level'])}"
    values = f"is {_either(condition['in'])}" if "in" in condition else f"is nothing but {', '.join(condition['only'])}"
    unstated = {"yes": " (or unstated)", "no": " (and stated)"}.get(condition.get("unstated", ""), "")
    return f"`{condition['fact']}` {values}{unstated}"


def _joins(condition: Mapping[str, Any]) -> bool:
    return any(len(condition.get(form, ())) > 1 for form in ("all", "any"))


def _component(condition: Mapping[str, Any], known: Definitions) -> str:
    title = _title(condition["component"], known)
    if "is" in condition:
        return f"{title}: {_either(condition['is'])}"
    if "license" in condition:
        words = ["given none" if word == "none" else f"under {word} terms" for word in condition["license"]]
        return f"{title}: {_either(words)}"
    return f"{title}: under a license of the list `{condition['license_in']}`"


def _title(id: str, known: Definitions) -> str:
    component = known.components.get(id)
    return component.title.lower() if component else f"`{id}`"


def _either(words: list[str]) -> str:
    return " or ".join(words)


def license_page() -> str:
    """What each license alone means for each use, with no fact declared."""
    rules = loader.load()
    uses = list(rules.vocabulary.uses)
    lines = [
        "# Licenses and uses",
        "",
        "Made from `rules/licenses/` by `python docs/generate.py`: what each license alone gives, while you have declared nothing. ✓ permitted,",
        "☑ permitted with duties, ? your answer decides (behind the arrow: what it becomes when answered in your favor), – cannot be said, ✕",
        "denied. `openness license show ID --use USE` gives the reasons, `--declare` answers. Not legal advice.",
        "",
        f"| license | category | {' | '.join(uses)} |",
        f"|---|---|{'---|' * len(uses)}",
    ]
    for id in rules.license_ids:
        cells = [_cell(judge_license(id, use, {}, rules)) for use in uses]
        lines.append(f"| {id} | {rules.license(id).category} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(verdict: UseVerdict) -> str:
    once = f" → {SHORT[verdict.once_answered]}" if verdict.once_answered else ""
    return f"{SHORT[verdict.verdict]}{once}"
