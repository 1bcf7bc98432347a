"""``openness badge`` as a user runs it: the real client in a child process against the loopback Hub."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from PIL import Image

from tests.cli.command import Done, openness
from tests.loopback import Loopback, World

FRONT = "---\nlicense: mit\n---\n"
SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "badge.schema.json"
MODEL = "heron-lab/heron-60m"


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback(World.of_cases()) as running:
        yield running


def badge(server: Loopback, home: Path, *words: str | Path, token: str = "") -> Done:
    return openness("badge", *words, home=home, HF_ENDPOINT=server.endpoint, GITHUB_API_URL=server.github, HF_TOKEN=token)


def folder(tmp_path: Path, card: str = FRONT + "# Heron\n") -> Path:
    model = tmp_path / "model"
    model.mkdir()
    (model / "model.safetensors").write_bytes(b"\x00")
    (model / "README.md").write_bytes(card.encode())
    return model


def test_the_badge_goes_to_stdout_as_svg(server: Loopback, tmp_path: Path) -> None:
    done = badge(server, tmp_path, MODEL)
    assert (done.code, done.out[:4], done.err) == (0, "<svg", "")
    assert f'aria-label="openness of {MODEL}: fully open"' in done.out


def test_what_is_stored_needs_no_network(server: Loopback, tmp_path: Path) -> None:
    first = badge(server, tmp_path, MODEL)
    requests = len(server.log)
    assert badge(server, tmp_path, MODEL, "--offline").out == first.out
    assert len(server.log) == requests


@pytest.mark.parametrize(
    ("format", "words"),
    [("shields", '"schemaVersion": 1'), ("markdown", "![openness: fully open](https://img.shields.io/badge/openness-fully_open-"),
     ("text", f"openness of {MODEL}: fully open")],
)  # fmt: skip
def test_words_go_to_stdout_without_an_envelope(server: Loopback, tmp_path: Path, format: str, words: str) -> None:
    done = badge(server, tmp_path, MODEL, "--format", format)
    assert done.code == 0
    assert words in done.out
    assert done.out.count("\n") == 1


def test_json_has_the_envelope(server: Loopback, tmp_path: Path) -> None:
    done = badge(server, tmp_path, MODEL, "--format", "json", "--variant", "dimensions")
    jsonschema.validate(done.json, json.loads(SCHEMA.read_text("utf-8")))
    assert done.json["schema"] == "openness/badge/1"
    (result,) = done.json["results"]
    assert (result["category"], result["variant"]) == ("fully-open", "dimensions")
    assert result["message"].startswith("weights open, code open")


@pytest.mark.parametrize(
    ("name", "start"), [("b.svg", b"<svg"), ("b.png", b"\x89PNG"), ("b.json", b'{"schema'), ("b.md", b"![openness")]
)
def test_the_ending_of_the_file_says_what_is_written(server: Loopback, tmp_path: Path, name: str, start: bytes) -> None:
    done = badge(server, tmp_path, MODEL, "-o", tmp_path / name)
    assert (done.code, done.out) == (0, "")
    assert (tmp_path / name).read_bytes().startswith(start)


def test_png_and_svg_have_the_same_size(server: Loopback, tmp_path: Path) -> None:
    badge(server, tmp_path, MODEL, "--style", "compact", "-o", tmp_path / "b.png")
    svg = badge(server, tmp_path, MODEL, "--style", "compact").out
    width, height = Image.open(io.BytesIO((tmp_path / "b.png").read_bytes())).size
    assert f'width="{width}" height="{height}"' in svg


def test_any_category_that_can_be_shown_is_exit_0(tmp_path: Path) -> None:
    model = folder(tmp_path, "# no license\n")
    done = openness("badge", model, "--format", "text", "--offline", home=tmp_path)
    assert (done.code, done.out.rstrip().rpartition(": ")[2]) == (0, "unverified")


def test_a_model_that_does_not_exist_is_no_such_input(server: Loopback, tmp_path: Path) -> None:
    done = badge(server, tmp_path, "nobody/nothing")
    assert (done.code, done.out) == (4, "")
    assert "nobody/nothing could not be read" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--variant", "x"], "--variant x: no such variant"), (["--style", "x"], "--style x: no such style"),
     (["--image", "a b"], "percent-encode"), (["--format", "sarif"], "sarif"), (["--push", "--offline"], "--push needs a model of the Hub")],
)  # fmt: skip
def test_wrong_options_are_usage_errors(server: Loopback, tmp_path: Path, words: list[str], said: str) -> None:
    done = badge(server, tmp_path, MODEL, *words)
    assert done.code == 2
    assert said in done.err


# --- a card on this machine


def test_a_card_gets_the_block_and_its_picture(tmp_path: Path) -> None:
    model = folder(tmp_path, "---\r\nlicense: mit\r\n---\r\n# Heron\r\n")
    card = model / "README.md"
    card.chmod(0o640)
    done = openness("badge", model, "--write", card, "--offline", home=tmp_path)
    assert (done.code, done.out) == (0, "")
    once = card.read_bytes()
    assert once.startswith(b"---\r\nlicense: mit\r\n---\r\n\r\n<!-- openness:begin -->\r\n![openness: ")
    assert once.endswith(b"<!-- openness:end -->\r\n\r\n# Heron\r\n")
    assert b"`openness classify .`" in once and str(tmp_path).encode() not in once
    assert (card.stat().st_mode & 0o777) == 0o640
    assert (model / "openness-badge.png").read_bytes().startswith(b"\x89PNG")
    assert openness("badge", model, "--write", card, "--offline", home=tmp_path).code == 0
    assert card.read_bytes() == once
    assert sorted(path.name for path in model.iterdir()) == ["README.md", "model.safetensors", "openness-badge.png"]


def test_the_card_shows_the_picture_that_was_asked_for(tmp_path: Path) -> None:
    model = folder(tmp_path)
    openness("badge", model, "--write", model / "README.md", "-o", model / "my badge.svg", "--offline", home=tmp_path)
    assert b"](my%20badge.svg)" in (model / "README.md").read_bytes()
    openness("badge", model, "--write", model / "README.md", "--image", "https://example.org/b.png", "--offline", home=tmp_path)
    assert b"](https://example.org/b.png)" in (model / "README.md").read_bytes()
    assert not (model / "openness-badge.png").exists()


@pytest.mark.parametrize(
    "card", [b"<!-- openness:begin -->\n", b"\xff\xfe", b"<!-- openness:begin -->\n<!-- openness:end -->\n" * 2]
)
def test_an_odd_card_is_refused_and_stays(tmp_path: Path, card: bytes) -> None:
    model = folder(tmp_path)
    (tmp_path / "CARD.md").write_bytes(card)
    done = openness("badge", model, "--write", tmp_path / "CARD.md", "--offline", home=tmp_path)
    assert done.code == 2
    assert "CARD.md" in done.err and "Traceback" not in done.err
    assert (tmp_path / "CARD.md").read_bytes() == card
    assert not (tmp_path / "openness-badge.png").exists()


def test_a_card_that_is_not_there_is_no_such_input(tmp_path: Path) -> None:
    done = openness("badge", folder(tmp_path), "--write", tmp_path / "NONE.md", "--offline", home=tmp_path)
    assert done.code == 4
    assert "NONE.md cannot be read" in done.err


def test_a_link_to_a_card_stays_a_link(tmp_path: Path) -> None:
    model = folder(tmp_path)
    link = tmp_path / "LINK.md"
    os.symlink(model / "README.md", link)
    assert openness("badge", model, "--write", link, "--image", "x.png", "--offline", home=tmp_path).code == 0
    assert link.is_symlink()
    assert b"openness:begin" in (model / "README.md").read_bytes()


# --- a pull request


def test_the_block_is_offered_as_a_pull_request(server: Loopback, tmp_path: Path) -> None:
    done = badge(server, tmp_path, MODEL, "--push", token="hf_writer")
    assert (done.code, done.out) == (0, "")
    repository = server.world.get("models", MODEL)
    (request,) = server.world.pull_requests
    assert repository is not None
    assert (request.model, request.offered, list(request.files)) == (MODEL, True, ["README.md"])
    assert request.head["parentCommit"] == repository.sha
    before, after = repository.files["README.md"], request.files["README.md"]
    front = before[: before.index(b"---\n", 4) + 4]
    assert after.startswith(front + b"\n<!-- openness:begin -->\n")
    assert f"openness classify {MODEL}".encode() in after
    assert f"{server.endpoint}/{MODEL}/discussions/1" in done.err


def test_a_current_card_needs_no_pull_request(server: Loopback, tmp_path: Path) -> None:
    badge(server, tmp_path, MODEL, "--push", token="hf_writer")
    repository = server.world.get("models", MODEL)
    assert repository is not None
    repository.files["README.md"] = server.world.pull_requests[0].files["README.md"]
    vars(repository).pop("blobs", None)
    done = badge(server, tmp_path, MODEL, "--push", token="hf_writer")
    assert (done.code, len(server.world.pull_requests)) == (0, 1)
    assert "is current" in done.err


def test_without_a_token_nothing_is_offered(server: Loopback, tmp_path: Path) -> None:
    done = badge(server, tmp_path, MODEL, "--push")
    assert (done.code, server.world.pull_requests) == (2, [])
    assert "HF_TOKEN" in done.err


def test_a_refusal_of_the_hub_is_one_sentence_without_the_token(server: Loopback, tmp_path: Path) -> None:
    server.fault("POST /api/models/heron-lab/heron-60m/commit", "status", status=403)
    done = badge(server, tmp_path, MODEL, "--push", token="hf_secretsecret")
    assert done.code == 5
    assert "refused the pull request" in done.err and "hf_secretsecret" not in done.err and "Traceback" not in done.err


def test_a_card_that_could_not_be_read_is_not_replaced(server: Loopback, tmp_path: Path) -> None:
    badge(server, tmp_path, MODEL)
    server.fault(f"GET /{MODEL}/resolve/.*README.md", "status", status=404, times=9)
    done = badge(server, tmp_path, MODEL, "--push", "--offline", token="hf_writer")
    assert done.code == 2
    done = badge(server, tmp_path, MODEL, "--push", token="hf_writer")
    assert server.world.pull_requests == []
    assert done.code == 5 and "could not be read" in done.err


def test_a_model_moved_on_meanwhile_is_not_overwritten(server: Loopback, tmp_path: Path) -> None:
    server.fault(
        "POST /api/models/heron-lab/heron-60m/commit", "status", status=412, body=json.dumps({"error": "commit"}).encode()
    )
    done = badge(server, tmp_path, MODEL, "--push", token="hf_writer")
    assert (done.code, server.world.pull_requests) == (5, [])
