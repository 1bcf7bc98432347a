"""Families of models by shapes and tokenizer of a build's header (``corpus/families.jsonl``, ``corpus/tokenizers.jsonl``).

What fits is always a set: fine-tunes and merges keep everything of their base by design, so the answer is "based on one of
these, or on something that is not listed", never a release, and never a permission. Shapes come from the tensors where there
are some: the keys of a header are text that anyone can write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

import msgspec

from openness.packaged import packaged

FAMILIES, TOKENIZERS = "families.jsonl", "tokenizers.jsonl"
PLACE = f"corpus/{FAMILIES}"
#: Architecture strings that converters used for the same models at different times.
_SAME = ({"llama", "mistral3"}, {"qwen2", "qwen2vl"}, {"gemma3", "gemma-embedding"})
#: Confidence of rows whose shapes were mostly written from memory: they never decide alone.
MEMORY = "memory"
#: Tokens of which the digest of a vocabulary's beginning is taken; fine-tunes append, so the beginning stays.
FIRST_TOKENS = 30_000


class Row(msgspec.Struct, frozen=True):
    """A released checkpoint; the fields are those of a GGUF header."""

    architecture: str
    id: str
    family: str
    model: str
    licenses: tuple[str, ...]
    confidence: str
    block_count: int | None = None
    embedding_length: int | None = None
    feed_forward_length: int | None = None
    head_count: int | None = None
    head_count_kv: int | None = None
    tokens: int | None = None
    tokenizer_model: str | None = None
    tokenizer_pre: str | None = None
    context_length: int | None = None
    rope_freq_base: float | None = None
    expert_count: int | None = None
    rope_freqs: bool | None = None
    mla: bool = False


class Signature(msgspec.Struct, frozen=True):
    """What a build shows. ``first_digest`` computes the digest of the first tokens, when it is needed; None where it cannot."""

    architecture: str | None
    block_count: int | None = None
    embedding_length: int | None = None
    feed_forward_length: int | None = None
    head_count: int | None = None
    head_count_kv: int | None = None
    tokens: int | None = None
    tokenizer_model: str | None = None
    tokenizer_pre: str | None = None
    context_length: int | None = None
    rope_freq_base: float | None = None
    rope_freqs: bool | None = None
    first_digest: Callable[[], str | None] | None = None


class FamilyMatch(msgspec.Struct, frozen=True):
    """The rows that fit. ``shaped``: all six shapes were there and fit; ``tokenized``: the number of tokens and the kind of
    tokenizer fit as well. ``tokenizer`` is where the digest of the tokens is known from, if it is."""

    rows: tuple[Row, ...]
    shaped: bool
    tokenized: bool
    tokenizer: str | None = None

    @property
    def families(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.family for row in self.rows))

    @property
    def licenses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(id for row in self.rows for id in row.licenses))

    @property
    def firm(self) -> bool:
        """Whether this may contradict a claim: shapes and tokenizer fit, and not only rows from memory do."""
        return (
            self.shaped
            and self.tokenized
            and any(row.confidence != MEMORY for row in self.rows)
            and all(row.licenses for row in self.rows)
        )


def match(signature: Signature) -> FamilyMatch | None:
    """The rows that a build's signature fits; None where none does or too little is known."""
    if signature.embedding_length is None or signature.block_count is None:
        return None
    rows = [row for row in _rows(signature.architecture) if _shapes_fit(row, signature)]
    if not rows:
        return None
    shaped = None not in (signature.architecture, signature.feed_forward_length, signature.head_count)
    counted = [row for row in rows if row.tokens is not None and row.tokens == signature.tokens]
    same_kind = [row for row in counted if _tokenizer_fits(row, signature)]
    rows = same_kind or counted or rows
    origin, named = _known_tokenizer(signature, [row.id for row in rows])
    rows = [row for row in rows if row.id in named]
    for field in ("context_length", "rope_freq_base", "rope_freqs"):
        rows = _narrowed(rows, signature, field)
    tokenized = bool(same_kind) and (origin is not None or _telling_pre(signature))
    return FamilyMatch(tuple(rows), shaped, tokenized, origin) if rows else None


@lru_cache(maxsize=64)  # the name comes from the file: many files must not fill the memory
def _rows(architecture: str | None) -> list[Row]:
    names = next((same for same in _SAME if architecture in same), {architecture})
    needles = [f'"architecture":"{name}"'.encode() for name in names] if architecture else [b'"architecture":']
    data = (packaged("corpus") / FAMILIES).read_bytes()
    return [msgspec.json.decode(line, type=Row) for line in data.splitlines() if any(line.startswith(b"{" + n) for n in needles)]


def _shapes_fit(row: Row, signature: Signature) -> bool:
    """Whether what both state is equal. Newer converters count a prediction layer as a block; with compressed attention the
    number of key heads depends on the converter, so it says nothing."""
    if row.block_count is None or signature.block_count not in (row.block_count, row.block_count + 1):
        return False
    if row.block_count != signature.block_count and row.expert_count is None:
        return False
    for field in ("embedding_length", "feed_forward_length", "head_count"):
        stated, seen = getattr(row, field), getattr(signature, field)
        if stated is not None and seen is not None and stated != seen:
            return False
    stated, seen = row.head_count_kv or row.head_count, signature.head_count_kv or signature.head_count
    return row.mla or stated is None or seen is None or stated == seen


def _tokenizer_fits(row: Row, signature: Signature) -> bool:
    pairs = ((row.tokenizer_model, signature.tokenizer_model), (row.tokenizer_pre, signature.tokenizer_pre))
    return all(stated is None or seen is None or stated == seen for stated, seen in pairs)


def _telling_pre(signature: Signature) -> bool:
    return signature.tokenizer_pre not in (None, "default")


def _known_tokenizer(signature: Signature, ids: list[str]) -> tuple[str | None, set[str]]:
    """Where the build's first tokens are known from, and the ids that are left: where they are known to be those of some rows,
    a row that is known to have others is out. Tokens that nobody knows exclude nothing."""
    digest = signature.first_digest() if signature.first_digest is not None else None
    if digest is None:
        return None, set(ids)
    origin, others, own = None, set[str](), set[str]()
    for line in _tokenizer_lines():
        if line.get("first") == digest:
            origin = origin or str(line["origin"])
            own.update(line["rows"])
        else:
            others.update(line.get("rows", ()) if isinstance(line.get("rows"), list) else ())
    return origin, {id for id in ids if origin is None or id in own or id not in others}


@cache
def _tokenizer_lines() -> list[Mapping[str, Any]]:
    data = (packaged("corpus") / TOKENIZERS).read_bytes()
    lines: list[Mapping[str, Any]] = [msgspec.json.decode(line) for line in data.splitlines() if b'"first"' in line]
    return lines


def _narrowed(rows: list[Row], signature: Signature, field: str) -> list[Row]:
    """Fewer rows by a figure that anyone can edit: it may narrow, so rows stay where none of them has the build's figure."""
    seen = getattr(signature, field)
    fitting = [row for row in rows if getattr(row, field) is None or getattr(row, field) == seen]
    return fitting if seen is not None and fitting else rows
