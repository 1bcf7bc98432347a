"""What a policy states, as written and with the line of each part. Keys and types are checked here; whether the names in it
(uses, licenses, categories) exist is checked by :mod:`openness.policy.names`, which needs the rules.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from openness.policy import document
from openness.policy.document import Cursor, PolicyDocument

KEYS = (
    "use", "declare", "allow", "unverified", "api_models", "evidence", "exceptions", "clarify", "baseline", "datasets",
    "check", "lock",
)  # fmt: skip
ALLOW_KEYS = ("categories", "licenses", "sub_labels", "unverified", "api_models")
EXCEPTION_KEYS = ("model", "allow", "reason", "until")
BASELINE_KEYS = ("file", "model", "rule", "reason")
CHECK_KEYS = ("exclude", "confidence", "pinned")
LOCK_KEYS = ("max_age_days",)
DATASET_KEYS = ("licenses",)
UNVERIFIED = ("deny", "warn")
API_MODELS = ("allow", "deny")
CONFIDENCES = ("low", "medium", "high")
PINNED = ("advise", "require")
STRENGTHS = ("metadata", "card", "text", "weights")
#: What a person does with a model at the least; taken where the policy states no use.
DEFAULT_USE = "internal"
_PURLS = ("pkg:huggingface/", "pkg:docker/", "pkg:generic/")


class Placed(msgspec.Struct, frozen=True):
    """A part of the policy with its place, whose line is only worked out when a message needs it."""

    place: Cursor | None

    @property
    def where(self) -> str:
        """``openness.toml:12``; empty for what stands in no policy."""
        return self.place.where if self.place is not None else ""


class Word(Placed, frozen=True):
    """One word or text of the policy."""

    text: str


class Excepted(Placed, frozen=True):
    """One ``[[exceptions]]`` table: what a model may do, or have, although the policy does not allow it.

    ``model`` is a glob on the name, with ``@revision`` for one revision alone; ``allow`` are uses, licenses, categories,
    sub-labels or rules of check; ``until`` is the last day on which it counts.
    """

    number: int
    model: str
    allow: tuple[Word, ...]
    reason: str
    until: datetime.date | None = None

    def fits(self, model: str, revision: str | None) -> bool:
        name = f"{model}@{revision}" if "@" in self.model else model
        return fnmatchcase(name.casefold(), self.model.casefold())

    def expired(self, today: datetime.date) -> bool:
        return self.until is not None and today > self.until


class Known(Placed, frozen=True):
    """One ``[[baseline]]`` table: a violation that was there when the check was adopted."""

    file: str
    model: str
    rule: str
    reason: str = ""


class Stated(msgspec.Struct, frozen=True, dict=True):
    """The policy as written; everything empty when there is none. ``None`` for a list means: any.

    ``declare`` are ``KEY=VALUE`` with their places, ``clarify`` the tables as they are.
    """

    document: PolicyDocument | None = None
    uses: tuple[Word, ...] = ()
    declare: tuple[Word, ...] = ()
    evidence: Mapping[str, Word] = msgspec.field(default_factory=dict)
    categories: tuple[Word, ...] | None = None
    licenses: tuple[Word, ...] | None = None
    sub_labels: tuple[Word, ...] | None = None
    dataset_licenses: tuple[Word, ...] | None = None
    unverified: Word | None = None
    api_models: Word | None = None
    exceptions: tuple[Excepted, ...] = ()
    clarify: tuple[Cursor, ...] = ()
    baseline: tuple[Known, ...] = ()
    exclude: tuple[Word, ...] = ()
    confidence: str = CONFIDENCES[0]
    pinned: Word | None = None
    max_age: Word | None = None

    @property
    def path(self) -> str | None:
        return self.document.shown if self.document else None

    @property
    def data(self) -> Mapping[str, Any]:
        return self.document.data if self.document else {}

    @cached_property
    def names_digest(self) -> str:
        """Changes with the names in the policy that only the rules can check, and with nothing else."""
        words = {
            "use": self.uses,
            "declare": self.declare,
            "categories": self.categories or (),
            "licenses": self.licenses or (),
            "sub_labels": self.sub_labels or (),
            "datasets": self.dataset_licenses or (),
            "excepted": [word for one in self.exceptions for word in one.allow],
        }
        names = {key: sorted({word.text for word in found}) for key, found in words.items()}
        return hashlib.sha256(_plain([names, sorted(self.evidence), self.clarify_digest])).hexdigest()

    @cached_property
    def clarify_digest(self) -> str | None:
        return hashlib.sha256(_plain([one.value for one in self.clarify])).hexdigest() if self.clarify else None

    @property
    def max_age_days(self) -> int | None:
        return int(self.max_age.text) if self.max_age else None


def _plain(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, default=str, ensure_ascii=False).encode()


def load(path: Path | None) -> Stated:
    """The policy at ``path``, or the nearest one, or an empty one. Raises UsageError, naming file and line."""
    chosen = path or document.find(Path())
    return Stated() if chosen is None else stated(document.read(chosen))


def stated(read: PolicyDocument) -> Stated:
    """The policy of a document. Raises UsageError for an unknown key or a wrong type."""
    top = read.top.table(KEYS)
    allow, check, lock, datasets = (
        _table(top, key, keys)
        for key, keys in (("allow", ALLOW_KEYS), ("check", CHECK_KEYS), ("lock", LOCK_KEYS), ("datasets", DATASET_KEYS))
    )
    exclude, confidence, pinned = (check.get(key) if check else None for key in CHECK_KEYS)
    age = lock.get("max_age_days") if lock else None
    return Stated(
        document=read,
        uses=_words(top.get("use")) or (),
        declare=_declare(top.get("declare")),
        evidence=_evidence(top.get("evidence")),
        categories=_words(allow.get("categories") if allow else None),
        licenses=_words(allow.get("licenses") if allow else None),
        sub_labels=_words(allow.get("sub_labels") if allow else None),
        dataset_licenses=_words(datasets.get("licenses") if datasets else None),
        unverified=_once(top, allow, "unverified", UNVERIFIED),
        api_models=_once(top, allow, "api_models", API_MODELS),
        exceptions=tuple(_exception(each, number) for number, each in enumerate(_tables(top, "exceptions"), 1)),
        clarify=tuple(_tables(top, "clarify")),
        baseline=tuple(_baseline(each) for each in _tables(top, "baseline")),
        exclude=_words(exclude) or (),
        confidence=confidence.choice(CONFIDENCES) if confidence else CONFIDENCES[0],
        pinned=Word(pinned, pinned.choice(PINNED)) if pinned else None,
        max_age=Word(age, str(age.number(1))) if age else None,
    )


def _table(top: Cursor, key: str, keys: tuple[str, ...]) -> Cursor | None:
    found = top.get(key)
    return found.table(keys) if found else None


def _tables(top: Cursor, key: str) -> list[Cursor]:
    found = top.get(key)
    return found.tables() if found else []


def _words(found: Cursor | None) -> tuple[Word, ...] | None:
    return None if found is None else tuple(Word(each, each.text()) for each in found.texts())


def _once(top: Cursor, allow: Cursor | None, key: str, words: tuple[str, ...]) -> Word | None:
    """A choice that may stand at the top or under [allow], not in both with different values."""
    found = [place for place in (top.get(key), allow.get(key) if allow else None) if place is not None]
    values = {place.choice(words) for place in found}
    if len(values) > 1:
        raise found[1].wrong(f"says otherwise than {found[0].where}; keep one of them.")
    return Word(found[0], found[0].value) if found else None


def _declare(found: Cursor | None) -> tuple[Word, ...]:
    pairs = []
    for key in found.table().value if found else ():
        place = found.part(key) if found else None
        if place is not None:
            value = place.value
            if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(each, (dict, list)) for each in value)):
                raise place.wrong("is a value or a list of values.")
            words = ("yes" if value else "no") if isinstance(value, bool) else value
            pairs.append(Word(place, f"{key}={','.join(map(str, words)) if isinstance(words, list) else words}"))
    return tuple(pairs)


def _evidence(found: Cursor | None) -> dict[str, Word]:
    if found is None:
        return {}
    uses = [found.part(key) for key in found.table().value]
    return {str(use.path[-1]): Word(use, use.choice(STRENGTHS)) for use in uses}


def _exception(table: Cursor, number: int) -> Excepted:
    table.table(EXCEPTION_KEYS)
    model = table.required("model", 'name the model it is for, such as model = "owner/name"')
    reason = table.required("reason", "say why the model is excepted")
    allow, until = table.get("allow"), table.get("until")
    if allow is None or not (words := _words(allow)):
        raise table.wrong("has no allow; list what is allowed: uses, licenses, categories, sub-labels, or rules of check.")
    for purl in _PURLS:
        model = model.removeprefix(purl)
    return Excepted(table, number, model, words, reason, until.date() if until else None)


def _baseline(table: Cursor) -> Known:
    table.table(BASELINE_KEYS)
    hint = "`openness check --write-baseline` writes whole entries"
    file, model, rule = (table.required(key, hint) for key in ("file", "model", "rule"))
    reason = table.get("reason")
    return Known(table, file, model, rule, reason.text() if reason else "")
