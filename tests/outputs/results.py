"""Classifications to render: of the cases, and of made-up models with whatever strings a test wants in them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from openness.classifying import Classified, classify_all
from openness.records import Contradiction, Fact, Finding, Place, Standing
from openness.rules import loader
from openness.sources.endpoints import Access
from openness.sources.live import LiveSources
from openness.sources.model_reference import parse
from openness.verdict.classified import BoundLicense, Classification, LineageEntry

CASES = Path(__file__).parents[2] / "corpus" / "cases"
#: Strings that have broken something somewhere: markup, quotes, control characters, direction overrides, other formats' syntax.
HOSTILE = (
    "<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "javascript:alert(1)", "]](javascript:alert(1))", "![x](//evil.example/x.png)",
    "a|b\n| c |\n\n# head", "-->\n<!-- openness:end -->\n", "`x` ``` ~~~", "\u202egpj.exe", "\x00\x1b[31m\x07\x9b", "]]>&amp;&#60;", "x: y\n- &a *a !!python",
    "{{7*7}}${7*7}", "a" * 10_000, "https://evil.example www.evil.example @someone", "\ud800", "é中😀", "../../etc/passwd", "%00%0a", "''\"\"", "\ufeff\u2028\u2029",
)  # fmt: skip


@cache
def rules() -> loader.Ruleset:
    return loader.load()


def classified(path: Path) -> Classified:
    """The classification of a folder or an evidence file, offline."""
    with LiveSources(Access.from_environment({}, offline=True)) as live:
        return classify_all(parse(str(path)), live, rules())[0]


@cache
def case(name: str) -> Classification:
    return classified(CASES / name / "model").result


def case_names() -> list[str]:
    return sorted(path.name for path in CASES.iterdir() if path.is_dir())


def with_strings(text: str, name: str = "open-base") -> Classification:
    """A classification with ``text`` in every place where a string of others can stand."""
    found = case(name)
    place = Place(text, text, text, text, 1)
    fact = Fact(text, text, text, text, Standing.CARD, place)
    license = BoundLicense("weights", text, text, text, (text,), text)
    return msgspec.structs.replace(
        found,
        input=text,
        model=text,
        url=text,
        revision=text,
        licenses=(license, *found.licenses),
        lineage=(LineageEntry(text, text, (text, text), None, text, None),),
        contradictions=(Contradiction(text, (text,), text),),
        findings=(Finding(text, text, "info", text, (text,)),),
        evidence=(fact, *found.evidence),
    )


def json_like(value: Any) -> Any:
    return msgspec.to_builtins(value)
