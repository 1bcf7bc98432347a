"""``openness explain``: the chain fact → rule → finding → verdict, for models and builds, at 80 columns, whatever is in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import Done, openness, tiny_build
from tests.loopback import Loopback
from tests.outputs.report.worlds import ATTACKS, MERGE, WEIGHTS, hostile_card, world


@pytest.fixture(scope="module")
def server() -> Iterator[Loopback]:
    made = world()
    for number, attack in enumerate(ATTACKS):
        made.add("models", f"evil-{number}/model", {"README.md": hostile_card(attack), "LICENSE": attack, **WEIGHTS})
    with Loopback(made) as running:
        yield running


def explain(server: Loopback, home: Path, *words: str) -> Done:
    return openness("explain", *words, home=home, HF_ENDPOINT=server.endpoint, GITHUB_API_URL=server.github)


def in_order(text: str, *parts: str) -> None:
    at = -1
    for part in parts:
        found = text.find(part, at + 1)
        assert found > at, part
        at = found


def plain_lines(done: Done) -> list[str]:
    lines = done.out.rstrip("\n").split("\n")
    assert all(line.isprintable() for line in lines)
    return lines


def test_a_model_is_followed_from_its_facts_over_rules_to_category_and_uses(server: Loopback, tmp_path: Path) -> None:
    done = explain(server, tmp_path, MERGE, "--fetch", "--use", "product")
    assert done.code == 0, done.err
    in_order(
        done.out, "licenses/apache-2.0: binds", "“license: apache-2.0”", "README.md, line 2", "dimensions/weights:",
        "base-terms-kept", "→ categories/commercial-use-barred", "= research-only",
        "licenses/cc-by-nc-4.0 §1(i), §2(a)(1) (FIELD_LIMIT): denies:", "“license: cc-by-nc-4.0”", "= product: denied",
    )  # fmt: skip


def test_a_build_is_followed_from_its_header_to_the_verdict(server: Loopback, tmp_path: Path) -> None:
    tiny_build(tmp_path, {"license": "cc-by-nc-4.0", "name": "Tiny"})
    done = explain(server, tmp_path, "tiny.gguf", "--use", "product")
    assert done.code == 1
    in_order(
        done.out, "DENIED  tiny.gguf", "build:general.license  (metadata)", "“general.license = cc-by-nc-4.0”",
        "licenses/cc-by-nc-4.0: binds", "evidence-strength (info)", "(FIELD_LIMIT): denies:", "= product: denied",
    )  # fmt: skip


def test_the_json_of_a_build_is_that_of_its_audit(server: Loopback, tmp_path: Path) -> None:
    tiny_build(tmp_path, {"license": "mit", "name": "Tiny"})
    explained = explain(server, tmp_path, "tiny.gguf", "--format", "json").json
    audited = openness("audit", "tiny.gguf", "--format", "json", home=tmp_path).json
    assert (explained["schema"], explained["results"]) == ("openness/explain/1", audited["results"])


def test_nothing_is_fetched_unless_asked_for(server: Loopback, tmp_path: Path) -> None:
    before = len(server.log)
    assert explain(server, tmp_path, MERGE).code == 6
    assert len(server.log) == before


def test_a_malformed_build_says_so_and_cannot_be_judged(server: Loopback, tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF\x03\x00\x00\x00")
    done = explain(server, tmp_path, "broken.gguf")
    assert done.code == 3
    assert "build-read" in done.out
    assert "broken.gguf" in done.err


@pytest.mark.parametrize("number", range(len(ATTACKS)))
def test_hostile_cards_leave_the_terminal_alone_and_the_lines_short(server: Loopback, tmp_path: Path, number: int) -> None:
    done = explain(server, tmp_path, f"evil-{number}/model", "--fetch")
    assert done.code == 3, done.err
    assert max(map(len, plain_lines(done))) <= 80


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_hostile_builds_leave_the_terminal_alone_and_the_lines_short(server: Loopback, tmp_path: Path, attack: str) -> None:
    tiny_build(tmp_path, {"license": attack, "name": attack, "author": attack, "license.name": attack})
    assert max(map(len, plain_lines(explain(server, tmp_path, "tiny.gguf")))) <= 80
