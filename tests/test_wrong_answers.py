"""Wrong answers that existing tools give today (research/peers.md, DESIGN.md section 1), each forbidden by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from openness.records import Permission
from openness.rules import loader
from openness.rules.expressions import parse
from openness.verdict.stack import judge_expression
from tests.cli.command import openness, tiny_build
from tests.shared import license_text

RULES = loader.load()


def product(name: str | list[str]) -> Permission:
    return judge_expression(parse(name, RULES), "product", {}, RULES).verdict


def test_a_name_prefix_never_beats_the_declared_license(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "other", "license.name": "mrl", "name": "Mistral-Large-2407"})
    assert openness("audit", build, "--use", "product", home=tmp_path).code == 1


@pytest.mark.parametrize("name", ["Codestral-22B-v0.1", "Falcon-180B", "mpt-7b-chat", "Qwen3-8B", "gemma-4-27b"])
def test_a_model_name_alone_never_permits(tmp_path: Path, name: str) -> None:
    build = tiny_build(tmp_path, {"name": name, "basename": name})
    assert openness("audit", build, "--use", "internal", home=tmp_path).code == 3


def test_unknown_never_exits_0(tmp_path: Path) -> None:
    assert openness("audit", tiny_build(tmp_path, {}), "--offline", home=tmp_path).code == 3


def test_gemma_never_simply_passes() -> None:
    assert product("gemma") is Permission.WITH_DUTIES


@pytest.mark.parametrize("name", ["llama2", "llama3", "llama3.1", "llama3.2", "llama3.3", "llama4"])
def test_the_llama_tags_that_converters_write_are_known_and_ask(name: str) -> None:
    assert product(name) is Permission.NEEDS_ANSWER


@pytest.mark.parametrize("name", ["apple-amlr", "deepfloyd-if-license", "cc-by-nc-sa-3.0", "cc-by-nc-4.0", "cc-by-nc-nd-4.0"])
def test_noncommercial_licenses_are_denied_for_a_product(name: str) -> None:
    assert product(name) is Permission.DENIED


@pytest.mark.parametrize("name", ["h-research", "intel-research", "falcon-180b"])
def test_a_known_name_without_a_read_text_is_unknown(name: str) -> None:
    assert product(name) is Permission.UNKNOWN


def test_of_a_list_of_licenses_not_only_the_first_is_read() -> None:
    assert product(["apache-2.0", "cc-by-nc-4.0"]) is Permission.DENIED


def test_a_license_name_that_merely_begins_like_an_open_one_is_not_it() -> None:
    assert product("cc-by-ncc") is Permission.UNKNOWN
    assert product("apache-2.0-nc") is Permission.UNKNOWN


def test_an_apache_text_with_a_restriction_appended_is_not_apache(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "apache-2.0"})
    text = license_text("apache-2.0").read_text("utf-8")
    (tmp_path / "LICENSE").write_text(text + "\nNo commercial use is permitted without written consent.\n")
    assert openness("audit", build, "--use", "product", home=tmp_path).code == 1
    assert openness("audit", build, "--use", "internal", home=tmp_path).code == 3
    (tmp_path / "LICENSE").write_text(text)
    assert openness("audit", build, "--use", "product", home=tmp_path).code == 0


def test_the_hub_tag_bsl_1_0_is_boost_and_not_business_source() -> None:
    assert RULES.license(parse_id("bsl-1.0")).title.startswith("Boost")
    assert product("BUSL-1.1") is Permission.UNKNOWN


def parse_id(name: str) -> str:
    from openness.rules.names import resolve

    (id,) = resolve(name, RULES).ids
    return id
