"""Clause detection measured on licenses that a person read: their texts are searched as if nobody knew them.

    python -m benchmarks.clauses                                   # both halves
    python -m benchmarks.clauses --half tuning --misses SCALE_THRESHOLD
    python -m benchmarks.clauses --half tuning --patterns          # right and wrong findings of each pattern

A kind of restriction is right in a text when the rules of that license (``rules/licenses/``, written from careful reading) hold
a clause of it. Recall: texts that hold it, on lines that the rules name, in which it is found (what stands only in a readme or a
linked policy cannot be found). Precision: texts in which it is found that hold it. ``certain``
counts only findings that may deny by themselves. The last table compares verdicts without any declared fact: what detection
alone denies against what the rules say; a false denial is a use that detection denies and the rules do not.

Texts come from a folder of <id>.txt (--license-texts). They are halved by a hash of the id: patterns are written while looking
at the ``tuning`` half; ``held-out`` is only measured (--misses and --patterns refuse it).
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from openness.evidence.clauses import ClausePatterns, DetectedClause, detect
from openness.evidence.license_text import clause_value, decode
from openness.packaged import packaged
from openness.records import Fact, Permission, Place, Standing
from openness.rules import loader
from openness.rules.loader import Ruleset
from openness.rules.model import Clause, License
from openness.rules.patterns import clause_patterns
from openness.verdict.detected import judge_detected
from openness.verdict.stack import judge_license

#: Beside the checkout, as for the tests.
SHARED = Path(__file__).parents[2] / "shared"
BAR = 0.9


class Kind(NamedTuple):
    """A kind of restriction: how the rules say it, and how detection does; texts with a clause of ``beside`` are left out."""

    name: str
    in_rules: Callable[[Clause], bool]
    detected: Callable[[DetectedClause], bool]
    beside: str = ""


def _simple(type: str) -> Kind:
    return Kind(type, lambda c: c.type == type, lambda c: c.type == type and c.restricts)


def _shows(clause: Clause) -> bool:
    return clause.type == "DISPLAY" or (clause.type == "SCALE_THRESHOLD" and clause.params.get("result") == "display")


def _study(allowed: Any) -> bool:
    return not {"personal", "commercial"} & set(allowed or ())


KINDS = [
    _simple("FIELD_LIMIT"),
    Kind(
        "- research only",
        lambda c: c.type == "FIELD_LIMIT" and _study(c.params.get("allowed")),
        lambda c: c.type == "FIELD_LIMIT" and _study(c.params.get("allowed")),
    ),
    *map(_simple, ("SCALE_THRESHOLD", "SERVICE_LIMIT", "REGISTRATION", "TERRITORY", "PLATFORM_TIE", "COMPETE")),
    Kind(
        "OUTPUT_TRAINING",
        lambda c: c.type == "OUTPUT_TRAINING" and c.params.get("policy") not in ("free", "display"),
        lambda c: c.type == "OUTPUT_TRAINING" and c.restricts,
    ),
    Kind(
        "- outputs denied",
        lambda c: c.type == "OUTPUT_TRAINING" and c.params.get("policy") in ("denied", "noncommercial", "noncompeting"),
        lambda c: c.type == "OUTPUT_TRAINING" and c.certain,
    ),
    Kind(
        "USE_POLICY",
        lambda c: c.type == "USE_POLICY" and c.params.get("form") != "law-only",
        lambda c: c.type == "USE_POLICY" and c.restricts,
    ),
    Kind(
        "no distribution",
        lambda c: c.type == "GRANT" and "distribute" not in c.params.get("rights", ()),
        lambda c: c.type == "GRANT" and c.restricts,
    ),
    _simple("NO_DERIVATIVES"),
    _simple("NAME_PREFIX"),
    Kind("DISPLAY", _shows, lambda c: c.type == "DISPLAY" or c.params.get("result") == "display"),
    Kind(
        "copyleft",
        lambda c: (c.type == "RELICENSE" and c.params.get("mode") == "same-license") or c.type == "SOURCE_OFFER",
        lambda c: c.type == "RELICENSE" and c.params.get("mode") == "same-license",
        "NO_DERIVATIVES",  # where no changed work may go out there is no copyleft
    ),
    _simple("FLOW_DOWN"),
    _simple("SAFETY_DUTY"),
]


class Text(NamedTuple):
    license: License
    found: tuple[DetectedClause, ...]


def texts(folder: Path, half: int, ruleset: Ruleset, patterns: ClausePatterns) -> Iterator[Text]:
    """The licenses of a half that were read whole and whose text is at hand."""
    for id in ruleset.license_ids:
        license, path = ruleset.license(id), folder / f"{id}.txt"
        if license.text.was_read and path.is_file() and int(hashlib.sha1(id.encode()).hexdigest()[0], 16) % 2 == half:
            yield Text(license, detect(decode(path.read_bytes()), patterns))


def report(half: str, every: list[Text], misses: str | None) -> None:
    print(f"\n{half}: {len(every)} texts")
    print(f"  {'kind':<18}{'texts':>6}{'found':>7}{'recall':>8}{'wrong':>7}{'precision':>11}   certain: recall precision")
    for kind in KINDS:
        all_texts = [text for text in every if kind.beside not in {clause.type for clause in text.license.clauses}]
        holds = {t.license.id for t in all_texts if any(map(kind.in_rules, t.license.clauses))}
        truth = {t.license.id for t in all_texts if any(kind.in_rules(c) and c.lines for c in t.license.clauses)}
        said = {t.license.id for t in all_texts if any(map(kind.detected, t.found))}
        sure = {t.license.id for t in all_texts if any(kind.detected(c) and c.certain for c in t.found)}
        low = "" if _share(truth & said, truth) >= BAR and _share(holds & said, said) >= BAR else "  <"
        print(
            f"  {kind.name:<18}{len(truth):>6}{len(truth & said):>7}{_share(truth & said, truth):>8.2f}{len(said - holds):>7}"
            f"{_share(holds & said, said):>11.2f}{_share(truth & sure, truth):>18.2f}{_share(holds & sure, sure):>10.2f}{low}"
        )
        if misses == kind.name:
            print(f"    missed: {sorted(truth - said)}")
            for text in all_texts:
                for clause in text.found if text.license.id in said - holds else ():
                    if kind.detected(clause):
                        print(
                            f"    wrong: {text.license.id}:{clause.line} {clause.pattern} certain={clause.certain} {clause.quote}"
                        )


def _share(part: set[str], whole: set[str]) -> float:
    return len(part) / len(whole) if whole else 1.0


def verdicts(half: str, all_texts: list[Text], ruleset: Ruleset, show: bool) -> None:
    """Denials by detection alone against the verdicts of the rules, without a declared fact."""
    counts: dict[str, Counter[str]] = {use: Counter() for use in ruleset.vocabulary.uses}
    for text in all_texts:
        fact = Fact("text", "license-text-clauses", (), "", Standing.TEXT, Place(text.license.id))
        values = [clause_value(clause) for clause in text.found]
        for use, count in counts.items():
            true = judge_license(text.license.id, use, {}, ruleset).verdict
            detected = judge_detected(values, "", fact, use, {}, ruleset)
            denied = detected.verdict is Permission.DENIED
            if denied and true is not Permission.DENIED:
                count["false"] += 1
                if show:
                    why = next(reason for reason in detected.reasons if reason.effect == "denied")
                    print(f"    false denial: {use} ({true}): {why.section} {why.clause} {why.quote}")
            elif true is Permission.DENIED:
                count["right" if denied else "missed" if detected.verdict.passes else "asked"] += 1
            elif true is Permission.NEEDS_ANSWER:
                count["question missed" if detected.verdict.passes else "question asked"] += 1
    print(f"\n{half}: denials by detection alone")
    print(f"  {'use':<24}{'right':>6}{'asked':>7}{'missed':>8}{'false':>7}    questions: {'asked':>5}{'missed':>8}")
    for use, count in counts.items():
        cells = f"{count['right']:>6}{count['asked']:>7}{count['missed']:>8}{count['false']:>7}"
        print(f"  {use:<24}{cells}{'':15}{count['question asked']:>5}{count['question missed']:>8}")


def by_pattern(all_texts: list[Text]) -> None:
    """Of each restricting pattern: texts whose rules hold a clause of its type, and others."""
    right, wrong = Counter[str](), Counter[str]()
    for text in all_texts:
        types = {clause.type for clause in text.license.clauses}
        for name, type in {(clause.pattern, clause.type) for clause in text.found if clause.restricts}:
            (right if type in types else wrong)[f"{type} {name}"] += 1
    for name in sorted(set(right) | set(wrong)):
        print(f"  {name:<50}{right[name]:>5} right{wrong[name]:>5} wrong")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--license-texts", type=Path, default=SHARED / "license-texts", help="folder of <id>.txt")
    parser.add_argument("--half", choices=["tuning", "held-out", "all"], default="all")
    parser.add_argument("--misses", metavar="KIND", help="show what is missed and wrong of one kind (tuning half)")
    parser.add_argument("--denials", action="store_true", help="show false denials (tuning half)")
    parser.add_argument("--patterns", action="store_true", help="count findings by pattern (tuning half)")
    options = parser.parse_args()
    if options.half != "tuning" and (options.misses or options.patterns or options.denials):
        parser.error("--misses, --patterns and --denials look at texts: use them with --half tuning only")
    ruleset = loader.load()
    patterns = ClausePatterns(clause_patterns(packaged("rules")))
    for number, half in enumerate(("tuning", "held-out")):
        if options.half in (half, "all"):
            found = list(texts(options.license_texts, number, ruleset, patterns))
            report(half, found, options.misses)
            verdicts(half, found, ruleset, options.denials)
            if options.patterns:
                by_pattern(found)


if __name__ == "__main__":
    main()
