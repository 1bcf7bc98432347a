"""Tables, lists of objects and fields whose names say that they hold models, and ids of other hubs among them, in all forms."""

from __future__ import annotations

import json

import pytest

from tests.refs.finding import models, references


@pytest.mark.parametrize(
    "code",
    [
        'class Family:\n    HUGGINGFACE_PATHS = {"1.0": "big-lab/one"}',
        'class Family:\n    HF_REPOS = ("big-lab/one",)',
        'HUB_IDS = {"small": "big-lab/one"}',
        'DEFAULT_REPO_IDS = ["big-lab/one"]',
        'MODEL_PRESETS = {"one": "big-lab/one"}',
        'MODEL_REGISTRY = {"one": "big-lab/one"}',
        'LLM_ALIASES = {"one": "big-lab/one"}',
        'CHECKPOINTS: dict[str, str] = {"one": "big-lab/one"}',
        'PRETRAINED_WEIGHTS = {"one": "big-lab/one"}',
        'TEXT_ENCODERS = {"one": "big-lab/one"}',
        'Field(name="chat_model", default="big-lab/one")',
        'AlterField(model_name="user", name="chat_model", field=models.CharField(default="big-lab/one"))',
        'gr.Textbox(label="Model name", value="big-lab/one")',
        'ModelMeta(name="own", adapted_from="big-lab/one")',
        'env = [{"name": "MODEL_ID", "value": "big-lab/one"}]',
    ],
)
def test_a_name_in_python_that_says_models_tells_of_its_values(code: str) -> None:
    assert models("a.py", code) == ["big-lab/one"]


@pytest.mark.parametrize(
    "code",
    [
        'PATHS = {"small": "big-lab/one"}',
        'PRESETS = {"small": "big-lab/one"}',
        'GITHUB_REPOS = ["big-lab/one"]',
        'GitHubRepo = "big-lab/one"',
        'DOCKER_HUB_REPO = "big-lab/one"',
        'MODEL_FILES = {"a": "src/model.py"}',
        'Field(name="color", default="big-lab/one")',
        'AlterField(model_name="user", name="home", field=models.CharField(default="big-lab/one"))',
        'Recipe(name="own", adapted_from="big-lab/one")',
        'judge(short_judge_name="gpt-3.5")',
    ],
)
def test_a_name_in_python_that_says_nothing_of_models_tells_nothing(code: str) -> None:
    assert models("a.py", code) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ts", 'const task = {models: [{description: "good", id: "big-lab/one"}, {description: "too", id: "big-lab/two"}]};'),
        ("a.ts", 'export const MODELS: Model[] = [{ id: "big-lab/one" }, { id: "big-lab/two" }];'),
        ("a.ts", 'const models: Record<string, string> = { a: "big-lab/one", b: "big-lab/two" };'),
        ("a.json", '{"models": [{"name": "big-lab/one"}, {"name": "big-lab/two", "parameters": {}}]}'),
        ("a.yaml", "models:\n- id: big-lab/one\n- id: big-lab/two"),
        ("a.yaml", 'env:\n  MODELS: \'[{"name": "big-lab/one"}, {"name": "big-lab/two"}]\''),
        (".env", 'MODELS=`[\n  {"name": "big-lab/one"},\n  {"name": "big-lab/two"}\n]`\n'),
        ("a.json", json.dumps({"env": {"MODELS": json.dumps(["big-lab/one", "big-lab/two"])}})),
        ("a.yaml", "- name: model_id\n  type: string\n  default: big-lab/one\n- name: TOKENIZER\n  value: big-lab/two"),
    ],
)
def test_objects_of_a_list_named_for_models(name: str, text: str) -> None:
    assert models(name, text) == ["big-lab/one", "big-lab/two"]


def test_objects_of_a_list_named_for_data_sets_are_data_sets() -> None:
    (found,) = references(
        "a.ts", 'const task = {datasets: [{description: "rows", id: "big-lab/data"}], spaces: [{id: "big-lab/app"}]};'
    )
    assert (found.kind, found.model) == ("dataset", "big-lab/data")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ts", 'const apps = {spaces: [{description: "an app", id: "big-lab/one"}]};'),
        ("a.ts", 'const routes = [{ id: "big-lab/one" }];'),
        ("a.json", '{"repos": [{"name": "big-lab/one"}]}'),
        ("a.yaml", "- name: color\n  default: big-lab/one"),
        ("a.yaml", 'body:\n  string: \'{"models": [{"name": "big-lab/one"}]}\''),
        ("a.ts", 'const loadModel = async () => { const path = "big-lab/one"; };'),
        ("a.ts", 'const models = [{ id: "one", section: "big-lab/one" }];'),
        ("a.ts", 'const colors = { a: "big-lab/one" };'),
        (".env", 'COLORS=["big-lab/one"]\n'),
    ],
)
def test_objects_of_another_list_are_none(name: str, text: str) -> None:
    assert models(name, text) == []


SPEC = {
    "huggingface": {"model_id": "big-lab/one"},
    "modelscope": {"model_id": "other-lab/one"},
    "openmind_hub": {"model_id": "third/one"},
}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", json.dumps({"model_src": SPEC})),
        ("a.yaml", json.dumps({"model_src": SPEC}, indent=2)),
        ("a.py", f"source = {SPEC!r}"),
        ("a.py", f"MODELS = {{'one': {SPEC!r}}}\nAutoModel.from_pretrained(MODELS[name][hub])"),
        ("a.ts", f"const source = {json.dumps(SPEC)};"),
        ("a.toml", '[src.huggingface]\nmodel_id = "big-lab/one"\n[src.modelscope]\nmodel_id = "other-lab/one"'),
        ("a.json", '[{"model_id": "big-lab/one", "hub": "huggingface"}, {"model_id": "other-lab/one", "hub": "modelscope"}]'),
        ("a.py", '[Spec(hub="huggingface", model_id="big-lab/one"), Spec(hub="modelscope", model_id="other-lab/one")]'),
        ("a.py", '[{"hub": "huggingface", "model_id": "big-lab/one"}, {"hub": "modelscope", "model_id": "other-lab/one"}]'),
        ("a.ts", 'x = [{hub: "huggingface", modelId: "big-lab/one"}, {hub: "modelscope", modelId: "other-lab/one"}];'),
        ("a.py", 'modelscope_model_id = "other-lab/one"\nhf_model_id = "big-lab/one"'),
    ],
)
def test_ids_of_another_hub_are_none(name: str, text: str) -> None:
    assert set(models(name, text)) == {"big-lab/one"}


def test_only_owner_and_name_of_an_address_need_to_be_known() -> None:
    code = """
    def path(step, half):
        repo, size = "one", 1
        if half:
            repo = "two"
        return fetch(f"hf://big-lab/{repo}/{step}/model.safetensors"), fetch(f"hf://big-lab/{step}/x"), fetch(f"hf://{step}/a/b")
    """
    assert set(models("a.py", code)) == {"big-lab/one", "big-lab/two"}
