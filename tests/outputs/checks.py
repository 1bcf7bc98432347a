"""Check results for tests of their renderings, made of the records themselves."""

from __future__ import annotations

from openness.errors import ExitCode
from openness.policy.checked import CheckedReference, CheckResult, Hit, Notice, Settled, Step
from openness.records import Permission, Place
from openness.refs.records import Reference

CHAIN = (
    Step("card", "license: gemma", Place("README.md", "https://hub.example/big lab/one", "abc", "ab" * 32, 3)),
    Step("license", "LicenseRef-gemma, by its text", Place("LICENSE", None, "abc", "cd" * 32, None)),
    Step("clause", "no military use", Place("gemma 3.2")),
)
SETTLED = Settled("exception", "openness.toml:9", "signed agreement", "2027-01-01")


def reference(
    model: str = "big-lab/one", file: str = "a.py", line: int = 3, column: int = 5, text: str = "big-lab/one"
) -> Reference:
    return Reference("model", model, None, None, "python", file, line, column, "high", f"pkg:huggingface/{model}", text)


def hit(
    rule: str = "denied-use", *, settled: Settled | None = None, message: str = "gemma 3.2 denies the use.", fix: str = ""
) -> Hit:
    return Hit(
        rule, "error", Permission.DENIED, ExitCode.DENIED, message, "openness.toml:1", fix or "Use another.", CHAIN, settled
    )


def doubt() -> Hit:
    return Hit("unverified", "warning", Permission.UNKNOWN, ExitCode.CANNOT_SAY, "The terms are not certain.", None, "Ask.")


def checked(*hits: Hit, source: str = 'M = "big-lab/one"', at: Reference | None = None) -> CheckedReference:
    first = hits[0] if hits else None
    return CheckedReference(
        at or reference(),
        first.verdict if first else Permission.PERMITTED,
        first.rule if first else None,
        first.policy_line if first else None,
        first.message if first else "It may be used.",
        first.severity if first else None,
        first.fix if first else "",
        first.chain if first else (),
        first.settled if first else None,
        hits,
        source,
        "source-available",
        ("gemma",),
    )


def result(*references: CheckedReference, notices: tuple[Notice, ...] = ()) -> CheckResult:
    return CheckResult(references, notices, (), (), "openness.toml", "openness.lock", "r1", 1)
