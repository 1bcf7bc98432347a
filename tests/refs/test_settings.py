"""Forms ``yaml``, ``json``, ``toml``, ``compose``: keys, whatever the syntax."""

from __future__ import annotations

import pytest

from tests.refs.finding import models, references


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("base_model: big-lab/one", ["big-lab/one"]),
        ("model_name_or_path: big-lab/one\nadapter_name_or_path: big-lab/two", ["big-lab/one", "big-lab/two"]),
        ("datasets:\n  - path: big-lab/data\n    type: alpaca", ["big-lab/data"]),
        ("dataset_mixer:\n  big-lab/data: 1.0", ["big-lab/data"]),
        ("models:\n  - model: big-lab/one\n  - model: big-lab/two\nmerge_method: slerp", ["big-lab/one", "big-lab/two"]),
        ("slices:\n  - sources:\n      - model: big-lab/one", ["big-lab/one"]),
        ("model:\n  name: big-lab/one", ["big-lab/one"]),
        ("parameters:\n  model: huggingface://big-lab/one/x.Q4_0.gguf", ["big-lab/one"]),
        ("storageUri: hf://big-lab/one", ["big-lab/one"]),
        ("modelURL: big-lab/one", ["big-lab/one"]),
        ("model_list:\n  - model_name: gpt-4\n    litellm_params: {model: huggingface/big-lab/one}", ["big-lab/one"]),
        ("model_list:\n  - model_name: a\n    litellm_params: {model: openai/gpt-4o}", []),
        ("models:\n  - provider: ollama\n    model: llama3.2:1b", ["llama3.2:1b"]),
        ("models:\n  - provider: openai\n    model: gpt-4o", ["gpt-4o"]),
        ("env:\n  - name: MODEL_ID\n    value: big-lab/one", ["big-lab/one"]),
        ('args: ["--model", "big-lab/one"]', ["big-lab/one"]),
        ("jobs:\n  a:\n    steps:\n      - run: |\n          hf download big-lab/one\n          echo done", ["big-lab/one"]),
        ("test:\n  script:\n    - vllm serve big-lab/one --port 80", ["big-lab/one"]),
        ("model: >-\n  big-lab/one", ["big-lab/one"]),
        ("a: &x big-lab/one\nmodel: *x", []),
    ],
)
def test_yaml(text: str, expected: list[str]) -> None:
    assert models("a.yaml", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "# base_model: big-lab/one",
        "uses: actions/checkout@v4",
        "image: vllm/vllm-openai",
        "repo: big-lab/one",
        "path: big-lab/one",
        "hub_model_id: big-lab/mine",
        "output_dir: out/model",
        "base_model: ./local",
        "base_model: your-org/model",
        "model: openai/gpt-4o",
        "model: {{ .Values.model }}",
        "schedule: 2024-01/02",
    ],
)
def test_yaml_that_names_no_model(text: str) -> None:
    assert models("a.yaml", text) == []


def test_a_template_that_is_no_yaml_is_read_line_by_line() -> None:
    text = "{{- if .Values.on }}\nmodel: big-lab/one\n{{- end }}\n# model: big-lab/no\n"
    assert models("templates/a.yaml", text) == ["big-lab/one"]


def test_json() -> None:
    text = '{\n "_name_or_path": "big-lab/one",\n "base_model_name_or_path": "big-lab/two",\n "other": "big-lab/no"\n}'
    assert [(r.model, r.line, r.column) for r in references("config.json", text)] == [
        ("big-lab/one", 2, 20),
        ("big-lab/two", 3, 30),
    ]


def test_json_with_comments_and_an_end_missing() -> None:
    assert models("a.jsonc", '{ // "model": "big-lab/no"\n "model": "big-lab/one", "models": ["big-lab/two"') == [
        "big-lab/one",
        "big-lab/two",
    ]


def test_toml() -> None:
    text = """
    base_model = "big-lab/one" # here
    # base_model = "big-lab/no"
    other = "big-lab/no"
    [model]
    name = 'big-lab/two'
    [tool.x]
    models = [
      "big-lab/three",
      { model = "big-lab/four" },
    ]
    """
    assert models("a.toml", text) == ["big-lab/one", "big-lab/two", "big-lab/three", "big-lab/four"]


def test_compose() -> None:
    text = """
    services:
      web:
        image: ai/looks-like-one
        command: --model big-lab/one
        environment:
          - MODEL_ID=big-lab/two
    models:
      llm:
        model: ai/smollm2:360M-Q4_K_M
    """
    found = references("docker-compose.yml", text)
    assert [r.model for r in found] == ["big-lab/one", "big-lab/two", "ai/smollm2"]
    assert found[2].purl == "pkg:docker/ai/smollm2@360M-Q4_K_M"


def test_revision_beside_the_model() -> None:
    (found,) = references("a.yaml", "model_name_or_path: big-lab/one\nmodel_revision: v2\n")
    assert found.revision == "v2"


def test_a_compose_service_that_a_model_runner_provides() -> None:
    text = """
        services:
          llm:
            provider:
              type: model
              options:
                model: ai/smollm2:360M-Q4_K_M
        """
    (found,) = references("compose.yaml", text)
    assert (found.model, found.line, found.purl) == ("ai/smollm2", 6, "pkg:docker/ai/smollm2@360M-Q4_K_M")
