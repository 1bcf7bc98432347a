"""``openness classify`` and ``explain`` as a user runs them: the real client in a child process against the loopback Hub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.command import Done, openness
from tests.loopback import Loopback, Trap, World
from tests.shared import license_text

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "classify.schema.json"
WEIGHTS = {"model.safetensors": b"\x00"}


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback(World.of_cases()) as running:
        yield running


def classify(server: Loopback, home: Path, *words: str, command: str = "classify") -> Done:
    return openness(command, *words, home=home, HF_ENDPOINT=server.endpoint, GITHUB_API_URL=server.github)


def one(done: Done) -> Any:
    (result,) = done.json["results"]
    return result


def card(front: str, body: str = "") -> str:
    return f"---\n{front}\n---\n\n# A model\n\n{body}\n"


def test_an_open_release_with_code_data_and_recipe_is_fully_open(server: Loopback, tmp_path: Path) -> None:
    done = classify(server, tmp_path, "heron-lab/heron-60m", "--format", "json")
    jsonschema.validate(done.json, json.loads(SCHEMA.read_text("utf-8")))
    result = one(done)
    assert (done.code, result["category"], result["status"]) == (0, "fully-open", "released")
    assert {name: row["level"] for name, row in result["dimensions"].items()}["data"] == "open"
    ids = {fact["id"] for fact in result["evidence"]}
    cited = {id for row in result["licenses"] for id in row["evidence"]}
    assert cited
    assert cited <= ids


def test_what_was_fetched_once_is_answered_offline_without_a_request(server: Loopback, tmp_path: Path) -> None:
    online = classify(server, tmp_path, "heron-lab/heron-60m", "--format", "json")
    before = len(server.log)
    offline = classify(server, tmp_path, "heron-lab/heron-60m", "--format", "json", "--offline")
    assert len(server.log) == before
    assert one(offline) == one(online)


def test_a_model_that_is_not_stored_cannot_be_classified_offline(server: Loopback, tmp_path: Path) -> None:
    done = classify(server, tmp_path, "heron-lab/heron-60m", "--offline")
    assert (done.code, done.out) == (6, "")
    assert "heron-lab/heron-60m is not stored" in done.err


def test_a_model_that_does_not_exist_is_no_such_input(server: Loopback, tmp_path: Path) -> None:
    done = classify(server, tmp_path, "nobody/nothing")
    assert done.code == 4
    assert "nobody/nothing could not be read: missing" in done.err


def test_weights_without_a_license_are_unverified(server: Loopback, tmp_path: Path) -> None:
    server.world.add("models", "a/b", {"README.md": card("tags: [x]"), **WEIGHTS})
    done = classify(server, tmp_path, "a/b", "--format", "json")
    assert (done.code, one(done)["category"], one(done)["decided_by"]["rule"]) == (3, "unverified", "categories/no-license")


def test_a_complete_listing_without_weights_is_not_released(server: Loopback, tmp_path: Path) -> None:
    server.world.add("models", "a/b", {"README.md": card("license: mit")})
    result = one(classify(server, tmp_path, "a/b", "--format", "json"))
    assert (result["status"], result["category"]) == ("not-released", None)


def test_open_weights_alone_are_source_available(server: Loopback, tmp_path: Path) -> None:
    server.world.add("models", "a/b", {"README.md": card("license: mit"), **WEIGHTS})
    result = one(classify(server, tmp_path, "a/b", "--format", "json"))
    assert (result["category"], result["sub_label"]) == ("source-available", "open-weights")


def test_a_license_text_settles_against_a_looser_tag(server: Loopback, tmp_path: Path) -> None:
    text = license_text("cc-by-nc-4.0").read_bytes()
    server.world.add("models", "a/b", {"README.md": card("license: apache-2.0"), "LICENSE": text, **WEIGHTS})
    result = one(classify(server, tmp_path, "a/b", "--format", "json"))
    (contradiction,) = result["contradictions"]
    assert result["category"] == "research-only"
    assert contradiction["settled_by"] == "text:LICENSE"
    assert set(contradiction["evidence"]) == {"text:LICENSE", "card:README.md:license"}
    assert {row["id"]: row["basis"] for row in result["licenses"]} == {"cc-by-nc-4.0": "text"}


def test_license_other_beside_a_text_is_no_contradiction(server: Loopback, tmp_path: Path) -> None:
    text = license_text("llama-3.1").read_bytes()
    server.world.add("models", "a/b", {"README.md": card("license: other"), "LICENSE": text, **WEIGHTS})
    result = one(classify(server, tmp_path, "a/b", "--format", "json"))
    assert (result["category"], result["sub_label"], result["contradictions"]) == ("source-available", "custom-license", [])


def test_statements_that_differ_in_class_with_nothing_to_settle_them_are_unverified(server: Loopback, tmp_path: Path) -> None:
    body = "- License: CC-BY-NC-4.0"
    server.world.add("models", "a/b", {"README.md": card("license: mit", body), **WEIGHTS})
    result = one(classify(server, tmp_path, "a/b", "--format", "json"))
    assert (result["category"], result["decided_by"]["rule"]) == ("unverified", "categories/contradiction")
    assert [row["settled_by"] for row in result["contradictions"]] == [None]


def test_a_family_tag_counts_as_its_strictest_member(server: Loopback, tmp_path: Path) -> None:
    server.world.add("models", "a/b", {"README.md": card("license: gemma"), **WEIGHTS})
    result = one(classify(server, tmp_path, "a/b", "--format", "json"))
    assert (result["category"], result["sub_label"]) == ("source-available", "custom-license")
    assert len({row["id"] for row in result["licenses"]}) > 1


def test_a_gate_shut_to_the_eu_asks_about_the_place_and_moves_no_category(server: Loopback, tmp_path: Path) -> None:
    server.world.add("models", "a/b", {"README.md": card("license: mit\nextra_gated_eu_disallowed: true"), **WEIGHTS})
    result = one(classify(server, tmp_path, "a/b", "--format", "json"))
    (finding,) = [row for row in result["findings"] if row["rule"] == "territory"]
    assert (finding["effect"], result["category"]) == ("asks", "source-available")


def test_what_the_bounds_leave_out_is_said(server: Loopback, tmp_path: Path) -> None:
    names = "".join(f"\n- a/data-{number}" for number in range(15))
    server.world.add("models", "a/b", {"README.md": card(f"license: mit\ndatasets:{names}"), **WEIGHTS})
    result = one(classify(server, tmp_path, "a/b", "--format", "json"))
    (finding,) = [row for row in result["findings"] if row["rule"] == "bounds"]
    assert finding["message"].startswith("3 further data sets that the documents name were not read (a/data-12, ")


def test_of_a_choice_the_best_branch_counts_and_of_a_list_all_apply(server: Loopback, tmp_path: Path) -> None:
    server.world.add("models", "a/choice", {"README.md": card("license: mit OR cc-by-nc-4.0"), **WEIGHTS})
    server.world.add("models", "a/list", {"README.md": card("license: [mit, cc-by-nc-4.0]"), **WEIGHTS})
    done = classify(server, tmp_path, "a/choice", "a/list", "--format", "json")
    assert [row["category"] for row in done.json["results"]] == ["source-available", "research-only"]


def test_the_strictest_instrument_of_the_lineage_travels(server: Loopback, tmp_path: Path) -> None:
    server.world.add("models", "base/nc", {"README.md": card("license: cc-by-nc-4.0"), **WEIGHTS})
    server.world.add("models", "mid/tune", {"README.md": card("license: mit\nbase_model: base/nc"), **WEIGHTS})
    server.world.add("models", "end/tune", {"README.md": card("license: mit\nbase_model: mid/tune"), **WEIGHTS})
    result = one(classify(server, tmp_path, "end/tune", "--format", "json"))
    assert result["category"] == "research-only"
    assert [(row["model"], row["license"]) for row in result["lineage"]] == [("mid/tune", "mit"), ("base/nc", "cc-by-nc-4.0")]


def test_a_circle_in_the_lineage_ends(server: Loopback, tmp_path: Path) -> None:
    server.world.add("models", "a/one", {"README.md": card("license: mit\nbase_model: a/two"), **WEIGHTS})
    server.world.add("models", "a/two", {"README.md": card("license: mit\nbase_model: a/one"), **WEIGHTS})
    result = one(classify(server, tmp_path, "a/one", "--format", "json"))
    assert [row["model"] for row in result["lineage"]] == ["a/two"]


def test_a_changed_text_with_a_ban_on_commercial_use_is_research_only(server: Loopback, tmp_path: Path) -> None:
    text = license_text("apache-2.0").read_text("utf-8") + "\nThe weights may be used for non-commercial purposes only.\n"
    server.world.add("models", "a/b", {"README.md": card("license: apache-2.0"), "LICENSE": text, **WEIGHTS})
    assert one(classify(server, tmp_path, "a/b", "--format", "json"))["category"] == "research-only"


def test_a_changed_text_whose_change_is_not_understood_is_unverified(server: Loopback, tmp_path: Path) -> None:
    text = license_text("apache-2.0").read_text("utf-8") + "\nEvery user shall plant a tree in the spring of each year.\n"
    server.world.add("models", "a/b", {"README.md": card("license: apache-2.0"), "LICENSE": text, **WEIGHTS})
    assert one(classify(server, tmp_path, "a/b", "--format", "json"))["category"] == "unverified"


def test_no_other_host_is_asked_whatever_a_card_names(server: Loopback, tmp_path: Path) -> None:
    with Trap() as trap:
        front = f"license: other\nlicense_link: {trap.endpoint}/LICENSE\nbase_model: {trap.endpoint}/base/model"
        body = f"- Training code: {trap.endpoint}/x/y\n- Training data: {trap.endpoint}/datasets/x/y\n"
        server.world.add("models", "a/b", {"README.md": card(front, body), **WEIGHTS})
        done = classify(server, tmp_path, "a/b", "--format", "json")
        assert one(done)["category"] == "unverified"
        assert trap.lines() == []


def test_a_folder_laid_out_like_a_repository_is_read_without_a_request(server: Loopback, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "README.md").write_text(card("license: mit"), "utf-8")
    (folder / "model.safetensors").write_bytes(b"\x00")
    result = one(classify(server, tmp_path, str(folder), "--format", "json"))
    assert (result["source"], result["category"]) == ("folder", "source-available")
    assert server.log == []


def test_a_code_repository_with_weights_is_a_release(server: Loopback, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"README.md": "# Small net\n", "train.py": "", "weights/small.pt": b"\x00"}
    server.world.add("github", "lab/net", {**files, "LICENSE": license_text("mit").read_bytes()}, license_spdx="MIT")
    result = one(classify(server, tmp_path, "github:lab/net", "--format", "json"))
    assert (result["source"], result["category"]) == ("github", "source-available")
    assert {row["component"] for row in result["components"]} >= {"parameters-final", "training-code"}


def test_results_keep_the_order_of_the_inputs_and_carry_them(server: Loopback, tmp_path: Path) -> None:
    for name in ("a/one", "a/two"):
        server.world.add("models", name, {"README.md": card("license: mit"), **WEIGHTS})
    done = classify(server, tmp_path, "a/two", "heron-lab/heron-60m", "a/one", "--format", "json")
    assert [row["input"] for row in done.json["results"]] == ["a/two", "heron-lab/heron-60m", "a/one"]


def test_a_moved_repository_is_known_by_its_new_name(server: Loopback, tmp_path: Path) -> None:
    server.world.add("models", "new/name", {"README.md": card("license: mit"), **WEIGHTS})
    server.world.add("models", "old/name", {}, moved_to="new/name")
    result = one(classify(server, tmp_path, "old/name", "--format", "json"))
    assert (result["input"], result["model"]) == ("old/name", "new/name")


def test_a_definition_can_be_chosen_and_a_wrong_name_is_a_usage_error(server: Loopback, tmp_path: Path) -> None:
    done = classify(server, tmp_path, "heron-lab/heron-60m", "--definition", "osaid-1.0", "--format", "json")
    assert list(one(done)["frameworks"]) == ["osaid-1.0"]
    wrong = classify(server, tmp_path, "heron-lab/heron-60m", "--definition", "osaid-2")
    assert (wrong.code, "osaid-1.0" in wrong.err) == (2, True)


def test_the_text_view_fits_eighty_columns_and_says_the_category_first(server: Loopback, tmp_path: Path) -> None:
    done = classify(server, tmp_path, "heron-lab/heron-60m")
    assert done.out.startswith("FULLY-OPEN  heron-lab/heron-60m\n")
    assert too_long(done.out) == []


def test_explain_shows_the_chain_from_the_store_alone(server: Loopback, tmp_path: Path) -> None:
    classify(server, tmp_path, "heron-lab/heron-60m")
    before = len(server.log)
    done = classify(server, tmp_path, "heron-lab/heron-60m", command="explain")
    assert (done.code, len(server.log)) == (0, before)
    assert "categories/open-and-documented  decides" in done.out
    assert "“license: apache-2.0”" in done.out
    assert too_long(done.out) == []


def too_long(text: str) -> list[str]:
    """Lines beyond 80 columns that could have been broken: more than one word stands in them."""
    return [line for line in text.splitlines() if len(line) > 80 and len(line.split()) > 1]


def test_hostile_names_cannot_leave_their_line(server: Loopback, tmp_path: Path) -> None:
    front = 'license: "mit\\u001b[2J\\u202e"\nlicense_name: "x\\n# FULLY-OPEN"'
    server.world.add("models", "a/b", {"README.md": card(front), **WEIGHTS})
    done = classify(server, tmp_path, "a/b")
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    assert not any(line.startswith("# FULLY-OPEN") for line in done.out.splitlines())
