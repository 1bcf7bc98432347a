"""A small made-up repository that names models of the loopback Hub, with the commands that a user would run in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.command import Done, openness
from tests.loopback import Loopback, World

WEIGHTS: dict[str, str | bytes] = {"model.safetensors": b"\x00"}
POLICY = 'use = ["product"]\n\n[allow]\ncategories = ["fully-open", "source-available"]\n'


def card(front: str) -> str:
    return f"---\n{front}\n---\n\n# A model\n"


def add(world: World, name: str, front: str, **files: str | bytes) -> None:
    """A model with weights and a card of this front matter."""
    world.add("models", name, {"README.md": card(front), **WEIGHTS, **files})


def load(name: str, more: str = "", comment: str = "") -> str:
    """A line of Python that names a model."""
    return f'A = AutoModel.from_pretrained("{name}"{more}){comment}\n'


@dataclass
class Project:
    """``folder`` is the repository, ``home`` the user's, with the cache."""

    folder: Path
    home: Path
    server: Loopback

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def python(self, *lines: str, name: str = "app.py") -> Path:
        return self.write(name, "from transformers import AutoModel\n" + "".join(lines))

    def run(self, *words: str | Path, cwd: Path | None = None, **env: str) -> Done:
        addresses = {"HF_ENDPOINT": self.server.endpoint, "GITHUB_API_URL": self.server.github}
        return openness(*words, home=self.home, cwd=cwd or self.folder, **{**addresses, **env})

    def check(self, *words: str | Path, cwd: Path | None = None) -> Done:
        return self.run("check", *words, "--format", "json", cwd=cwd)

    def lock(self, *words: str | Path) -> Done:
        return self.run("lock", *words)

    @property
    def locked(self) -> Any:
        return json.loads((self.folder / "openness.lock").read_text("utf-8"))


@contextmanager
def project(folder: Path, policy: str = POLICY) -> Iterator[Project]:
    """A repository with a policy, and a Hub with four models and a data set."""
    world = World()
    add(world, "acme/open", "license: apache-2.0")
    add(world, "acme/nc", "license: cc-by-nc-4.0")
    add(world, "acme/none", "tags: [x]")
    add(world, "acme/llama", "license: llama3.1")
    world.add("datasets", "acme/data", {"README.md": card("license: cc-by-4.0"), "a.csv": "a\n1\n"})
    for name in ("repo", "home"):
        (folder / name).mkdir()
    with Loopback(world) as server:
        made = Project(folder / "repo", folder / "home", server)
        made.write("openness.toml", policy)
        yield made
