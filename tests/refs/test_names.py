"""What a value names, given what its place means; what the data say is consistent."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openness.packaged import packaged
from openness.refs import keys
from openness.refs.api_names import is_api_model
from openness.refs.names import named
from openness.refs.tables import _read, table, words, write_compiled

TABLES = ("api_models", "commands", "forms", "javascript", "keys", "names", "python")


@pytest.mark.parametrize(
    ("value", "means", "model"),
    [
        ("big-lab/One.2", "hub", "big-lab/One.2"),
        ("bert-base-uncased", "hub", "google-bert/bert-base-uncased"),
        ("unknown-name", "hub", None),
        ("big-lab/one:Q4_K_M", "hub", "big-lab/one"),
        ("big-lab/one:latest-build", "hub", None),
        ("big-lab/one@abc", "hub", "big-lab/one"),
        ("big-lab/one/two", "hub", None),
        ("big-lab/file.json", "hub", None),
        ("data/one", "hub", None),
        ("2024/10", "hub", None),
        ("@scope/one", "hub", None),
        ("text/html", "open", None),
        ("openai/gpt-4o", "open", None),
        ("openai/whisper-tiny", "open", "openai/whisper-tiny"),
        ("openai/gpt-4o", "hub", "openai/gpt-4o"),
        ("huggingface/big-lab/one", "open", "big-lab/one"),
        ("openrouter/big-lab/one", "open", None),
        ("gpt-4o", "open", "gpt-4o"),
        ("gpt-4o", "hub", None),
        ("gpt-oss", "open", None),
        ("https://huggingface.co/big-lab/one", "address", "big-lab/one"),
        ("https://huggingface.co/datasets/big-lab/data", "address", "big-lab/data"),
        ("https://huggingface.co/docs/hub", "address", None),
        ("https://huggingface.co/spaces/big-lab/demo", "address", None),
        ("https://huggingface.co/big-lab/one/discussions/3", "address", None),
        ("https://example.com/big-lab/one", "address", None),
        ("hf://buckets/big-lab/one", "address", None),
        ("llama3.2:1b", "ollama", "llama3.2:1b"),
        ("ai/smollm2", "docker", "ai/smollm2"),
        ("other/smollm2", "docker", None),
        ("squad", "dataset", "rajpurkar/squad"),
        ("csv", "dataset", None),
        ("", "hub", None),
        ("big-lab/" + "x" * 400, "hub", None),
    ],
)
def test_what_a_value_names(value: str, means: str, model: str | None) -> None:
    found = named(value, means)
    assert (found.model if found else None) == model


@pytest.mark.parametrize("name", ["gpt-4o-mini", "claude-3-5-sonnet-20241022", "gemini-2.0-flash", "grok-3", "mistral-large-latest", "command-r-plus", "o1", "text-embedding-3-small", "voyage-3", "anthropic.claude-3-haiku-20240307-v1:0"])  # fmt: skip
def test_names_of_models_that_are_not_released(name: str) -> None:
    assert is_api_model(name)


@pytest.mark.parametrize(
    "name", ["gpt2", "gpt-oss-20b", "gpt-neo", "gemma-2b", "grok-1", "mistral-7b", "llama3", "o", "claude", "gpt-4 is"]
)
def test_names_that_are_no_such_model(name: str) -> None:
    assert not is_api_model(name)


@pytest.mark.parametrize(
    ("key", "means"),
    [
        ("modelId", "open"), ("MODEL_ID", "open"), ("--model-name-or-path", "hub"), ("base_model", "open"), ("hf_repo", "hub"),
        ("datasetName", "dataset"), ("train_dataset", "dataset"), ("model_type", "none"), ("hub_model_id", "none"),
        ("output_model", "none"), ("title", None), ("models", "open"), ("OLLAMA_MODEL", "ollama"),
    ],
)  # fmt: skip
def test_what_a_key_says(key: str, means: str | None) -> None:
    assert keys.meaning(key) == means


@pytest.mark.parametrize("name", TABLES)
def test_the_data_fit_their_schema(name: str) -> None:
    folder = packaged("rules") / "refs"
    schema = json.loads((folder / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.validate(json.loads(json.dumps(_read(folder / f"{name}.yaml"))), schema)


def test_every_table_has_a_schema_and_every_schema_a_table() -> None:
    folder = packaged("rules") / "refs"
    assert sorted(p.name.removesuffix(".yaml") for p in folder.glob("*.yaml")) == sorted(TABLES)
    assert sorted(p.name.removesuffix(".schema.json") for p in folder.glob("*.schema.json")) == sorted(TABLES)


def test_the_compiled_tables_are_the_tables(tmp_path_factory: pytest.TempPathFactory) -> None:
    rules = tmp_path_factory.mktemp("rules")
    (rules / "refs").mkdir()
    for name in TABLES:
        (rules / "refs" / f"{name}.yaml").write_bytes((packaged("rules") / "refs" / f"{name}.yaml").read_bytes())
    compiled = json.loads(write_compiled(rules).read_text("utf-8"))["tables"]
    assert compiled == {name: json.loads(json.dumps(table(name))) for name in TABLES}


def test_a_name_is_a_legacy_name_of_one_owner_only() -> None:
    rows = [name for names in table("names")["legacy_models"].values() for name in names.split()]
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize(
    "name", ["gpt-4o", "gpt-7-mini", "o5", "o6-preview", "claude-9-sonnet", "gemini-8-pro", "glm-5-flash", "rerank-v7.0"]
)
def test_families_of_names_behind_an_api_go_on(name: str) -> None:
    assert (found := named(name, "open")) is not None
    assert found.kind == "api-model"


@pytest.mark.parametrize("name", ["gpt-2", "gpt-oss", "claude-desktop", "o-1", "grok-1", "rerank-model", "glm-base"])
def test_what_only_begins_like_a_family_is_none_behind_an_api(name: str) -> None:
    found = named(name, "open")
    assert found is None or found.kind != "api-model"


@pytest.mark.parametrize("owner", ["test-org", "test-repo", "fake-user", "dummy_owner", "mock-org2"])
def test_owners_that_tests_make_up_are_none(owner: str) -> None:
    assert named(f"{owner}/updated-thing", "hub") is None


@pytest.mark.parametrize("owner", ["tester-lab", "fakespot-ai", "testing-grounds"])
def test_owners_that_only_begin_so_are_some(owner: str) -> None:
    assert named(f"{owner}/updated-thing", "hub") is not None


@pytest.mark.parametrize("row", table("keys")["keys"], ids=lambda row: row["pattern"][:30])
@given(data=st.data())
def test_every_name_that_a_pattern_fits_has_a_part_that_it_needs(row: dict[str, str], data: st.DataObject) -> None:
    name = data.draw(st.from_regex(re.compile(row["pattern"], re.ASCII), fullmatch=True))
    assert "needs" not in row or any(word in name for word in words(row["needs"]))
