"""``openness audit`` as a user meets it: small builds of our own, cards and texts beside them, exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import openness, tiny_build
from tests.shared import license_text

ALL_USES = [
    word
    for use in (
        "internal", "research", "product", "hosted-api", "redistribute", "redistribute-quantized", "release-finetune",
        "train-on-outputs",
    )
    for word in ("--use", use)
]  # fmt: skip


def test_an_open_license_is_permitted_with_its_evidence_and_strength(tmp_path: Path) -> None:
    done = openness("audit", tiny_build(tmp_path, {"license": "apache-2.0"}), "--format", "json", home=tmp_path)
    result = done.json["results"][0]
    assert (done.code, result["verdict"], result["strength"]) == (0, "permitted", "metadata")
    fact = next(fact for fact in result["evidence"] if fact["claim"] == "license")
    assert fact["quote"] == "general.license = apache-2.0"
    assert fact["place"]["sha256"] == result["build"]["sha256"]


@pytest.mark.parametrize("claims", [{}, {"license": "other"}, {"license": "unknown"}, {"license": "my-license"}])
def test_no_license_that_resolves_cannot_be_judged(tmp_path: Path, claims: dict[str, str]) -> None:
    done = openness("audit", tiny_build(tmp_path, claims), *ALL_USES, "--format", "json", home=tmp_path)
    assert done.code == 3
    assert {use["verdict"] for use in done.json["results"][0]["uses"]} == {"unknown"}


def test_other_with_a_name_that_resolves_is_that_license(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "other", "license.name": "mnpl"})
    assert openness("audit", build, "--use", "product", home=tmp_path).code == 1


def test_claims_that_exclude_each_other_are_unknown_although_both_alone_would_pass(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "apache-2.0"})
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n# A model\n")
    done = openness("audit", build, "--format", "json", home=tmp_path)
    assert done.code == 3
    assert done.json["results"][0]["contradictions"][0]["about"] == "license"


def test_the_strictest_of_contradicting_claims_still_denies(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "apache-2.0"})
    (tmp_path / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n")
    assert openness("audit", build, "--use", "product", home=tmp_path).code == 1


def test_a_link_to_another_license_contradicts_the_tag(tmp_path: Path) -> None:
    claims = {"license": "apache-2.0", "license.link": "https://www.llama.com/llama3_1/license/"}
    assert openness("audit", tiny_build(tmp_path, claims), home=tmp_path).code == 3


def test_a_list_of_licenses_on_a_card_applies_as_a_whole(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "apache-2.0"})
    (tmp_path / "README.md").write_text("---\nlicense: [apache-2.0, cc-by-nc-4.0]\n---\n")
    assert openness("audit", build, "--use", "product", home=tmp_path).code == 1


@pytest.mark.parametrize(
    ("expression", "code"),
    [("Apache-2.0 OR CC-BY-NC-4.0", 0), ("Apache-2.0 AND CC-BY-NC-4.0", 1), ("Apache-2.0 WITH LLVM-exception", 0),
     ("MIT OR no-such-license", 0), ("MIT AND no-such-license", 3), ("(MIT OR", 3)],
)  # fmt: skip
def test_or_takes_the_best_branch_and_the_worst(tmp_path: Path, expression: str, code: int) -> None:
    build = tiny_build(tmp_path, {"license": expression})
    assert openness("audit", build, "--use", "product", home=tmp_path).code == code


def test_a_license_text_beside_the_build_raises_the_strength_and_is_quoted(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "gemma"})
    (tmp_path / "LICENSE").write_bytes(license_text("gemma-2025-03").read_bytes())
    done = openness("audit", build, "--use", "hosted-api", "--format", "json", home=tmp_path)
    result = done.json["results"][0]
    assert (result["verdict"], result["strength"]) == ("permitted-with-duties", "text")
    assert result["licenses"] == ["gemma-2025-03"]
    quotes = [reason["quote"] for reason in result["uses"][0]["reasons"] if reason["clause"] == "LICENSE_COPY"]
    assert quotes and "copy of this Agreement" in quotes[0]


def test_an_unknown_text_beside_the_build_lets_nothing_pass(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "apache-2.0"})
    (tmp_path / "LICENSE").write_text("You may use this on Tuesdays.\n")
    assert openness("audit", build, home=tmp_path).code == 3


def test_a_policy_can_demand_stronger_evidence(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "apache-2.0"})
    (tmp_path / "openness.toml").write_text('use = ["product"]\n[evidence]\nproduct = "text"\n')
    done = openness("audit", build, "--format", "json", home=tmp_path)
    assert done.code == 3
    assert done.json["results"][0]["uses"][0]["reasons"][0]["clause"] == "STRENGTH"


@pytest.mark.parametrize(
    ("text", "word"),
    [("usse = []", "usse"), ('use = ["prodct"]', "product"), ("[declare]\nmauu = 3", "mau"), ("use = [", "TOML")],
)
def test_a_wrong_policy_is_a_usage_error_that_names_the_place(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "openness.toml").write_text(text)
    done = openness("audit", tiny_build(tmp_path, {}), home=tmp_path)
    assert done.code == 2
    assert word in done.err


@pytest.mark.parametrize("license", ["llama3.1", "llama3.2", "llama4"])
def test_llama_territory_follows_seat_and_modality(tmp_path: Path, license: str) -> None:
    build = tiny_build(tmp_path, {"license": license})
    facts = ["--use", "product", "--declare", "region=EU", "seat=DE", "--declare", "mau=1000"]
    codes = {
        modality: openness("audit", build, *facts, "--declare", f"modality={modality}", home=tmp_path).code
        for modality in ("text", "multimodal")
    }
    expected = {"llama3.1": {"text": 0, "multimodal": 0}, "llama3.2": {"text": 0, "multimodal": 1}}
    assert codes == expected.get(license, {"text": 0, "multimodal": 1})


def test_a_threshold_is_asked_for_once_with_the_option_that_answers_it(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "llama3.1"})
    done = openness("audit", build, "--use", "internal", "--format", "json", home=tmp_path)
    use = done.json["results"][0]["uses"][0]
    assert (done.code, use["verdict"], use["once_answered"]) == (3, "needs-answer", "permitted-with-duties")
    assert "--declare mau_at_release=" in use["questions"][0]["declare"]


@pytest.mark.parametrize(
    ("fact", "word"),
    [("mauu=3", "mau"), ("purpose=militry", "military"), ("region=ZZ", "ISO"), ("mau=many", "number"), ("mau", "KEY")],
)
def test_an_unknown_fact_or_value_is_a_usage_error_that_names_the_nearest(tmp_path: Path, fact: str, word: str) -> None:
    done = openness("audit", tiny_build(tmp_path, {}), "--declare", fact, home=tmp_path)
    assert done.code == 2
    assert word in done.err
    assert "Traceback" not in done.err


def test_a_missing_file_is_exit_4_and_a_malformed_one_exit_3_with_its_result(tmp_path: Path) -> None:
    assert openness("audit", "absent.gguf", home=tmp_path).code == 4
    (tmp_path / "bad.gguf").write_bytes(b"PK\x03\x04" + bytes(64))
    done = openness("audit", "bad.gguf", "--format", "json", home=tmp_path)
    assert done.code == 3
    assert done.json["results"][0]["verdict"] == "unknown"
    assert done.json["errors"][0]["code"] == "malformed-build"


def test_the_worst_of_many_builds_decides_the_exit_code(tmp_path: Path) -> None:
    good = tiny_build(tmp_path, {"license": "mit"}, "good.gguf")
    bad = tiny_build(tmp_path, {"license": "cc-by-nc-4.0"}, "bad.gguf")
    done = openness("audit", good, bad, "absent.gguf", "--use", "product", "--format", "json", home=tmp_path)
    assert done.code == 1
    assert [result["verdict"] for result in done.json["results"]] == ["permitted-with-duties", "denied"]


def test_hostile_claims_never_reach_the_terminal(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "mit\x1b[31m\r", "name": "\u202eevil\x07\n"})
    done = openness("audit", build, home=tmp_path)
    assert done.code == 3
    assert not any((ord(c) < 32 and c != "\n") or c == "\u202e" for c in done.out + done.err)


@pytest.mark.parametrize(
    "card",
    [
        "---\nlicense: &a [*a]\n---\n",
        "---\nlicense: {a: b\n---\n",
        "---\n" + "a: [" * 3000 + "\n---\n",
        "---\nlicense: !!python/object:os.x {}\n---\n",
    ],
)
def test_a_hostile_card_says_nothing_and_is_named(tmp_path: Path, card: str) -> None:
    build = tiny_build(tmp_path, {"license": "mit"})
    (tmp_path / "README.md").write_text(card)
    done = openness("audit", build, "--format", "json", home=tmp_path)
    assert done.code == 0
    assert any(f["rule"] == "card-front-matter" for f in done.json["results"][0]["findings"])


def test_global_options_stand_before_or_behind_the_command(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "mit"})
    before = openness("--format", "json", "audit", build, home=tmp_path)
    behind = openness("audit", build, "--format", "json", home=tmp_path)
    assert before.json == behind.json


@pytest.mark.parametrize("base", ["https://huggingface.co/meta-llama/Llama-3.1-8B", "meta-llama/llama-3.1-8b"])
def test_the_terms_of_a_known_base_model_bind_beside_the_own_claim(tmp_path: Path, base: str) -> None:
    build = tiny_build(tmp_path, {"license": "mit", "base_model.0.repo_url": base})
    result = openness("audit", build, "--use", "product", "--format", "json", home=tmp_path).json["results"][0]
    assert result["verdict"] == "needs-answer"
    assert {reason["license"] for reason in result["uses"][0]["reasons"]} == {"mit", "llama-3.1"}


def test_a_base_model_known_by_name_alone_never_permits(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"base_model.0.repo_url": "https://huggingface.co/mistralai/Mistral-7B-v0.1"})
    assert openness("audit", build, home=tmp_path).code == 3


def test_a_base_model_that_is_not_known_leaves_the_category_unverified(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "mit", "base_model.0.repo_url": "https://huggingface.co/someone/something"})
    result = openness("audit", build, "--format", "json", home=tmp_path).json["results"][0]
    assert result["category"] == "unverified"
    assert any(finding["rule"] == "lineage" for finding in result["findings"])


def test_an_adapter_beside_the_file_brings_its_base_model_along(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "apache-2.0"})
    (tmp_path / "adapter_config.json").write_text('{"base_model_name_or_path": "mistralai/Codestral-22B-v0.1"}')
    assert openness("audit", build, "--use", "product", home=tmp_path).code == 1
