"""What a person reads of an audit: the verdict first, then why, what to do, what is asked, and the evidence.

Nothing depends on color; lines are wrapped to the width given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from openness.outputs.wrapping import Style, plain, wrapped
from openness.records import AuditResult, BuildIdentity, Fact, Permission, Reason, UseVerdict

WORDS = {
    Permission.PERMITTED: "PERMITTED",
    Permission.WITH_DUTIES: "PERMITTED, WITH DUTIES",
    Permission.NEEDS_ANSWER: "CANNOT SAY YET: YOUR ANSWER DECIDES",
    Permission.UNKNOWN: "CANNOT SAY",
    Permission.DENIED: "DENIED",
}
COLORS = {
    Permission.PERMITTED: "green",
    Permission.WITH_DUTIES: "green",
    Permission.NEEDS_ANSWER: "yellow",
    Permission.UNKNOWN: "yellow",
    Permission.DENIED: "red",
}
EFFECT_WORDS = {
    "grants": "grants",
    "denied": "denies",
    "unknown": "leaves open",
    "asks": "asks",
    "duty": "allows, with a duty",
}
MAX_REASONS = 6
MAX_EVIDENCE = 12


def audit(result: AuditResult, *, width: int = 80, style: Style = plain, verbose: bool = False) -> str:
    """The result of one build as text."""
    lines: list[str] = []
    for use in result.uses:
        lines += _verdict_lines(use, width, style, verbose)
    lines += _about(result, width, verbose)
    return "\n".join(lines)


def use_verdicts(uses: Iterable[UseVerdict], *, width: int = 80, style: Style = plain, verbose: bool = False) -> str:
    """Verdicts without a build, as ``license show`` prints them."""
    return "\n".join(line for use in uses for line in _verdict_lines(use, width, style, verbose)).rstrip()


def _verdict_lines(use: UseVerdict, width: int, style: Style, verbose: bool) -> Iterator[str]:
    yield style(f"{WORDS[use.verdict]}  for {use.use}", COLORS[use.verdict])
    deciding = [r for r in use.reasons if r.effect != "duty" or verbose]
    if deciding:
        yield "  Why"
        deciding = _merged(deciding)
        shown = deciding if verbose else deciding[:MAX_REASONS]
        for reason in shown:
            yield from _reason(reason, width)
        if len(shown) < len(deciding):
            yield f"    … and {len(deciding) - len(shown)} more (--verbose shows all)"
    if use.questions:
        yield "  Answer these" + (f" (in your favor: {use.once_answered})" if use.once_answered else "")
        for question in use.questions:
            yield from wrapped(f"? {question.text}", width, 4)
            lines = question.declare.splitlines()
            if len(lines) > 1:  # lines of a file, to be copied as they are
                yield from (f"      {line}" for line in lines)
            elif lines:
                yield from wrapped(lines[0], width, 6)
    if use.duties and use.verdict is not Permission.DENIED:
        yield "  What you have to do" if use.verdict.passes else "  What you would have to do"
        for text, licenses in _grouped((duty.text, duty.id.partition("/")[0]) for duty in use.duties):
            yield from wrapped(f"[ ] {text}  ({licenses})", width, 4, hang=4)
    yield ""


def _grouped(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Equal texts of several licenses once, with the licenses named together."""
    groups: dict[str, list[str]] = {}
    for text, license in pairs:
        groups.setdefault(text, []).append(license)
    return ((text, ", ".join(dict.fromkeys(licenses))) for text, licenses in groups.items())


def _merged(reasons: list[Reason]) -> list[Reason]:
    """Reasons that several members of a family share word for word, once, under all their names."""
    groups: dict[tuple[str, ...], list[Reason]] = {}
    for reason in reasons:
        groups.setdefault((reason.section, reason.clause, reason.effect, reason.summary, reason.quote), []).append(reason)
    return [
        msgspec.structs.replace(group[0], license=", ".join(dict.fromkeys(r.license for r in group))) for group in groups.values()
    ]


def _reason(reason: Reason, width: int) -> Iterator[str]:
    where = " ".join(part for part in (reason.license, reason.section) if part)
    head = f"{where} {EFFECT_WORDS.get(reason.effect, reason.effect)}: " if where else ""
    yield from wrapped(f"- {head}{reason.summary}", width, 4)
    if reason.quote:
        yield from wrapped(f"“{reason.quote}”", width, 6)


def _about(result: AuditResult, width: int, verbose: bool) -> Iterator[str]:
    build = result.build
    yield "About the file"
    yield from wrapped(build.path, width, 2)
    types = ", ".join(f"{count} {name}" for name, count in sorted(build.tensor_types.items(), key=lambda t: -t[1]))
    parts = [build.format, build.architecture or "", f"{build.size:,} bytes", types]
    yield from wrapped(", ".join(part for part in parts if part), width, 2)
    yield f"  sha256 {build.sha256}" if build.sha256 else "  not hashed"
    if result.build.role != "model":
        yield f"  role: {result.build.role}"
    for file in result.build.files:
        yield from wrapped(f"part {file.path}, {file.size:,} bytes", width, 2)
    if result.identity.basis != "none":
        yield from wrapped(identity_line(result.identity), width, 2)
    strength = result.strength or "none"
    licenses = ", ".join(result.licenses) or "none identified"
    yield from wrapped(f"licenses: {licenses}; category: {result.category}; evidence strength: {strength}", width, 2)
    if result.evidence:
        yield "Evidence"
        shown = result.evidence if verbose else result.evidence[:MAX_EVIDENCE]
        for fact in shown:
            yield from _fact(fact, width)
        if len(shown) < len(result.evidence):
            yield f"  … and {len(result.evidence) - len(shown)} more (--verbose shows all)"
    if result.findings:
        yield "Notes"
        for finding in result.findings:
            yield from wrapped(f"- {finding.message}", width, 2)


def identity_line(identity: BuildIdentity) -> str:
    """What the build is, and how that is known."""
    equal = "" if identity.equal_fraction is None else f", {identity.equal_fraction:.1%} of values equal"
    match identity.basis:
        case "sha256":
            return f"is a file of {identity.model}, by its sha256"
        case "weights":
            return f"is {identity.model} by its weights ({identity.match}{equal})"
        case "family":
            return f"is shaped like {' or '.join(identity.families)} (family, never a permission)"
        case "user":
            return f"said to be {identity.model}, by you"
        case "metadata":
            return f"said to be {identity.model}, by its metadata or folder"
        case _:
            return "not identified"


def _fact(fact: Fact, width: int) -> Iterator[str]:
    place = fact.place.document + (f", line {fact.place.line}" if fact.place.line else "")
    yield from wrapped(f"{fact.standing:<8}  {fact.quote}", width, 2, hang=10)
    pins = [f"revision {fact.place.revision}"] if fact.place.revision else []
    pins += [f"sha256 {fact.place.sha256[:16]}…"] if fact.place.sha256 else []
    yield from wrapped(", ".join([place, *pins]), width, 12)
