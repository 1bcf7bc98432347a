"""A made-up hub for crawls: owners with models, base models up a lineage, datasets, code, and every way not to have one."""

from __future__ import annotations

import random
from typing import Any

from tests.loopback import World

LICENSES = ("apache-2.0", "mit", "llama3.1", "other", "cc-by-nc-4.0")
WORDS = "a license of our own making grants to any person the right to use copy and change this work under terms".split()


def text(seed: str, words: int = 120) -> str:
    chooser = random.Random(seed)
    return " ".join(chooser.choice(WORDS) for _ in range(words)) + "\n"


def card(license: str, *, code: str = "", **fields: Any) -> str:
    lines = [f"license: {license}"] if license else []
    lines += [f"{name}: {value if isinstance(value, str) else '[' + ', '.join(value) + ']'}" for name, value in fields.items()]
    link = f"Trained with https://github.com/{code}.\n" if code else ""
    return "---\n" + "\n".join(lines) + f"\n---\n\n# A model\n\n{link}{text(license + code, 60)}"


def generated(models: int = 200, seed: int = 1) -> World:
    """``models`` models of a few owners, with some of each odd kind, and what they link to."""
    world, chooser = World(), random.Random(seed)
    names: list[str] = []
    for number in range(models):
        owner = f"owner-{int(chooser.paretovariate(1.2)) % 8}"
        name = f"{owner}/model-{number:03}"
        license = chooser.choice(LICENSES)
        fields: dict[str, Any] = {}
        if names and chooser.random() < 0.5:
            fields["base_model"] = chooser.choice(names)
        if chooser.random() < 0.3:
            fields["datasets"] = [f"data-lab/corpus-{chooser.randrange(12)}"]
        code = f"code-lab/train-{chooser.randrange(10)}" if chooser.random() < 0.3 else ""
        files: dict[str, str | bytes] = {"README.md": card(license, code=code, **fields), "model.safetensors": b"\0" * 32}
        if chooser.random() < 0.3:
            files["LICENSE"] = text(license, 300)
        if chooser.random() < 0.5:
            files["config.json"] = f'{{"model_type": "kestrel", "number": {number}}}'
        facts: dict[str, Any] = {"downloads": chooser.randrange(10**6), "lastModified": _date(number)}
        odd = chooser.random()
        if odd < 0.05:
            facts["gated"] = "manual"
        elif odd < 0.07:
            facts["disabled"] = True
        elif odd < 0.09:
            facts["private"] = True
        elif odd < 0.11 and names:
            facts["moved_to"] = chooser.choice(names)
        world.add("models", name, files, **facts)
        names.append(name)
    for number in range(10):  # two of the twelve that cards name are not there
        world.add("datasets", f"data-lab/corpus-{number}", {"README.md": card("odc-by"), "data.csv": "a,b\n"})
    for number in range(8):
        world.add("github", f"code-lab/train-{number}", {"README.md": "# Code\n", "LICENSE": text("code"), "train.py": "1\n"})
    return world


def _date(number: int) -> str:
    return f"2026-{number % 9 + 1:02}-{number % 27 + 1:02}T00:00:00.000Z"
