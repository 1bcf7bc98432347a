"""Read ``openness.toml``: uses, declared facts, the evidence demanded for each use, and texts that a person confirmed.

Unknown keys are errors that name the nearest valid one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from openness.errors import UsageError
from openness.policy import clarify
from openness.printable import printable
from openness.records import Standing
from openness.rules.declared import parse
from openness.rules.loader import Ruleset
from openness.rules.model import FactSet

FILE_NAME = "openness.toml"
MAX_POLICY = 1 << 20
KEYS = ("use", "declare", "evidence", "clarify")
STRENGTHS = (Standing.METADATA, Standing.CARD, Standing.TEXT, Standing.WEIGHTS)


class Policy(msgspec.Struct, frozen=True):
    """What the user intends and demands. ``path`` is None when there is no policy file."""

    path: str | None = None
    uses: tuple[str, ...] = ()
    declared: FactSet = msgspec.field(default_factory=dict)
    evidence: Mapping[str, Standing] = msgspec.field(default_factory=dict)
    clarifications: tuple[clarify.Clarification, ...] = ()


def load(path: Path | None, ruleset: Ruleset) -> Policy:
    """The policy at ``path``, or ``openness.toml`` of the current folder, or an empty one when neither exists.

    Raises UsageError for a file that is missing although named, is not TOML, or has unknown keys or values.
    """
    chosen = path or Path(FILE_NAME)
    if path is None and not chosen.is_file():
        return Policy()
    try:
        with open(chosen, "rb") as file:
            data = tomllib.loads(file.read(MAX_POLICY).decode("utf-8"))
    except OSError as error:
        raise UsageError(f"The policy {printable(str(chosen))} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"The policy {printable(str(chosen))} is not valid TOML: {printable(str(error))}.") from None
    return _policy(str(chosen), data, ruleset)


def _policy(path: str, data: Mapping[str, Any], ruleset: Ruleset) -> Policy:
    clarify.known_keys(data, KEYS, path)
    uses = data.get("use", [])
    uses = [uses] if isinstance(uses, str) else uses
    declared = data.get("declare", {})
    if not isinstance(uses, list) or not isinstance(declared, dict):
        raise UsageError(f"{path}: use is a list of uses and [declare] a table of facts.")
    return Policy(
        path=path,
        uses=checked_uses([str(use) for use in uses], ruleset, f"{path}: use"),
        declared=parse(_pairs(declared), ruleset),
        evidence=_evidence(path, data.get("evidence", {}), ruleset),
        clarifications=clarify.parse(path, data.get("clarify", []), ruleset),
    )


def _pairs(declared: Mapping[str, Any]) -> Iterable[str]:
    for key, value in declared.items():
        words = ("yes" if value else "no") if isinstance(value, bool) else value
        yield f"{key}={','.join(map(str, words)) if isinstance(words, list) else words}"


def _evidence(path: str, table: Any, ruleset: Ruleset) -> dict[str, Standing]:
    if not isinstance(table, dict):
        raise UsageError(f'{path}: evidence is a table such as {{ product = "text" }}.')
    checked_uses(list(table), ruleset, f"{path}: evidence")
    words = [str(strength) for strength in STRENGTHS]
    for use, word in table.items():
        if word not in words:
            raise UsageError(f"{path}: evidence.{use} = {printable(str(word))} is not one of {', '.join(words)}.")
    return {use: Standing(word) for use, word in table.items()}


def checked_uses(uses: Iterable[str], ruleset: Ruleset, where: str = "--use") -> tuple[str, ...]:
    """The uses without repetition. Raises UsageError for one that does not exist, naming the nearest."""
    known = list(ruleset.vocabulary.uses)
    for use in uses:
        if use not in known:
            from rapidfuzz import process

            near = process.extractOne(use, known, score_cutoff=60)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}."
            raise UsageError(f"{where} {printable(use, 40)}: no such use; {hint}")
    return tuple(dict.fromkeys(uses))
