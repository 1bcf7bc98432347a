"""The documents say what the program does: commands, options, exit codes, schemas, licenses, the README's contract."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
import referencing
from referencing.jsonschema import DRAFT202012

from openness.cli import cli
from openness.errors import ExitCode
from openness.rules import loader
from tests.builds import smollm2
from tests.cli.command import openness, tiny_build

ROOT = Path(__file__).parent.parent


def commands(command: click.Command, name: str = "openness") -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield from commands(found, f"{name} {child}")
    else:
        yield name, command


def test_every_command_and_option_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    for name, command in commands(cli):
        assert f"## `{name}" in text, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert max(parameter.opts, key=len) in text, (name, parameter.opts)


def test_the_generated_pages_are_current() -> None:
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        generate = importlib.import_module("generate")
    finally:
        sys.path.pop(0)
    hint = "run `python docs/generate.py`"
    for name, picture in generate.badge_pictures.pictures().items():
        assert (ROOT / "docs" / "badges" / name).read_text("utf-8") == picture, hint
    for name, made in generate.GENERATED.items():
        assert (ROOT / "docs" / name).read_text("utf-8") == made(), (name, hint)
    for page in generate.WITH_TABLES:
        assert (ROOT / "docs" / page).read_text("utf-8") == generate.with_tables(page), hint


def test_every_clause_type_and_license_is_documented() -> None:
    text = (ROOT / "docs" / "rules.md").read_text("utf-8")
    rules = loader.load()
    assert [name for name in (*rules.types, *rules.license_ids) if f"| {name} |" not in text] == []


def test_every_dependency_is_justified_in_one_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    names = [re.split(r"[<>=;\\[ ]", line)[0] for line in project["dependencies"]]
    assert [name for name in names if f"| {name} |" not in text] == []


def test_every_exit_code_is_documented() -> None:
    text = (ROOT / "docs" / "verdicts.md").read_text("utf-8")
    assert all(f"| {int(code)} |" in text for code in ExitCode)


def test_the_readme_keeps_its_contract() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for heading in ("## Run it", "## Test it"):
        section = text.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]
        assert len(re.findall(r"^```sh$", section, re.MULTILINE)) == 1, heading
    assert "Not legal advice" in text


@pytest.mark.real
def test_the_verdict_in_the_readme_is_what_the_program_prints(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    shown = text.split("```text\n", 1)[1].split("```", 1)[0]
    (tmp_path / "SmolLM2-135M-Instruct.Q4_1.gguf").symlink_to(smollm2())
    done = openness("audit", "SmolLM2-135M-Instruct.Q4_1.gguf", "--use", "product", home=tmp_path)
    assert done.out == shown


def schema(name: str) -> Any:
    return json.loads((ROOT / "docs" / "schemas" / name).read_text("utf-8"))


def validate(document: Any, name: str) -> None:
    resource = DRAFT202012.create_resource(schema("envelope.schema.json"))
    registry: Any = referencing.Registry().with_resource("urn:openness:envelope:1", resource)
    jsonschema.Draft202012Validator(schema(name), registry=registry).validate(document)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["audit", "tiny.gguf", "--use", "product", "--use", "internal"], "audit.schema.json"),
        (["audit", "absent.gguf", "not-a-build.gguf"], "audit.schema.json"),
        (["run", "tiny.gguf", "--use", "product", "-p", "x"], "audit.schema.json"),
        (["license", "show", "llama3.1"], "license-show.schema.json"),
        (["license", "show", "gemma", "--use", "product", "--declare", "mau=5"], "license-show.schema.json"),
        (["license", "list"], "envelope.schema.json"),
        (["license", "compare", "mit", "apache-2.0"], "envelope.schema.json"),
        (["license", "identify", "not-a-build.gguf", "absent"], "license-identify.schema.json"),
        (["license", "compare", "not-a-build.gguf", "mit"], "envelope.schema.json"),
        (["license", "index", "list"], "envelope.schema.json"),
        (["rules", "list"], "envelope.schema.json"),
        (["log", "show"], "envelope.schema.json"),
        (["log", "verify"], "envelope.schema.json"),
    ],
)
def test_json_output_fits_its_schema(tmp_path: Path, words: list[str], name: str) -> None:
    tiny_build(tmp_path, {"license": "cc-by-nc-4.0"})
    (tmp_path / "not-a-build.gguf").write_text("<html>")
    validate(openness(*words, "--format", "json", home=tmp_path).json, name)


def test_no_license_text_and_no_british_spelling_is_committed() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\n")
    if files == [""]:
        pytest.skip("not a git checkout")
    assert not [name for name in files if re.search(r"license-?texts?/", name)]
    # tests and benchmarks hold British spellings as input
    written = [name for name in files if name.endswith((".py", ".md")) and not name.startswith(("tests/", "benchmarks/"))]
    ours = [ROOT / name for name in written if (ROOT / name).is_file()]
    misspelled = "licen" + "ce"
    own = {"sources/folder.py"}
    found = [str(p) for p in ours if misspelled in p.read_text("utf-8").casefold() and not str(p).endswith(tuple(own))]
    assert found == []
