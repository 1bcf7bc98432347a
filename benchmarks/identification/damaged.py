"""Texts that are no longer whole, and texts that hold more than one license or more than a license."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from .items import Item, seeded
from .layout import paragraphs, wrap
from .texts import Corpus, Known

README = """# quuxlib

[![build](https://img.shields.io/badge/build-passing-green.svg)](https://example.org/quux/ci)

A small library for reading and writing quux files. It has no dependencies and runs wherever Python does.

## Installing

```sh
pip install quuxlib
```

## Quick start

```python
import quuxlib
with quuxlib.open("data.quux") as f:
    print(f.header)
```

Please report bugs in the tracker; patches are welcome, with a test.

## License

{license}
"""
CARD = """---
language:
- en
library_name: transformers
pipeline_tag: text-generation
tags:
- conversational
---

# Quux-7B

Quux-7B is a decoder-only language model with seven billion parameters, trained on two trillion tokens of web text and code.

| benchmark | score |
|---|---|
| MMLU | 61.2 |
| GSM8K | 48.9 |

## How to run

```python
from transformers import pipeline
pipe = pipeline("text-generation", model="example/quux-7b")
```

## License

{license}

## Citation

```bibtex
@misc{{quux, title={{Quux-7B}}, year={{2024}}}}
```
"""


def fewer_words(text: str, rng: random.Random) -> str:
    return re.sub(r"\S+[ \t]*", lambda match: "" if rng.random() < 0.05 else match[0], text)


def fewer_lines(text: str, rng: random.Random) -> str:
    lines = wrap(text, 72).split("\n")
    full = [at for at, line in enumerate(lines) if line.strip()]
    gone = set(rng.sample(full, max(1, len(full) // 10)))
    return "\n".join(line for at, line in enumerate(lines) if at not in gone)


def first_half(text: str, rng: random.Random) -> str:
    return text[: text.find(" ", len(text) // 2)]


def second_half(text: str, rng: random.Random) -> str:
    return text[text.find(" ", len(text) // 2) :]


CUTS = {"del5": fewer_words, "drop10": fewer_lines, "half-1": first_half, "half-2": second_half}


def damaged(corpus: Corpus, chosen: list[tuple[str, Known]]) -> Iterator[Item]:
    """Cut texts, texts with one or two others before or behind, and texts within a readme or a model card."""
    by_id = {known.id: known.text for _, known in chosen}
    partners = [id for id in ("mit", "apache-2.0", "bsd-3-clause", "isc", "zlib") if id in by_id]
    for family, known in chosen:
        name = f"{family}/{known.id}@{known.source}"
        expected = corpus.same_as(known.id)
        for kind, cut in CUTS.items():
            full = f"damaged/{name}/{kind}"
            text = cut(known.text, seeded(full))
            alike = corpus.holding(text) if kind.startswith("half") else frozenset()
            if len(text.split()) >= 25:
                yield Item(full, "damaged", kind, text, (expected | alike,))
        others = [id for id in partners if id not in expected]
        pick = seeded(f"partners of {name}").sample(others, 2)
        first, second = (by_id[id] for id in pick)
        two = (expected, corpus.same_as(pick[0]))
        yield Item(f"damaged/{name}/concat-after", "concat", "concat-after", f"{known.text}\n\n{first}", two)
        yield Item(f"damaged/{name}/concat-before", "concat", "concat-before", f"{first}\n\n{'=' * 60}\n\n{known.text}", two)
        three = "\n\n--------\n\n".join([first, known.text, second])
        yield Item(f"damaged/{name}/three", "concat", "three", three, (*two, corpus.same_as(pick[1])))
        markdown = "\n\n".join(paragraphs(known.text))
        yield Item(f"damaged/{name}/readme", "within", "readme", README.format(license=markdown), (expected,))
        yield Item(f"damaged/{name}/model-card", "within", "model-card", CARD.format(license=markdown), (expected,))
