"""A build whose sha256 the local store lists is that repository's file: its stored license text speaks of exactly these bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builds import Value
from tests.cli.command import Done, openness
from tests.identity.models import Checkpoint
from tests.loopback import Loopback, World
from tests.shared import license_text

NO_LABEL = {"general.architecture": Value("string", "llama")}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Loopback]:
    world = World()
    build = Checkpoint(1).gguf(tmp_path / "as-published.gguf", metadata=NO_LABEL).read_bytes()
    text = license_text("gemma-2025-03").read_bytes()
    world.add("models", "acme/tiny-gguf", {"README.md": "---\nlicense: gemma\n---\n", "LICENSE": text, "tiny.gguf": build})
    world.add("models", "acme/no-text", {"README.md": "---\nlicense: mit\n---\n", "tiny.gguf": build + bytes(32)})
    with Loopback(world) as server:
        yield server


def stored(server: Loopback, home: Path, *names: str) -> None:
    for name in names:
        done = openness("classify", name, home=home, HF_ENDPOINT=server.endpoint, GITHUB_API_URL=server.github)
        assert done.code in (0, 3), done.err


def audited(build: Path, home: Path, *words: str) -> Done:
    return openness("audit", build, "--use", "product", *words, "--format", "json", home=home)


def test_its_text_gives_the_strength_weights_to_a_build_that_says_nothing(hub: Loopback, tmp_path: Path) -> None:
    stored(hub, tmp_path, "acme/tiny-gguf")
    build = (tmp_path / "as-published.gguf").rename(tmp_path / "renamed.gguf")
    result = audited(build, tmp_path).json["results"][0]
    assert (result["identity"]["model"], result["identity"]["basis"]) == ("acme/tiny-gguf", "sha256")
    assert (result["verdict"], result["strength"]) == ("permitted-with-duties", "weights")
    assert result["licenses"] == ["gemma-2025-03"]


def test_one_byte_more_and_it_is_unknown_again(hub: Loopback, tmp_path: Path) -> None:
    stored(hub, tmp_path, "acme/tiny-gguf")
    build = tmp_path / "other.gguf"
    build.write_bytes((tmp_path / "as-published.gguf").read_bytes() + bytes(64))
    result = audited(build, tmp_path).json["results"][0]
    assert (result["identity"]["basis"], result["verdict"]) == ("none", "unknown")


def test_without_a_stored_text_the_card_is_as_strong_as_a_card(hub: Loopback, tmp_path: Path) -> None:
    stored(hub, tmp_path, "acme/no-text")
    build = tmp_path / "other.gguf"
    build.write_bytes((tmp_path / "as-published.gguf").read_bytes() + bytes(32))
    result = audited(build, tmp_path).json["results"][0]
    assert (result["identity"]["model"], result["strength"]) == ("acme/no-text", "card")


def test_a_policy_can_ask_for_weights(hub: Loopback, tmp_path: Path) -> None:
    stored(hub, tmp_path, "acme/tiny-gguf")
    (tmp_path / "openness.toml").write_text('[evidence]\nproduct = "weights"\n')
    assert audited(tmp_path / "as-published.gguf", tmp_path).code == 0
