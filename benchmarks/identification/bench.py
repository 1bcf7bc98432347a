"""Puts the sets together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from . import altered, damaged, negatives, real
from .items import Half, Item, seeded, take
from .perturb import PAIRS, both, variants_of
from .texts import Corpus, Known, clean_texts

GROUPS = ("clean", "benign", "twins", "damaged", "concat", "within", "altered", "negative", "mention", "real")
TWINS = (
    "llama-1",
    "llama-2",
    "llama-3",
    "llama-3.1",
    "llama-3.2",
    "llama-3.3",
    "llama-4",
    "gemma-2024-02",
    "gemma-2024-04",
    "gemma-2025-03",
    "bigcode-openrail-m",
    "bigscience-openrail-m",
    "bigscience-openrail-m2",
    "bigscience-bloom-rail-1.0",
    "creativeml-openrail-m",
    "openrail++-m",
    "responsible-ai-source-1.0",
    "responsible-ai-source-1.1",
    "ltxv-owl-2025-04-17",
    "ltxv-owl-2025-05-05",
    "tencent-hunyuan-2024-05",
    "tencent-hunyuan-2024-12",
    "tencent-hunyuan-video",
    "tencent-hunyuan-a13b",
    "tongyi-qianwen",
    "qwen",
    "bsd-2-clause",
    "bsd-3-clause",
    "bsd-3-clause-clear",
    "bsd-2-clause-patent",
    "0bsd",
    "bsd-1-clause",
    "isc",
    "mit",
    "mit-0",
    "kimi-k2",
    "mistral-modified-mit",
    "ncsa",
    "cc-by-3.0",
    "cc-by-4.0",
    "cc-by-sa-4.0",
    "cc-by-nc-4.0",
    "cc-by-nd-4.0",
    "cc-by-nc-sa-4.0",
    "cc-by-nc-nd-4.0",
    "cc-by-sa-3.0",
    "cc-by-2.0",
    "cc-by-2.5",
    "cc0-1.0",
    "gpl-2.0-only",
    "gpl-3.0-only",
    "agpl-3.0-only",
    "lgpl-2.1-only",
    "apache-2.0",
    "ecl-2.0",
)


def clean(corpus: Corpus, chosen: list[tuple[str, Known]]) -> Iterator[Item]:
    for family, known in chosen:
        yield Item(f"clean/{family}/{known.id}@{known.source}", "clean", family, known.text, (corpus.same_as(known.id),))


def benign(corpus: Corpus, chosen: list[tuple[str, Known]], each: int) -> Iterator[Item]:
    """Some variants of every text, drawn by its name; all variants and pairs of the twins."""
    twins = {corpus.ids.id_of(name) for name in TWINS}
    for family, known in chosen:
        table = variants_of(known)
        pairs = {f"{first}+{second}": both(first, second, known) for first, second in PAIRS}
        names = [*table, *pairs]
        twin = known.id in twins
        for kind in names if twin else seeded(f"kinds of {known.id}@{known.source}").sample(names, min(each, len(names))):
            name = f"{'twins' if twin else 'benign'}/{family}/{known.id}@{known.source}/{kind}"
            text = (table.get(kind) or pairs[kind])(known.text, seeded(name))
            if text is None or text == known.text:
                continue
            expected = corpus.same_as(known.id)
            if kind.startswith("no-title"):
                expected |= corpus.holding(text)
            yield Item(name, "twins" if twin else "benign", kind, text, (expected,))


def build(
    corpus: Corpus, *, half: Half, only: set[str], each: int, places: int, negative: list[Path], real_folders: list[Path]
) -> list[Item]:
    """The items of the wanted groups (all if none is named), in a fixed order."""
    wanted = only or set(GROUPS)
    chosen = clean_texts(corpus)
    items: list[Item] = []
    if "clean" in wanted:
        items += clean(corpus, chosen)
    if wanted & {"benign", "twins"}:
        items += benign(corpus, chosen, each)
    if wanted & {"damaged", "concat", "within"}:
        items += damaged.damaged(corpus, chosen)
    if "altered" in wanted:
        items += altered.altered(corpus, chosen, places)
    if wanted & {"negative", "mention"}:
        items += negatives.negatives([*corpus.scancode, *corpus.shared], negative)
    if "real" in wanted:
        items += real.real(real_folders)
    return take((item for item in items if item.group in wanted), half)
