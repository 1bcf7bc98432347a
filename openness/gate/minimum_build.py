"""Refuses a llama.cpp that is too old to be given a stranger's file (``rules/identity/runners.yaml``)."""

from __future__ import annotations

import re
from functools import cache

import msgspec

from openness.errors import RunnerError
from openness.packaged import quick_data

#: ``b8146``, ``8146 (abc)``, ``version: 8146``; xllamacpp says ``2026.10.11549``.
_BUILD = re.compile(r"(?:\d{4}\.\d{1,2}\.|\bb)?(\d{4,6})(?=[\s(-]|$)", re.ASCII)


class Fault(msgspec.Struct, frozen=True):
    id: str
    fixed: int
    what: str
    source: str


class Runners(msgspec.Struct, frozen=True):
    llama_cpp: list[Fault]


@cache
def faults() -> list[Fault]:
    """What older builds get wrong, the newest fix first."""
    return sorted(msgspec.convert(quick_data("rules/identity/runners.yaml"), Runners).llama_cpp, key=lambda f: -f.fixed)


def build_number(version: str) -> int | None:
    """The number of the llama.cpp build that a runner's version states; None where it states none."""
    found = _BUILD.search(version.strip())
    return int(found[1]) if found else None


def check(name: str, version: str) -> None:
    """Raises RunnerError for a build that is older than the newest fix, or whose age is not known."""
    newest = faults()[0]
    number = build_number(version)
    advice = "update it, or use the bundled one (pip install --upgrade xllamacpp)"
    if number is None:
        what = f"does not say which build of llama.cpp it is ({version}), and builds before b{newest.fixed} are not started"
        raise RunnerError(f"the runner {name} {what}, because of {newest.id}: {advice}", code="runner-too-old")
    if number < newest.fixed:
        why = "; ".join(f"{fault.id}: {fault.what}" for fault in faults() if number < fault.fixed)
        raise RunnerError(
            f"the runner {name} is llama.cpp b{number}, older than b{newest.fixed}, and a hostile file can attack it ({why}): "
            f"{advice}",
            code="runner-too-old",
        )
