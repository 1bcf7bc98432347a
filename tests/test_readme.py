"""The examples under "Use it" in the README, run as they stand: a real build, the loopback Hub, and a home of their own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from tests.builds import smollm2
from tests.loopback import Loopback, World

ROOT = Path(__file__).parent.parent
MODEL = "allenai/OLMo-2-1124-7B"
#: Asks on a terminal, so it is only looked up.
NOT_RUN = ("openness init",)


def examples() -> list[str]:
    """The commands of the section, without the words that explain them."""
    section = (ROOT / "README.md").read_text("utf-8").split("\n## Use it\n", 1)[1].split("\n## ", 1)[0]
    return [re.split(r"\s{3,}", line.strip())[0] for line in section.splitlines() if line.startswith("    openness")]


def run(command: str, folder: Path, server: Loopback) -> subprocess.CompletedProcess[str]:
    hosts = {"HF_ENDPOINT": server.endpoint, "GITHUB_API_URL": server.github}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {"PATH": path, "HOME": str(folder / "home"), "LANG": "C.UTF-8", **hosts}
    return subprocess.run(
        ["bash", "-eu", "-c", command],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def write_table(path: Path) -> None:
    """One row of the public dump of the Hub."""
    card = {"license": "apache-2.0"}
    columns = {
        "id": [MODEL],
        "tags": [["license:apache-2.0"]],
        "cardData": [json.dumps(card)],
        "siblings": [["model.safetensors"]],
    }
    parquet.write_table(arrow.table(columns), path)


def test_the_readme_has_examples() -> None:
    assert len(examples()) > 12
    assert all(command.startswith("openness ") for command in examples())


@pytest.mark.real
def test_every_example_of_the_readme_runs(tmp_path: Path) -> None:
    cache = tmp_path / "home" / ".cache" / "llama.cpp"
    cache.mkdir(parents=True)
    (tmp_path / "model.gguf").symlink_to(smollm2())
    (cache / "model.gguf").symlink_to(smollm2())
    shutil.copy(ROOT / "LICENSE", tmp_path / "LICENSE")
    write_table(tmp_path / "models.parquet")
    (tmp_path / "app.py").write_text(f'AutoModel.from_pretrained("{MODEL}")\n')
    world = World()
    card = "---\nlicense: apache-2.0\n---\n# OLMo\n"
    for name in (MODEL, "HuggingFaceTB/SmolLM2-135M-Instruct"):
        world.add("models", name, {"README.md": card, "model.safetensors": b"\0"}, author=name.partition("/")[0])
    with Loopback(world) as server:
        for command in examples():
            parts = [part for part in command.split(" && ") if not part.startswith(NOT_RUN)]
            for part in parts:
                done = run(part, tmp_path, server)
                assert done.returncode == 0, (part, done.stdout, done.stderr)
                assert done.stdout or done.stderr, part
    assert MODEL in (tmp_path / "site" / "index.html").read_text("utf-8")
